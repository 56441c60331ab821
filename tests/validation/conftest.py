"""Filled workbooks to examine: written by the project's writer, then edited as a person would."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.examination import examine
from xlcrm.findings import Finding
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

SPEC = load_spec()
NAME = "张伟.xlsx"

Edit = Callable[[Workbook], object]
Examined = Callable[..., list[Finding]]
Told = Callable[..., list[tuple[str, str]]]


@pytest.fixture
def examined(tmp_path: Path) -> Examined:
    """Gives the findings of a workbook of these records, edited before it is read."""

    def examined(
        records: Mapping[str, Sequence[Mapping[str, Any]]], edit: Edit | None = None
    ) -> list[Finding]:
        path = tmp_path / NAME
        rows = {key: [dict(row) for row in given] for key, given in records.items()}
        tables = [SPEC.tables[key] for key in rows]
        write_workbook(path, tables, SPEC, "zh", created=datetime(2024, 5, 20), records=rows)
        if edit:
            workbook = load_workbook(path)
            edit(workbook)
            workbook.save(path)
        return examine(path, NAME, SPEC).findings

    return examined


@pytest.fixture
def told(examined: Examined, tmp_path: Path) -> Told:
    """Gives code and labelled place of every error and warning of a workbook, in order."""

    def told(
        records: Mapping[str, Sequence[Mapping[str, Any]]], edit: Edit | None = None
    ) -> list[tuple[str, str]]:
        findings = [each for each in examined(records, edit) if each.severity != "info"]
        workbook = load_workbook(tmp_path / NAME) if findings else Workbook()
        return sorted(
            (each.code, label_of(workbook[each.sheet or ""], each.cell)) for each in findings
        )

    return told


def label_of(sheet: Worksheet, place: str | None) -> str:
    """Return what is printed for the cell at ``place``: its column's header, or the label before
    it; of an action row the column's header and the row's number."""
    if place is None:
        return ""
    cell = sheet[place]
    if str(sheet["A2"].value).startswith("xlcrm."):
        return str(sheet.cell(3, cell.column).value)
    number = str(sheet.cell(cell.row, 2).value)
    if number.isdecimal():
        above = (sheet.cell(row, cell.column).value for row in range(cell.row - int(number), 0, -1))
        return f"{next(filter(None, above))} {number}"
    before = (sheet.cell(cell.row, column).value for column in range(cell.column - 1, 1, -1))
    return str(next(filter(None, before)))
