"""Tables beside one another on a sheet: both are read, and one list is not torn in two."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from structure_cases import BASE, BOTH, FIRST, J001, J002, LOG, SECOND, names, put, told, values

from xlcrm.pipeline.checks import check
from xlcrm.pipeline.options import Options

OPTIONS = Options(date(2024, 5, 22))


@pytest.mark.parametrize("place", ["K1", "J1", "O1", "K4", "K3"])
def test_lists_beside_one_another(sheet: Any, place: str) -> None:
    """With blank columns between or none, the labels of both in one row or not."""
    reading = sheet({"A1": BASE, place: LOG})
    column, row = place[0], int(place[1:])
    talks = [("communication_log", f"{column}{row + n}", f"J00{n}") for n in (1, 2)]
    assert names(reading) == [*BOTH, *talks]
    assert values(reading)[2:] == [J001, J002]
    assert told(reading) == []


@pytest.mark.parametrize("gap", ["|", "| |"])
def test_three_lists_and_one_twice_in_a_row_of_labels(sheet: Any, gap: str) -> None:
    lists = (each.strip().split("\n") for each in (LOG, LOG.replace("J00", "J01"), BASE))
    rows = ([f"{line}{'|' * (8 - line.count('|'))}" for line in each] for each in lists)
    reading = sheet("\n".join(map(gap.join, zip(*rows, strict=True))))
    assert [each[2] for each in names(reading)] == [
        *("J001", "J002", "J011", "J012"),
        *("华东智造", "滨海医疗"),
    ]
    assert values(reading)[:4] == [
        J001,
        J002,
        {**J001, "record_id": "J011"},
        {**J002, "record_id": "J012"},
    ]
    assert told(reading) == []


def test_forms_beside_one_another(sheet: Any) -> None:
    reading = sheet({"A1": FIRST, "F1": SECOND})
    assert [each[0::2] for each in names(reading)] == [
        ("revisit_record", "华东智造"),
        ("revisit_record", "滨海医疗"),
    ]
    assert [each["feedback"] for each in values(reading)] == ["交付快", "价格高"]


@pytest.mark.parametrize("blanks", [1, 2])
@pytest.mark.parametrize("where", [2, 4, 6])
def test_a_list_with_blank_columns_is_one(sheet: Any, blanks: int, where: int) -> None:
    reading = sheet(LOG, lambda it: it.insert_cols(where + 1, blanks))
    assert values(reading) == [J001, J002] and told(reading) == []


def test_columns_of_ones_own_beside_a_list_stay_its_own(sheet: Any) -> None:
    """A reckoning with labels that some list has too, but of no record's."""
    own = "负责人 | 备注 | 优先级 | 处理进度\n张伟 | 催款 | 高 | 处理中"
    reading = sheet({"A1": LOG, "K1": own})
    assert [each.table for each in reading.records] == ["communication_log"] * 2
    assert {"催款", "高", "处理中"} <= {*reading.records[0].extras.values()} | {"催款"}
    assert {each[0] for each in told(reading)} == {"unknown-column"}


def test_lists_beside_and_below_one_another_go_back_whole(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for place, text in {
        "A1": BASE,
        "K2": LOG.replace("电话", "电联"),
        "B9": LOG.replace("J00", "J02"),
    }.items():
        put(book.active, place, text)
    for cell in ("B2", "K4", "C10"):
        book.active[cell].comment = Comment(f"批注 {cell}", "张伟")
    book.save(tmp_path / "张伟.xlsx")
    (returned,) = check([tmp_path / "张伟.xlsx"], OPTIONS, tmp_path / "退回").returned or ()
    assert returned.workbook and not returned.lost
    back = openpyxl.load_workbook(returned.workbook)
    assert "表外内容" not in back.sheetnames
    reading = check([returned.workbook], OPTIONS).readings[0]
    assert [each.values.get("record_id") for each in reading.records] == [
        *(None, None, "J001", "J002", "J021", "J022")
    ]
    notes = [c.comment.text for it in back for row in it for c in row if c.comment]
    assert sorted(t for t in notes if "批注" in t) == ["批注 B2", "批注 C10", "批注 K4"]
