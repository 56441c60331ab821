"""How a cell is carried to another workbook: by value, and text stays text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import TypeVar

from xlcrm.filled_workbook.cells import Surroundings
from xlcrm.filled_workbook.notes import SheetNotes
from xlcrm.filled_workbook.sheet_xml import Address
from xlcrm.filled_workbook.sheets import CellError, CellValue, RawSheet, UncachedFormula
from xlcrm.layout.marks import read_marks
from xlcrm.layout.pages import Broken, Leftover, Note, Unstored
from xlcrm.records import address
from xlcrm.spec.model import Field
from xlcrm.spec.types.base import Cell, as_text
from xlcrm.spec.types.dates import DayTime, TimeRange
from xlcrm.values import dataclass

_TIMED = (DayTime, TimeRange)
_Key = TypeVar("_Key", str, int, str | int, Address)
_EPOCHS = 1462  # days from the beginning of 1900 to that of 1904, as spreadsheets count
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})


@dataclass(frozen=True)
class Carrier:
    """Carries the cells of one workbook.

    ``printed`` are texts of ours above a sheet's first label; ``core`` whether its sheets have the
    documents' own columns alone; ``notes`` are those on its cells by sheet.
    """

    file: str
    around: Surroundings
    printed: frozenset[str]
    core: bool
    notes: SheetNotes

    def notes_on(self, sheet: RawSheet, places: Mapping[_Key, Address]) -> dict[_Key, Note]:
        """Return the notes on cells of a sheet by what the cells are."""
        notes = self.notes.get(sheet.name, {})
        return {key: notes[place] for key, place in places.items() if place in notes}

    def cell(self, sheet: RawSheet, place: Address, field: Field | None = None) -> Cell | None:
        """Return what a cell of a sheet, reread, is to be; None for an empty one."""
        row, column = place
        inside = row < len(sheet.rows) and column < sheet.width
        cell: CellValue = sheet.rows[row][column] if inside else ""
        if isinstance(cell, str):
            return cell if cell.strip() else None
        if isinstance(cell, CellError):
            return Broken(cell.code) if cell.code in _ERRORS else cell.code
        if isinstance(cell, UncachedFormula):
            return Unstored.at(cell.text, sheet.name, address(*place))
        if isinstance(cell, time | timedelta) or (isinstance(cell, float) and not isfinite(cell)):
            return as_text(cell)
        if type(cell) is date and not sheet.is_date_only(row, column):
            timed = field is None or isinstance(field.type, _TIMED)
            return datetime(cell.year, cell.month, cell.day) if timed else cell
        if isinstance(cell, float) and not isfinite(cell):  # what a broken file may hold
            return as_text(cell)
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            counted = field is not None and field.type.kind in ("date", "datetime")
            return cell + _EPOCHS if counted and self.around.date1904 else cell
        return cell

    def cells(self, sheet: RawSheet) -> dict[Address, Cell]:
        """Return every filled cell of a sheet."""
        whole = sheet.reread()
        places = ((row, column) for row in range(len(whole.rows)) for column in range(whole.width))
        found = ((place, self.cell(whole, place)) for place in places)
        return {place: cell for place, cell in found if cell is not None}

    def leftovers(
        self, sheet: RawSheet, taken: Collection[Address], first: int, noted: Collection[Address]
    ) -> Iterator[Leftover]:
        """Yield the filled cells that are not ``taken`` and hold nothing of ours, and the notes of
        this part of a sheet that are on none of the cells in ``noted``.

        ``first`` is the row of the first label: above it stand texts of ours too.
        """
        cells = self.cells(sheet)
        notes = {
            at: note
            for at, note in self.notes.get(sheet.name, {}).items()
            if at not in noted and (at in cells or sheet.holds(at))
        }
        for place, cell in cells.items():
            if place in taken or (isinstance(cell, str) and any(read_marks(cell))):
                continue
            ours = place in sheet.formulas or self._is_printed(as_text(cell))
            if not (place[0] < first and ours):
                yield Leftover(sheet.name, address(*place), cell, notes.pop(place, None))
        for place, note in notes.items():
            yield Leftover(sheet.name, address(*place), None, note)

    def _is_printed(self, text: str) -> bool:
        """Whether a text is made of nothing but texts of ours."""
        for each in sorted(self.printed, key=len, reverse=True):
            text = text.replace(each, "")
        return not text.strip()
