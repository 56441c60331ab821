"""What becomes of a Python value in a cell: the rules that both ways of writing follow."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from operator import eq
from typing import Literal, TypeAlias, TypeVar

from xlcrm.values import dataclass

T = TypeVar("T")
MAX_TEXT = 32_767

# Excel shows and keeps 15 digits of a number; a longer one is an identifier, and becomes text.
EXACT_BELOW = 10**15

# Excel believes in a 29 February 1900: serial numbers agree with the calendar from 1 March on.
FIRST_DATE = dt.date(1900, 3, 1)
DAY_ZERO = dt.date(1899, 12, 30).toordinal()

Kind: TypeAlias = Literal[
    "text", "date", "datetime", "integer", "number", "percent", "link", "formula"
]

# Which of a column's styles a value takes: the column's own, or one for a value of another kind
# (a date in a text column would show as 45432).
Variant: TypeAlias = Literal["own", "text", "date", "datetime", "general"]

_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
REPLACEMENT = "\ufffd"

# What XML forbids or takes for markup, line ends, and how Excel's own escapes begin.
_SPECIAL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff&<>_]")


class WriteFailed(Exception):
    """A workbook can't be written as asked: a value Excel can't hold, or a call it refuses."""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell's text and the place in this workbook it leads to (`'Sheet'!A5`)."""

    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula without its `=`, `{row}` in it standing for the number of its own row.

    No value is stored with it, so that every application computes it on opening, but for an error
    that it is: ``Formula("#N/A", "#N/A")``.
    """

    text: str
    error: str = ""

    def at(self, row: int) -> str:
        """The formula as it stands in a row, counted from 0."""
        return self.text.replace("{row}", str(row + 1))


@dataclass(frozen=True, slots=True)
class Toned:
    """A value whose cell looks otherwise than its column: ``tone`` is one of the column's."""

    content: object
    tone: str


def content_of(value: object) -> object:
    """Return a value without its tone."""
    return value.content if isinstance(value, Toned) else value


Settled: TypeAlias = str | bool | int | float | dt.date | dt.datetime | Link | Formula


def clean_text(text: str) -> str:
    """The text as a cell can hold it: line ends are `\\n`, controls and what XML forbids U+FFFD;
    beyond 32,767 UTF-16 units it is cut."""
    if _ODD.search(text):
        text = _ODD.sub(REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n"))
    return holdable(text)


def holdable(value: T) -> T | str:
    """Text of any length as a cell can hold it, cut with `…` where it must be; else the value."""
    if not isinstance(value, str) or len(value) <= MAX_TEXT // 2:
        return value
    units = value.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * MAX_TEXT:
        return value
    return units[: 2 * (MAX_TEXT - 1)].decode("utf-16-le", "ignore") + "…"


def is_odd(text: str) -> bool:
    """Whether a text might not be written in XML just as it is."""
    return text.strip() != text or len(text) > MAX_TEXT // 2 or _SPECIAL.search(text) is not None


def are_plain(texts: Sequence[str]) -> bool:
    """Whether all of these texts are written in XML just as they are: many in one look."""
    longest = max(map(len, texts), default=0)
    tidy = all(map(eq, texts, map(str.strip, texts)))
    return tidy and longest <= MAX_TEXT // 2 and _SPECIAL.search("".join(texts)) is None


def day_serial(day: dt.date) -> int:
    """Excel's number of a day from 1 March 1900 on."""
    return day.toordinal() - DAY_ZERO


def moment_serial(moment: dt.datetime) -> float:
    """Excel's number of a day and time from 1 March 1900 on."""
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return day_serial(moment) + (seconds + moment.microsecond / 1e6) / 86400


def settle(kind: Kind, value: object) -> tuple[Variant, Settled] | None:
    """The style and the value to write in a column of this kind; None for an empty cell.

    Raises TypeError for a type no cell holds, ValueError for NaN, infinity and time zones.
    """
    if value is None:
        return None
    if isinstance(value, str):
        text = clean_text(str.__str__(value))
        return ("text" if kind == "link" else "own", text) if text else None
    if isinstance(value, bool):
        return "own", value
    if isinstance(value, dt.datetime):
        return _settle_moment(kind, value)
    if isinstance(value, dt.date):
        return ("own" if kind == "date" else "date"), _holdable(value)
    if isinstance(value, int | float):
        return _settle_number(kind, value)
    if kind == "link" and isinstance(value, tuple):
        return _settle_link(*value)
    if isinstance(value, Formula):
        return "own", value
    raise TypeError(f"a {kind} cell can't hold a {type(value).__name__}")


def _settle_moment(kind: Kind, moment: dt.datetime) -> tuple[Variant, Settled]:
    if moment.tzinfo is not None:
        raise ValueError("a cell holds no time zone: make the time a local one first")
    if kind == "date" and moment.time() == dt.time():
        return "own", _holdable(moment)
    return ("own" if kind == "datetime" else "datetime"), _holdable(moment)


def _holdable(day: dt.date) -> Settled:
    if day.toordinal() >= FIRST_DATE.toordinal():
        return day
    return day.isoformat(" ") if isinstance(day, dt.datetime) else day.isoformat()


def _settle_number(kind: Kind, number: float) -> tuple[Variant, Settled]:
    if isinstance(number, int):
        fits = kind in ("integer", "number", "percent")
        exact = abs(number) < EXACT_BELOW
        return ("own" if fits or not exact else "general"), (number if exact else str(number))
    if not math.isfinite(number):
        raise ValueError(f"a cell can't hold {number!r}")
    whole_only = kind == "integer" and not number.is_integer()
    fits = kind in ("integer", "number", "percent") and not whole_only
    return ("own" if fits else "general"), float(number)


def _settle_link(text: str, target: str) -> tuple[Variant, Settled] | None:
    cleaned = clean_text(text)
    return ("own", Link(cleaned, target)) if cleaned else None
