"""A merge hands back too: what files disagree on goes to each of them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from returned_cases import LOG, TALKS, accept, changed, columns, lines, put, staff_workbook

from xlcrm.pipeline.merges import MergeResult, hand_back, merge
from xlcrm.pipeline.options import Options
from xlcrm.spec.settings import Settings

OPTIONS = Options(date(2024, 5, 20))


def team(root: Path) -> Path:
    """Two files with one id for two talks, and one of them with a fault of its own."""
    staff_workbook(root / "张伟.xlsx", lambda book: put(book, 4, 沟通方式="电联"))
    other = {"record_id": "J001", "customer_id": "C003", "date": "2024-05-13"}
    staff_workbook(root / "华东" / "李娜.xlsx", communication_log=[{**TALKS[0], **other}])
    staff_workbook(root / "王芳.xlsx", communication_log=[dict(TALKS[0], record_id="J900")])
    return root


def merged(root: Path) -> MergeResult:
    return hand_back(root, merge(root, OPTIONS))


def test_what_files_disagree_on_is_in_each_of_them(tmp_path: Path) -> None:
    root = team(tmp_path / "团队")
    before = {path: path.read_bytes() for path in root.rglob("*.xlsx")}
    result = merged(root)
    home = root / "汇总" / "退回"
    told = {
        each["path"]: (each["workbook"], each["reason"]) for each in result.document["returned"]
    }
    assert told == {
        "华东/李娜.xlsx": (str(home.absolute() / "华东" / "李娜.xlsx"), None),
        "张伟.xlsx": (str(home.absolute() / "张伟.xlsx"), None),
        "王芳.xlsx": (None, "in-order"),
    }
    for file, other in (("华东/李娜.xlsx", "张伟.xlsx"), ("张伟.xlsx", "华东/李娜.xlsx")):
        (line,) = (each for each in lines(home / file) if "编号相同" in each.fault)
        sheet = load_workbook(home / file)[LOG]
        assert other in line.fault and sheet[line.cell].value == "J001"
        assert other in sheet[line.cell].comment.text
    assert {path: path.read_bytes() for path in before} == before


def offers(root: Path) -> dict[str, str | None]:
    """What is offered in place of an id that two people have, by file."""
    home = root / "汇总" / "退回"
    found = ((file, each) for file in home.rglob("*.xlsx") for each in lines(file))
    return {
        file.relative_to(home).as_posix(): each.suggestion
        for file, each in found
        if "编号相同" in each.fault
    }


def test_of_two_people_one_is_offered_another_id(tmp_path: Path) -> None:
    root = team(tmp_path / "团队")
    merged(root)
    assert offers(root) == {"华东/李娜.xlsx": None, "张伟.xlsx": "J004"}
    back = root / "汇总" / "退回" / "张伟.xlsx"
    changed(back, lambda book: accept(book, "B4"))
    shutil.copyfile(back, root / "张伟.xlsx")
    codes = [each["code"] for each in merged(root).document["findings"]]
    assert "id-collision" not in codes and "duplicate-id" not in codes


def test_whose_range_the_id_lies_in_keeps_it(tmp_path: Path) -> None:
    root = team(tmp_path / "团队")
    members = [
        {"name": "张伟", "file": "张伟*", "ids": (1, 99)},
        {"name": "李娜", "file": "李娜*", "ids": (100, 199)},
    ]
    hand_back(root, merge(root, replace(OPTIONS, settings=Settings(members=members))))
    assert offers(root) == {"华东/李娜.xlsx": "J100", "张伟.xlsx": None}


def test_without_being_asked_nothing_goes_back(tmp_path: Path) -> None:
    root = team(tmp_path / "团队")
    assert merge(root, OPTIONS).document["returned"] is None
    assert not (root / "汇总" / "退回").exists()


def test_a_second_merge_reads_nothing_of_it_and_writes_the_same(tmp_path: Path) -> None:
    root = team(tmp_path / "团队")
    first = merged(root)
    made = {path: path.read_bytes() for path in (root / "汇总" / "退回").rglob("*.xlsx")}
    again = merged(root)
    assert {each["status"] for each in again.document["files"]} == {"unchanged"}
    assert again.document["returned"] == first.document["returned"] and len(made) == 2
    assert {path: path.read_bytes() for path in made} == made


def test_what_is_accepted_is_merged_once_the_workbook_is_put_back(tmp_path: Path) -> None:
    root = team(tmp_path / "团队")
    merged(root)
    back = root / "汇总" / "退回" / "张伟.xlsx"
    at = columns(load_workbook(back)[LOG])["沟通方式"]
    cell = load_workbook(back)[LOG].cell(4, at).coordinate
    changed(back, lambda book: accept(book, cell))
    shutil.copyfile(back, root / "张伟.xlsx")
    for status in ("merged", "unchanged"):
        document = merged(root).document
        files = {each["path"]: each["status"] for each in document["files"]}
        assert files["张伟.xlsx"] == status
        codes = [each["code"] for each in document["findings"]]
        assert "not-in-list" not in codes and codes.count("id-collision") == 2
    talks: list[dict[str, Any]] = [
        r.values for r in merged(root).picture.ledger.records["communication_log"]
    ]
    assert {talk["channel"] for talk in talks} == {"电话"}
    assert load_workbook(back)[LOG].cell(4, at).value == "电联"  # somebody's work is not replaced
    assert load_workbook(back.with_name("张伟_2.xlsx"))[LOG].cell(4, at).value == "电话"
