"""A filled form as a page of today's template."""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.filled_workbook.carried import Carrier
from xlcrm.filled_workbook.form_cells import find_cells
from xlcrm.filled_workbook.form_labels import Place
from xlcrm.filled_workbook.form_record import boxes, read_form
from xlcrm.filled_workbook.form_rest import action_number, printed_cells
from xlcrm.filled_workbook.located import FormMarks
from xlcrm.filled_workbook.sheets import RawSheet
from xlcrm.layout.forms import choices_of
from xlcrm.layout.pages import FormPage, Leftover, Note, Origins, chosen_words, showing
from xlcrm.records import Values
from xlcrm.spec.model import Field
from xlcrm.spec.types.base import Cell
from xlcrm.spec.types.texts import TICKED, is_ticked


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
    taken = reader.taken | set(printed_cells(sheet, marks.table, reader.cells))
    first = min((row for row, _ in reader.cells.slots.values()), default=0)
    return page, list(carrier.leftovers(sheet, taken, first, reader.noted))


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
                last = max(last, action_number(slot))
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
