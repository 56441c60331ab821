"""Finds the table on a sheet: by its marks, else by its labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.filled_workbook.sheets import CellValue, RawSheet
from xlcrm.layout.marks import MARK_WIDTH, OWN_SHEET, PREFIX, Mark, mark, named_cells, read_marks
from xlcrm.layout.remarks import RETURNED_SLOTS
from xlcrm.records import MASTER_SLOTS
from xlcrm.spec.model import Spec, Table
from xlcrm.text import label_key

_HEADER_DEPTH = 40  # rows in which a header is looked for
_LIST_LABELS = 3  # labels that make a row a header
_SHARE = 0.5
_OWN = mark(OWN_SHEET, "")
_MASTERS = frozenset(MASTER_SLOTS.values())


@dataclass(frozen=True)
class ListHeader:
    """A list's header: zero-based row, column by field key, labels of columns that are not ours.

    ``marked`` are columns that hold no field any more or never did: the master's, by their slots,
    and those of fields that the team has dropped, by their labels. ``doubled`` are pairs of columns
    with the same label, the first of which is read; ``display`` are those that compute, of dropped
    fields too; ``returned`` are ours that say what was found, by slot: nobody fills them.
    """

    table: Table
    row: int
    columns: Mapping[str, int]
    others: Mapping[int, str] = field(default_factory=dict)
    marked: Mapping[str, int] = field(default_factory=dict)
    doubled: tuple[tuple[int, int], ...] = ()
    display: frozenset[int] = frozenset()
    returned: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class FormMarks:
    """A form sheet: its table, and the cells of slots that our names still point to."""

    table: Table
    cells: Mapping[str, tuple[int, int]]


def marks_on(sheet: RawSheet) -> list[Mark]:
    """Return the marks that stand in cells of a sheet: near its top, else in its first columns."""
    top, below = sheet.rows[:_HEADER_DEPTH], sheet.rows[_HEADER_DEPTH:]
    cells = [cell for row in top for cell in row if isinstance(cell, str) and PREFIX in cell]
    cells += [
        cell
        for column in range(min(MARK_WIDTH, sheet.width))
        for row in below
        if isinstance(cell := row[column], str) and PREFIX in cell
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
    return _marked_header(sheet, table, named) or _label_header(sheet, [table])


def _has_mark_row(sheet: RawSheet) -> bool:
    """Whether marks stand side by side: the master lays the records of a form out as a list."""
    rows = ([any(read_marks(cell)) for cell in row] for row in sheet.rows[:_HEADER_DEPTH])
    return any(sum(marks) > 1 for marks in rows)


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
    slots: dict[int, str] = {}
    header = None
    for number, row in enumerate(sheet.rows[:_HEADER_DEPTH]):
        marked = [
            (n, cell) for n, cell in enumerate(row) if isinstance(cell, str) and PREFIX in cell
        ]
        marks = {column: each for column, cell in marked for each in read_marks(cell)}
        if any(each.table == table.key for each in marks.values()):
            slots = {column: each.slot for column, each in marks.items()}
            header = _row_of_labels(sheet, table, number, slots)
            break
    if header is None:
        places = {each.slot: at for each, at in named.items() if each.table == table.key}
        rows = Counter(row for row, _ in places.values())
        if not rows:
            return None
        header = rows.most_common(1)[0][0]
        slots = {column: slot for slot, (row, column) in places.items() if row == header}
    return _header(sheet, table, header, slots)


def _row_of_labels(sheet: RawSheet, table: Table, marks: int, slots: Mapping[int, str]) -> int:
    """Return the row that has labels under the marks, else the first below with anything.

    People put titles between the two; sorted as a whole, a sheet has them the other way round.
    """
    below = range(marks + 1, min(marks + 1 + _HEADER_DEPTH, len(sheet.rows)))
    fields = [(at, table.by_key[slot]) for at, slot in slots.items() if slot in table.by_key]

    def has_labels(row: int) -> bool:
        cells = ((sheet.rows[row][at], field) for at, field in fields)
        return any(label_key(str(cell)) in field.label_keys() for cell, field in cells)

    labelled = filter(has_labels, (*below, *reversed(range(marks))))
    filled = (row for row in below if any(cell != "" for cell in sheet.rows[row]))
    return next(labelled, next(filled, marks + 1))


def _private_header(sheet: RawSheet, spec: Spec) -> ListHeader | None:
    """Return the header that has the column of a table kept apart, whatever else it has.

    Two of its columns are enough: rather too much stays unread than a real number is merged.
    """
    for table in (each for each in spec.tables.values() if each.private):
        for number, row in enumerate(sheet.rows[:_HEADER_DEPTH]):
            known = {_known_label(table, cell) for cell in row} - {None}
            if table.private in known and len(known) > 1:
                return _header(sheet, table, number, {})
    return None


def _by_labels(sheet: RawSheet, spec: Spec) -> ListHeader | FormMarks | None:
    """Return the list or the form of which more labels stand on the sheet."""
    lists = [table for table in spec.tables.values() if table.layout == "list"]
    header = _label_header(sheet, lists)
    texts = {cell for row in sheet.rows for cell in row if isinstance(cell, str)}
    words = {label_key(text) for text in texts}
    forms = [table for table in spec.tables.values() if table.layout == "form"]
    form = max(forms, key=lambda table: _share(table, words), default=None)
    if form is None or _share(form, words) < _SHARE:
        return header
    found = sum(any(key in words for key in field.label_keys()) for field in form.fields)
    if header and len(header.columns) >= found:
        return header
    return FormMarks(form, {})


def _share(table: Table, words: set[str]) -> float:
    """Return which part of a form's core labels, its title among them, stands on the sheet."""
    core = [
        field for field in table.fields if field.level == "core" and "grid" not in field.options
    ]
    found = sum(any(key in words for key in field.label_keys()) for field in core)
    titled = any(label_key(label) in words for label in table.labels.values())
    return found / max(1, len(core)) + (0.05 if titled else 0)


