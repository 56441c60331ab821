"""A list's header: which column holds which field, by its mark or its label, in one row or two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cache

from xlcrm.filled_workbook.misspelt import nearest_labels
from xlcrm.filled_workbook.sheets import CellValue, RawSheet
from xlcrm.layout.marks import read_marks
from xlcrm.layout.remarks import RETURNED_SLOTS
from xlcrm.records import MASTER_SLOTS
from xlcrm.sheet_words import texts
from xlcrm.spec.model import Field, Labels, Table
from xlcrm.text import label_key
from xlcrm.values import dataclass

LIST_LABELS = 3  # labels that make a row a header
SHARE = 0.5  # of the words in a header that must be known
_MASTERS = frozenset(MASTER_SLOTS.values())
Captions = Mapping[int, Sequence[str]]


@dataclass(frozen=True)
class ListHeader:
    """A list's header: ``top`` is the first of its rows, ``row`` the last, both zero-based.

    ``columns`` are by field key, ``others`` the labels of columns that are not ours. ``marked`` are
    columns that hold no field any more or never did: the master's, by their slots, and those of
    fields that the team has dropped, by their labels. ``doubled`` are pairs of columns with the
    same label, the first of which is read; ``display`` are those that compute, of dropped fields
    too; ``returned`` are ours that say what was found, by slot: nobody fills them. ``labels`` are
    all labels as they are written. ``nearly`` are the labels of the fields that columns with nearly
    these labels were read as, ``perhaps`` those of fields that others may be.
    """

    table: Table
    top: int
    row: int
    columns: Mapping[str, int]
    others: Mapping[int, str]
    marked: Mapping[str, int]
    doubled: Sequence[tuple[int, int]]
    labels: Mapping[int, str]
    display: frozenset[int]
    returned: Mapping[str, int]
    nearly: Mapping[int, Labels] = field(default_factory=dict)
    perhaps: Mapping[int, Labels] = field(default_factory=dict)

    def place(self, sheet: RawSheet, column: int) -> tuple[int, int]:
        """Return the lowest cell in which the label of a column stands."""
        below = self.top < self.row and sheet.rows[self.row][column] == ""
        return (self.top if below else self.row, column)


def label_header(sheet: RawSheet, tables: Iterable[Table], depth: int) -> ListHeader | None:
    """Return what reads most like the header of one of ``tables``, ``depth`` rows down at most."""
    tables, rows = list(tables), range(sheet.top, min(sheet.top + depth, len(sheet.rows)))
    best = _best(((row, row, captions(sheet, row, row)) for row in rows), tables)
    if best and _is_clean(captions(sheet, best.row, best.row), best.table):
        return read_header(sheet, best.table, best.row, best.row, {})
    near = range(best.row, best.row + 2) if best else rows
    lower = (row for row in near if row - 1 in rows and row in rows)
    pair = _best(((row - 1, row, captions(sheet, row - 1, row)) for row in lower), tables)
    if pair and (best is None or pair.known > best.known):
        best = pair
    return read_header(sheet, best.table, best.top, best.row, {}) if best else None


@dataclass(frozen=True)
class _Likeness:
    """How many fields of a table rows name: ``score`` prefers those of the document itself."""

    score: float
    known: int
    top: int
    row: int
    table: Table


def _best(
    candidates: Iterable[tuple[int, int, Captions]], tables: Sequence[Table]
) -> _Likeness | None:
    best: _Likeness | None = None
    for top, row, columns in candidates:
        if len(columns) < LIST_LABELS:
            continue
        keys = [[label_key(text) for text in each] for each in columns.values()]
        for table in tables:
            found = (next((k for k in each if k in table.by_label), None) for each in keys)
            known = {table.by_label[key].key for key in found if key}
            if len(known) < LIST_LABELS or len(known) < SHARE * len(columns):
                continue
            core = {each.key for each in table.fields if each.level == "core"}
            score = len(known) + len(known & core) / max(1, len(core))
            if best is None or score > best.score:
                best = _Likeness(score, len(known), top, row, table)
    return best


def _is_clean(columns: Captions, table: Table) -> bool:
    """Whether every column has a label that is known, so that no second row can tell more."""
    known = all(label_key(text) in table.by_label for text, *_ in columns.values())
    return known and max(columns) - min(columns) + 1 == len(columns)


def captions(sheet: RawSheet, top: int, row: int) -> Captions:
    """Return what may be the label of each column, the likeliest first, all that is written last.

    Of two rows the upper one may group columns, or hold the first part of their labels.
    """
    if top == row:
        cells = enumerate(sheet.rows[row])
        return {column: (text,) for column, cell in cells if (text := str(cell).strip())}
    found: dict[int, Sequence[str]] = {}
    group = ""
    for column, (above, cell) in enumerate(zip(sheet.rows[top], sheet.rows[row], strict=True)):
        upper, lower = str(above).strip(), str(cell).strip()
        group = upper or group
        if lower:
            found[column] = (lower, group + lower, f"{group} {lower}".strip())
        elif upper:
            found[column] = (upper,)
    return found


def read_header(
    sheet: RawSheet, table: Table, top: int, row: int, slots: Mapping[int, str]
) -> ListHeader:
    """Return the columns of a header: by mark where there is one, else by label."""
    found = captions(sheet, top, row) if row < len(sheet.rows) else {}
    columns = {slot: column for column, slot in slots.items() if slot in table.by_key}
    marked = {slot: column for column, slot in slots.items() if slot in _MASTERS}
    others: dict[int, str] = {}
    doubled: list[tuple[int, int]] = []
    computed = {each.labels["zh"] for each in table.dropped if not each.is_input}
    display = set[int]()
    labels = {column: each[-1] for column, each in found.items()}
    returned = {slot: column for column, slot in slots.items() if slot in RETURNED_SLOTS}
    taken = {*columns.values(), *marked.values(), *returned.values()}
    for column, each in found.items():
        if column in taken:
            continue
        known = _known(table, each)
        dropped = _dropped(table, slots.get(column, ""), each)
        if dropped in computed:
            display.add(column)
        elif dropped and dropped not in marked:
            marked[dropped] = column
        elif known is None:
            others[column] = each[-1]
        elif known.key in columns:
            doubled.append((columns[known.key], column))
        else:
            columns[known.key] = column
    display |= {column for key, column in columns.items() if not table.by_key[key].is_input}
    nearly, perhaps = nearest_labels(sheet, table, row, columns, others)
    for column, meant in nearly.items():
        columns[meant.key] = column
        del others[column]
    return ListHeader(
        table,
        top,
        row,
        columns,
        others,
        marked,
        doubled,
        labels,
        frozenset(display),
        returned,
        {column: meant.labels for column, meant in nearly.items()},
        {column: meant.labels for column, meant in perhaps.items()},
    )


def _known(table: Table, captions: Iterable[str]) -> Field | None:
    """Return the field that a label names, the first that does of what it may be."""
    return next(filter(None, (table.by_label.get(label_key(text)) for text in captions)), None)


def _dropped(table: Table, slot: str, captions: Iterable[str]) -> str | None:
    """Return the label of the field that the team has dropped and whose column this is."""
    dropped = table.dropped_labels
    names = (slot, *map(label_key, captions)) if dropped else ()
    return next((dropped[name] for name in names if name in dropped), None)


def known_label(table: Table, cell: CellValue) -> str | None:
    """Return the key of the field whose label a cell holds."""
    known = table.by_label.get(label_key(cell)) if isinstance(cell, str) else None
    return known.key if known else None


def marked_slots(row: Iterable[CellValue], table: Table) -> Iterator[tuple[int, str]]:
    """Yield columns with the slots that they are marked as, of a row that marks ``table``'s."""
    marks = {column: each for column, cell in enumerate(row) for each in read_marks(cell)}
    if any(each.table == table.key for each in marks.values()):
        yield from ((column, each.slot) for column, each in marks.items())


def is_ours(row: Iterable[CellValue]) -> bool:
    """Whether a row has marks, or is the line that we write above them."""
    return any(isinstance(cell, str) and (any(read_marks(cell)) or cell in _line()) for cell in row)


@cache
def _line() -> frozenset[str]:
    return frozenset([*texts("blank.legend"), *texts("blank.list_hint")])
