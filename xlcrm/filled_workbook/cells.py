"""From what cells mean to records and findings, and what cells may depend on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from xlcrm.filled_workbook.sheets import CellError, CellValue, RawSheet, UncachedFormula
from xlcrm.findings import Finding
from xlcrm.privacy import mask
from xlcrm.records import Record, Value, address
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.base import Problem, ReadContext, Reading, as_text
from xlcrm.spec.types.dates import moment_of
from xlcrm.spec.working_days import Calendar
from xlcrm.text import printable, uncontrolled
from xlcrm.values import dataclass

_DATE_TEXT, _CENTURIES = 40, ("19", "20")
_ERA = timedelta(days=3653)
_LABEL = 60  # characters of a label, or of what a row begins with, that are repeated
_WRITTEN = 200  # characters of a value as written that a finding keeps


@dataclass(slots=True)
class Noted:
    """A problem of one cell of a record, before it is a finding; ``number`` is the record's among
    those read with it."""

    number: int
    field: Field
    slot: str
    raw: CellValue
    problem: Problem


def written(cell: CellValue) -> str:
    """Return a raw cell as text, for a finding or for the master's cell of a value not read."""
    if isinstance(cell, CellError):
        return cell.code
    if isinstance(cell, UncachedFormula):
        return cell.text
    return as_text(cell)


def told(text: str) -> str:
    """Return what is repeated of a label, or of what a row begins with: masked first, as half a
    number is known for none."""
    return mask(printable(text))[:_LABEL]


def kept(cell: CellValue) -> str:
    """Return what stays in a record of a cell that is no field's, or was not understood."""
    return uncontrolled(written(cell))


def problems_of(reading: Reading, give: Callable[[str, Value], bool]) -> Sequence[Problem]:
    """Return what has to be told of a reading, and of what its text holds for other fields of its
    record, all that is told alike as one. ``give`` puts that there, unless something is there
    already."""
    told: dict[str, Problem] = {}
    for key, given in reading.rest.items():
        value, problems = (
            (given.value, given.problems) if isinstance(given, Reading) else (given, ())
        )
        if value is None or not give(key, value):
            continue
        for problem in problems:
            known = told.get(problem.code)
            told[problem.code] = _joined(known, problem) if known else problem
    return [*reading.problems, *told.values()]


def _joined(one: Problem, other: Problem) -> Problem:
    read = f"{one.parameters['read']}、{other.parameters['read']}"
    return one._replace(parameters={**one.parameters, "read": read})


def record_day(cell: CellValue, near: date | None, date1904: bool) -> date | None:
    """Return the day that a date cell states; one without a year is the nearest to ``near``."""
    if isinstance(cell, CellError | UncachedFormula) or cell == "":
        return None
    moment = moment_of(cell, ReadContext(near=near, date1904=date1904))
    return date.fromisoformat(moment.iso[:10]) if moment else None


def anchor_days(cells: Iterable[CellValue], date1904: bool) -> list[date]:
    """Return the days that cells of a date column state in full."""
    days = (record_day(cell, None, date1904) for cell in cells)
    return [day for day in days if day]


class Surroundings:
    """What the cells of a workbook may depend on: its other dates, how it counts days, and which
    days are worked."""

    def __init__(
        self, sheets: Sequence[RawSheet], modified: str, date1904: bool, calendar: Calendar
    ) -> None:
        self.sheets, self.modified = sheets, modified
        self.date1904, self.calendar = date1904, calendar

    def context(self, anchor: date | None, near: date | None) -> ReadContext:
        """Return what a cell of a record may depend on, by the record's day."""
        return ReadContext(anchor, near, self.date1904, self.calendar)

    def near(self, days: Sequence[date]) -> date | None:
        """Return the day near which dates without a year lie.

        Amid ``days``, else amid the workbook's other dates, else when it was saved.
        """
        saved = date.fromisoformat(self.modified[:10]) if self.modified else None
        found = days or self._days
        if saved and not days:  # birthdays don't tell when talks were
            found = [day for day in found if abs(day - saved) < _ERA] or found
        return sorted(found)[(len(found) - 1) // 2] if found else saved

    @cached_property
    def _days(self) -> Sequence[date]:
        return [day for sheet in self.sheets for day in self.days_on(sheet)]

    def days_on(self, sheet: RawSheet) -> list[date]:
        """Return the days that cells of a sheet state in full."""
        cells = (cell for row in sheet.rows for cell in row if _may_be_date(cell))
        return anchor_days(cells, self.date1904)


def _may_be_date(cell: CellValue) -> bool:
    """Whether a cell is a date or a short text that begins like one; a number may be anything."""
    if isinstance(cell, str):
        return len(cell) <= _DATE_TEXT and cell[:2] in _CENTURIES
    return isinstance(cell, date)


def finding(noted: Noted, record: Record, table: Table) -> Finding:
    """Return the finding of a noted problem; what may be private is not repeated in it."""
    field, words = noted.field, dict(noted.problem.parameters)
    if noted.problem.code == "normalised" and words.get("read") == printable(written(noted.raw)):
        words["detail"] = "unseen"
    value = None if field.key == table.private else mask(printable(written(noted.raw)))[:_WRITTEN]
    return Finding(
        noted.problem.code,
        record.block.file,
        record.block.sheet,
        record.cell(noted.slot),
        table.key,
        field.key,
        table.name_of(record.values),
        value,
        noted.problem.suggestion,
        {"label": field.labels, **words},
    )


def header_finding(
    code: str, sheet: str, file: str, table: Table, place: tuple[int, int] | None, **words: Any
) -> Finding:
    """Return a finding of a list's header, columns or rows: ``place`` is its zero-based cell."""
    value, suggestion = words.pop("value", None), words.pop("suggestion", None)
    cell = address(*place) if place else None
    return Finding(
        code,
        file,
        sheet,
        cell,
        table.key,
        value=value,
        suggestion=suggestion,
        parameters=words,
    )
