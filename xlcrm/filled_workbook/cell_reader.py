"""What cells mean, by their field's type; what a cell alone tells is worked out once for many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeAlias, cast

from xlcrm.filled_workbook.sheets import CellError, CellValue, RawSheet, UncachedFormula
from xlcrm.spec.types.base import BLANK, SEAM, FieldType, Problem, ReadContext, Reading
from xlcrm.spec.types.dates import DayTime, TimeRange
from xlcrm.text import is_controlled

_UNREADABLE = (CellError, UncachedFormula)
_TIMED = (DayTime, TimeRange)
_LONGEST = 32_767  # UTF-16 units that a cell holds
_SURE = _LONGEST // 2  # characters of a text that is short enough, whatever they are
TOO_LONG = "too-long"
_KEPT = 10_000  # readings of a field, at most
ContextOf: TypeAlias = Callable[[int], ReadContext]


class CellReader:
    """Reads the cells of one field on a sheet.

    ``plain`` has the values of cells that were read before and of which nothing has to be told.
    It holds no bool: to a dictionary True is 1, so what it says of one means nothing.
    """

    def __init__(self, kind: FieldType, sheet: RawSheet, date1904: bool) -> None:
        # The same cells come in most columns of a field, whatever the file.
        met = kind.met[date1904]
        if len(met.plain) + len(met.told) > _KEPT:
            met.plain.clear()
            met.told.clear()
        self.plain, self._told = met.plain, met.told
        self._kind, self._sheet = kind, sheet
        self._anywhere = ReadContext(date1904=date1904)

    def stands(self, cells: Sequence[CellValue]) -> bool:
        """Whether all cells of a column are texts that mean what is written in them."""
        if {*map(type, cells)} != {str}:
            return False
        column = SEAM.join(cast("Sequence[str]", cells))
        fits = len(column) <= _SURE and column.count(SEAM) == len(cells) - 1
        return fits and column.isprintable() and self._kind.stands(column)

    def read(self, place: tuple[int, int], cell: CellValue, context_of: ContextOf) -> Reading:
        """Return the reading of the cell at ``place``; its row's context is asked if needed."""
        if isinstance(cell, str):
            if cell == "":
                return BLANK
            if self._kind.needs_context(cell):
                return with_notes(self._kind.read(cell, context_of(place[0])), cell)
        elif isinstance(cell, _UNREADABLE):
            return Reading(None, (Problem("error-value"),))
        elif isinstance(cell, bool):
            return self._kind.read(cell, self._anywhere)
        elif type(cell) is date and isinstance(self._kind, _TIMED):
            # Whether midnight is meant, or the day alone, is told by this cell's format.
            if not self._sheet.is_date_only(*place):
                cell = datetime(cell.year, cell.month, cell.day)
            return self._kind.read(cell, self._anywhere)
        reading = self._told.get(cell)
        if reading is None:
            reading = self._kind.read(cell, self._anywhere)
            if isinstance(cell, str) and not (cell.isprintable() and len(cell) <= _SURE):
                reading = with_notes(reading, cell)
            if reading.value is None or reading.problems or reading.rest:
                self._told[cell] = reading
            else:
                self.plain[cell] = reading.value
        return reading


def with_notes(reading: Reading, cell: CellValue) -> Reading:
    """Return the reading of a cell with what is to be said of its text besides: characters that
    nobody sees are left out, and the master shows as much as a cell holds."""
    if not isinstance(cell, str):
        return reading
    details = []
    if reading.value is not None and not reading.problems and is_controlled(cell):
        details.append("unseen")
    if is_too_long(cell):
        details.append(TOO_LONG)
    more = (Problem("normalised", None, {"detail": detail}) for detail in details)
    return reading._replace(problems=(*reading.problems, *more))


def is_too_long(cell: CellValue) -> bool:
    """Whether a text is longer than what a cell holds that we write: it will be cut."""
    if not isinstance(cell, str) or len(cell) <= _SURE:
        return False
    return len(cell.encode("utf-16-le", "surrogatepass")) > 2 * _LONGEST
