"""What is to stand on the sheets of a workbook, cell by cell: what the one writer writes.

Cells are as spreadsheets hold them: text, numbers, dates, booleans; an empty one is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from itertools import chain
from typing import NamedTuple

from xlcrm.findings import Language
from xlcrm.layout.forms import choices_of
from xlcrm.layout.marks import NOTE_AUTHOR
from xlcrm.records import Value, Values
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.actions import DATES, Actions
from xlcrm.spec.types.base import Cell
from xlcrm.spec.types.dates import Day
from xlcrm.spec.types.texts import TICKED, UNTICKED
from xlcrm.values import dataclass

Place = tuple[int, int]
Origins = Mapping[Place, tuple[int, str | int]]
HEADER = -1  # in the place of a row: a list's labels
_OURS = f"{NOTE_AUTHOR}:"


class Broken(str):
    """An error value, such as ``#N/A``: it is to stay one."""


class Unstored(str):
    """The text of a formula that was saved without its value, and where it stood."""

    sheet: str
    cell: str

    @classmethod
    def at(cls, text: str, sheet: str, cell: str) -> Unstored:
        made = cls(text)
        made.sheet, made.cell = sheet, cell
        return made


class Note(NamedTuple):
    """A note on a cell. What is below a line that names us is ours."""

    text: str
    author: str = ""

    def with_ours(self, text: str) -> Note:
        """Return the note with a text of ours: ``Note("").with_ours(text)`` is ours alone.

        A line of it says so too, since LibreOffice drops the author.
        """
        own = f"{_OURS}\n{text}"
        return Note(f"{self.text}\n\n{own}", self.author) if self.text else Note(own, NOTE_AUTHOR)

    def without_ours(self) -> Note:
        """Return what a person has written of the note; without text where that is nothing."""
        lines = self.text.split("\n")
        is_told = _OURS in lines
        ours = lines.index(_OURS) if is_told else 0 if self.author == NOTE_AUTHOR else len(lines)
        return Note("\n".join(lines[:ours]).strip(), self.author)


Notes = Mapping[str | int, Note]
_NONE: Notes = {}


class Row(NamedTuple):
    """A row of a list: cells by field key, and those of the page's extra columns by number;
    notes on cells by either."""

    cells: Mapping[str, Cell]
    extras: Mapping[int, Cell] = {}
    notes: Notes = _NONE


@dataclass(frozen=True)
class ListPage:
    """A list sheet. ``table`` shows the fields that the page has; ``labels`` are of the columns
    right of them that the table does not have, ``notes`` those on labels. Without a ``name`` it is
    the table's label. ``origins`` tell which row (or HEADER) and which of its cells came from each
    zero-based place of the sheet that was read."""

    table: Table
    rows: Sequence[Row] = ()
    labels: Sequence[str] = ()
    name: str | None = None
    notes: Notes = field(default_factory=dict)
    origins: Origins = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class FormPage:
    """A form sheet: cells, and notes on them, by slot. ``shape`` holds of the record's values those
    by which the form is laid out: as many action rows, and choices that are no longer offered.
    ``hint`` stands below the title, instead of how the form is filled in.
    ``origins`` tell which slot (of row 0) came from each zero-based place that was read."""

    table: Table
    cells: Mapping[str, Cell] = field(default_factory=dict)
    shape: Values = field(default_factory=dict)
    name: str | None = None
    notes: Mapping[str, Note] = field(default_factory=dict)
    origins: Origins = field(default_factory=dict, repr=False, compare=False)
    hint: str | None = None


@dataclass(frozen=True)
class FreeSheet:
    """A sheet that is nobody's but the person's: cells, number formats and notes by zero-based
    place, widths in characters by zero-based column, heights in points by zero-based row, and
    merged ranges as (top, left, bottom, right)."""

    name: str
    cells: Mapping[Place, Cell]
    formats: Mapping[Place, str] = field(default_factory=dict)
    widths: Mapping[int, float] = field(default_factory=dict)
    hidden: bool = False
    notes: Mapping[Place, Note] = field(default_factory=dict)
    heights: Mapping[int, float] = field(default_factory=dict)
    merged: Sequence[tuple[int, int, int, int]] = ()


class Leftover(NamedTuple):
    """A cell that a person filled on a sheet of ours where nothing is filled, or put a note on:
    the sheet and the address where it stood, what it held, and the note. ``read_from`` is where
    that was read now, of one that was left over before."""

    sheet: str
    cell: str
    content: Cell | None
    note: Note | None = None
    read_from: tuple[str, str] | None = None


Page = ListPage | FormPage | FreeSheet


def contents_of(page: Page) -> Iterator[Cell]:
    """Yield what the cells of a page hold."""
    if isinstance(page, ListPage):
        for row in page.rows:
            yield from chain(row.cells.values(), row.extras.values())
    else:
        yield from page.cells.values()


def showing(table: Table, keys: Collection[str], *, core: bool) -> Table:
    """Return a table that shows some fields more than it does today, dropped ones too."""
    whole = table.with_dropped
    more = set(keys) - {field.key for field in table.shown(core=core)}
    if not more:
        return table
    fields = (replace(each, level="core") if each.key in more else each for each in whole.fields)
    return replace(whole, fields=tuple(fields))


def list_row(
    table: Table,
    values: Values,
    raw: Mapping[str, str],
    language: Language,
    extras: Sequence[str] = (),
) -> Row:
    """Return a record as a row: what was understood, else what was written; ``extras`` are the
    texts of the page's extra columns."""
    cells: dict[str, Cell] = dict(raw)
    for key, value in values.items():
        cells[key] = table.by_key[key].type.cell(value, language)
    return Row(cells, {n: text for n, text in enumerate(extras) if text})


def form_page(table: Table, values: Values, raw: Mapping[str, str], language: Language) -> FormPage:
    """Return a record as a form; what was written and not understood stands as it was."""
    cells: dict[str, Cell] = dict(raw)
    for key, value in values.items():
        cells.update(form_cells(table.by_key[key], value, language))
    return FormPage(table, cells, values)


def form_cells(field: Field, value: Value, language: Language) -> dict[str, Cell]:
    """Return the cells of a field by slot."""
    key, choices = field.key, choices_of(field, hidden=True)
    if isinstance(field.type, Actions) and isinstance(value, list):
        return {
            f"{key}.{n}.{part}": Day().cell(text) if part in DATES else text
            for n, action in enumerate(value, 1)
            for part, text in action.items()
        }
    if choices:
        chosen = chosen_words(field, value)
        return {
            f"{key}.{n}": TICKED if choice["zh"] in chosen else UNTICKED
            for n, choice in choices.items()
        }
    return {key: field.type.cell(value, language)}


def chosen_words(field: Field, value: Value | None) -> set[str]:
    """Return the choices of a ticked field that a value holds."""
    if value is None:
        return set()
    return set(value) if isinstance(value, list) else {field.type.text(value)}
