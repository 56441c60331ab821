"""The optional tables: several contacts of a customer, and the codes of their real numbers."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from xlcrm.ledger.state import load_state
from xlcrm.pipeline.blanks import new_workbook
from xlcrm.pipeline.checks import CheckResult, check
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.upgrades import upgrade
from xlcrm.spec.settings import Settings

OPTIONS = Options(date(2024, 5, 20), workers=1)
PHONE, MAIL = "13812345678", "li.si@example.com"
CODES, CONTACTS, BASE, LOG = "contact_codes", "contacts", "customer_base", "communication_log"
CUSTOMER = {"customer_id": "C001", "customer_name": "星辰科技", "customer_type": "潜在客户"}
PERSON = {"customer_id": "C001", "contact": "*经理", "role": "决策人", "birthday": "05-20"}
CODE = {"code": "客户联系方式-1", "customer_id": "C001", "real": PHONE}
TALK = {
    "record_id": "J001",
    "customer_id": "C001",
    "date": "2024-05-13",
    "channel": "电话",
    "content": "谈价格",
}


def told(result: CheckResult) -> list[tuple[str, str | None, str | None]]:
    return [(each.code, each.sheet, each.cell) for each in result.findings]


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder as bytes, workbooks part by part, a state with what it packs."""
    for path in (each for each in folder.rglob("*") if each.is_file()):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as package:
                yield from ((name, package.read(name)) for name in package.namelist())
        else:
            yield path.name, path.read_bytes()
        if path.name == "state":
            state = load_state(path.parents[3], path.parent.name, None)
            assert state
            said = [json.dumps(state.meta, ensure_ascii=False)]
            said += [each.reading.decode() for each in state.files.values()]
            yield path.name, "\n".join(said).encode()


# --- 联系人表 ---


def test_contacts_merge_like_any_table(team: Any) -> None:
    other = {**PERSON, "contact": "*总监", "role": "影响人"}
    team.put("张伟.xlsx", {BASE: [CUSTOMER], CONTACTS: [PERSON, other]})
    team.put("李娜.xlsx", {CONTACTS: [PERSON]})
    result = team.merge()
    assert result.document["records"][CONTACTS] == 2
    assert result.document["duplicates"] == 1
    rows = team.rows("联系人表")
    assert [(row["联系人"], row["角色"], row["生日"]) for row in rows] == [
        ("*经理", "决策人", "05-20"),
        ("*总监", "影响人", "05-20"),
    ]


def test_a_contact_is_masked_and_of_a_known_customer(team: Any) -> None:
    wrong = [{**PERSON, "customer_id": "C009"}, {**PERSON, "contact": "欧阳娜娜"}]
    path = team.put("张伟.xlsx", {CONTACTS: [PERSON, *wrong], BASE: [CUSTOMER]})
    cells = {field: f"{letter}5" for field, letter in columns(path, "联系人表").items()}
    assert told(check([team.root], OPTIONS)) == [
        ("unmasked-name", "联系人表", cells["联系人"].replace("5", "6")),
        ("unknown-customer", "联系人表", cells["客户ID"]),
    ]


def columns(path: Path, sheet: str) -> dict[str, str]:
    """The letters of a list's columns by label."""
    return {cell.value: cell.column_letter for cell in load_workbook(path)[sheet][3]}


def test_a_new_workbook_has_them_where_they_are_asked_for(tmp_path: Path) -> None:
    path = new_workbook(["联系人表", "contact_codes"], tmp_path / "a.xlsx", OPTIONS)
    assert {"联系人表", "联系方式对照表"} < set(load_workbook(path).sheetnames)
    standard = new_workbook([], tmp_path / "b.xlsx", OPTIONS)
    assert not {"联系人表", "联系方式对照表"} & set(load_workbook(standard).sheetnames)
    settings = Settings(parameters={"standard_tables": [BASE, CONTACTS]})
    ours = Options(OPTIONS.as_of, settings=settings)
    path = new_workbook([], tmp_path / "c.xlsx", ours)
    assert load_workbook(path).sheetnames == ["填写说明", "客户基础信息库", "联系人表", "选项"]


# --- 联系方式对照表 ---


def test_its_sheet_does_not_colour_private_values(tmp_path: Path) -> None:
    path = new_workbook([CONTACTS, CODES], tmp_path / "a.xlsx", OPTIONS)
    book = load_workbook(path)
    colours = {
        sheet: [str(rule.formula) for each in book[sheet].conditional_formatting
                for rule in each.rules]
        for sheet in ("联系人表", "联系方式对照表")
    }  # fmt: skip
    assert any('"@"' in formula for formula in colours["联系人表"])
    assert colours["联系方式对照表"]  # a code given twice
    assert not any('"@"' in formula for formula in colours["联系方式对照表"])