def _label_header(sheet: RawSheet, tables: Iterable[Table]) -> ListHeader | None:
    """Return the row that reads most like the header of one of ``tables``."""
    best: tuple[float, int, Table] | None = None
    for number, row in enumerate(sheet.rows[:_HEADER_DEPTH]):
        words = [label_key(cell) for cell in row if isinstance(cell, str) and cell.strip()]
        if len(words) < _LIST_LABELS:
            continue
        for table in tables:
            known = {table.by_label[word].key for word in words if word in table.by_label}
            if len(known) < _LIST_LABELS or len(known) < _SHARE * len(words):
                continue
            core = {each.key for each in table.fields if each.level == "core"}
            score = len(known) + len(known & core) / max(1, len(core))
            if best is None or score > best[0]:
                best = (score, number, table)
    return _header(sheet, best[2], best[1], {}) if best else None


def _header(sheet: RawSheet, table: Table, row: int, slots: Mapping[int, str]) -> ListHeader:
    """Return the columns of a header row: by mark where there is one, else by label."""
    cells = sheet.rows[row] if row < len(sheet.rows) else []
    columns: dict[str, int] = {}
    others: dict[int, str] = {}
    marked: dict[str, int] = {}
    doubled: list[tuple[int, int]] = []
    display: set[int] = set()
    computed = {each.labels["zh"] for each in table.dropped if not each.is_input}
    returned = {slot: column for column, slot in slots.items() if slot in RETURNED_SLOTS}
    for column, slot in slots.items():
        if slot in table.by_key:
            columns[slot] = column
        elif slot in _MASTERS:
            marked[slot] = column
    for column, cell in enumerate(cells):
        slot = slots.get(column, "")
        if slot in columns or slot in marked or slot in returned or cell == "":
            continue
        known = _known_label(table, cell)
        dropped = _dropped_label(table, slot, cell)
        if dropped in computed:
            display.add(column)
        elif dropped and dropped not in marked:
            marked[dropped] = column
        elif known is None:
            others[column] = str(cell).strip()
        elif known in columns:
            doubled.append((columns[known], column))
        else:
            columns[known] = column
    display |= {column for key, column in columns.items() if not table.by_key[key].is_input}
    return ListHeader(
        table, row, columns, others, marked, tuple(doubled), frozenset(display), returned
    )


def _dropped_label(table: Table, slot: str, cell: CellValue) -> str | None:
    """Return the label of the field that the team has dropped and whose column this is."""
    dropped = table.dropped_labels
    named = label_key(cell) if isinstance(cell, str) and dropped else ""
    return dropped.get(slot) or dropped.get(named)


def _known_label(table: Table, cell: CellValue) -> str | None:
    known = table.by_label.get(label_key(cell)) if isinstance(cell, str) else None
    return known.key if known else None
