"""A cell typed by mistake at the far end of a sheet: it is named, and all else is read."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from structure_cases import BASE, J001, J002, LOG, put, values

from xlcrm.pipeline.checks import check
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options

OPTIONS = Options(date(2024, 5, 22))


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A workbook of two sheets: one with cells in its last corner and its last row."""
    book = openpyxl.Workbook()
    put(book.active, "A1", LOG)
    book.active["XFD1048576"], book.active["B1048576"] = "误填", "=1/4"
    book.active["B3"].number_format = "@"
    put(book.create_sheet("客户"), "A1", BASE)
    path = tmp_path / "团队" / "张伟.xlsx"
    path.parent.mkdir()
    book.save(path)
    return path


def strays(found: Any) -> list[tuple[Any, ...]]:
    return [(f.severity, f.sheet, f.cell) for f in found if f.parameters.get("detail") == "far"]


def test_it_is_named_and_all_else_is_read(mine: Path) -> None:
    result = check([mine], OPTIONS)
    assert [each.status for each in result.files] == ["read"]
    (reading,) = result.readings
    assert values(reading)[:2] == [J001, J002] and len(reading.records) == 4
    assert strays(result.findings) == [
        ("warning", "Sheet", "B1048576"),
        ("warning", "Sheet", "XFD1048576"),
    ]
    said = next(f for f in result.findings if f.cell == "XFD1048576")
    assert "这一格离其他内容太远,没有读取" in said.message("zh")
    assert "this cell is too far from all else and was not read" in said.message("en")


def test_merging_and_handing_back_do_the_same(mine: Path, tmp_path: Path) -> None:
    before = mine.read_bytes()
    (file,) = merge(mine.parent, OPTIONS).document["files"]
    assert (file["status"], file["rows_seen"], file["rows_merged"]) == ("merged", 4, 4)
    (returned,) = check([mine], OPTIONS, tmp_path / "退回").returned or ()
    assert returned.workbook and not returned.lost
    again = check([returned.workbook], OPTIONS)
    assert len(again.readings[0].records) == 4 and strays(again.findings) == []
    lines = openpyxl.load_workbook(returned.workbook, read_only=True)["检查结果"].iter_rows(
        values_only=True
    )
    assert sum("离其他内容太远" in str(line) for line in lines) == 2
    assert mine.read_bytes() == before
