"""A suggestion is taken by typing 是 beside it; the next check reads it, and says so."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from returned_cases import (
    BASE,
    FINDINGS,
    LOG,
    TALKS,
    accept,
    back,
    changed,
    checked,
    columns,
    fill,
    lines,
    put,
    staff_workbook,
    told,
    values,
)

from xlcrm.pipeline.options import Options
from xlcrm.spec.settings import Settings

NOTED = ("normalised", "not-carried")


def faults(book: Workbook) -> None:
    """Two rows with the same fault, and one of each other kind."""
    put(book, 4, 沟通方式="电联", 沟通主题="请打 13812345678 或 a.b@example.com")
    put(book, 5, 沟通方式="电联", 满意度评分=datetime(2024, 4, 5))
    put(book, 6, 记录ID=None, 转化状态更新="潜在客户→意象客户(有意)")
    book[LOG].cell(3, 40).value, book[LOG].cell(4, 40).value = "备用", "13812345678"
    fill(book, "备注", "13812345678")


@pytest.fixture(scope="module")
def handed_back(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("once")
    return back(staff_workbook(folder / "团队" / "张伟.xlsx", faults), folder / "退回")


@pytest.fixture
def made(mine: Path, handed_back: Path, tmp_path: Path) -> Path:
    """The workbook with faults as it came back; the one that was handed in lies at ``mine``."""
    for name in ("团队", "退回"):
        shutil.copytree(handed_back.parents[1] / name, tmp_path / name)
    return tmp_path / "退回" / handed_back.name


def all_of(book: Workbook) -> list[str]:
    return [line.cell for line in lines(book) if line.suggestion and line.cell]


def test_what_is_accepted_is_what_is_read(made: Path) -> None:
    before = told(made)
    changed(made, lambda book: accept(book, *all_of(book)))
    talks = [each for each in values(made) if "content" in each]
    assert [each["channel"] for each in talks] == ["电话"] * 3
    assert talks[0]["topic"] == "请打 138****5678 或 a***@example.com"
    assert talks[1]["satisfaction"] == 4
    assert (talks[2]["record_id"], talks[2]["type_after"]) == ("J003", "潜在客户→意向客户(有意)")
    assert told(made).total() == before.total() - 10 + 1
    notes = {
        (f.cell, f.value): (f.severity, f.message("zh"))
        for f in checked(made).findings
        if f.parameters.get("detail") == "accepted"
    }
    severity, message = notes["F4", "电联"]
    assert severity == "info" and "“电联”已读作“电话”(采纳的建议)" in message
    assert "13812345678" not in str(notes) and len(notes) == 8


def test_the_next_workbook_has_it_in_its_cells(made: Path, tmp_path: Path) -> None:
    changed(made, lambda book: accept(book, *all_of(book)))
    second = back(made, tmp_path / "再退")
    log = load_workbook(second)[LOG]
    at = columns(log)
    assert [log.cell(row, at["沟通方式"]).value for row in (4, 5, 6)] == ["电话"] * 3
    assert log.cell(5, at["满意度评分"]).value == 4 and log.cell(6, at["记录ID"]).value == "J003"
    assert "采纳的建议" in "".join(line.fault for line in lines(second))
    assert not any("采纳的建议" in line.fault for line in lines(back(second, tmp_path / "三")))


@pytest.mark.parametrize("word", ["是", "yes", "Y", "√", True, " 是 "])
def test_any_word_for_yes_will_do(made: Path, word: Any) -> None:
    changed(made, lambda book: accept(book, "F4", word=word))
    assert next(each["channel"] for each in values(made) if "channel" in each) == "电话"


@pytest.mark.parametrize("word", ["否", "no", "不同意", None])
def test_any_other_word_leaves_the_cell_alone(made: Path, word: Any) -> None:
    before = told(made, NOTED)
    changed(made, lambda book: accept(book, "F4", word=word))
    assert told(made, NOTED) == before


def test_an_edited_suggestion_is_what_is_accepted(made: Path) -> None:
    def rather(book: Workbook) -> None:
        sheet = book[FINDINGS]
        row = next(line.row for line in lines(book) if line.cell == "F4")
        sheet.cell(row, columns(sheet)["建议"]).value = "微信"
        accept(book, "F4")

    changed(made, rather)
    assert next(each["channel"] for each in values(made) if "channel" in each) == "微信"


def channels(path: Path) -> dict[str, Any]:
    return {each.get("content", "")[:2]: each.get("channel") for each in values(path)}


def test_rows_may_be_moved_in_the_meantime(made: Path) -> None:
    def sort_and_insert(book: Workbook) -> None:
        accept(book, "F4")
        log = book[LOG]
        at = columns(log)
        put(book, 4, 关键内容记录="甲")
        put(book, 5, 关键内容记录="乙")
        rows = [[log.cell(row, n).value for n in range(1, log.max_column + 1)] for row in (4, 5, 6)]
        log.insert_rows(4, 2)
        for n, cells in enumerate(reversed(rows), 6):
            for column, value in enumerate(cells, 1):
                log.cell(n, column).value = value
        log.move_range(f"A1:{log.cell(1, log.max_column).column_letter}9", cols=1)
        assert at

    changed(made, sort_and_insert)
    assert channels(made)["甲"] == "电话" and channels(made)["乙"] is None


def test_what_was_typed_since_wins_and_is_said(made: Path) -> None:
    def both(book: Workbook) -> None:
        accept(book, "F4", "F5")
        put(book, 4, 沟通方式="微信")

    changed(made, both)
    read = [each["channel"] for each in values(made) if "channel" in each and "content" in each]
    assert read[:2] == ["微信", "电话"]
    (said,) = (f for f in checked(made).findings if f.parameters.get("detail") == "outdone")
    assert (said.sheet, said.cell, said.severity) == (LOG, "F4", "info")
    assert "采纳的建议“电话”没有用:沟通方式后来改成了“微信”" in said.message("zh")
    assert "“电话” was not used" in said.message("en") and "“微信” since" in said.message("en")


def test_one_who_types_what_is_suggested_is_told_nothing(made: Path) -> None:
    changed(made, lambda book: (accept(book, "F4"), put(book, 4, 沟通方式="电话")))
    told = [f.parameters.get("detail") for f in checked(made).findings]
    assert not {"outdone", "accepted", "accepted-formula"} & set(told)


@pytest.mark.parametrize("value", ["=B4", "#N/A"])
def test_a_cell_that_has_become_a_formula_is_said(made: Path, value: str) -> None:
    changed(made, lambda book: (accept(book, "F4"), put(book, 4, 沟通方式=value)))
    (said,) = (f for f in checked(made).findings if f.code == "not-carried")
    line = next(each for each in lines(load_workbook(made)) if each.cell == "F4")
    assert (said.sheet, said.cell, said.value) == (FINDINGS, f"I{line.row}", "电话")
    assert "现在是公式" in said.message("zh") and "formula" in said.message("en")


def test_a_line_of_which_nothing_can_be_accepted_is_said(made: Path) -> None:
    """Its suggestion shows, but the cell that it is of is not known: by hand, or not at all."""

    def without_key(book: Workbook) -> None:
        accept(book, "F4", "F5")
        sheet = book[FINDINGS]
        row = next(line.row for line in lines(book) if line.cell == "F4")
        sheet.cell(row, sheet.max_column).value = None

    changed(made, without_key)
    (said,) = (f for f in checked(made).findings if f.code == "not-carried")
    assert (said.sheet, said.value) == (FINDINGS, "电话")
    assert "不能自动改" in said.message("zh") and "can't be applied" in said.message("en")


def test_a_row_that_is_gone_or_there_twice_is_said(made: Path) -> None:
    def copied(book: Workbook) -> None:
        accept(book, "F4", "F5")
        log = book[LOG]
        for cell in log[4]:
            log.cell(8, cell.column).value = cell.value
        log.delete_rows(5)

    changed(made, copied)
    missed = [f for f in checked(made).findings if f.code == "not-carried"]
    assert [(f.sheet, f.cell[:1], f.value) for f in missed] == [(FINDINGS, "I", "电话")] * 2
    assert [each.get("channel") for each in values(made) if "content" in each].count("电话") == 1


def test_a_missing_id_is_the_next_one_of_the_owners_range(mine: Path, tmp_path: Path) -> None:
    """It is none that anybody of the run has, and each row gets its own."""
    members = [{"name": "张伟", "file": "张伟*", "ids": (100, 199)}]
    options = Options(date(2024, 5, 20), settings=Settings(members=members))
    talks = [dict(TALKS[0], record_id="J100"), *({**each, "record_id": ""} for each in TALKS[1:])]
    staff_workbook(mine, communication_log=talks)
    theirs = [dict(TALKS[2], record_id="J101"), dict(TALKS[1], record_id="J104")]
    staff_workbook(mine.parent / "李娜.xlsx", communication_log=theirs)
    result = checked(mine.parent, tmp_path / "退回", settings=options.settings)
    (made,) = (each.workbook for each in result.returned or () if each.workbook)
    assert [line.suggestion for line in lines(made) if line.field == "记录ID"] == ["J102", "J103"]


def test_an_id_that_is_meant_is_offered_unless_it_is_taken(mine: Path, tmp_path: Path) -> None:
    ids = ("J001", "J3", "", "J1")
    talks = [dict(TALKS[0], record_id=each, topic=str(n)) for n, each in enumerate(ids)]
    made = back(staff_workbook(mine, communication_log=talks), tmp_path / "退回")
    offered = {line.cell: line.suggestion for line in lines(made) if line.field == "记录ID"}
    assert offered == {"B5": "J003", "B6": "J004", "B7": "J002"}


def offered(path: Path) -> dict[str | None, str | None]:
    """What is offered for ids, by cell."""
    return {line.cell: line.suggestion for line in lines(path) if line.field == "记录ID"}


def test_of_two_rows_with_one_id_the_later_is_offered_another(mine: Path, tmp_path: Path) -> None:
    talks = [dict(each, record_id="J001") for each in TALKS]
    made = back(staff_workbook(mine, communication_log=talks), tmp_path / "退回")
    assert offered(made) == {"B4": None, "B5": "J002", "B6": "J003"}
    (note,) = (load_workbook(made)[LOG][cell].comment.text for cell in ["B5"])
    assert "重复" in note and "“J002”" in note
    changed(made, lambda book: accept(book, "B4", "B5", "B6"))
    ids = [each["record_id"] for each in values(made) if "record_id" in each]
    assert ids == ["J001", "J002", "J003"]
    assert not told(made, ["duplicate-id"])


def test_a_customers_id_that_talks_refer_to_is_for_a_person(mine: Path, tmp_path: Path) -> None:
    """Which of two customers their talks are of, no program knows."""
    base = [dict(each, customer_id="C001") for each in BASE]
    made = back(staff_workbook(mine, customer_base=base), tmp_path / "退回")
    found = {line.cell: line.suggestion for line in lines(made) if "重复" in (line.fault or "")}
    assert found == {"B4": None, "B5": None, "B6": None}
    others = [dict(each, customer_id="C009") for each in TALKS]
    made = back(
        staff_workbook(mine, customer_base=base, communication_log=others), tmp_path / "再退"
    )
    found = {line.cell: line.suggestion for line in lines(made) if "重复" in (line.fault or "")}
    assert found == {"B4": None, "B5": "C002", "B6": "C003"}


def test_remarks_in_the_column_are_not_lost(made: Path, tmp_path: Path) -> None:
    changed(made, lambda book: accept(book, "F4", word="等客户回复再定"))
    left = load_workbook(back(made, tmp_path / "再退"))["表外内容"]
    assert "等客户回复再定" in [cell.value for cell in left["C"]]
