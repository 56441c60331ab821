"""What people or a filter have hidden of a sheet: it is read like all else, and said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from xlcrm.filled_workbook.sheets import RawSheet
from xlcrm.findings import Finding
from xlcrm.records import Record, Records, column_letters


def hidden_finding(sheet: RawSheet, blocks: Sequence[Records], file: str) -> Finding | None:
    """Return the finding of what of a sheet's records is hidden; None where nothing is."""
    if not blocks:
        return None
    if sheet.hidden:
        return Finding("normalised", file, sheet.name, parameters={"detail": "hidden-sheet"})
    first = blocks[0]
    hidden = sheet.hidden_rows(0 if first.block.cells else first.rows[0])  # mostly none
    hidden_columns = sheet.hidden_columns
    records = list(chain.from_iterable(blocks)) if hidden or hidden_columns else []
    rows = sorted(_rows(records) & hidden)
    columns = [c for c in sorted(hidden_columns) if _is_filled(sheet, c, records)]
    ranges = [*_ranges(rows), *map(column_letters, columns)]
    if not ranges:
        return None
    detail = {"detail": "hidden", "others": "、".join(ranges)}
    return Finding("normalised", file, sheet.name, parameters=detail)


def _rows(records: Iterable[Record]) -> set[int]:
    """Return the rows in which values of records stand."""
    rows = set[int]()
    for record in records:
        cells = record.block.cells
        rows.update(cells[key][0] for key in record.values if key in cells)
        if not cells:
            rows.add(record.row)
    return rows


def _is_filled(sheet: RawSheet, column: int, records: Iterable[Record]) -> bool:
    """Whether a column holds anything of a record."""
    for record in records:
        block = record.block
        if block.cells:
            places = [place for place in block.cells.values() if place[1] == column]
        else:
            fields = {*block.columns.values(), *block.extras.values()}
            places = [(record.row, column)] if column in fields else []
        if any(sheet.at(place) != "" for place in places):
            return True
    return False


def _ranges(rows: Iterable[int]) -> Iterator[str]:
    """Yield rows as people number them, those that follow one another as one: ``5-7``."""
    for _, group in groupby(enumerate(rows), lambda each: each[1] - each[0]):
        run = [row + 1 for _, row in group]
        yield f"{run[0]}-{run[-1]}" if run[1:] else str(run[0])
