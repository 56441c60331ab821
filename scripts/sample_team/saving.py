"""Writes workbooks as people leave them, the same bytes for the same data."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from sample_team.as_excel import arrange
from sample_team.folder import Workbook
from sample_team.team import TYPED, Values
from xlcrm.layout.lists import FIRST_ROW, HEADER_ROW
from xlcrm.spec.loader import load_settings_spec
from xlcrm.spec.model import Spec, Table
from xlcrm.template_workbook import write_workbook

_CORE = "docProps/core.xml"
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_CUT_AT = 24_000
_TICKED, _UNTICKED = "☑", "☐"


def save(target: Path, workbook: Workbook, spec: Spec) -> None:
    """Write a workbook to ``target``; typed cells make another program write it anew."""
    target.parent.mkdir(parents=True, exist_ok=True)
    meant = {
        key: [{k: v for k, v in record.items() if k != TYPED} for record in records]
        for key, records in workbook.records.items()
    }
    tables = [spec.tables[key] for key in spec.tables if key in meant]
    write_workbook(target, tables, spec, workbook.language, created=workbook.saved, records=meant)
    if workbook.is_typed_over:
        target.write_bytes(_typed_over(target, workbook, spec))


def save_settings(target: Path, members: Sequence[Values], spec: Spec) -> None:
    """Write the team's settings: its members; all else is as it is without."""
    settings = load_settings_spec(spec)
    tables = [settings.tables[key] for key in ("members", "customer_aliases")]
    rows = {"members": list(members)}
    write_workbook(target, tables, settings, "zh", created=datetime(2024, 3, 1), records=rows)


def cut(path: Path) -> None:
    """Leave the first part of a file alone, as a broken copy does.

    Its parts are packed without compression first, so that the bytes are the same on any machine.
    """
    path.write_bytes(_packed(_parts(path.read_bytes()), zipfile.ZIP_STORED)[:_CUT_AT])


def lock_file(user: str) -> bytes:
    """Return what Excel leaves beside an open workbook: who has it open, twice, in 165 bytes."""
    narrow, wide = user.encode("gb18030"), user.encode("utf-16-le")
    head = bytes([len(narrow)]) + narrow.ljust(54, b" ")
    return (head + bytes([len(user), 0]) + wide).ljust(165, b" ")


def _typed_over(path: Path, workbook: Workbook, spec: Spec) -> bytes:
    book = openpyxl.load_workbook(path)
    for key, records in workbook.records.items():
        table = spec.tables[key]
        _type_into(book, table, records, workbook.language)
    written = io.BytesIO()
    book.save(written)
    parts = _parts(written.getvalue())
    arrange(parts)
    parts[_CORE] = _MODIFIED.sub(rb"\g<1>" + _stamp(workbook.saved), parts[_CORE])
    return _packed(parts, zipfile.ZIP_DEFLATED)


def _type_into(
    book: openpyxl.Workbook, table: Table, records: Sequence[Values], language: str
) -> None:
    """Type what the records' ``typed`` says into the cells beside or below the fields' labels."""
    name = table.labels[language]
    sheets = [
        sheet for sheet in book.worksheets if re.fullmatch(rf"{name}( \(\d+\))?", sheet.title)
    ]
    for n, record in enumerate(records):
        for key, typed in record.get(TYPED, {}).items():
            label = table.by_key[key].labels[language]
            if table.layout == "list":
                column = _column(sheets[0], label)
                sheets[0].cell(FIRST_ROW + n + 1, column).value = typed or None
            elif boxes := _boxes(sheets[n], label):
                _tick(boxes, typed)
            else:
                sheets[n].cell(*_beside(sheets[n], label)).value = typed or None


def _boxes(sheet: Worksheet, label: str) -> list[Cell]:
    """Return the boxes to tick right of a label, in its row and in those below without one."""
    row, column = _beside(sheet, label)
    boxes: list[Cell] = []
    for cells in sheet.iter_rows(min_row=row, min_col=column):
        found = [cell for cell in cells if cell.value in (_TICKED, _UNTICKED)]
        if not found or (boxes and sheet.cell(cells[0].row, column - 1).value):
            return boxes
        boxes += found
    return boxes


def _tick(boxes: Sequence[Cell], typed: Any) -> None:
    """Tick boxes with another mark, or with one each."""
    marks = typed if isinstance(typed, list) else [typed] * len(boxes)
    for box, mark in zip(boxes, marks, strict=True):
        if isinstance(typed, list) or box.value == _TICKED:
            box.value = mark


def _column(sheet: Worksheet, label: str) -> int:
    return next(cell.column for cell in sheet[HEADER_ROW + 1] if cell.value == label)


def _beside(sheet: Worksheet, label: str) -> tuple[int, int]:
    """Return the row and column of the cell right of a label, which may be merged itself."""
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == label)
    merged = [area for area in sheet.merged_cells.ranges if cell.coordinate in area]
    return cell.row, (merged[0].max_col if merged else cell.column) + 1


def _stamp(moment: datetime) -> bytes:
    return f"{moment.isoformat(timespec='seconds')}Z".encode()


def _parts(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as package:
        return {name: package.read(name) for name in package.namelist()}


def _packed(parts: Mapping[str, bytes], method: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name, _ZIP_DATE), content, method)
    return packed.getvalue()
