"""A filled form as a page of today's template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from xlcrm.filled_workbook.carried import Carrier
from xlcrm.filled_workbook.form_cells import FormCells, find_cells
from xlcrm.filled_workbook.form_labels import Place
from xlcrm.filled_workbook.form_record import boxes, read_form
from xlcrm.filled_workbook.located import FormMarks
from xlcrm.filled_workbook.sheets import RawSheet
from xlcrm.layout.forms import choices_of, form_plan
from xlcrm.layout.marks import MARK_WIDTH, read_marks
from xlcrm.layout.pages import FormPage, Leftover, Note, Origins, chosen_words, showing
from xlcrm.layout.remarks import CHECK_RESULT
from xlcrm.records import Values
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.base import Cell, as_text
from xlcrm.spec.types.texts import TICKED, is_ticked
from xlcrm.text import label_key


def read_form_page(
    sheet: RawSheet, marks: FormMarks, carrier: Carrier
) -> tuple[FormPage, list[Leftover]]:
    """Return a form as it was filled, and cells that belong to none of its fields."""
    reader = _PageReader(sheet, marks, carrier)
    reader.read()
    keys = {slot.partition(".")[0] for slot in (*reader.filled, *reader.notes)}
    page = FormPage(
        showing(marks.table, keys, core=carrier.core),
        reader.filled,
        reader.shape,
        sheet.name,
        reader.notes,
        reader.origins(),
    )
    taken = reader.taken | set(_printed(sheet, marks.table, reader.cells)) | set(_check_line(sheet))
    first = min((row for row, _ in reader.cells.slots.values()), default=0)
    return page, list(carrier.leftovers(sheet, taken, first, reader.noted))


def _check_line(sheet: RawSheet) -> Iterator[Place]:
    """Yield the cell in which a form says what was found: the first one beside its mark."""
    for number, row in enumerate(sheet.rows):
        marks = (each.slot for cell in row[:MARK_WIDTH] for each in read_marks(cell))
        if CHECK_RESULT in marks:
            texts = (n for n, cell in enumerate(row) if cell != "" and not any(read_marks(cell)))
            yield from ((number, column) for column in islice(texts, 1))


class _PageReader:
    """Takes the cells of a form, slot by slot."""

    def __init__(self, sheet: RawSheet, marks: FormMarks, carrier: Carrier) -> None:
        self.table, self.carrier = marks.table.with_dropped, carrier
        self.cells = find_cells(sheet, self.table, marks.cells)
        self.sheet = sheet.reread()
        records, _ = read_form(sheet, marks, carrier.file, carrier.around)
        self.values: Values = records[0].values if records else {}
        self.filled: dict[str, Cell] = {}
        self.shape: Values = {}
        self.notes: dict[str, Note] = {}
        self.noted: set[Place] = set()
        self.taken: set[Place] = set()
        self.boxes: dict[Place, str] = {}

    def read(self) -> None:
        for field in self.table.fields:
            if not field.is_input:
                self.taken |= {p for key, p in self._slots(field) if p in self.sheet.formulas}
            elif choices_of(field) and field.key not in self.cells.slots:
                self._read_ticks(field)
            else:
                self._read_cells(field)

    def origins(self) -> Origins:
        """Return the slot of each place; that of a box is told by the choice beside it."""
        places = {place: slot for slot, place in self.cells.slots.items()}
        lines = ((key, place) for key, line in self.cells.lines.items() for place in line)
        places |= {place: f"{key}.1" for key, place in lines}
        return {place: (0, slot) for place, slot in (places | self.boxes).items()}

    def _slots(self, field: Field) -> Iterator[tuple[str, Place]]:
        for slot, place in self.cells.slots.items():
            if slot.partition(".")[0] == field.key:
                yield slot, place

    def _read_cells(self, field: Field) -> None:
        last = 0
        for slot, place in self._slots(field):
            self.taken.add(place)
            cell = self.carrier.cell(self.sheet, place, field)
            if cell is not None:
                self.filled[slot] = cell
            if self._take_note(slot, place) or cell is not None:
                last = max(last, _action_number(slot))
        if last:
            self.shape[field.key] = [{} for _ in range(last)]

    def _take_note(self, slot: str, place: Place) -> bool:
        """Take the note on a cell; whether there is one."""
        found = self.carrier.notes_on(self.sheet, {slot: place})
        self.notes |= found
        self.noted |= {place} if found else set()
        return bool(found)

    def _read_ticks(self, field: Field) -> None:
        """Take boxes by the choice beside them: today's form may have it in another place."""
        numbers = {c["zh"]: n for n, c in (choices_of(field, hidden=True) or {}).items()}
        chosen = chosen_words(field, self.values.get(field.key))
        found: list[str] = []
        for place, choice in boxes(self.sheet, field, self.cells.slots):
            word = choice["zh"]
            cell = self.carrier.cell(self.sheet, place)
            if cell is not None and is_ticked(cell) is False:
                cell = None
            if word in numbers or cell is None:
                self.taken |= {place, (place[0], place[1] + 1)}
            if word not in numbers:
                continue
            self.boxes[place] = f"{field.key}.{numbers[word]}"
            self._take_note(self.boxes[place], place)
            if cell is None and word in chosen:  # ticked beside its word
                cell = TICKED
            if cell is not None:
                self.filled[f"{field.key}.{numbers[word]}"] = cell
                found.append(word)
        for place in self.cells.lines.get(field.key, ()):
            self.taken |= {place} if chosen else set()
        for word in chosen - set(found):
            if word in numbers:
                self.filled[f"{field.key}.{numbers[word]}"] = TICKED
                found.append(word)
        if found:
            self.shape[field.key] = [*found]


def _action_number(slot: str) -> int:
    """Return the row of an action's slot such as ``actions.2.due``; 0 for another slot."""
    _, _, rest = slot.partition(".")
    number, _, part = rest.partition(".")
    return int(number) if part else 0


def _printed(sheet: RawSheet, table: Table, cells: FormCells) -> Iterator[Place]:
    """Yield the cells in which the form's own texts stand: labels, choices, numbers of actions."""
    yield from cells.nearly
    texts = set(_texts(table.with_dropped))
    actions = [(row, column) for slot, (row, column) in cells.slots.items() if _action_number(slot)]
    last = max((column for _, column in cells.slots.values()), default=0) + 1
    left = {row: min(c for r, c in actions if r == row) for row, _ in actions}
    for row, line in enumerate(sheet.rows):
        for column, cell in enumerate(line[: last + 1]):  # beside it are a person's notes
            text = as_text(cell) if isinstance(cell, str | float) else ""
            numbered = text.strip().isdecimal() and column < left.get(row, 0)
            if text and (numbered or label_key(text) in texts):
                yield row, column


def _texts(table: Table) -> Iterator[str]:
    """Yield the normal forms of all that a form prints, as it was named before too."""
    every = replace(table, shown_off=frozenset(table.by_key))
    for cell in form_plan(every, hidden=True).cells:
        yield from map(label_key, cell.text.values() if cell.text else ())
    for field in table.fields:
        yield from field.label_keys
