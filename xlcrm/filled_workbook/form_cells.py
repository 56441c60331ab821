"""Finds the cells of a form that people fill: where our names point, else beside its labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from xlcrm.filled_workbook.form_labels import Place, find_labels, own_labels, written_labels
from xlcrm.filled_workbook.sheets import RawSheet
from xlcrm.layout.forms import FormCell, FormPlan, choices_of, form_plan
from xlcrm.layout.marks import MARK_WIDTH, read_marks
from xlcrm.spec.model import Field, Labels, Table
from xlcrm.spec.types.actions import Actions
from xlcrm.text import label_key
from xlcrm.values import dataclass


@dataclass(frozen=True)
class FormCells:
    """Cells by slot, and for ticked fields printed in one cell the cells right of their label.

    ``nearly`` and ``perhaps`` are as ``FormLabels`` has them; ``others`` are what looks like labels
    of a person's own, with something beside them that is no field's. ``plan`` is all that such a
    form may print.
    """

    slots: Mapping[str, Place]
    lines: Mapping[str, Sequence[Place]]
    nearly: Mapping[Place, Labels]
    perhaps: Mapping[Place, Labels]
    others: Sequence[Place]
    plan: FormPlan


def find_cells(sheet: RawSheet, table: Table, named: Mapping[str, Place]) -> FormCells:
    """Return where the fields of ``table`` are filled on ``sheet``.

    ``named`` holds the cells of slots that the sheet's names point to; they are trusted where
    there are any for most of the form and the hidden marks, where there are some, agree. Action
    rows and labels that people wrote on the form are found in either case.
    """
    plan = form_plan(table)
    inputs = [slot for slot, cell in plan.slots.items() if cell.field and cell.field.is_input]
    most = sum(slot in named for slot in inputs) >= len(inputs) / 2
    if most and not _are_stale(sheet, table, named):
        slots = {slot: place for slot, place in named.items() if _is_field(table, slot)}
        return _with_written(sheet, table, dict(_more_actions(sheet, table, slots)))
    return _LabelReader(sheet, table, _whole_plan(table)).find()


def _is_field(table: Table, slot: str) -> bool:
    return slot.partition(".")[0] in table.by_key


def _are_stale(sheet: RawSheet, table: Table, named: Mapping[str, Place]) -> bool:
    """Whether marks beside the rows stand elsewhere: a program moved cells and left the names."""
    rows: dict[str, set[int]] = {}
    for number, row in enumerate(sheet.rows):
        for each in (mark for cell in row[:MARK_WIDTH] for mark in read_marks(cell)):
            if each.table == table.key:
                rows.setdefault(each.slot, set()).add(number)
    return any(row not in rows.get(slot, {row}) for slot, (row, _) in named.items())


def _whole_plan(table: Table) -> FormPlan:
    """Return the plan with the off fields and hidden choices too: a form made by hand, or made
    before, may have them."""
    every = replace(table, shown_off=frozenset(f.key for f in table.fields))
    return form_plan(every, hidden=True)


def _with_written(sheet: RawSheet, table: Table, slots: dict[str, Place]) -> FormCells:
    """Return the cells of a form with those beside labels that people wrote on it: of a field that
    it does not print they are the field's."""
    printed = {slot.partition(".")[0] for slot in slots}
    lines: dict[str, Sequence[Place]] = {}
    others = []
    plan, values = _whole_plan(table), set(slots.values())
    for place, beside in written_labels(sheet, plan, frozenset(printed), values):
        field = table.by_label.get(label_key(str(sheet.at(place))))
        if field is None or isinstance(field.type, Actions):
            others.append(place)
        elif field.key in printed:
            continue  # what the form has already
        elif choices_of(field):
            lines[field.key] = beside
        else:
            slots[field.key] = beside[0]
        printed |= {field.key} if field else set()
    return FormCells(slots, lines, {}, {}, others, plan)


def _more_actions(
    sheet: RawSheet, table: Table, slots: dict[str, Place]
) -> Iterator[tuple[str, Place]]:
    """Yield the slots, with those of rows that were inserted among or below the action rows."""
    taken = {row for slot, (row, _) in slots.items() if slot.count(".") < 2}
    for field in table.fields:
        if not isinstance(field.type, Actions):
            continue
        own = {slot: slots.pop(slot) for slot in list(slots) if slot.startswith(f"{field.key}.")}
        columns = {slot.rpartition(".")[2]: column for slot, (_, column) in own.items()}
        rows = sorted({row for row, _ in own.values()})
        if rows:
            yield from _action_slots(sheet, field, columns, rows[0], rows[-1], taken)
    yield from slots.items()


