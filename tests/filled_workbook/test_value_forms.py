"""Values in the forms in which people write them, each from the cell of a real workbook.

A case says what stands in a cell, what it means, and what is told of it. Lists hold a case a row,
forms a case a sheet. A value not understood stays as it was written, and counts as missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import openpyxl
import pytest
from case_form import REVISIT, Case, Shown
from date_cases import DATES, DEADLINES
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from word_cases import CHOICES, IDENTIFIERS, MANY, NUMBERS, TEXTS, TICKS

from xlcrm.findings import Finding
from xlcrm.records import FileReading, Record
from xlcrm.spec.model import Spec

CASES = [*CHOICES, *TICKS, *MANY, *NUMBERS, *DATES, *DEADLINES, *IDENTIFIERS, *TEXTS]


def put(cell: Cell, written: Any) -> None:
    if isinstance(written, Shown):
        cell.value, cell.number_format = written.value, written.format
    else:
        cell.value = written


def list_columns(sheet: Worksheet) -> dict[str, int]:
    """Columns by label of a list of ours: marks in its first row, labels in its second."""
    return {str(cell.value): cell.column for cell in sheet[3]}


def form_cells(sheet: Worksheet) -> dict[str, str]:
    """Cells by slot, by the sheet's names."""
    return {
        name.split(".", 2)[2]: str(named.attr_text.rpartition("!")[2].replace("$", ""))
        for name, named in sheet.defined_names.items()
        if name.count(".") >= 2
    }


def base_values(case: Case, spec: Spec) -> dict[str, Any]:
    """What stands in a case's record besides: its customer and its own date."""
    table = spec.tables[case.table]
    values = {"customer_name": "滨海医疗", table.date: dt.date.fromisoformat(case.day)}
    return {key: v for key, v in values.items() if key in table.by_key and key != case.field}


def fill_list(sheet: Worksheet, rows: Sequence[Case], spec: Spec) -> None:
    columns = list_columns(sheet)
    for number, case in enumerate(rows, 4):
        fields = spec.tables[case.table].by_key
        for key, value in base_values(case, spec).items():
            sheet.cell(number, columns[fields[key].labels["zh"]]).value = value
        put(sheet.cell(number, columns[fields[case.slot].labels["zh"]]), case.written)


def fill_forms(book: Workbook, blank: Worksheet, rows: Sequence[Case], spec: Spec) -> None:
    """Fill a form a case: copies, and for the first the sheet itself, which has its names."""
    cells = form_cells(blank)
    sheets = [blank, *(book.copy_worksheet(blank) for _ in rows[1:])]
    for sheet, case in zip(sheets, rows, strict=True):
        for key, value in base_values(case, spec).items():
            sheet[cells[key]].value = value
        put(sheet[cells[case.slot]], case.written)


def cell_of(record: Record, case: Case) -> str | None:
    return record.cell(case.slot) or record.cell(case.field)


Answer = tuple[Record | None, list[Finding]]


def fill(path: Path, rows: Sequence[Case], spec: Spec, write: Any) -> Mapping[str, list[Case]]:
    """Write the cases to a workbook; return them by table, in the order of their records."""
    tables: dict[str, list[Case]] = {}
    for case in rows:
        tables.setdefault(case.table, []).append(case)
    write(path, {key: [] for key in tables})
    book = openpyxl.load_workbook(path)
    for key, own in tables.items():
        sheet = book[spec.tables[key].labels["zh"]]
        if spec.tables[key].layout == "list":
            fill_list(sheet, own, spec)
        else:
            fill_forms(book, sheet, own, spec)
    book.save(path)
    return tables


def answers(reading: FileReading, tables: Mapping[str, list[Case]]) -> dict[int, Answer]:
    """What the reading says of each case, by its identity."""
    found: dict[int, Answer] = {}
    for key, own in tables.items():
        records = [record for record in reading.records if record.table == key]
        assert len(records) == len(own)
        for case, record in zip(own, records, strict=True):
            told = [finding for finding in reading.findings if is_of(finding, record)]
            found[id(case)] = record, told
    return found


def is_of(finding: Finding, record: Record) -> bool:
    """Whether a finding stands on a form's sheet, or in a list's row."""
    on_sheet = finding.sheet == record.block.sheet
    row = str(finding.cell).lstrip(ascii_uppercase)
    return on_sheet and bool(record.block.cells or row == str(record.row + 1))


@pytest.fixture(scope="module")
def read_cases(
    tmp_path_factory: pytest.TempPathFactory, spec: Spec, write: Any, read: Any
) -> dict[int, Answer]:
    path = tmp_path_factory.mktemp("forms") / "a.xlsx"
    tables = fill(path, CASES, spec, write)
    return answers(read(path), tables)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_value_is_read_as_meant(case: Case, read_cases: dict[int, Answer]) -> None:
    record, told = read_cases[id(case)]
    assert record is not None
    assert record.values.get(case.field) == case.value
    assert [f.code for f in told] == case.told.split()
    assert [f.cell for f in told] == [cell_of(record, case)] * len(told)
    assert [f.suggestion for f in told][:1] == ([case.suggested] if told else [])
    if case.value is None and told:
        kept = case.kept or record.raw[case.field]
        assert record.raw == {case.field: kept}
        if isinstance(case.written, str) and not case.kept:
            assert kept == case.written
    else:
        assert record.raw == {}


@pytest.mark.parametrize("over", ["√高", "高√", "☑ 高", "[x]高"])
def test_a_tick_may_stand_with_the_printed_choice(
    over: str, tmp_path: Path, write: Any, read: Any
) -> None:
    path = write(tmp_path / "a.xlsx", {REVISIT: [{"customer_name": "滨海医疗"}]})
    book = openpyxl.load_workbook(path)
    sheet = book["客户回访沟通记录表"]
    printed = sheet[form_cells(sheet)["priority.1"]].offset(0, 1)
    assert printed.value == "高"
    printed.value = over
    book.copy_worksheet(sheet)  # has no names: its labels tell
    book.save(path)
    assert [record.values.get("priority") for record in read(path).records] == ["高", "高"]
