"""The columns of tables that are exported: of a field, one or two typed ones, by its field type.

A field's column is called by its key. What a typed column can't give back to the letter, such as a
day where a moment is meant, is kept beside it as JSON: nothing is lost on the way out and back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from xlcrm.records import Value
from xlcrm.spec.model import Field
from xlcrm.spec.types.actions import Actions
from xlcrm.spec.types.base import FieldType
from xlcrm.spec.types.choices import Many, Tick
from xlcrm.spec.types.dates import Day, DayTime, Due, TimeRange
from xlcrm.spec.types.numbers import Integer, Number
from xlcrm.spec.types.texts import Items, Split
from xlcrm.values import dataclass

Kind = Literal["text", "integer", "number", "boolean", "date", "datetime", "list", "json"]
Cell = str | int | float | bool | date | datetime | list[str] | dict[str, Any] | list[Any] | None

_LONGEST = 60  # bytes of a name: PostgreSQL cuts it at 63
_INTEGERS = range(-(2**63), 2**63)


class Column(NamedTuple):
    """A column: its name, what its cells are, and the key of the field it is of, if of one.

    ``list`` is of texts, ``json`` any JSON data; any cell may be None.
    """

    name: str
    kind: Kind
    field: str | None = None


@dataclass(frozen=True)
class TableData:
    """A table: the names of its key's columns, its rows in their order, and the name of the column
    by whose month they may be parted."""

    name: str
    columns: Sequence[Column]
    key: tuple[str, ...]
    rows: Sequence[Sequence[Cell]] = ()
    month: str | None = None

    def at(self, name: str) -> int:
        """Return the place of a column in a row."""
        return [column.name for column in self.columns].index(name)


@dataclass(frozen=True)
class Face:
    """How a field's values stand in columns: their kinds by what is added to the field's key, and
    ``store`` and ``load``, which is its inverse where the columns can hold the value: of a day
    where a moment is meant they hold midnight. ``store`` raises TypeError, ValueError,
    AttributeError or OverflowError for what they can't hold at all."""

    kinds: tuple[tuple[str, Kind], ...]
    store: Callable[[Any], tuple[Cell, ...]]
    load: Callable[..., Value | None]


def face_of(kind: FieldType) -> Face:
    """Return how values of a field type stand in columns; as text where nothing else is known."""
    return next((face for types, face in _FACES if isinstance(kind, types)), _TEXT)


def columns_of(fields: Iterable[Field], own: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns of fields between the first and the others of ``own``; none is called like
    another, be it in upper or lower case."""
    taken = {column.name.casefold() for column in own}
    found = []
    for each in fields:
        for end, kind in face_of(each.type).kinds:
            found.append(Column(_free(each.key + end, taken), kind, each.key))
            taken.add(found[-1].name.casefold())
    return (*own[:1], *found, *own[1:])


def _free(name: str, taken: set[str]) -> str:
    short, n = _cut(name, _LONGEST), 1
    while short.casefold() in taken:
        n += 1
        short = f"{_cut(name, _LONGEST - 4)}_{n}"
    return short


def _cut(name: str, length: int) -> str:
    return name.encode()[:length].decode(errors="ignore")


def is_whole(text: str) -> bool:
    """Whether any store of texts takes it: no NUL, no half of a character."""
    if text.isprintable():  # halves of characters are not
        return True
    return "\0" not in text and text.encode(errors="replace").decode() == text


def whole(text: str) -> str:
    """Return a text as any store takes it, what is odd in it as escapes."""
    if is_whole(text):
        return text
    return text.replace("\0", "\\x00").encode(errors="backslashreplace").decode()


def json_text(cell: Any) -> str:
    """Return JSON data as a text that any store takes."""
    text = json.dumps(cell, ensure_ascii=False, sort_keys=True)
    return text if is_whole(text) else json.dumps(cell, sort_keys=True)


def _text(value: Any) -> tuple[Cell, ...]:
    return (value,) if isinstance(value, str) and value and is_whole(value) else (None,)


def _integer(value: Any) -> tuple[Cell, ...]:
    return (value,) if isinstance(value, int) and value in _INTEGERS else (None,)


def _number(value: Any) -> tuple[Cell, ...]:
    return (float(value),)


def _loaded_number(cell: float) -> Value:
    return int(cell) if cell.is_integer() else cell


def _day(value: Any) -> tuple[Cell, ...]:
    return (date.fromisoformat(value),)


def _moment(value: Any) -> tuple[Cell, ...]:
    return (datetime.fromisoformat(value),)


def _iso(moment: datetime) -> str:
    return moment.isoformat("T", "seconds" if moment.second else "minutes")


def _span(value: Any) -> tuple[Cell, ...]:
    start, _, end = value.partition("/")
    return datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None


def _loaded_span(start: datetime, end: datetime | None) -> Value:
    return f"{_iso(start)}/{_iso(end)}" if end else _iso(start)


def _due(value: Any) -> tuple[Cell, ...]:
    day = value.get("date")
    return date.fromisoformat(day) if day else None, *_text(value.get("text"))


def _loaded_due(day: date | None, text: str | None) -> Value:
    said = {"date": day and day.isoformat(), "text": text}
    return {key: each for key, each in said.items() if each}


def _words(value: Any) -> tuple[Cell, ...]:
    return (value if value and all(map(is_whole, value)) else None,)


def _same(cell: Any) -> tuple[Cell, ...]:
    return (cell,)


_TEXT = Face((("", "text"),), _text, str)
# The first that fits holds: what is derived stands before what it is derived from.
_FACES: tuple[tuple[type[FieldType] | tuple[type[FieldType], ...], Face], ...] = (
    (Day, Face((("", "date"),), _day, date.isoformat)),
    (DayTime, Face((("", "datetime"),), _moment, _iso)),
    (TimeRange, Face((("", "datetime"), ("_end", "datetime")), _span, _loaded_span)),
    (Due, Face((("", "date"), ("_text", "text")), _due, _loaded_due)),
    (Tick, Face((("", "boolean"),), _same, bool)),
    (Integer, Face((("", "integer"),), _integer, int)),
    (Number, Face((("", "number"),), _number, _loaded_number)),
    ((Many, Items), Face((("", "list"),), _words, list)),
    ((Actions, Split), Face((("", "json"),), _same, lambda cell: cell)),
)