def _action_slots(
    sheet: RawSheet,
    field: Field,
    columns: Mapping[str, int],
    first: int,
    last: int,
    taken: set[int],
) -> Iterator[tuple[str, Place]]:
    """Yield the cells of action rows from ``first`` to ``last``, and on while rows are filled."""
    row = n = 0
    for n, row in enumerate(range(first, max(last + 1, len(sheet.rows))), 1):
        filled = any(sheet.at((row, column)) != "" for column in columns.values())
        if row > last and (row in taken or not filled or _is_text_row(sheet, row, columns)):
            return
        for part, column in columns.items():
            yield f"{field.key}.{n}.{part}", (row, column)


def _is_text_row(sheet: RawSheet, row: int, columns: Mapping[str, int]) -> bool:
    """Whether a row begins with a printed text: action rows begin with a number or nothing."""
    before = sheet.rows[row][: min(columns.values())]
    words = (cell for cell in before if isinstance(cell, str) and cell.strip())
    return any(not word.strip().isdecimal() and not any(read_marks(word)) for word in words)


class _LabelReader:
    """Finds the cells that people fill by where the labels stand."""

    def __init__(self, sheet: RawSheet, table: Table, plan: FormPlan) -> None:
        self.sheet, self.table, self.plan = sheet, table, plan
        self.found = find_labels(sheet, plan)
        self.places = self.found.places

    def find(self) -> FormCells:
        slots: dict[str, Place] = {}
        lines: dict[str, Sequence[Place]] = {}
        for cell in self.plan.cells:
            if cell.role == "tick" and cell.slot:
                continue
            if cell.role == "label" and cell.field and not isinstance(cell.field.type, Actions):
                place = self._place(cell)
                if place:
                    self._beside(cell.field, place, slots, lines)
        self._grid_slots(slots)
        for field in self.table.fields:
            if isinstance(field.type, Actions):
                slots.update(self._actions(field))
        values = {*slots.values(), *(place for line in lines.values() for place in line)}
        others = own_labels(self.sheet, self.plan, self.found, values)
        found = self.found
        return FormCells(slots, lines, found.nearly, found.perhaps, list(others), self.plan)

    def _place(self, cell: FormCell) -> Place | None:
        return self.places.get((cell.row, cell.column))

    def _beside(
        self,
        field: Field,
        label: Place,
        slots: dict[str, Place],
        lines: dict[str, Sequence[Place]],
    ) -> None:
        choices = self._choices(field)
        if choices:
            slots.update(choices)
            return
        ticks = [c for c in self.plan.cells if c.field is field and c.role == "tick"]
        right = self._right_of(label)
        if ticks:
            lines[field.key] = right
            return
        filled = [place for place in right if self.sheet.at(place) != ""]
        planned = self.plan.slots.get(field.key)
        if filled:
            slots[field.key] = filled[0]
        elif planned:
            home = next(c for c in self.plan.cells if c.field is field and c.role == "label")
            slots[field.key] = (label[0], label[1] + planned.column - home.column)

    def _choices(self, field: Field) -> dict[str, Place]:
        """Return the tick cells of a field, each left of its printed choice.

        One that a person wrote over, as ``√高``, stands where the others tell.
        """
        cells = [c for c in self.plan.cells if c.field is field]
        ticks = {c.slot: c for c in cells if c.role == "tick" and c.slot}
        found: dict[str, Place] = {}
        moved = (0, 0)
        for slot, choice in zip(ticks, (c for c in cells if c.role == "choice"), strict=True):
            place = self._place(choice)
            if place and place[1] > 0:
                found[slot] = (place[0], place[1] - 1)
                moved = (place[0] - choice.row, place[1] - choice.column)
        if found:
            for slot, tick in ticks.items():
                found.setdefault(slot, (tick.row + moved[0], tick.column + moved[1]))
        return found

    def _right_of(self, label: Place) -> list[Place]:
        row, column = label
        labels = [c for r, c in self.places.values() if r == row and c > column]
        end = min(labels, default=len(self.sheet.rows[row]))
        return [(row, each) for each in range(column + 1, end)]

    def _grid_slots(self, slots: dict[str, Place]) -> None:
        rows = {label_key(c.text["zh"]): c for c in self.plan.cells if c.role == "label" and c.text}
        for head in self.plan.cells:
            if head.role != "head" or head.field or not head.text:
                continue
            column = self._place(head)
            for field in self.table.fields if column else ():
                if field.options.get("column", {}).get("zh") != head.text["zh"]:
                    continue
                row = self._place(rows[label_key(field.options["row"]["zh"])])
                if row and column:
                    slots[field.key] = (row[0], column[1])

    def _actions(self, field: Field) -> Iterator[tuple[str, Place]]:
        assert isinstance(field.type, Actions)
        heads = [c for c in self.plan.cells if c.role == "head" and c.field is field]
        columns: dict[str, int] = {}
        row = -1
        for head, part in zip(heads, field.type.columns, strict=True):
            place = self._place(head)
            if place:
                columns[part["key"]] = place[1]
                row = place[0]
        if columns:
            below = [r for r, _ in self.places.values() if r > row]
            last = min(below, default=len(self.sheet.rows)) - 1
            yield from _action_slots(self.sheet, field, columns, row + 1, last, {last + 1})