def test_codes_kept_apart_are_checked_and_may_hold_private_values(team: Any) -> None:
    rows = [CODE, {**CODE, "real": MAIL}, {**CODE, "code": "客户联系方式-2", "customer_id": "C9"}]
    path = team.put("../保管/对照表.xlsx", {CODES: [*rows, {**rows[2], "customer_id": "C009"}]})
    alone = check([path], OPTIONS)
    assert [(each.code, each.cell) for each in alone.findings] == [
        ("bad-id", "B6"),
        ("duplicate-id", "A4"),
        ("duplicate-id", "A5"),
        ("duplicate-id", "A6"),
        ("duplicate-id", "A7"),
    ]
    assert alone.to_json()["files"][0]["tables"] == {CODES: 4}
    team.put("张伟.xlsx", {BASE: [CUSTOMER]})
    beside = check([path, team.root], OPTIONS)
    assert ("unknown-customer", "联系方式对照表", "B7") in told(beside)


def test_what_is_wrong_with_a_real_number_does_not_repeat_it(team: Any) -> None:
    path = team.put("../保管/对照表.xlsx", {CODES: [CODE]})
    book = load_workbook(path)
    book["联系方式对照表"]["C4"] = 138123456780000001
    book.save(path)
    (finding,) = check([path], OPTIONS).findings
    assert (finding.code, finding.cell) == ("digits-lost", "C4")
    assert "13812345678" not in json.dumps(finding.to_json("zh"))


def test_an_upgrade_keeps_them(team: Any, tmp_path: Path) -> None:
    path = team.put("../保管/对照表.xlsx", {CODES: [CODE], LOG: [TALK]})
    alone = team.put("../保管/单独.xlsx", {CODES: [CODE]})
    result = upgrade([path, alone], tmp_path / "新", OPTIONS, None)
    assert (result.findings, [each.status for each in result.files]) == ([], ["upgraded"] * 2)
    book = load_workbook(tmp_path / "新" / "对照表.xlsx")
    assert PHONE in {cell.value for row in book["联系方式对照表"] for cell in row}
    assert TALK["content"] in {cell.value for row in book["沟通动态记录表"] for cell in row}


def beside_talks(team: Any) -> Path:
    path: Path = team.put("张伟.xlsx", {LOG: [TALK], CODES: [CODE, {"code": "甲", "real": MAIL}]})
    return path


def alone(team: Any) -> Path:
    path: Path = team.put("张伟.xlsx", {CODES: [CODE, {"code": "甲", "real": MAIL}]})
    return path


def by_hand(team: Any) -> Path:
    """Labels alone, among more columns of other tables than of its own."""
    team.root.mkdir(exist_ok=True)
    book, path = Workbook(), team.root / "张伟.xlsx"
    page = book.active
    page.title = "联系方式对照表"
    page.append(["客户名称", "联系人", "职位", "备注", "真实联系方式", "代号"])
    page.append(["星辰科技", "*经理", "经理", "无", PHONE, "客户联系方式-1"])
    page.append(["星辰科技", "*总监", "总监", "无", MAIL, "客户联系方式-2"])
    book.save(path)
    return Path(path)


@pytest.mark.parametrize("put", [beside_talks, alone, by_hand])
def test_codes_in_a_shared_folder_are_named_and_not_read(team: Any, put: Any) -> None:
    path = put(team)
    team.put("李娜.xlsx", {BASE: [{**CUSTOMER, "contact_info": "客户联系方式-1"}]})
    named = ("contact-codes", "联系方式对照表", None)
    checked = check([team.root], OPTIONS)
    assert told(checked) == [named]
    merged = team.merge()
    document = merged.document
    talks = {LOG: 1} if put is beside_talks else {}
    assert document["records"] == {BASE: 1, **talks}
    assert [each["code"] for each in document["findings"]] == ["contact-codes"]
    status = {each["path"]: (each["status"], each["reason"]) for each in document["files"]}
    is_read = put is beside_talks
    assert status["张伟.xlsx"] == (("merged", None) if is_read else ("skipped", "contact-codes"))
    assert told(check([path], OPTIONS)) == [named]  # the folder is known by what was merged in it

    outputs = dict(contents(team.results))
    assert "xl/workbook.xml" in outputs and "state" in outputs
    said = json.dumps([document, checked.to_json(), team.merge().document], ensure_ascii=False)
    for value in (PHONE, MAIL):
        assert value not in said
        assert [name for name, data in outputs.items() if value.encode() in data] == []
