"""Finds the table on a sheet: by its marks, else by its labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from xlcrm.filled_workbook.headers import (
    LIST_LABELS,
    SHARE,
    ListHeader,
    known_label,
    label_header,
    marked_slots,
    read_header,
)
from xlcrm.filled_workbook.sheets import CellValue, RawSheet
from xlcrm.layout.marks import MARK_WIDTH, OWN_SHEET, PREFIX, Mark, mark, named_cells, read_marks
from xlcrm.spec.model import Spec, Table
from xlcrm.text import label_key
from xlcrm.values import dataclass

_HEADER_DEPTH = 40  # rows in which a header is looked for
_TITLED = 0.25  # of its labels, that a form's title counts for
_FIRST = PREFIX[0]
_OWN = mark(OWN_SHEET, "")


@dataclass(frozen=True)
class FormMarks:
    """A form sheet: its table, and the cells of slots that our names still point to."""

    table: Table
    cells: Mapping[str, tuple[int, int]]


def marks_on(sheet: RawSheet) -> list[Mark]:
    """Return the marks that stand in cells of a sheet: near its top, else in its first columns."""
    deep = sheet.top + _HEADER_DEPTH
    top, below = sheet.rows[sheet.top : deep], len(sheet.rows) > deep
    lines = [*top, *(column[deep:] for column in (sheet.columns[:MARK_WIDTH] if below else ()))]
    cells = [
        cell
        for line in lines
        for cell in line
        if cell and cell.__class__ is str and cell[0] == _FIRST
    ]
    return [each for cell in cells for each in read_marks(cell)]


def locate(sheet: RawSheet, marks: Sequence[Mark], spec: Spec) -> ListHeader | FormMarks | None:
    """Return the table that lies on ``sheet``, or None where none is recognised.

    ``marks`` are those in its cells (``marks_on``).
    """
    named = named_cells(sheet.names)
    table = _marked_table(marks, named, spec)
    if table is None:
        return _private_header(sheet, spec) or _by_labels(sheet, spec)
    if table.layout == "form" and not _has_mark_row(sheet):
        cells = {each.slot: place for each, place in named.items() if each.table == table.key}
        return FormMarks(table, cells)
    return _marked_header(sheet, table, named) or label_header(sheet, [table], _HEADER_DEPTH)


def _has_mark_row(sheet: RawSheet) -> bool:
    """Whether marks stand side by side: the master lays the records of a form out as a list."""
    rows = ([any(read_marks(cell)) for cell in row] for _, row in _top_rows(sheet))
    return any(sum(marks) > 1 for marks in rows)


def _top_rows(sheet: RawSheet) -> Iterator[tuple[int, list[CellValue]]]:
    """Yield the rows in which a header is looked for, with their numbers."""
    yield from enumerate(sheet.rows[sheet.top : sheet.top + _HEADER_DEPTH], sheet.top)


def is_named_own(names: Mapping[str, str]) -> bool:
    """Whether a sheet with these names of its own is a guide or list sheet of ours."""
    own = {name: place for name, place in names.items() if name.startswith(_OWN)}
    return bool(named_cells(own))


def is_marked_own(marks: Iterable[Mark]) -> bool:
    """Whether a sheet with these marks in its cells is a guide or list sheet of ours."""
    return any(each.table == OWN_SHEET for each in marks)


def is_empty(sheet: RawSheet) -> bool:
    """Whether no cell of the sheet holds anything."""
    return not any(cell != "" for row in sheet.rows for cell in row)


def _marked_table(marks: Sequence[Mark], named: Iterable[Mark], spec: Spec) -> Table | None:
    """Return the table that most marks name: those in cells, else the sheet's names."""
    for found in (marks, named):
        counts = Counter(each.table for each in found if each.table in spec.tables)
        if counts:
            return spec.tables[counts.most_common(1)[0][0]]
    return None


def _marked_header(
    sheet: RawSheet, table: Table, named: Mapping[Mark, tuple[int, int]]
) -> ListHeader | None:
    """Return the header below the hidden row of marks, else the one our names point to."""
    for number, row in _top_rows(sheet):
        slots = dict(marked_slots(row, table))
        if slots:
            header = _row_of_labels(sheet, table, number, slots)
            return read_header(sheet, table, header, header, slots)
    places = {each.slot: at for each, at in named.items() if each.table == table.key}
    rows = Counter(row for row, _ in places.values())
    if not rows:
        return None
    header = rows.most_common(1)[0][0]
    slots = {column: slot for slot, (row, column) in places.items() if row == header}
    return read_header(sheet, table, header, header, slots)


def _row_of_labels(sheet: RawSheet, table: Table, marks: int, slots: Mapping[int, str]) -> int:
    """Return the row that has labels under the marks, else the first below with anything.

    People put titles between the two; sorted as a whole, a sheet has them the other way round.
    """
    below = range(marks + 1, min(marks + 1 + _HEADER_DEPTH, len(sheet.rows)))
    fields = [(at, table.by_key[slot]) for at, slot in slots.items() if slot in table.by_key]

    def has_labels(row: int) -> bool:
        cells = ((sheet.rows[row][at], field) for at, field in fields)
        return any(label_key(str(cell)) in field.label_keys for cell, field in cells)

    labelled = filter(has_labels, (*below, *reversed(range(marks))))
    filled = (row for row in below if any(cell != "" for cell in sheet.rows[row]))
    return next(labelled, next(filled, marks + 1))


def _private_header(sheet: RawSheet, spec: Spec) -> ListHeader | None:
    """Return the header that has the column of a table kept apart, whatever else it has.

    Two of its columns are enough: rather too much stays unread than a real number is merged.
    """
    for table in (each for each in spec.tables.values() if each.private):
        for number, row in _top_rows(sheet):
            known = {known_label(table, cell) for cell in row} - {None}
            if table.private in known and len(known) > 1:
                return read_header(sheet, table, number, number, {})
    return None


def _by_labels(sheet: RawSheet, spec: Spec) -> ListHeader | FormMarks | None:
    """Return the list or the form of which more labels stand on the sheet."""
    lists = [table for table in spec.tables.values() if table.layout == "list"]
    header = label_header(sheet, lists, _HEADER_DEPTH)
    texts = {cell for row in sheet.rows for cell in row if isinstance(cell, str)}
    words = {label_key(text) for text in texts}
    forms = [table for table in spec.tables.values() if table.layout == "form"]
    form = max(forms, key=lambda table: form_share(table, words), default=None)
    if form is None or form_share(form, words) < SHARE:
        return header
    found = sum(any(key in words for key in field.label_keys) for field in form.fields)
    if header and len(header.columns) >= found:
        return header
    return FormMarks(form, {})


def form_share(table: Table, words: Collection[str]) -> float:
    """Return which part of a form's core labels, its title among them, stands among ``words``."""
    core = {
        field.key for field in table.fields if field.level == "core" and "grid" not in field.options
    }
    found = len(core & {table.by_label[word].key for word in words if word in table.by_label})
    titled = any(label_key(label) in words for label in table.labels.values())
    # Below its title a form is known by a few labels: people leave out what they don't need.
    titled = titled and found >= LIST_LABELS
    return found / max(1, len(core)) + (_TITLED if titled else 0)
