"""A filled list as a page of today's template."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from xlcrm.filled_workbook.carried import Carrier
from xlcrm.filled_workbook.headers import ListHeader
from xlcrm.filled_workbook.list_records import read_list
from xlcrm.filled_workbook.merged import spread
from xlcrm.filled_workbook.sheets import RawSheet
from xlcrm.layout.pages import HEADER, Leftover, ListPage, Notes, Origins, Row, showing
from xlcrm.spec.types.base import Cell


def read_list_page(
    sheet: RawSheet, header: ListHeader, carrier: Carrier
) -> tuple[ListPage, list[Leftover]]:
    """Return the records of a list as they were written, and cells that belong to none."""
    records, _ = read_list(sheet, header, carrier.file, carrier.around)
    rows, table = [record.row for record in records], header.table.with_dropped
    fields = _columns(header)
    extras = dict(_extra_columns(header, records[0].block.extras if records else {}))
    whole = _spread(sheet.reread(), rows, {*fields.values(), *extras})

    def cells(row: int) -> Mapping[str, Cell]:
        found = ((k, carrier.cell(whole, (row, c), table.by_key[k])) for k, c in fields.items())
        return {key: cell for key, cell in found if cell is not None}

    def further(row: int) -> Mapping[int, Cell]:
        found = enumerate(carrier.cell(whole, (row, column)) for column in extras)
        return {n: cell for n, cell in found if cell is not None}

    filled: dict[str | int, int] = dict([*fields.items(), *enumerate(extras)])

    def notes(row: int) -> Notes:
        return carrier.notes_on(sheet, {key: (row, column) for key, column in filled.items()})

    made = [Row(cells(row), further(row), notes(row)) for row in rows]
    labels = notes(header.row)
    used = {key for row in made for key in (*row.cells, *row.notes)} | {*labels}
    shown = showing(header.table, {k for k in used if isinstance(k, str)}, core=carrier.core)
    origins = _origins(header, rows, filled)
    page = ListPage(shown, made, list(extras.values()), sheet.name, labels, origins)
    taken = {(row, column) for row in rows for column in filled.values()}
    noted = taken | {(header.row, column) for column in filled.values()}
    heads = (header.top, header.row)
    taken = noted | {(row, n) for row in heads for n in (*filled.values(), *header.display)}
    taken |= {place for place in sheet.formulas if place[1] in header.display}
    ours = header.returned.values()
    taken |= {(row, column) for row in range(len(sheet.rows)) for column in ours}
    return page, list(carrier.leftovers(sheet, taken, header.top, noted))


def _origins(header: ListHeader, rows: Sequence[int], filled: Mapping[str | int, int]) -> Origins:
    """Return what of the page came from which place, its labels too."""
    places = {**dict(enumerate(rows)), HEADER: header.row}
    return {
        (at, column): (row, slot) for row, at in places.items() for slot, column in filled.items()
    }


def _columns(header: ListHeader) -> dict[str, int]:
    """Return the columns of what people fill, by field key, of dropped fields too."""
    table = header.table
    columns = {key: at for key, at in header.columns.items() if table.by_key[key].is_input}
    dropped = {each.labels["zh"]: each.key for each in table.dropped}
    named = ((dropped.get(label), at) for label, at in header.marked.items())
    return columns | {key: at for key, at in named if key}


def _spread(sheet: RawSheet, rows: Collection[int], columns: Collection[int]) -> RawSheet:
    """Return the sheet with what merged cells give to each row they span."""
    given, _, merged = spread(sheet, {row: sheet.rows[row] for row in rows}, columns)
    if not merged:
        return sheet
    return replace(sheet, rows=[given.get(n, row) for n, row in enumerate(sheet.rows)])


def _extra_columns(header: ListHeader, extras: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """Yield the columns that the table does not have with their labels, left to right."""
    named = {column: name for name, column in extras.items() if name not in header.marked}
    doubled = {second: header.labels[second] for _, second in header.doubled}
    return iter(sorted({**named, **header.others, **doubled}.items()))
