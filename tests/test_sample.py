"""The sample team's folder: what the script makes, what is wrong in it, and its golden week.

The golden figures are counted here from the workbooks' cells alone, by openpyxl.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from xlcrm.demo import AS_OF
from xlcrm.examination import examine
from xlcrm.findings import catalogue
from xlcrm.ledger.discovery import discover
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options
from xlcrm.records import FileReading
from xlcrm.spec.loader import load_spec

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "sample_workbooks"
SPEC = load_spec()
NOT_IN_USE = {"contacts", "contact_codes"}  # optional tables, which this team does without
sys.path.insert(0, str(ROOT / "scripts"))

from make_sample import make  # noqa: E402
from sample_team.folder import CUT_OFF, LOCK, plan  # noqa: E402
from sample_team.planted import PLANTED  # noqa: E402
from sample_team.team import TYPED  # noqa: E402

W19 = (date(2024, 5, 6), date(2024, 5, 12))
W20 = (date(2024, 5, 13), date(2024, 5, 19))


# --- the folder ---


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def parts(path: Path) -> dict[str, bytes] | bytes:
    """A workbook's parts, since zlib packs them differently from version to version.

    The stamp of the declarations' version is left out: a workbook keeps the one it was made with.
    """
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as package:
        names = [name for name in package.namelist() if name != "docProps/custom.xml"]
        return {name: package.read(name) for name in names}


def test_the_script_makes_the_committed_folder_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    make(tmp_path / "here")
    script = [sys.executable, str(ROOT / "scripts" / "make_sample.py"), str(tmp_path / "there")]
    env = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)}
    subprocess.run(script, check=True, env=env)
    assert files(tmp_path / "here") == files(tmp_path / "there")
    assert files(SAMPLE).keys() == files(tmp_path / "here").keys()
    for file in files(SAMPLE):
        assert parts(SAMPLE / file) == parts(tmp_path / "here" / file), file


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(FileExistsError):
        make(tmp_path)


def test_the_folder_is_small() -> None:
    assert sum(map(len, files(SAMPLE).values())) < 2_500_000


def test_it_is_as_large_as_a_real_one() -> None:
    workbooks = files(SAMPLE).keys() - {LOCK}
    assert len(workbooks) >= 40
    assert sum(workbook.by_libreoffice for workbook in plan().values()) == 5
    people = {row["owner"] for w in plan().values() for row in w.records.get("customer_base", ())}
    assert len(people) >= 6


def test_excel_opens_every_workbook_but_the_one_cut_off_cleanly() -> None:
    by_libreoffice = {file for file, workbook in plan().items() if workbook.by_libreoffice}
    copies = {p.relative_to(SAMPLE).as_posix() for p in SAMPLE.rglob("* (1).xlsx")}
    for file in sorted(files(SAMPLE).keys() - {CUT_OFF, LOCK}):
        errors = [str(each) for each in OpenXmlValidator().validate(SAMPLE / file).errors]
        if file in by_libreoffice | copies:  # which writes no theme; Excel doesn't ask for one
            errors = [each for each in errors if "relationships/theme' is missing" not in each]
        assert errors == [], file


# --- what is read of it ---


@pytest.fixture(scope="module")
def readings() -> list[FileReading]:
    entries = [entry for entry in discover(SAMPLE) if entry.code is None]
    return [examine(entry.path, entry.file, SPEC) for entry in entries]


def test_records_are_read_as_they_are_meant(readings: list[FileReading]) -> None:
    by_file = {reading.file: reading for reading in readings}
    for file, workbook in plan().items():
        read = defaultdict(list)
        for record in by_file[file].records:
            read[record.table].append(record.values)
        for table, records in workbook.records.items():
            meant = [{k: v for k, v in each.items() if k != TYPED} for each in records]
            assert read[table] == meant, (file, table)


def test_every_field_is_filled_somewhere(readings: list[FileReading]) -> None:
    filled = {(r.table, key) for reading in readings for r in reading.records for key in r.values}
    shown = {
        (table.key, field.key)
        for table in SPEC.tables.values()
        for field in table.shown()
        if field.is_input and table.key not in NOT_IN_USE
    }
    assert shown - filled == set()


def test_every_alias_is_typed_somewhere() -> None:
    typed = defaultdict(set)
    for workbook in plan().values():
        for table, records in workbook.records.items():
            for record in records:
                for key, text in record.get(TYPED, {}).items():
                    vocabulary = getattr(SPEC.tables[table].by_key[key].type, "vocabulary", None)
                    words = re.split(r" *(?:→|->|\() *", str(text))
                    typed[vocabulary and vocabulary.key].update(words)
    for key, vocabulary in SPEC.vocabularies.items():
        if key in ("next_step", "contact_role"):  # printed beside their boxes, and not in use
            continue
        aliases = {alias for choice in vocabulary.choices for alias in choice.aliases}
        assert aliases <= typed[key], key


def test_what_is_wrong_is_planted_and_nothing_else(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE, tmp_path / "team")
    told = merge(tmp_path / "team", Options(AS_OF)).document["findings"]
    found = Counter((each["file"], each["code"]) for each in told)
    for each in PLANTED:
        key = (each.file, each.code)
        if catalogue()[each.code].severity == "info":
            assert found.pop(key, 0) >= each.times, each
        else:
            assert found.pop(key, 0) == each.times, each
    assert [key for key in found if catalogue()[key[1]].severity != "info"] == []


# --- the golden week, counted from the cells ---

EN = {
    "Customer ID": "客户ID",
    "Date": "沟通日期",
    "Channel": "沟通方式",
    "Record ID": "记录ID",
    "Customer type after": "转化状态更新",
    "Need tags": "需求标签",
    "Sent by us at": "我方发出时间",
    "Customer replied at": "客户回复时间",
    "Satisfaction score": "满意度评分",
    "Cost control": "成本控制",
}
DAYS = ("沟通日期", "最近互动时间", "本次沟通时间", "沟通时间", "评估日期", "完成时间")
LOG, CRM, BASE, ISSUES = (
    "沟通动态记录表",
    "客户关系管理记录表",
    "客户基础信息库",
    "客户反馈问题跟踪表",
)
Row = dict[str, Any]


DAY = re.compile(r"(?:(?:20)?(24)[-/.年]?)?(\d\d?)[-/.月]?(\d\d?)")


def day_of(cell: Any) -> date | None:
    """All of the sample's days are of 2024, however they are written."""
    if isinstance(cell, datetime):
        return cell.date()
    match = DAY.match(unicodedata.normalize("NFKC", str(cell or "")).replace(" ", ""))
    return date(2024, int(match[2]), int(match[3])) if match else None


