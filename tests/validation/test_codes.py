"""Every code of the catalogue: what triggers it, at which cell, and what only nearly does."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from xlcrm.findings import Finding, Language, catalogue
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options
from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings
from xlcrm.template_workbook import write_workbook
from xlcrm.validation.dated import DATED_RULES
from xlcrm.validation.relations import RELATED_RULES
from xlcrm.validation.rules import RULES

SPEC = load_spec()
OPTIONS = Options(date(2024, 5, 20))
LANGUAGES: tuple[Language, ...] = ("zh", "en")
PLACEHOLDER = re.compile(r"\{(\w+)\}")

# Codes that no sample below gives, and why.
ELSEWHERE = {
    "bad-setting": "no workbook of records has it: tests/settings/test_mistakes.py",
    "field-in-use": "no workbook of records has it: tests/settings/test_notices.py",
    "not-carried": "upgrading tells it: tests/upgrade/test_upgrade.py",
    "locked": "another program must write at that very moment: test_archive.py",
}

log, base, crm, issue = "communication_log", "customer_base", "crm_record", "issue_tracking"
form, revisit, multi = "communication_record", "revisit_record", "multichannel_record"
LOG = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-13",
    "channel": "电话",
    "content": "客户要求5月底前完成对接",
}
BASE = {"customer_id": "C001", "customer_name": "星辰科技", "customer_type": "潜在客户"}
ISSUE = {
    "issue_id": "202405001",
    "customer_name": "星辰科技",
    "description": "报表导出失败",
    "reported_on": "2024-05-13",
    "issue_category": "产品",
    "owner": "技术部",
    "progress": "处理中",
}
FORM = {
    "customer_name": "星辰科技",
    "time": "2024-05-13T14:30/2024-05-13T15:10",
    "channel": "电话",
    "needs": ["降低成本"],
    "conclusions": "客户同意试用",
}
REVISIT = {
    "customer_name": "星辰科技",
    "time": "2024-05-13T14:30",
    "channel": "电话",
    "feedback": "系统稳定",
}
SHEETS = {key: table.labels["zh"] for key, table in SPEC.tables.items()}
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512
GOOD_CODE = "91350100M000100Y43"

Cells = Mapping[str, Any]
Build = Callable[[Path], object]


@dataclass(frozen=True)
class Book:
    """A workbook of these records, in which some cells were typed over by hand afterwards."""

    records: Mapping[str, list[dict[str, Any]]]
    cells: Cells = field(default_factory=dict)
    edit: Callable[[Workbook], object] | None = None

    def __call__(self, path: Path) -> None:
        tables = [SPEC.tables[key] for key in self.records]
        created = datetime(2024, 5, 20)
        write_workbook(path, tables, SPEC, "zh", created=created, records=self.records)
        if not self.cells and not self.edit:
            return
        workbook = load_workbook(path)
        sheet = workbook[SHEETS[next(iter(self.records))]]
        for cell, value in self.cells.items():
            sheet[cell] = value
        if self.edit:
            self.edit(workbook)
        workbook.save(path)


def row(table: str, values: dict[str, Any], changes: dict[str, Any]) -> dict[str, list[Any]]:
    kept = {key: value for key, value in {**values, **changes}.items() if value is not None}
    return {table: [kept]}


def talk(cells: Cells | None = None, **changes: Any) -> Book:
    return Book(row(log, LOG, changes), cells or {})


def customer(cells: Cells | None = None, **changes: Any) -> Book:
    return Book(row(base, BASE, changes), cells or {})


def issued(cells: Cells | None = None, **changes: Any) -> Book:
    return Book(row(issue, ISSUE, changes), cells or {})


def recorded(**changes: Any) -> Book:
    return Book(row(form, FORM, changes))


def beside_base(grade: dict[str, Any], **changes: Any) -> Book:
    """A talk with C001, whose base row has ``grade``."""
    talks = row(log, LOG, {"customer_id": "C001", **changes})
    return Book({**talks, **row(base, BASE, grade)})


def raw(content: bytes) -> Build:
    return lambda path: path.write_bytes(content)


def with_part(name: str, *, twice: bool = False) -> Build:
    """A good workbook with one part more."""

    def build(path: Path) -> None:
        talk()(path)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, b"x")
            if twice:
                archive.writestr(name.upper(), b"x")

    return build


def with_stored_formula(formula: bool) -> Build:
    """A talk whose content stands beside a formula, as a spreadsheet saves one with its result."""

    def build(path: Path) -> None:
        talk()(path)
        old = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(old)) as source, zipfile.ZipFile(path, "w") as target:
            for name in source.namelist():
                text = source.read(name)
                if formula and name == "xl/worksheets/sheet2.xml":
                    text = re.sub(
                        rb'<c r="G4"([^>]*?) t="[^"]*">.*?</c>',
                        '<c r="G4"\\1 t="str"><f>"谈"&amp;"价格"</f><v>谈价格</v></c>'.encode(),
                        text,
                    )
                target.writestr(name, text)

    return build


def sparse(size: int) -> Build:
    def build(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(size)

    return build


def moved_column(workbook: Workbook, *, label: str) -> None:
    sheet = workbook[SHEETS[log]]
    sheet["AD3"], sheet["AD4"] = label, "2024-05-14"


def deleted_column(workbook: Workbook, *, letter: str) -> None:
    """Take out a column as a spreadsheet does, which drops the name of its header too."""
    sheet = workbook[SHEETS[log]]
    sheet.defined_names.clear()
    sheet.delete_cols(sheet[f"{letter}2"].column)


def further_sheet(workbook: Workbook, *, text: str | None) -> None:
    workbook.create_sheet("记事")["A1"] = text


def urgent(channel: str) -> Book:
    return talk({"AD3": "沟通紧急程度", "AD4": "紧急"}, channel=channel)


@dataclass(frozen=True)
class Sample:
    """What gives a code, where, and what does not. A single workbook stands for ``a.xlsx``;
    ``run`` is what is done with the folder."""

    trigger: Build | Mapping[str, Build]
    cells: tuple[str | None, ...]
    near: Build | Mapping[str, Build]
    table: str | None = log
    run: Callable[[Path, Options], list[Finding]] = lambda folder, options: list(
        check([folder], options).findings
    )


def merged(folder: Path, options: Options) -> list[Finding]:
    return list(merge(folder, options).picture.findings)


def renamed(folder: Path, options: Options) -> list[Finding]:
    """What is found where the team has renamed a column of the log since."""
    settings = Settings(fields={log: {"emotion": {"zh": "情绪"}}})
    return list(check([folder], replace(options, settings=settings)).findings)


def two(first: Build, second: Build) -> dict[str, Build]:
    return {"a.xlsx": first, "b.xlsx": second}


G, A = ("G4",), ("A4",)
SAMPLES: dict[str, Sample] = {
    "required-missing": Sample(talk(content=None), G, talk(content="谈价格")),
    "not-in-list": Sample(talk({"D4": "传真"}), ("D4",), talk({"D4": "致电"})),
    "bad-date": Sample(talk({"C4": "下周三"}), ("C4",), talk({"C4": "2024年5月13日"})),
    "bad-time": Sample(talk({"Q4": "下午"}), ("Q4",), talk({"Q4": "2024-5-13 下午2:30"})),
    "bad-number": Sample(talk({"T4": "很好"}), ("T4",), talk({"T4": "4分"})),
    "out-of-range": Sample(talk({"T4": 5.5}), ("T4",), talk({"T4": 5})),
    "bad-id": Sample(talk({"A4": "记1"}), A, talk({"A4": "j001"})),
    "bad-credit-code": Sample(customer({"J4": "91350100M000100Y44"}), ("J4",),
        customer({"J4": GOOD_CODE}), base),
    "digits-lost": Sample(issued({"A4": 202405001000001234}), A, issued({"A4": 202405001}), issue),
    "error-value": Sample(talk({"G4": "#N/A"}), G, talk({"G4": "N/A,对方未接"})),
    "ambiguous-tick": Sample(Book({revisit: [REVISIT]}, {"C15": "☑", "F15": "☑"}), ("C15",),
        Book({revisit: [REVISIT]}, {"C15": "√"}), revisit),
    "duplicate-id": Sample(Book({log: [LOG, {**LOG, "topic": "二"}]}), ("A4", "A5"),
        Book({log: [LOG, {**LOG, "topic": "二", "record_id": "J002"}]})),
    "id-collision": Sample(two(talk(), talk(customer_name="月亮科技")), ("A4", "A4"),
        two(talk(), talk()), run=merged),
    "unknown-customer": Sample(beside_base({}, customer_id="C002", customer_name=None), ("B4",),
        beside_base({}, customer_name=None)),
    "date-order": Sample(talk(sent_at="2024-05-13T09:00", replied_at="2024-05-13T08:59"), ("R4",),
        talk(sent_at="2024-05-13T09:00", replied_at="2024-05-13T09:00")),
    "conditional-required": Sample(talk(status="暂缓"), ("Z4",),
        talk(status="暂缓", next_contact="2024-06-01")),
    "no-consent": Sample(recorded(recording="已录音未征得同意"), ("C11",),
        recorded(recording="未录音"), form),
    "late-entry": Sample(talk(recorded_at="2024-05-15T00:01"), ("AA4",),
        talk(recorded_at="2024-05-15T00:00")),
    "late-completion": Sample(recorded(recorded_at="2024-05-16T09:00"), ("J33",),
        recorded(recorded_at="2024-05-15T18:00"), form),
    "name-mismatch": Sample(beside_base({}, customer_name="月亮科技"), ("K4",),
        beside_base({}, customer_name="星辰 科技")),
    "duplicate-customer": Sample(two(customer(), customer(customer_id="C002")), ("B4", "B4"),
        two(customer(), customer(customer_id="C002", customer_name="月亮科技")), base),
    "unmasked-name": Sample(customer(contact="欧阳娜娜"), ("E4",),
        customer(contact="欧阳经理"), base),
    "future-date": Sample(talk(date="2024-05-21"), ("C4",), talk(date="2024-05-20")),
    "overdue": Sample(talk(action_due="2024-05-19"), ("X4",), talk(action_due="2024-05-20")),
    "action-incomplete": Sample(talk(next_action="发方案", owner="张伟"), ("X4",),
        talk(next_action="发方案", owner="张伟", action_due="2024-05-25")),
    "credit-code-missing": Sample(customer(customer_size="大型"), ("J4",),
        customer(customer_size="个人"), base),
    "id-missing": Sample(talk(record_id=None), A, talk()),
    "needs-review": Sample(beside_base({"customer_grade": "VIP客户", "review_status": "已审核"}),
        ("AD4",),
        beside_base({"customer_grade": "VIP客户", "review_status": "已审核"},
                    review_status="已审核")),
    "edit-conflict": Sample(two(talk(), talk(content="客户要求降价")), ("A4", "A4"),
        two(talk(), talk()), run=merged),
    "formula-in-input": Sample(with_stored_formula(True), G, with_stored_formula(False)),
    "private-phone": Sample(talk(content="打010-62345678"), G, talk(content="打010-****5678")),
    "private-email": Sample(talk(content="写给li@example.com"), G, talk(content="写给li@公司")),
    "private-id-card": Sample(talk(content="证件11010519491231002X"), G,
        talk(content="证件110105194912310021")),
    "private-bank-card": Sample(talk(content="卡号6222021234567890128"), G,
        talk(content="卡号6222021234567890127")),
    "normalised": Sample(talk({"D4": "致电"}), ("D4",), talk({"D4": "电话"})),
    "vague-text": Sample(talk(content="客户表示还不错"), G,
        talk(content="客户表示还不错,5月25日签约")),
    "year-assumed": Sample(talk({"C4": "5月13日"}), ("C4",), talk({"C4": "24年5月13日"})),
    "from-assumed": Sample(talk(type_after="意向客户"), ("K4",),
        talk(type_after="潜在客户→意向客户")),
    "calendar-assumed": Sample(talk({"C4": date(2027, 5, 10), "X4": "3个工作日内"}), ("X4",),
        talk({"C4": date(2024, 5, 13), "X4": "3个工作日内"})),
    "off-preference": Sample(beside_base({"preferred_channel": "微信"}, channel="电话"), ("E4",),
        beside_base({"preferred_channel": "微信"}, channel="企业微信")),
    "channel-fit": Sample(urgent("邮件"), ("D4",), urgent("微信")),
    "duplicate-header": Sample(Book({log: [LOG]}, edit=partial(moved_column, label="沟通日期")),
        ("AD3",), Book({log: [LOG]}, edit=partial(moved_column, label="二次沟通日期"))),
    "unknown-column": Sample(Book({log: [LOG]}, edit=partial(moved_column, label="预算")), ("AD3",),
        Book({log: [LOG]}, edit=partial(moved_column, label="沟通紧急程度"))),
    "missing-column": Sample(Book({log: [LOG]}, edit=partial(deleted_column, letter="F")), (None,),
        Book({log: [LOG]}, edit=partial(deleted_column, letter="S"))),
    "old-template": Sample(talk(), (None,), customer(), None, renamed),
    "unknown-sheet": Sample(Book({log: [LOG]}, edit=partial(further_sheet, text="待办")), (None,),
        Book({log: [LOG]}, edit=partial(further_sheet, text=None)), None),
    "contact-codes": Sample(
        Book({"contact_codes": [{"code": "客户联系方式-1", "real": "13812345678"}]}), (None,),
        customer(contact_info="客户联系方式-1"), None),
    "duplicate-copy": Sample(two(talk(), talk()), (None,), two(talk(), talk(topic="二")), None,
        merged),
    "unreadable": Sample(raw(b"PK\x03\x04"), (None,), talk(), None),
    "encrypted": Sample(raw(OLE + "EncryptedPackage".encode("utf-16-le")), (None,), raw(OLE), None),
    "not-a-workbook": Sample(raw(b"%PDF-1.7"), (None,), talk(), None),
    "too-large": Sample(sparse(64 * 1024**2 + 1), (None,), sparse(64 * 1024**2), None),
    "suspicious-archive": Sample(with_part("x/y.bin", twice=True), (None,), with_part("x/y.bin"),
        None),
    "skipped-temporary": Sample({"a.xlsx": talk(), "~$a.xlsx": raw(b"x")}, (None,),
        {"a.xlsx": talk()}, None),
    "macro-ignored": Sample({"a.xlsm": with_part("xl/vbaProject.bin")}, (None,), {"a.xlsm": talk()},
        None),
}  # fmt: skip


def found(sample: Sample, build: Build | Mapping[str, Build], folder: Path) -> list[Finding]:
    folder.mkdir()
    for name, each in (build if isinstance(build, Mapping) else {"a.xlsx": build}).items():
        each(folder / name)
    return sample.run(folder, OPTIONS)


@pytest.mark.parametrize("code", SAMPLES)
def test_a_code_stands_at_its_cell_and_not_at_what_is_nearly_so(code: str, tmp_path: Path) -> None:
    sample = SAMPLES[code]
    told = [each for each in found(sample, sample.trigger, tmp_path / "t") if each.code == code]
    assert tuple(each.cell for each in told) == sample.cells
    assert {each.table for each in told} == {sample.table}
    assert [each.code for each in found(sample, sample.near, tmp_path / "n")].count(code) == 0
    for each in told:
        assert_worded(each)


def assert_worded(finding: Finding) -> None:
    """Every placeholder of the wording has what it names, in both languages."""
    code = catalogue()[finding.code]
    for language in LANGUAGES:
        words = {name: _in(text, language) for name, text in finding.parameters.items()}
        words["value"] = finding.value or ""
        words["detail"] = code.details.get(words.get("detail", ""), {}).get(language, "")
        places = PLACEHOLDER.findall(code.message[language] + code.remedy[language])
        if code.name == "normalised" and "detail" not in finding.parameters:
            places.remove("detail")  # it says so only where a suggestion was accepted
        for place in places:
            assert words.get(place, "").strip(), (finding.code, language, place)
        message = finding.message(language)
        assert "{" not in message and "““" not in message, message


def _in(text: str | Mapping[str, str], language: str) -> str:
    return text if isinstance(text, str) else text[language]


def test_every_code_has_a_sample_or_a_reason() -> None:
    assert set(SAMPLES) & set(ELSEWHERE) == set()
    assert set(SAMPLES) | set(ELSEWHERE) == set(catalogue())


def test_rules_that_tables_name_are_those_that_the_program_knows() -> None:
    named = {rule.name for table in SPEC.tables.values() for rule in table.rules}
    assert named == {*RULES, *DATED_RULES, *RELATED_RULES}
