"""What every field type offers, and what reading a cell gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple

from xlcrm.findings import Parameter
from xlcrm.records import Value
from xlcrm.spec.working_days import OFFICIAL, Calendar
from xlcrm.text import clean, fold, is_clean
from xlcrm.values import dataclass

Cell = str | float | int | bool | date | datetime | time | timedelta
CellKind = Literal["text", "date", "datetime", "integer", "number"]


class Problem(NamedTuple):
    """Why a cell was not understood or how it was interpreted: a finding without its place."""

    code: str
    suggestion: str | None = None
    parameters: Mapping[str, Parameter] = {}


class Reading(NamedTuple):
    """What a cell means. ``value`` is None where it is blank or was not understood.

    ``rest`` holds values that the text gives for other fields of the record, by field key; one
    that is a Reading itself is told, where it is taken over, with its own problems.
    """

    value: Value | None
    problems: tuple[Problem, ...] = ()
    rest: Mapping[str, Value | Reading] = {}


SEAM = "|"
BLANK = Reading(None)
LOST = Reading(None, (Problem("digits-lost"),))
_MAX_EXACT = 1e15  # a spreadsheet keeps 15 digits of a number


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a value may depend on besides its cell.

    ``anchor`` is the day of the record's matter, from which ``3日内`` counts; ``near`` a day near
    which a date without a year lies; ``date1904`` how the workbook counts serial days;
    ``calendar`` which days are worked.
    """

    anchor: date | None = None
    near: date | None = None
    date1904: bool = False
    calendar: Calendar = OFFICIAL


@dataclass(frozen=True)
class Validation:
    """A rule of the sheet for one field, in terms that any spreadsheet has.

    ``kind`` is list, date, decimal, integer or length; ``source`` the vocabulary of a list.
    """

    kind: Literal["list", "date", "decimal", "integer", "tick"]
    low: Any = None
    high: Any = None
    source: str | None = None
    strict: bool = True


class Met(NamedTuple):
    """Cells that were read before: values of those that need nothing said, readings of others."""

    plain: dict[Any, Value]
    told: dict[Any, Reading]


@dataclass(frozen=True)
class FieldType:
    """Base of the field types: short text, its spaces tidied."""

    name: ClassVar[str] = "name"
    kind: ClassVar[CellKind] = "text"
    number_format: ClassVar[str] = "@"
    width: ClassVar[int] = 14
    wraps: ClassVar[bool] = False
    contextual: ClassVar[bool] = False  # whether reading depends on the context

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        """Return what ``raw`` means. Never raises for anything a cell can hold."""
        if is_too_long(raw):
            return LOST
        text = as_text(raw)
        tidy = clean(text)
        if not tidy:
            return BLANK
        return Reading(tidy, normalised(text, tidy))

    @cached_property
    def met(self) -> Mapping[bool, Met]:
        """What is kept of cells that were read, by how the workbook counts serial days."""
        return {False: Met({}, {}), True: Met({}, {})}

    def stands(self, column: str) -> bool:
        """Whether every cell of a column of texts, joined by ``SEAM``, means what is written in it:
        a look at all of them costs less than one at each. It may be False all the same.

        ``column`` is printable. A type that reads otherwise is asked cell by cell.
        """
        return type(self).read is FieldType.read and is_clean(column)

    def needs_context(self, text: str) -> bool:
        """Whether what ``text`` means may depend on the context."""
        return self.contextual

    def text(self, value: Value, language: str = "zh") -> str:
        """Return the value as a person reads it; reading that text gives the value back."""
        return str(value)

    def cell(self, value: Value, language: str = "zh") -> Cell:
        """Return the value as a cell holds it: a real date, a real number, else text."""
        return self.text(value, language)

    def compare_key(self, value: Value) -> Any:
        """Return a form in which values that mean the same are equal."""
        return fold(value) if isinstance(value, str) else value

    def mask(self, value: Value) -> str:
        """Return the value as text, private parts masked."""
        from xlcrm.privacy import mask

        return mask(self.text(value))

    @property
    def validation(self) -> Validation | None:
        """What the sheet checks while people type; None where any text is good."""
        return None


def is_too_long(raw: Cell) -> bool:
    """Whether a number stands where digits of a code were meant, and has lost some of them."""
    return isinstance(raw, float | int) and not isinstance(raw, bool) and abs(raw) >= _MAX_EXACT


def as_text(raw: Cell) -> str:
    """Return a raw cell as the text a person sees in it."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        exact = Decimal(repr(raw))
        return str(int(exact)) if raw.is_integer() else format(exact, "f")  # 1e16 written out
    if isinstance(raw, datetime):
        return raw.isoformat(" ", "minutes" if not raw.second else "seconds")
    return str(raw)


def normalised(written: str, read: str) -> tuple[Problem, ...]:
    """Return the note that a value was changed on reading; outer blanks alone are no change."""
    if written.strip() == read:
        return ()
    return (Problem("normalised", None, {"read": read}),)
