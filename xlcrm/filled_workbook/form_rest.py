"""What stands on a form besides its fields' cells: the texts that it prints, and what people wrote
where nothing is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain, groupby, islice
from typing import NamedTuple

from xlcrm.filled_workbook.cells import written
from xlcrm.filled_workbook.form_cells import FormCells
from xlcrm.filled_workbook.form_labels import Place
from xlcrm.filled_workbook.sheets import CellValue, RawSheet
from xlcrm.layout.forms import FormPlan
from xlcrm.layout.marks import MARK_WIDTH, read_marks
from xlcrm.layout.remarks import CHECK_RESULT
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.base import as_text
from xlcrm.spec.types.texts import is_ticked
from xlcrm.text import fold, label_key


class Unread(NamedTuple):
    """A cell that is no field's. Where the label before it is one that the form has already,
    ``field`` is that label's, and is filled at ``home``."""

    place: Place
    field: Field | None = None
    home: Place | None = None


def unread_cells(sheet: RawSheet, table: Table, cells: FormCells) -> Iterator[Unread]:
    """Yield what people wrote from the first field on where no field is: of cells beside each other
    the first. What stands beside a label of their own is told with that."""
    ours = {*_read(table, cells), *printed_cells(sheet, table, cells)}
    labels = {*cells.others, *cells.perhaps}
    first = min((row for row, _ in cells.slots.values()), default=0)
    for number in range(first, len(sheet.rows)):
        row = sheet.rows[number]
        filled = ((number, n) for n, cell in enumerate(row) if _says_something(cell))
        before: Place | None = None
        for is_ours, run in groupby(filled, ours.__contains__):
            *_, last = places = list(run)
            if not is_ours and not {before, places[0]} & labels:
                yield from _told(sheet, table, cells, before, places[0])
            before = last


def _told(
    sheet: RawSheet, table: Table, cells: FormCells, before: Place | None, place: Place
) -> Iterator[Unread]:
    """Yield a cell, but for one that says again what the field of the label before it holds."""
    label = sheet.at(before) if before else ""
    field = table.by_label.get(label_key(label)) if isinstance(label, str) else None
    homes = [at for slot, at in cells.slots.items() if field and _key(slot) == field.key]
    homes += cells.lines.get(field.key, ()) if field else ()
    rows = {row - near for row, _ in homes for near in (0, 1)}  # of actions the head is above
    if not homes or place[0] in rows:
        yield Unread(place)
    elif fold(written(sheet.at(place))) not in (fold(written(sheet.at(home))) for home in homes):
        yield Unread(place, field, homes[0])


def _says_something(cell: CellValue) -> bool:
    """Whether a cell is filled with more than an empty box, a line to write on, or a label that
    waits for something beside it."""
    if isinstance(cell, str):
        text = cell.rstrip()
        is_said = any(map(str.isalnum, text)) and not text.endswith((":", "："))
        return is_said or is_ticked(text) is True
    return cell is not False


def _read(table: Table, cells: FormCells) -> Iterator[Place]:
    """Yield the cells of fields, those of choices beside their boxes, and the descriptions of a
    grid's row, which stand before what is filled in it."""
    for slot, (row, column) in cells.slots.items():
        yield row, column
        if slot.count(".") == 1:
            yield row, column + 1
        elif slot in table.by_key and "row" in table.by_key[slot].options:
            yield from ((row, each) for each in range(column))
    yield from chain.from_iterable(cells.lines.values())


def printed_cells(sheet: RawSheet, table: Table, cells: FormCells) -> Iterator[Place]:
    """Yield the cells in which the form's own texts stand: labels, choices, numbers of actions, and
    marks with what was found the last time."""
    yield from cells.nearly
    yield from _check_line(sheet)
    texts = _texts(table.with_dropped, cells.plan)
    actions = [(row, column) for slot, (row, column) in cells.slots.items() if action_number(slot)]
    last = max((column for _, column in cells.slots.values()), default=0) + 1
    left = {row: min(c for r, c in actions if r == row) for row, _ in actions}
    for row, line in enumerate(sheet.rows):
        for column, cell in enumerate(line[: last + 1]):  # beside it are a person's notes
            text = as_text(cell) if isinstance(cell, str | float) else ""
            numbered = text.strip().isdecimal() and column < left.get(row, 0)
            if text and (numbered or any(read_marks(text)) or label_key(text) in texts):
                yield row, column


def _check_line(sheet: RawSheet) -> Iterator[Place]:
    """Yield the cell in which a form says what was found: the first one beside its mark."""
    for number, row in enumerate(sheet.rows):
        marks = (each.slot for cell in row[:MARK_WIDTH] for each in read_marks(cell))
        if CHECK_RESULT in marks:
            texts = (n for n, cell in enumerate(row) if cell != "" and not any(read_marks(cell)))
            yield from ((number, column) for column in islice(texts, 1))


def _texts(table: Table, plan: FormPlan) -> Collection[str]:
    """Return the normal forms of all that a form prints, as it was named before too."""
    cells = (cell.text.values() for cell in plan.cells if cell.text)
    texts = {label_key(text) for text in chain.from_iterable(cells)}
    return texts.union(*(field.label_keys for field in table.fields))


def action_number(slot: str) -> int:
    """Return the row of an action's slot such as ``actions.2.due``; 0 for another slot."""
    _, _, rest = slot.partition(".")
    number, _, part = rest.partition(".")
    return int(number) if part else 0


def _key(slot: str) -> str:
    return slot.partition(".")[0]
