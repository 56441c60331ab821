"""Private values in what people typed beside their records: in titles, totals and notes, on sheets
of their own, in what was left over before, in comments and in the names of sheets.

Those in records are found where all else is that is wrong with a record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import chain, product
from operator import itemgetter
from typing import NamedTuple

from xlcrm.filled_workbook.archive import Archive
from xlcrm.filled_workbook.cells import written
from xlcrm.filled_workbook.headers import ListHeader
from xlcrm.filled_workbook.sheet_xml import Address
from xlcrm.filled_workbook.sheets import CellValue, RawSheet
from xlcrm.filled_workbook.side_by_side import Located
from xlcrm.filled_workbook.source import Rejected
from xlcrm.findings import Finding
from xlcrm.layout.marks import is_own_mark
from xlcrm.privacy import find_private, mask, may_hold_private
from xlcrm.records import Records, address
from xlcrm.sheet_words import localised
from xlcrm.text import printable

_TOLD = 200  # characters of a text that a finding keeps


class Part(NamedTuple):
    """A part of a sheet with the table on it, and that table's records."""

    sheet: RawSheet
    found: Located | None = None
    records: Records | None = None

    @property
    def is_apart(self) -> bool:
        """Whether its table is kept apart: private values belong there."""
        return self.found is not None and self.found.table.private is not None


def private_outside(parts: Sequence[Part], archive: Archive | None, file: str) -> Iterator[Finding]:
    """Yield the private values of a workbook that stand in no cell of a record.

    ``parts`` are those of its sheets, ``archive`` is all that the file holds.
    """
    apart = {part.sheet.name for part in parts if part.is_apart}
    for part in parts:
        for place in () if part.is_apart else _beside_records(part):
            text = _text(part.sheet.at(place))
            yield from _told(text, file, part.sheet.name, place, "cell")
    for name in dict.fromkeys(part.sheet.name for part in parts):
        yield from () if name in apart else _told(name, file, name, None, "sheet_name")
    if archive is None or not archive.may_have_notes:
        return
    from xlcrm.filled_workbook.notes import read_notes  # most workbooks have none

    try:
        all_notes = read_notes(archive)
    except Rejected:  # the cells can be read all the same
        all_notes = {}
        yield Finding("normalised", file, parameters={"detail": "comments"})
    for name, notes in all_notes.items():
        own = [part.sheet for part in parts if part.sheet.name == name]
        for place, note in notes.items() if name not in apart else ():
            # One finding a cell and code: what the cell says itself is to be mended first.
            said = {code for sheet in own for code in _codes(_text(sheet.at(place)))}
            yield from _told(note.text, file, name, place, "comment", said)


def _told(
    text: str,
    file: str,
    sheet: str,
    place: Address | None,
    label: str,
    said: Collection[str] = (),
) -> Iterator[Finding]:
    """Yield a finding a kind of private value in a text, but for codes that are ``said``."""
    for code in _codes(text):
        if code in said:
            continue
        cell = address(*place) if place else None
        masked = mask(printable(text))[:_TOLD]  # before it is cut: half a number is known for none
        suggestion = None if label == "comment" else masked  # which is of no use to the cell
        words = {"label": localised(f"told.{label}")}
        yield Finding(
            code, file, sheet, cell, value=masked, suggestion=suggestion, parameters=words
        )


@lru_cache(maxsize=32)  # many cells may hold the same
def _codes(text: str) -> Sequence[str]:
    return list(dict.fromkeys(private.code for private in find_private(text)))


def _beside_records(part: Part) -> Iterator[Address]:
    """Yield cells that no record is read from and that don't compute, of rows and columns that may
    hold private values: of mostly none."""
    sheet, rows, records = part.sheet, part.sheet.rows, part.records
    held: Collection[int] = ()
    columns, places, computed = set[int](), set[Address](), frozenset[int]()
    if isinstance(part.found, ListHeader):
        computed = part.found.display
        if records:
            held = set(records.rows)
            columns = {*records.block.columns.values(), *records.block.extras.values()}
    elif part.found and records:
        display = {field.key for field in part.found.table.fields if not field.is_input}
        slots = records.block.cells.items()
        places = {place for slot, place in slots if slot not in display}
    across = [n for n in range(len(rows)) if n not in held and _may_hold(tuple(rows[n]))]
    beside = sorted(set(range(sheet.width)) - columns) if held else ()
    filled = [rows[n] for n in held] if beside else ()
    down = [n for n in beside if _may_hold(frozenset(map(itemgetter(n), filled)))]
    cells = chain(product(across, range(sheet.width)), product(sorted(held) if down else (), down))
    for place in cells:
        if place not in places and not (place[1] in computed and place in sheet.formulas):
            yield place


@lru_cache(maxsize=32)  # the sheets of a table have the same header
def _may_hold(cells: Collection[CellValue]) -> bool:
    """Whether one look at cells says that it is worth looking at each."""
    texts = [cell for cell in cells if isinstance(cell, str) and cell]
    texts += [_text(cell) for cell in cells if not isinstance(cell, str)]
    return may_hold_private("\n".join(texts))


def _text(cell: CellValue) -> str:
    """Return what was typed, as text; a fraction is no number of anybody's, nor is a date."""
    if isinstance(cell, str):
        return "" if is_own_mark(cell) else cell
    whole = isinstance(cell, int) or (isinstance(cell, float) and cell.is_integer())
    return written(cell) if whole else ""
