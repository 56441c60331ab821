"""What a person types into a table, what it means, and what is to be told of it: read from TOML.

A table's file in ``tables/`` has a line a field and in it a cell a record, as a sheet turned on
its side. A cell reads ``typed``, ``typed -> meant``, and then ``!code`` for each finding that has
to be told at it:

- ``typed``: what is typed. ``▾a`` is chosen from the dropdown, ``⎘a`` is pasted, ``☑a☐b`` are boxes
  ticked and unticked, ``⌫`` empties a cell.
- ``=> meant``: what the master holds, where that differs.
- ``~> meant``: likewise, and that it was read so has to be told (``normalised``).

On a form a blank cell is left as it was copied from the first sheet; blanks at the end of a line
need not be written. ``a/1/b`` and ``a/b`` are the
cells of action rows and of printed grids. Lines of ``ext`` come on top of those of ``core``.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

TABLES = Path(__file__).parent / "tables"
NO_DATA = None
CHOSEN, PASTED = "▾", "⎘"
BOX = "box"  # what stands in a box, ticked or not
_TICKS = ("☑", "☐")
_CELL = re.compile(
    r"(?s)(?P<typed>.*?)(?: ?(?P<how>[=~]>) (?P<meant>.*?))?(?P<codes>(?: ?![a-z-]+)*)"
)
_FRACTION = re.compile(r"\d+/\d+")
_ACTION_ROW = re.compile(r".+/\d+/.+")


@dataclass(frozen=True)
class Cell:
    """A cell as it is filled in, and what has to come of it."""

    typed: str
    shown: str
    meant: str
    codes: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Cell:
        """Return what the text of a cell says."""
        found = _CELL.fullmatch(text)
        assert found, text
        typed, how, meant, codes = found.group("typed", "how", "meant", "codes")
        plain = "" if typed == "⌫" else typed.lstrip(CHOSEN + PASTED)
        told = codes.replace("!", " ").split() + ["normalised"] * (how == "~>")
        shown = BOX if plain.startswith(_TICKS) else plain
        return cls(typed, shown, plain if meant is None else meant, tuple(told))


Record = dict[str, Cell]


@dataclass(frozen=True)
class Work:
    """What is done with one table, ``core`` alone or in ``full``."""

    table: str
    extent: str
    declared: dict[str, Any]

    @property
    def sheet(self) -> str:
        """The label of the table."""
        return str(self.declared["sheet"])

    @property
    def told_by(self) -> str:
        """The label of a text that every record has another of."""
        return str(self.declared["told_by"])

    @property
    def sorted_by(self) -> str | None:
        """The label of the column that a list is sorted by; None for a form."""
        return self.declared.get("sorted_by")

    @cached_property
    def fields(self) -> dict[str, list[Cell]]:
        """The cells of each label, a record each."""
        lines = dict(self.declared["core"])
        if self.extent == "full":
            lines |= self.declared["ext"]
        count = len(lines[self.told_by])
        return {
            label: [Cell.of(text) for text in texts] + [Cell.of("")] * (count - len(texts))
            for label, texts in lines.items()
        }

    @cached_property
    def typed(self) -> list[dict[str, str]]:
        """What is typed for each record, by label."""
        return [
            {label: cells[n].typed for label, cells in self.fields.items() if cells[n].typed}
            for n in range(len(self.fields[self.told_by]))
        ]

    @cached_property
    def records(self) -> list[Record]:
        """The cells of each record; on a form those of the first sheet where nothing is changed."""
        return [
            {label: self._cell(cells, n) for label, cells in self.fields.items()}
            for n in range(len(self.typed))
        ]

    def meant(self, n: int) -> dict[str, str]:
        """Return what the master has to hold of a record, by label."""
        record = self.records[n]
        return {
            self.name(label): cell.meant
            for label, cell in record.items()
            if not _ACTION_ROW.fullmatch(label)
        }

    def labels_of(self, name: str) -> list[str]:
        """Return the labels that a field is filled in by: its own, or those of its cells."""
        return [
            label
            for label in self.fields
            if name in (label, self.name(label)) or label.startswith(f"{name}/")
        ]

    @property
    def codes(self) -> list[str]:
        """The code of each finding planted, on the sheet it was typed on."""
        cells = (cell for record in self.records for cell in record.values())
        return [code for cell in cells for code in cell.codes]

    @property
    def figures(self) -> dict[str, Any]:
        """The metrics of the month that have data, reckoned by hand, by key and subject."""
        given = self.declared["metrics"].get(self.extent, {})
        return {name: plain(figure) for name, figure in given.items()}

    def name(self, label: str) -> str:
        """Return a field's own label for that of a cell of a printed grid."""
        return label if self.sorted_by else label.replace("/", "")

    def _cell(self, cells: list[Cell], n: int) -> Cell:
        is_copied = not self.sorted_by and cells[n] == Cell.of("")
        return cells[0] if is_copied else cells[n]


def load_work(table: str, extent: str) -> Work:
    """Return what is done with a table."""
    text = (TABLES / f"{table}.toml").read_text(encoding="utf-8")
    return Work(table, extent, tomllib.loads(text))


def plain(figure: Any) -> Any:
    """Return a figure to compare: ``5/3`` as a number, ``-`` as none, numbers to six digits."""
    if figure == "-":
        return NO_DATA
    if isinstance(figure, dict):
        return {key: plain(value) for key, value in figure.items()}
    if isinstance(figure, list):
        return [plain(each) for each in figure]
    if isinstance(figure, str) and _FRACTION.fullmatch(figure):
        figure = float(Fraction(figure))
    return round(figure, 6) if isinstance(figure, float) else figure


def shown(value: Any) -> str:
    """Return what stands in a cell of a filled workbook."""
    return BOX if str(value).startswith(_TICKS) else as_text(value)


def as_text(value: Any) -> str:
    """Return what stands in a cell as it would be typed."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