def of_list(sheet: Any) -> Iterator[Row]:
    _, _, labels, *rows = sheet.iter_rows(values_only=True)
    labels = [EN.get(label, label) for label in labels]
    for cells in rows:
        if any(cell not in (None, "") for cell in cells):
            yield dict(zip(labels, cells, strict=True))


def of_form(sheet: Any) -> Row:
    """The labels in columns B and H with what stands in C and J; of tick boxes the one ticked."""
    row: Row = {}
    for cells in sheet.iter_rows(max_col=14, values_only=True):
        row |= {cells[1]: cells[2], cells[7]: cells[9]}
        if "☑" in cells:
            row[cells[1]] = cells[cells.index("☑") + 1]
    return row


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """Every row and form, each once, with its table, customer, day and number."""
    found: dict[Any, Row] = {}
    for path in sorted(SAMPLE.rglob("*.xlsx")):
        if path.relative_to(SAMPLE).as_posix() in (CUT_OFF, LOCK):
            continue
        for sheet in openpyxl.load_workbook(path, data_only=True).worksheets:
            name = re.sub(r" \(\d+\)$", "", sheet.title)
            name = LOG if name == "Communication Log" else name
            is_list = name in (LOG, CRM, BASE, ISSUES)
            if not is_list and not name.endswith(("记录表", "评估表")):
                continue
            for n, row in enumerate(of_list(sheet) if is_list else [of_form(sheet)]):
                day = next((day_of(row[label]) for label in DAYS if row.get(label)), None)
                number = row.get("记录ID") or row.get("问题编号") or (name in (LOG, CRM) and n)
                row |= {"table": name, "customer": row.get("客户ID"), "day": day}
                found.setdefault((name, row["customer"], day, number), row)
    return list(found.values())


def within(day: date | None, week: tuple[date, date]) -> bool:
    return day is not None and week[0] <= day <= week[1]


@pytest.mark.parametrize(("week", "answers", "hours"), [(W20, 10, 36), (W19, 8, 48)])
def test_hours_until_answers(
    rows: list[Row], week: tuple[date, date], answers: int, hours: int
) -> None:
    waits = [
        row["客户回复时间"] - row["我方发出时间"]
        for row in rows
        if row["table"] == LOG and row["客户回复时间"] and within(day_of(row["客户回复时间"]), week)
    ]
    seconds = [Fraction(wait.total_seconds()) for wait in waits if wait.total_seconds() >= 0]
    assert len(seconds) == answers
    assert sum(seconds) / len(seconds) / 3600 == hours


def tagged(rows: list[Row], week: tuple[date, date]) -> dict[str, set[str]]:
    """The customers who raised each need in a week."""
    customers = defaultdict(set)
    for row in rows:
        if row.get("需求标签") and within(row["day"], week):
            for tag in re.split("[、/;]", row["需求标签"]):
                customers[EN.get(tag, tag)].add(row["customer"])
    return customers


