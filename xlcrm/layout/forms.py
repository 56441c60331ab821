"""A form: a title, titled sections, label and value cells, ticks, action rows and a printed grid.

Zero-based columns: 0 holds the hidden marks, 1 the labels, 2 to 13 twelve units that values share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from typing import Literal

from xlcrm.layout.text_size import text_width
from xlcrm.records import Values
from xlcrm.spec.model import Field, Labels, Table
from xlcrm.spec.types.actions import Actions
from xlcrm.spec.types.base import FieldType
from xlcrm.spec.types.choices import Choice, Many
from xlcrm.spec.types.numbers import Score
from xlcrm.values import dataclass

UNITS = 12
MARK_COLUMN, LABEL_COLUMN, FIRST_UNIT = 0, 1, 2
LAST_COLUMN = FIRST_UNIT + UNITS - 1
LABEL_WIDTH, UNIT_WIDTH = 15, 6.6  # characters
_HALF = 5
_SIDE_LABEL = 2
_ACTION_UNITS = {"action": 4, "owner": 2}
_OTHER_ACTION_UNITS = 3
_LEVEL_UNITS = 2
_GRID_UNITS = (1, 1, 2)  # score, level, evidence
_LEVELS_LIST = "level"
_DESCRIBED_LINES = 4
_TICK_UNITS = (2, 3, 4, 6, 12)  # of a box and its choice, that lines of them stand in columns
_CHOICE_MARGIN = 1.5  # characters

Role = Literal[
    "title", "section", "label", "value", "tick", "choice", "head", "number", "printed", "note"
]


@dataclass(frozen=True)
class FormCell:
    """A cell, or cells merged over ``width`` columns and ``rows``, with what is printed or filled.

    ``slot`` names what is filled in it: a field key, ``key.<n>`` for the nth choice of a ticked
    field, ``key.<row>.<part>`` for a cell of an action row. ``lines`` is its height in lines.
    """

    row: int
    column: int
    width: int
    role: Role
    text: Labels | None = None
    slot: str | None = None
    field: Field | None = None
    lines: int = 1
    rows: int = 1


@dataclass(frozen=True)
class FormPlan:
    """All cells of a form in reading order."""

    table: Table
    cells: Sequence[FormCell]

    @cached_property
    def slots(self) -> Mapping[str, FormCell]:
        """The cells that people fill, by slot."""
        return {cell.slot: cell for cell in self.cells if cell.slot}

    @property
    def note(self) -> FormCell:
        """The line below the title."""
        return next(cell for cell in self.cells if cell.role == "note")

    @cached_property
    def height(self) -> int:
        """The number of rows."""
        return max(cell.row for cell in self.cells) + 1


def choices_of(field: Field, *, hidden: bool = False) -> dict[int, Labels] | None:
    """Return what a ticked field prints beside its boxes, by number; None for one without boxes.

    With ``hidden`` values too that are no longer offered: forms made before have them.
    """
    if not field.options.get("ticks"):
        return None
    kind: FieldType = field.type
    if isinstance(kind, Score):
        scores = range(int(kind.low or 1), 6)
        return {n: {"zh": str(score), "en": str(score)} for n, score in enumerate(scores, 1)}
    if isinstance(kind, Choice | Many) and kind.vocabulary:
        return {
            n: {"zh": choice.value, "en": choice.english}
            for n, choice in enumerate(kind.vocabulary.choices, 1)
            if hidden or choice.is_offered
        }
    return None


def form_plan(
    table: Table, *, core: bool = False, values: Values | None = None, hidden: bool = False
) -> FormPlan:
    """Return where the shown fields of a form lie, with action rows for all of ``values``.

    With ``hidden`` choices too that are no longer offered; those that ``values`` has always are.
    """
    builder = _Builder(table, table.shown(core=core), values or {}, hidden=hidden)
    return FormPlan(table, tuple(builder.cells()))


class _Builder:
    """Lays out one form from top to bottom."""

    def __init__(
        self, table: Table, fields: Sequence[Field], values: Values, *, hidden: bool
    ) -> None:
        self.table, self.fields, self.values, self.row = table, fields, values, 0
        self.hidden = hidden

    def cells(self) -> Iterator[FormCell]:
        yield FormCell(0, LABEL_COLUMN, UNITS + 1, "title", self.table.labels)
        yield FormCell(1, LABEL_COLUMN, UNITS + 1, "note")
        self.row = 2
        for section in self.table.sections:
            fields = [field for field in self.fields if field.section == section.key]
            if fields:
                yield FormCell(self.row, LABEL_COLUMN, UNITS + 1, "section", section.labels)
                self.row += 1
                yield from self._section(fields)

    def _section(self, fields: Sequence[Field]) -> Iterator[FormCell]:
        for grid, group in groupby(fields, lambda field: field.options.get("grid")):
            members = list(group)
            if grid:
                yield from self._grid(members)
            else:
                yield from self._lines(members)

    def _lines(self, fields: Iterable[Field]) -> Iterator[FormCell]:
        waiting: Field | None = None
        for field in fields:
            if _is_half(field):
                if waiting:
                    yield from self._pair(waiting, field)
                    waiting = None
                else:
                    waiting = field
                continue
            if waiting:
                yield from self._pair(waiting, None)
                waiting = None
            yield from self._whole_line(field)
        if waiting:
            yield from self._pair(waiting, None)

    def _pair(self, left: Field, right: Field | None) -> Iterator[FormCell]:
        lines = max(_lines(left), _lines(right) if right else 1)
        yield self._label(left, LABEL_COLUMN, 1, lines)
        yield self._value(left, FIRST_UNIT, _HALF if right else UNITS, lines)
        if right:
            yield self._label(right, FIRST_UNIT + _HALF, _SIDE_LABEL, lines)
            yield self._value(right, FIRST_UNIT + _HALF + _SIDE_LABEL, _HALF, lines)
        self.row += 1

    def _whole_line(self, field: Field) -> Iterator[FormCell]:
        choices = self._choices(field)
        if isinstance(field.type, Actions):
            yield from self._actions(field, field.type)
        elif choices:
            yield from self._ticks(field, choices)
        else:
            yield self._label(field, LABEL_COLUMN, 1, _lines(field))
            yield self._value(field, FIRST_UNIT, UNITS, _lines(field))
            self.row += 1

    def _choices(self, field: Field) -> dict[int, Labels]:
        """Return the choices printed: those offered, and one that the record has all the same."""
        value = self.values.get(field.key)
        chosen = value if isinstance(value, list) else [value]
        offered = choices_of(field) or {}
        every = choices_of(field, hidden=True) or {}
        return {
            n: choice
            for n, choice in every.items()
            if self.hidden or n in offered or choice["zh"] in chosen
        }

    def _ticks(self, field: Field, choices: Mapping[int, Labels]) -> Iterator[FormCell]:
        units = _tick_units(choices.values())
        per_row = UNITS // units
        yield replace(self._label(field, LABEL_COLUMN, 1, 1), rows=-(-len(choices) // per_row))
        for n, (number, choice) in enumerate(choices.items()):
            if n and n % per_row == 0:
                self.row += 1
            column = FIRST_UNIT + (n % per_row) * units
            yield FormCell(self.row, column, 1, "tick", None, f"{field.key}.{number}", field)
            last = n == len(choices) - 1
            width = LAST_COLUMN - column if last else units - 1
            yield FormCell(self.row, column + 1, width, "choice", choice, None, field)
        self.row += 1

    def _actions(self, field: Field, kind: Actions) -> Iterator[FormCell]:
        yield self._label(field, LABEL_COLUMN, 1, 1)
        places, column = [], FIRST_UNIT
        for part in kind.columns:
            units = _ACTION_UNITS.get(part["key"], _OTHER_ACTION_UNITS)
            places.append((part["key"], column, units))
            yield FormCell(self.row, column, units, "head", part, None, field)
            column += units
        filled = self.values.get(field.key)
        rows = max(kind.rows, len(filled) if isinstance(filled, list) else 0)
        for n in range(1, rows + 1):
            self.row += 1
            number = {"zh": str(n), "en": str(n)}
            yield FormCell(self.row, LABEL_COLUMN, 1, "number", number, None, field)
            for key, start, units in places:
                slot = f"{field.key}.{n}.{key}"
                yield FormCell(self.row, start, units, "value", None, slot, field)
        self.row += 1

    def _grid(self, fields: Sequence[Field]) -> Iterator[FormCell]:
        """Lay out a printed grid: a row a dimension, its levels described, its cells to fill."""
        yield from self._grid_head(fields)
        described = {row.labels["zh"]: row for row in self.table.grid_rows}
        for label, group in groupby(fields, lambda field: field.options["row"]["zh"]):
            members = list(group)
            row = described.get(label)
            lines = _DESCRIBED_LINES if row else _lines(members[0])
            labels = members[0].options["row"]
            yield FormCell(self.row, LABEL_COLUMN, 1, "label", labels, lines=lines)
            column = FIRST_UNIT
            for text in zip(*row.descriptions.values(), strict=True) if row else ():
                words = dict(zip(row.descriptions, text, strict=True)) if row else {}
                yield FormCell(self.row, column, _LEVEL_UNITS, "printed", words, lines=lines)
                column += _LEVEL_UNITS
            for field, units in zip(members, _GRID_UNITS, strict=False):
                yield self._value(field, column, units, lines)
                column += units
            self.row += 1

    def _grid_head(self, fields: Sequence[Field]) -> Iterator[FormCell]:
        yield FormCell(self.row, LABEL_COLUMN, 1, "head")
        column = FIRST_UNIT
        for choice in self._grid_levels(fields):
            yield FormCell(self.row, column, _LEVEL_UNITS, "printed", choice)
            column += _LEVEL_UNITS
        first = fields[0].options["row"]["zh"]
        heads = [field for field in fields if field.options["row"]["zh"] == first]
        for field, units in zip(heads, _GRID_UNITS, strict=False):
            yield FormCell(self.row, column, units, "head", field.options["column"])
            column += units
        self.row += 1

    def _grid_levels(self, fields: Sequence[Field]) -> list[Labels]:
        """Return the names of the levels that the grid describes, from the fields' own list."""
        if not self.table.grid_rows:
            return []
        lists = (field.type.vocabulary for field in fields if isinstance(field.type, Choice))
        vocabulary = next((each for each in lists if each.key == _LEVELS_LIST), None)
        return [{"zh": c.value, "en": c.english} for c in vocabulary.choices] if vocabulary else []

    def _label(self, field: Field, column: int, width: int, lines: int) -> FormCell:
        return FormCell(self.row, column, width, "label", field.labels, None, field, lines)

    def _value(self, field: Field, column: int, width: int, lines: int) -> FormCell:
        return FormCell(self.row, column, width, "value", None, field.key, field, lines)


def _tick_units(choices: Iterable[Labels]) -> int:
    """Return over how many columns a box with its choice goes, that the longest one fits: in either
    language, so that both have one arrangement."""
    widest = max(text_width(label) for choice in choices for label in choice.values())
    rooms = ((units, (units - 1) * UNIT_WIDTH - _CHOICE_MARGIN) for units in _TICK_UNITS)
    return next((units for units, room in rooms if widest <= room), UNITS)


def _is_half(field: Field) -> bool:
    whole = field.options.get("wide") or choices_of(field) or isinstance(field.type, Actions)
    return not whole and _lines(field) == 1


def _lines(field: Field) -> int:
    return int(field.options.get("lines", 1))
