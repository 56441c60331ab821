"""The record of a form: one a sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from xlcrm.filled_workbook.cell_reader import CellReader, with_notes
from xlcrm.filled_workbook.cells import (
    Noted,
    Surroundings,
    anchor_days,
    finding,
    header_finding,
    kept,
    problems_of,
    record_day,
    told,
    written,
)
from xlcrm.filled_workbook.form_cells import find_cells
from xlcrm.filled_workbook.form_labels import Place
from xlcrm.filled_workbook.form_rest import Unread, unread_cells
from xlcrm.filled_workbook.located import FormMarks
from xlcrm.filled_workbook.sheets import CellError, CellValue, RawSheet, UncachedFormula
from xlcrm.findings import Finding
from xlcrm.layout.forms import choices_of
from xlcrm.records import Block, Record, Records, Value, address
from xlcrm.spec.model import Field, Labels
from xlcrm.spec.types.actions import Actions
from xlcrm.spec.types.base import BLANK, Cell, Problem, ReadContext, Reading, as_text
from xlcrm.spec.types.choices import Many, ticked_words
from xlcrm.spec.types.texts import TICKED, is_ticked
from xlcrm.text import clean, fold


def read_form(
    sheet: RawSheet, marks: FormMarks, file: str, around: Surroundings
) -> tuple[Records | None, list[Finding]]:
    """Return the record of a form sheet, None where nothing is filled, and its findings."""
    reader = _FormReader(sheet, marks, file, around)
    record, labels = reader.record(), list(reader.labels())
    if record is None:
        return None, [each for each in labels if each.suggestion or marks.cells]
    findings = (finding(noted, record, marks.table) for noted in reader.noted)
    return Records.of([record]), [*labels, *findings]


class _FormReader:
    def __init__(self, sheet: RawSheet, marks: FormMarks, file: str, around: Surroundings) -> None:
        self.table, self.around = marks.table.with_dropped, around
        self.dropped = {each.key for each in marks.table.dropped}
        self.cells = find_cells(sheet, self.table, marks.cells)
        places = set(self.cells.slots.values())
        self.sheet = sheet.reread() if places.intersection(sheet.suspects) else sheet
        self.noted: list[Noted] = []
        self.addresses = {**self.cells.slots, **self._field_places()}
        block = Block(file, sheet.name, self.table.key, cells=self.addresses)
        self.written = Record(block, sheet.top, {})
        self.context = self._context()

    def record(self) -> Record | None:
        """Return the record; None where no cell was filled by a person."""
        for field in self.table.fields:
            if field.is_input:
                self._read(field)
        self._keep_dropped()
        filled = self.written.values or self.written.raw
        return self.written if filled else None

    def labels(self) -> Iterator[Finding]:
        """Yield the labels that are none of the form's, top to bottom: what misspelt ones were read
        as, or may be, and those of a person's own; and what else is written that is not read."""
        nearly, perhaps = self.cells.nearly, self.cells.perhaps
        block = self.written.block
        unread = {each.place: each for each in unread_cells(self.sheet, self.table, self.cells)}
        for place in sorted({*nearly, *perhaps, *self.cells.others, *unread}):
            code = "normalised" if place in nearly else "unknown-column"
            words: dict[str, Any] = {"detail": "label", "value": told(written(self._at(place)))}
            if place in nearly:
                words["read"] = nearly[place]
            elif place in perhaps:
                words["suggestion"] = perhaps[place]["zh"]
            elif place in unread:
                code, more = _unread(unread[place])
                words |= more
            yield header_finding(code, block.sheet, block.file, self.table, place, **words)

    def _keep_dropped(self) -> None:
        """Keep what fields hold that the team has dropped as text, and tell nothing of it."""
        self.noted = [each for each in self.noted if each.field.key not in self.dropped]
        for key in self.dropped:
            field = self.table.by_key[key]
            value, raw = self.written.values.pop(key, None), self.written.raw.pop(key, None)
            text = raw if value is None else field.type.text(value)
            if text:
                label = field.labels["zh"]
                self.written.extras[label] = text
                self.addresses[label] = self.addresses[key]

    def _field_places(self) -> dict[str, Place]:
        """Return the first cell of fields that have several."""
        first: dict[str, Place] = {}
        for slot, place in self.cells.slots.items():
            first.setdefault(slot.partition(".")[0], place)
        for key, places in self.cells.lines.items():
            if places:
                first.setdefault(key, places[0])
        return first

    def _context(self) -> ReadContext:
        date1904 = self.around.date1904
        place = self.cells.slots.get(self.table.date or "")
        cell = self._at(place) if place else ""
        days = anchor_days([cell], date1904) or self.around.days_on(self.sheet)
        near = self.around.near(days)
        return self.around.context(record_day(cell, near, date1904), near)

    def _at(self, place: Place) -> CellValue:
        return self.sheet.at(place)

    def _read(self, field: Field) -> None:
        if isinstance(field.type, Actions):
            self._read_actions(field, field.type)
            return
        if choices_of(field) and field.key not in self.cells.slots:
            self._read_ticks(field)
            return
        place = self.cells.slots.get(field.key)
        if place is None:
            return
        cell = self._at(place)
        if cell == "":
            return
        reader = CellReader(field.type, self.sheet, self.around.date1904)
        reading = reader.read(place, cell, lambda _: self.context)
        self._assign(field, cell, reading)
        if place in self.sheet.formulas and reading.value is not None:
            self._note(field, field.key, cell, Problem("formula-in-input"))

    def _assign(self, field: Field, cell: CellValue, reading: Reading) -> None:
        """Put what a cell means into the record; what is not understood stays as written."""
        if reading.value is not None:
            self.written.values[field.key] = reading.value
        elif reading.problems:
            self.written.raw[field.key] = kept(cell)
        for problem in problems_of(reading, self._give):
            self._note(field, field.key, cell, problem)

    def _give(self, key: str, value: Value) -> bool:
        """Give a field that was left blank what the text of another holds for it."""
        blank = key not in self.written.values and key not in self.written.raw
        if blank:
            self.written.values[key] = value
        return blank

    def _note(self, field: Field, slot: str, cell: CellValue, problem: Problem) -> None:
        self.noted.append(Noted(0, field, slot, cell, problem))

    def _read_ticks(self, field: Field) -> None:
        """Read a field whose choices are printed each with a box of its own, or on one line."""
        raw, words, problems = self._ticked(field)
        if isinstance(field.type, Many):
            text = "、".join(words)
        elif len(words) > 1:
            problems.append(Problem("ambiguous-tick"))
            text = ""
        else:
            text = words[0] if words else ""
        reading = field.type.read(text, self.context) if text and not problems else BLANK
        place = self._field_places().get(field.key)
        if place and (reading.value is not None or problems or reading.problems):
            reading = Reading(reading.value, (*problems, *reading.problems))
            self._assign(field, raw, reading)

    def _ticked(self, field: Field) -> tuple[str, list[str], list[Problem]]:
        """Return the ticks as written, the words ticked, and cells that are no tick."""
        words: list[str] = []
        problems: list[Problem] = []
        pieces: list[str] = []
        for place, choice in boxes(self.sheet, field, self.cells.slots):
            cell = self._at(place)
            if isinstance(cell, CellError | UncachedFormula):
                problems.append(Problem("error-value"))
                pieces.append(f"{written(cell)}{self._printed(place, choice)}")
                continue
            ticked = _is_chosen(cell, choice)
            if not ticked and _is_marked(self._at((place[0], place[1] + 1)), choice):
                ticked, cell = True, TICKED
            if ticked is None:
                problems.append(Problem("ambiguous-tick"))
            if ticked:
                words.append(choice["zh"])
            if ticked or ticked is None:
                pieces.append(f"{as_text(cell)}{self._printed(place, choice)}")
        line = " ".join(written(self._at(p)) for p in self.cells.lines.get(field.key, ()))
        if line.strip():
            ticks = ticked_words(line)
            words += [line.strip()] if ticks is None else ticks
            pieces.append(line.strip())
        return " ".join(pieces), words, problems

    def _printed(self, box: Place, choice: Labels) -> str:
        """Return a choice in the language that its box has it in."""
        beside = fold(written(self._at((box[0], box[1] + 1))))
        return next((text for text in choice.values() if fold(text) == beside), choice["zh"])

    def _read_actions(self, field: Field, kind: Actions) -> None:
        rows: dict[int, dict[str, Any]] = defaultdict(dict)
        for slot, place in self.cells.slots.items():
            key, _, rest = slot.partition(".")
            number, _, part = rest.partition(".")
            if key == field.key and part and number.isdecimal():
                value = self._action_part(field, kind, slot, part, place)
                if value is not None:
                    rows[int(number)][part] = value
        if rows:
            self.written.values[field.key] = [rows[number] for number in sorted(rows)]
            self._close_gaps(field.key, sorted(rows))

    def _close_gaps(self, key: str, filled: Sequence[int]) -> None:
        """Count the rows of a field as its value does, which leaves out the blank ones."""
        slots = {slot: slot.split(".") for slot in self.cells.slots if slot.startswith(f"{key}.")}
        blank = sorted({int(parts[1]) for parts in slots.values()} - set(filled))
        numbers = {old: new for new, old in enumerate([*filled, *blank], 1)}
        renamed = {slot: f"{key}.{numbers[int(n)]}.{part}" for slot, (_, n, part) in slots.items()}
        self.addresses.update({renamed[slot]: self.cells.slots[slot] for slot in slots})
        for noted in self.noted:
            noted.slot = renamed.get(noted.slot, noted.slot)

    def _action_part(self, field: Field, kind: Actions, slot: str, part: str, place: Place) -> Any:
        cell = self._at(place)
        if cell == "":
            return None
        if isinstance(cell, CellError | UncachedFormula):
            reading = Reading(None, (Problem("error-value"),))
        else:
            reading = with_notes(kind.read_part(part, cell, self.context), cell)
        for problem in reading.problems:
            self._note(field, slot, cell, problem)
        if reading.value is None and reading.problems:
            self.written.raw[field.key] = _appended(self.written.raw, field.key, kept(cell))
        return reading.value