def test_needs_named_most(rows: list[Row]) -> None:
    customers = tagged(rows, W20)
    ordered = sorted(customers, key=lambda tag: -len(customers[tag]))
    assert [len(customers[tag]) for tag in ordered] == [6, 4, 3, 3, 1]
    assert ordered[:2] == ["成本控制", "数据对接"]
    assert set(ordered[2:4]) == {"售后支持", "交付周期"}
    assert Fraction(6, len(set.union(*customers.values()))) == Fraction(60, 100)
    assert not tagged(rows, W19)


def test_mentions_decide_the_third_need_and_would_turn_the_first_two(rows: list[Row]) -> None:
    week = [row for row in rows if row.get("需求标签") and within(row["day"], W20)]
    texts = "、".join(row["需求标签"].replace("Cost control", "成本控制") for row in week)
    counted = {tag: texts.count(tag) for tag in ("成本控制", "数据对接", "售后支持", "交付周期")}
    assert counted == {"成本控制": 6, "数据对接": 7, "售后支持": 4, "交付周期": 3}


TYPES = {
    **dict.fromkeys(("Prospect", "潜在"), "潜在客户"),
    **dict.fromkeys(("Interested", "意向", "有意向"), "意向客户"),
    **dict.fromkeys(("Won", "成交", "已成交", "签约客户"), "成交客户"),
    **dict.fromkeys(("Lost", "流失", "已流失"), "流失客户"),
}
STEPS = ["潜在客户", "意向客户", "成交客户"]


def changes(rows: list[Row]) -> dict[str, list[tuple[date, str, str]]]:
    """Each customer's (day, before, after) in the order of days."""
    told = defaultdict(set)
    for row in rows:
        text = (row.get("转化状态更新") or "").replace(" -> ", "→")
        before, _, after = (TYPES.get(part, part) for part in text.rpartition("→"))
        if before or after in STEPS:
            before = before or STEPS[STEPS.index(after) - 1]
            told[row["customer"]].add((row["day"], before, after))
    return {customer: sorted(each) for customer, each in told.items()}


@pytest.mark.parametrize(("week", "moved", "known"), [(W20, 3, 20), (W19, 2, 20)])
def test_prospects_who_became_interested(
    rows: list[Row], week: tuple[date, date], moved: int, known: int
) -> None:
    told, were, did = changes(rows), set(), set()
    for row in rows:
        if row["table"] != BASE or day_of(row["初次接触时间"]) > week[1]:
            continue
        own = told.get(row["customer"], [])
        past = [after for day, _, after in own if day < week[0]]
        today = TYPES.get(row["客户类型"], row["客户类型"])
        start = past[-1] if past else own[0][1] if own else today
        now = [(before, after) for day, before, after in own if within(day, week)]
        if start == "潜在客户" or any("潜在客户" in change for change in now):
            were.add(row["customer"])
        if any(before == "潜在客户" and after in STEPS for before, after in now):
            did.add(row["customer"])
    assert (len(did), len(were)) == (moved, known)


def scores(rows: list[Row]) -> Iterator[tuple[str, date, Fraction]]:
    """Customer, day and score; of a talk that is on the log and the CRM record, the log's."""
    talks = {(r["customer"], r["day"], r["沟通方式"][:2]) for r in rows if r["table"] == LOG
             and r["满意度评分"]}  # fmt: skip
    for row in rows:
        score = row.get("满意度评分") or row.get("满意度评分(1-5分)") or row.get("整体合作体验")
        if row["table"] == CRM:
            doubled = (row["customer"], row["day"], row["互动类型"][:2]) in talks
            score = None if doubled else row["当前满意度评分"]
        number = re.fullmatch(r"(\d(?:\.\d)?) ?分?", unicodedata.normalize("NFKC", f"{score}"))
        if number and row["day"]:
            yield row["customer"], row["day"], Fraction(number[1])


@pytest.mark.parametrize(("week", "count", "mean"), [(W20, 10, "4.2"), (W19, 8, "4.0")])
def test_mean_score(rows: list[Row], week: tuple[date, date], count: int, mean: str) -> None:
    given = [score for _, day, score in scores(rows) if within(day, week)]
    assert len(given) == count
    assert sum(given) / count == Fraction(mean)


def test_c004_rose_after_a_revisit(rows: list[Row]) -> None:
    own = sorted((day, score) for customer, day, score in scores(rows) if customer == "C004")
    (before, low), (after, high) = own[-2:]
    assert (low, high) == (3, Fraction("4.5"))
    assert within(before, W19) and within(after, W20)
    revisits = [
        r["day"] for r in rows if r["table"] == "客户回访沟通记录表" and r["customer"] == "C004"
    ]
    assert any(before < day < after for day in revisits)
