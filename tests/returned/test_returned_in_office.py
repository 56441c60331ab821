"""A workbook that went back is worked on in LibreOffice, and checked again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl.workbook import Workbook
from returned_cases import (
    FINDINGS,
    LOG,
    TALKS,
    back,
    checked,
    lines,
    put,
    staff_workbook,
    told,
    values,
)

# Accepts the suggestion of F4, mends G5, sorts the log by date downwards, and saves.
WORK = """
workbook = open_workbook(args[0])
sheets = workbook.Sheets
findings, log = sheets.getByName(args[1]), sheets.getByName(args[2])
findings.getCellRangeByName(args[3]).String = "是"
log.getCellRangeByName(args[4]).String = "面谈"
area = log.getCellRangeByName("A4:AF6")
field = uno.createUnoStruct("com.sun.star.table.TableSortField")
field.Field, field.IsAscending = 4, False
area.sort((_property("SortFields", uno.Any("[]com.sun.star.table.TableSortField", (field,))),))
save_workbook(workbook, args[5])
workbook.close(True)
"""


def faults(book: Workbook) -> None:
    put(book, 4, 沟通方式="电联", 录入时间="2024-05-11 10:00")
    put(book, 5, 沟通方式="传真")
    put(book, 6, 关键内容记录=None)


def test_what_is_accepted_and_mended_is_gone_and_the_rest_is_told(
    soffice: Any, mine: Path, tmp_path: Path
) -> None:
    made = back(staff_workbook(mine, faults), tmp_path / "1")
    before, found = told(made), {line.cell: line for line in lines(made)}
    saved = tmp_path / "2" / "张伟.xlsx"
    saved.parent.mkdir()
    soffice.uno_script(WORK, made, FINDINGS, LOG, f"I{found['F4'].row}", "F5", saved)
    gone = {(code, value) for code, *_, value in before - told(saved)}
    assert gone == {("not-in-list", "电联"), ("not-in-list", "传真")}
    assert told(saved) - before == {} and told(saved).total() == 1
    talks = {each["record_id"]: each for each in values(saved) if "record_id" in each}
    assert [talks[f"J00{n}"].get("channel") for n in (1, 2, 3)] == ["电话", "面谈", "电话"]
    assert list(talks) == ["J003", "J002", "J001"] and len(TALKS) == 3
    (note,) = (f for f in checked(saved).findings if f.parameters.get("detail") == "accepted")
    assert (note.record, note.value, note.cell) == ("J001", "电联", "F6")
    third = back(saved, tmp_path / "3")
    assert told(third) == told(saved)
    assert not [f for f in checked(third).findings if f.parameters.get("detail") == "accepted"]
