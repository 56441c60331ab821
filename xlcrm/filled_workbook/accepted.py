"""Suggestions that a person accepted on our sheet of findings: their cells hold them from then on.

A line is applied only where its row is found, exactly once, and the cell still holds what it held
when the suggestion was made: what a person has typed since wins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import NamedTuple

from xlcrm.filled_workbook.cells import written
from xlcrm.filled_workbook.headers import ListHeader
from xlcrm.filled_workbook.located import FormMarks, is_marked_own, marks_on
from xlcrm.filled_workbook.own_lists import list_columns
from xlcrm.filled_workbook.parts import tables_on
from xlcrm.filled_workbook.sheet_xml import Address
from xlcrm.filled_workbook.sheets import CellValue, RawSheet
from xlcrm.findings import Finding
from xlcrm.layout.marks import CHECK, OWN_SHEET, Mark
from xlcrm.layout.remarks import ACCEPT, KEY, ROW_KEY, SUGGESTION, LineKey, digest
from xlcrm.privacy import mask
from xlcrm.records import Record, address
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.types.base import ReadContext
from xlcrm.spec.types.texts import is_ticked
from xlcrm.text import printable
from xlcrm.values import dataclass

_WRITTEN = 200
Marked = Sequence[tuple[RawSheet, Sequence[Mark]]]


class _Line(NamedTuple):
    """A suggestion accepted: by its key, with the text accepted, and where that was said; without
    a key there is no telling what it is of."""

    key: LineKey | None
    text: str
    sheet: str
    cell: str


class _Target(NamedTuple):
    sheet: RawSheet
    place: Address
    table: Table
    field: Field | None
    label: str


@dataclass
class Acceptance:
    """What was accepted: the cells that hold it now by sheet, and what there is to tell.

    ``missed`` are lines that could not be applied with the detail that says why, ``outdone`` those
    whose cells a person has changed since.
    """

    cells: dict[str, dict[Address, CellValue]] = field(default_factory=lambda: defaultdict(dict))
    applied: list[tuple[_Target, CellValue, str]] = field(default_factory=list)
    missed: list[tuple[_Line, str]] = field(default_factory=list)
    outdone: list[tuple[_Target, CellValue, str]] = field(default_factory=list)

    def on(self, sheet: RawSheet) -> RawSheet:
        """Return a sheet with what was accepted on it."""
        cells = self.cells.get(sheet.name)
        if not cells:
            return sheet
        height = max(len(sheet.rows), 1 + max(row for row, _ in cells))
        width = max(sheet.width, 1 + max(column for _, column in cells))
        rows = [row + [""] * (width - len(row)) for row in sheet.rows]
        rows += ([""] * width for _ in range(height - len(rows)))
        for (row, column), cell in cells.items():
            rows[row][column] = cell
        return replace(sheet, rows=rows)

    def findings(self, file: str, records: Sequence[Record]) -> Iterator[Finding]:
        """Yield what was accepted, and what could not be: its row is gone, there are several, or
        its cell holds something else by now."""
        for detail, cells in (("accepted", self.applied), ("outdone", self.outdone)):
            for target, cell, text in cells:
                yield _noted(target, cell, text, detail, file, records)
        for line, detail in self.missed:
            words = {"detail": detail}
            yield Finding(
                "not-carried", file, line.sheet, line.cell, value=line.text, parameters=words
            )

    def apply(self, line: _Line, target: _Target) -> None:
        """Let a cell hold what was accepted for it, unless it holds something else by now."""
        sheet, place = target.sheet, target.place
        now = self.cells[sheet.name].get(place, sheet.at(place))
        if place in sheet.formulas or place in sheet.suspects:
            self.missed.append((line, "accepted-formula"))
        elif line.key and digest(written(now)) == line.key.was:
            self.cells[sheet.name][place] = _cell(target.field, line.text)
            self.applied.append((target, now, line.text))
        elif digest(written(now)) != digest(written(_cell(target.field, line.text))):
            self.outdone.append((target, now, line.text))


def _noted(
    target: _Target, cell: CellValue, text: str, detail: str, file: str, records: Sequence[Record]
) -> Finding:
    sheet, place, table, of, label = target
    name = next((table.name_of(r.values) for r in records if _is_at(r, target)), None)
    held = mask(printable(written(cell)))[:_WRITTEN]
    words = {"label": of.labels if of else label, "read": text, "detail": detail}
    key, cell_name = of.key if of else None, address(*place)
    return Finding(
        "normalised", file, sheet.name, cell_name, table.key, key, name, held, None, words
    )


def accepted(marked: Marked, spec: Spec) -> Acceptance:
    """Return what a person accepted; ``marked`` are all sheets with the marks in their cells."""
    lines = [line for sheet, marks in marked if is_check(marks) for line in _lines(sheet)]
    found = Acceptance()
    if not lines:
        return found
    rows = _rows_by_key((each for each in marked if not is_marked_own(each[1])), spec)
    for line in lines:
        if line.key is None:
            found.missed.append((line, "accepted-unknown"))
            continue
        places = (_target(place, line.key) for place in rows.get(line.key.row, []))
        targets = [each for each in places if each]
        if len(targets) == 1:
            found.apply(line, targets[0])
        else:
            found.missed.append((line, "accepted"))
    return found


def is_check(marks: Sequence[Mark]) -> bool:
    """Whether a sheet with these marks in its cells is our sheet of findings."""
    return Mark(OWN_SHEET, CHECK) in marks


def _lines(sheet: RawSheet) -> Iterator[_Line]:
    """Yield the lines of the sheet of findings in whose column of acceptance a tick stands."""
    first, columns = list_columns(sheet, CHECK)
    accept, suggestion, key = (columns.get(name) for name in (ACCEPT, SUGGESTION, KEY))
    if accept is None or suggestion is None:
        return
    for number, row in enumerate(sheet.rows[first:], first):
        text = written(row[suggestion]).strip()
        if text and is_ticked(written(row[accept])):
            line_key = None if key is None else LineKey.read(written(row[key]))
            yield _Line(line_key, text, sheet.name, address(number, accept))


_Row = tuple[RawSheet, ListHeader | FormMarks, int]


def _rows_by_key(
    marked: Iterable[tuple[RawSheet, Sequence[Mark]]], spec: Spec
) -> Mapping[str, list[_Row]]:
    """Return the rows that have a key, by it."""
    rows: dict[str, list[_Row]] = defaultdict(list)
    parts = (each for sheet, marks in marked for each in tables_on(sheet, marks, spec))
    for sheet, found in parts:
        if isinstance(found, FormMarks):
            for each in marks_on(sheet):
                slot, _, key = each.slot.partition(":")
                if slot == ROW_KEY:
                    rows[key].append((sheet, found, 0))
        elif found and ROW_KEY in found.returned:
            column = found.returned[ROW_KEY]
            for number, row in enumerate(sheet.rows[found.row + 1 :], found.row + 1):
                if row[column] != "":
                    rows[written(row[column]).strip()].append((sheet, found, number))
    return rows


def _target(row: _Row, key: LineKey) -> _Target | None:
    """Return the cell of a row that a key names; None where it is not there any more."""
    sheet, found, number = row
    table = found.table.with_dropped
    named = table.by_key.get(key.slot.partition(".")[0])
    if isinstance(found, FormMarks):
        from xlcrm.filled_workbook.form_cells import find_cells  # most workbooks have lists alone

        place = find_cells(sheet, table, found.cells).slots.get(key.slot)
        return _Target(sheet, place, table, named, "") if place else None
    others = {label: column for column, label in found.others.items()}
    column = others.get(key.label) if key.label else found.columns.get(key.slot)
    return None if column is None else _Target(sheet, (number, column), table, named, key.label)


def _cell(field: Field | None, text: str) -> CellValue:
    """Return what a cell holds that is to say a text: a date or a number as such."""
    if field and field.type.kind != "text":
        value = field.type.read(text, ReadContext()).value
        if value is not None:
            return field.type.cell(value)
    return text


def _is_at(record: Record, target: _Target) -> bool:
    block = record.block
    on_row = bool(block.cells) or record.row == target.place[0]
    return block.sheet == target.sheet.name and block.table == target.table.key and on_row
