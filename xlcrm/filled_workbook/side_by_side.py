"""The tables beside one another on a sheet: the columns of each, as a sheet of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import NamedTuple

from xlcrm.filled_workbook.headers import LIST_LABELS, SHARE, ListHeader
from xlcrm.filled_workbook.located import FormMarks, locate, marks_on
from xlcrm.filled_workbook.sheets import RawSheet
from xlcrm.spec.model import CUSTOMER_FIELDS, Spec, Table
from xlcrm.text import label_key

Located = ListHeader | FormMarks
_END = 1 << 14  # beyond the last column that a sheet can have
_DEPTH = 40  # rows in which labels are looked for
_BLOCKS = 50  # runs of columns, at most, in which tables are looked for


class _Labels(NamedTuple):
    """The labels of what may be a table: the fields that it has, and all its labels' keys."""

    table: Table
    fields: frozenset[str]
    keys: Sequence[str]


def tables_across(
    sheet: RawSheet, found: Located | None, spec: Spec
) -> list[tuple[RawSheet, Located | None]]:
    """Return the tables beside one another, left to right: mostly the one that was ``found``.

    They stand apart by a column in which nothing stands, or the labels of one list follow those of
    another. What only might be a second one stays with the first, as columns of one's own.
    """
    if not _may_be_several(sheet, found, spec):
        return [(sheet, found)]
    parts = _apart(sheet, [each for block in _blocks(sheet) for each in _runs(sheet, *block, spec)])
    if len(parts) < 2:
        return [(sheet, found)]
    return [(part, locate(part, marks_on(part), spec)) for part in parts]


def apart_by_blanks(sheet: RawSheet, spec: Spec) -> list[RawSheet]:
    """Return the parts of a sheet between which a column is blank from its top to its bottom, where
    each holds a table; the labels of one may stand beside records of another."""
    return _apart(sheet, [(block[0], _on(_part(sheet, *block), spec)) for block in _blocks(sheet)])


def _apart(sheet: RawSheet, runs: Iterable[tuple[int, _Labels | None]]) -> list[RawSheet]:
    """Return the columns of each table: a run that is none of its own goes with the one before."""
    starts = [0]
    last: _Labels | None = None
    for start, labels in runs:
        if labels and last and _are_apart(last, labels):
            starts.append(start)
        last = labels if labels and (last is None or start == starts[-1]) else last
    return [_part(sheet, *columns) for columns in pairwise([*starts, _END])]


def _part(sheet: RawSheet, left: int, right: int) -> RawSheet:
    bottom = len(sheet.rows) if sheet.bottom is None else sheet.bottom
    return replace(sheet.part(0, bottom, left, right), top=sheet.top)


def _may_be_several(sheet: RawSheet, found: Located | None, spec: Spec) -> bool:
    """Whether labels stand twice, apart, or with something beside them: mostly none does."""
    if isinstance(found, ListHeader):
        labels = found.labels
        if found.table.private or not labels:
            return False
        again = bool(found.doubled) or len({*labels.values()}) < len(labels)
        return again or max(labels) - min(labels) >= len(labels) or sheet.width > max(labels) + 1
    rows = sheet.rows[sheet.top : sheet.top + _DEPTH] if found is None else sheet.rows
    words = [cell for row in rows for cell in row if cell != "" and cell in spec.label_texts]
    repeated = len(words) - len({*words})
    return len(words) >= 2 * LIST_LABELS and (found is None or repeated >= LIST_LABELS)


def _blocks(sheet: RawSheet) -> Iterator[tuple[int, int]]:
    """Yield the columns of each run between blank ones, to before the one that begins the next."""
    filled = sorted({n for row in sheet.rows for n, cell in enumerate(row) if cell != ""})
    starts = [n for n, before in zip(filled, [-2, *filled], strict=False) if n > before + 1]
    yield from islice(pairwise([*starts, _END]), _BLOCKS)


def _runs(
    sheet: RawSheet, start: int, end: int, spec: Spec
) -> Iterator[tuple[int, _Labels | None]]:
    """Yield where each table of a block begins, and its labels."""
    part = _part(sheet, start, end)
    found = locate(part, marks_on(part), spec)
    labels = found.labels if isinstance(found, ListHeader) else _most_labels(part, spec)
    cut = None if isinstance(found, FormMarks) else _cut(labels, spec)
    if cut is None:
        yield start, _on(part, spec)
        return
    yield from _runs(sheet, start, cut, spec)
    yield from _runs(sheet, cut, end, spec)


def _on(part: RawSheet, spec: Spec) -> _Labels | None:
    """Return the labels of the first table on a part of a sheet; None where there is none."""
    found = locate(part, marks_on(part), spec)
    if isinstance(found, FormMarks):
        texts = (str(cell) for row in part.rows for cell in row if cell != "")
        return _labels(found.table, [text for text in texts if text in spec.label_texts])
    return _labels(found.table, found.labels.values()) if found else None


def _labels(table: Table, texts: Iterable[str]) -> _Labels:
    keys = [label_key(text) for text in texts]
    known = (table.by_label[key].key for key in keys if key in table.by_label)
    return _Labels(table, frozenset(known), keys)


def _most_labels(sheet: RawSheet, spec: Spec) -> Mapping[int, str]:
    """Return what stands in the row with most labels, by column: of several lists none has half."""
    rows = sheet.rows[sheet.top : sheet.top + _DEPTH]
    known = [sum(cell != "" and cell in spec.label_texts for cell in row) for row in rows]
    row = rows[known.index(max(known))] if rows else []
    return {column: str(cell) for column, cell in enumerate(row) if cell != ""}


def _cut(labels: Mapping[int, str], spec: Spec) -> int | None:
    """Return the column in which the labels of a second list follow those of the first."""
    columns = sorted(labels)
    texts = [labels[column] for column in columns]
    if len({*map(label_key, texts)}) == len(columns):
        return None
    best: tuple[int, bool, int] | None = None
    for n in range(LIST_LABELS, len(columns) - LIST_LABELS + 1):
        left, right = _likest(texts[:n], spec), _likest(texts[n:], spec)
        if left and right and _are_apart(left, right):
            begins = right.keys[0] in right.table.fields[0].label_keys
            score = (len(left.fields) + len(right.fields), begins, -columns[n])
            best = max(best, score) if best else score
    return -best[2] if best else None


def _likest(texts: Sequence[str], spec: Spec) -> _Labels | None:
    """Return the list of which most labels are among some texts, if most of them are its own."""
    lists = (_labels(table, texts) for table in spec.tables.values() if table.layout == "list")
    best = max(lists, key=lambda each: len(each.fields), default=None)
    enough = max(LIST_LABELS, SHARE * len(texts))
    return best if best and len(best.fields) >= enough else None


def _are_apart(left: _Labels, right: _Labels) -> bool:
    """Whether two tables stand beside one another, and not the columns of one in two pieces.

    The second has labels that the first has already, or can't have, and names whose records it
    holds: a list that was torn in two has each of its labels once.
    """
    names = {right.table.id, *CUSTOMER_FIELDS}
    known = [key for key in right.keys if key in right.table.by_label]
    theirs = left.table.by_label
    own = [key for key in known if key not in theirs or theirs[key].key in left.fields]
    return bool(names & right.fields) and len(own) >= LIST_LABELS and 2 * len(own) > len(known)