def _unread(each: Unread) -> tuple[str, dict[str, Any]]:
    """Return the code of a cell that is not read, and the words of its finding."""
    if each.field and each.home:
        others = address(*each.home)
        return "duplicate-header", {"detail": "form", "label": each.field.labels, "others": others}
    return "unknown-column", {"detail": "free"}


def boxes(
    sheet: RawSheet, field: Field, slots: Mapping[str, Place]
) -> Iterator[tuple[Place, Labels]]:
    """Yield the boxes of a field, each with the choice printed beside it: a form made before
    its list changed has others in their places. One written over is known by its number."""
    choices = choices_of(field, hidden=True) or {}
    printed = {fold(label): each for each in choices.values() for label in each.values()}
    for slot, place in slots.items():
        key, _, number = slot.partition(".")
        if key != field.key or not number.isdecimal():
            continue
        beside = sheet.at((place[0], place[1] + 1))
        word = clean(beside) if isinstance(beside, str) else ""
        if fold(word) in printed:
            yield place, printed[fold(word)]
        elif word and ticked_words(word) is None:
            yield place, {"zh": word, "en": word}  # no choice any more: to be told, not guessed
        elif int(number) in choices:
            yield place, choices[int(number)]


def _is_chosen(cell: Cell, choice: Labels) -> bool | None:
    """Return whether a tick cell says its choice; None where it holds something else."""
    ticked = is_ticked(cell)
    if ticked is not None:
        return ticked
    says_it = fold(as_text(cell)) in {fold(label) for label in choice.values()}
    return True if says_it or _is_marked(cell, choice) else None


def _is_marked(cell: CellValue, choice: Labels) -> bool:
    """Whether a cell holds a choice with a tick beside its word, as ``√高``."""
    words = ticked_words(clean(cell)) if isinstance(cell, str) else None
    labels = {fold(label) for label in choice.values()}
    return bool(words) and all(fold(word) in labels for word in words or ())


def _appended(raw: Mapping[str, str], key: str, text: str) -> str:
    parts: Sequence[str] = [raw[key], text] if key in raw else [text]
    return "; ".join(parts)
