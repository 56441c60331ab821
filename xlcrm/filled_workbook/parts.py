"""The tables on a sheet, one under the other: the rows of each, as a sheet of their own.

Most sheets hold one. What a second one can't be without is a cell that is a label to the letter,
so that only rows with such a cell are looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import TypeVar

from xlcrm.filled_workbook.headers import LIST_LABELS, SHARE, captions, is_ours
from xlcrm.filled_workbook.located import form_share, locate, marks_on
from xlcrm.filled_workbook.sheets import CellValue, RawSheet
from xlcrm.filled_workbook.side_by_side import Located, apart_by_blanks, tables_across
from xlcrm.layout.marks import Mark
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.actions import Actions
from xlcrm.text import label_key

_T = TypeVar("_T")
_END = 1 << 20  # below the last row that a sheet can have
_HEADING = 3  # rows above a header, at most, that belong to it
_SPLIT = 2  # labels that stand in two rows, for the upper one to be no record
_NEAR = 10  # rows that are looked at one by one: mostly no label stands below them
_DEEP = 30  # rows above the first table from which on they are left aside when it is looked for


def tables_on(
    sheet: RawSheet, marks: Sequence[Mark], spec: Spec
) -> list[tuple[RawSheet, Located | None]]:
    """Return the parts of a sheet that hold a table each, top to bottom, then left to right, with
    their table.

    ``marks`` are those in the sheet's cells. A sheet on which none is recognised is one part.
    """
    starts = list(_starts(sheet, spec))
    if len(starts) < 2 and (not starts or starts[0] < _DEEP):
        return tables_across(sheet, locate(sheet, marks, spec), spec)
    beside = apart_by_blanks(sheet, spec) if len(starts) > 1 else []
    if len(beside) > 1:
        return [each for part in beside for each in tables_on(part, marks_on(part), spec)]
    parts = [
        sheet.part(top, bottom)
        for top, bottom in zip([0, *starts[1:]], [*starts[1:], _END], strict=True)
    ]
    if starts[0] >= _DEEP:
        parts[0] = replace(parts[0], top=starts[0] - _HEADING)
    found = ((part, locate(part, marks_on(part), spec)) for part in parts)
    return [each for part, table in found for each in tables_across(part, table, spec)]


def _starts(sheet: RawSheet, spec: Spec) -> Iterator[int]:
    """Yield the row in which each table begins."""
    # Of labels side by side one stands in each third column, and forms begin in the first ones.
    begun, known = _labelled(sheet, spec.label_words), spec.label_texts.keys()
    rows = [n for n in begun if not known.isdisjoint(_looked_at(sheet.rows[n]))]
    split = [n - 1 for n in begun if _is_split(sheet, n, spec)]
    if len(rows) + len(split) < 2:
        yield from (*rows, *split)
        return
    headers = [row for row in rows if _is_header(sheet.rows[row], spec)]
    headers = [row for row in headers if not _goes_on(sheet, row, headers, spec)]
    headers = [row for row in headers if not _is_in_form(sheet, row, rows, headers, spec)]
    headers = sorted({*headers, *split})
    found = set(headers)
    for above, below in zip([-1, *headers], [*headers, _END], strict=True):
        found.update(_forms(sheet, [row for row in rows if above < row < below], spec))
    last = -1
    for row in sorted(found):
        yield _heading(sheet, row, last) if last >= 0 else row
        last = row


def _labelled(sheet: RawSheet, words: Set[CellValue]) -> list[int]:
    """Return the rows in which one of some words stands."""
    if all(words.isdisjoint(column[_NEAR:]) for column in _looked_at(sheet.columns)):
        rows = sheet.rows[:_NEAR]  # mostly
    else:
        rows = sheet.rows
    return [n for n, row in enumerate(rows) if not words.isdisjoint(_looked_at(row))]


def _looked_at(cells: list[_T]) -> list[_T]:
    """Return those cells of a row, or columns of a sheet, in which a label is looked for."""
    return cells[:2] + cells[2::3]


def _is_header(row: Sequence[CellValue], spec: Spec) -> bool:
    """Whether labels of a list stand side by side in a row: those of a form have cells between."""
    words = [cell if isinstance(cell, str) else "" for cell in row]
    if not any(map(all, zip(words, words[1:], words[2:], strict=False))):
        return _is_private(row, spec)
    keys = [label_key(word) for word in words]
    filled = sum(cell != "" for cell in row)
    for table in spec.tables.values():
        known = [key in table.by_label for key in keys]
        found = {table.by_label[key].key for key in keys if key in table.by_label}
        beside = any(map(all, zip(known, known[1:], known[2:], strict=False)))
        enough = len(found) >= max(LIST_LABELS, SHARE * filled)
        if table.layout == "list" and beside and enough and not _are_heads(keys, spec):
            return True
    return _is_private(row, spec)


def _is_split(sheet: RawSheet, row: int, spec: Spec) -> bool:
    """Whether a row holds the ends of a list's labels that begin in the row above."""
    ends = sum(cell != "" and cell in spec.label_ends for cell in sheet.rows[row])
    if ends < _SPLIT or row <= sheet.top:
        return False
    labels = [[label_key(t) for t in texts] for texts in captions(sheet, row - 1, row).values()]
    for table in (each for each in spec.tables.values() if each.layout == "list"):
        known = [any(key in table.by_label for key in keys) for keys in labels]
        joined = sum(
            found and keys[0] not in table.by_label
            for found, keys in zip(known, labels, strict=True)
        )
        beside = any(map(all, zip(known, known[1:], known[2:], strict=False)))
        if joined >= _SPLIT and beside and sum(known) >= SHARE * len(labels):
            return True
    return False


def _goes_on(sheet: RawSheet, row: int, headers: Collection[int], spec: Spec) -> bool:
    """Whether labels stand below labels of the row above, none below another: one header."""
    above, own = ({n for n, _ in _labels(sheet.rows[each], spec)} for each in (row - 1, row))
    return row - 1 in headers and above.isdisjoint(own)


def _is_private(row: Sequence[CellValue], spec: Spec) -> bool:
    apart = [table for table in spec.tables.values() if table.private]
    keys = {key for _, key in _labels(row, spec)}
    found = [(t.private, {t.by_label[k].key for k in keys if k in t.by_label}) for t in apart]
    return any(private in fields and len(fields) > 1 for private, fields in found)


def _are_heads(keys: Sequence[str], spec: Spec) -> bool:
    """Whether a row heads the actions of a form."""
    kinds = (field.type for table in spec.tables.values() for field in table.fields)
    heads = (kind.columns for kind in kinds if isinstance(kind, Actions))
    every = ({label_key(text) for part in parts for text in part.values()} for parts in heads)
    return any(each.issuperset(filter(None, keys)) for each in every)


def _is_in_form(
    sheet: RawSheet, row: int, rows: Sequence[int], headers: Sequence[int], spec: Spec
) -> bool:
    """Whether only what stands above a row of labels and what stands below it make a form."""
    above = [r for r in rows if r < row and not any(r <= h < row for h in headers)]
    below = [r for r in rows if r > row and not any(row < h <= r for h in headers)]
    if not above or not below:
        return False
    whole, *halves = (_is_form(sheet, each, spec) for each in ([*above, row, *below], above, below))
    return whole and not any(halves)


def _is_form(sheet: RawSheet, rows: Collection[int], spec: Spec) -> bool:
    return _form_of(_words(sheet, rows, spec), spec) is not None


def _words(sheet: RawSheet, rows: Collection[int], spec: Spec) -> set[str]:
    return {key for row in rows for _, key in _labels(sheet.rows[row], spec)}


def _form_of(words: set[str], spec: Spec) -> Table | None:
    """Return the form of which most labels are among some words, if they are enough for one."""
    forms = (table for table in spec.tables.values() if table.layout == "form")
    best = max(forms, key=lambda table: form_share(table, words), default=None)
    return best if best and form_share(best, words) >= SHARE else None


def _are_apart(above: set[str], below: set[str], spec: Spec) -> bool:
    """Whether words above and below are those of two forms: others, or mostly the same again.

    What is said once above and once below, as a section and a field may be, divides none.
    """
    again = len(above & below) * 2 > min(len(above), len(below))
    return again or _form_of(above, spec) is not _form_of(below, spec)


def _labels(row: Sequence[CellValue], spec: Spec) -> Iterator[tuple[int, str]]:
    """Yield the labels in a row with their columns."""
    known = spec.label_texts
    for column, cell in enumerate(row):
        if cell != "" and cell in known:
            yield column, known[str(cell)]


def _forms(sheet: RawSheet, rows: Sequence[int], spec: Spec) -> Iterator[int]:
    """Yield the rows in which forms begin, of rows with labels that stand between lists.

    A form begins with its title, else where what it began with stands again.
    """
    forms = [table for table in spec.tables.values() if table.layout == "form"]
    titles = {label_key(label) for table in forms for label in table.labels.values()}
    begun: dict[int, list[int]] = {}
    titled: set[int] = set()
    first: set[tuple[int, str]] = set()
    start = -1
    for row in rows:
        found = set(_labels(sheet.rows[row], spec))
        if any(key in titles for _, key in found):
            titled.add(row)
        if row in titled or start < 0 or found & first:
            start, first = row, set()
            begun[start] = []
        begun[start].append(row)
        if not first and row not in titled:
            first = found
    yield from _joined(sheet, begun, titled, spec)


def _joined(
    sheet: RawSheet, begun: Mapping[int, list[int]], titled: Collection[int], spec: Spec
) -> Iterator[int]:
    """Yield the first row of each form; what only seemed to begin another is joined to it."""
    start, own = -1, list[int]()
    for row, others in begun.items():
        above, below = (_words(sheet, each, spec) for each in (own, others))
        if own and row not in titled and not _are_apart(above, below, spec):
            own += others
            continue
        if _is_form(sheet, own, spec):
            yield start
        start, own = row, list(others)
    if _is_form(sheet, own, spec):
        yield start


def _heading(sheet: RawSheet, row: int, floor: int) -> int:
    """Return where the table begins whose header, or first label, stands in ``row``.

    Marks and titles above it belong to it: a title stands alone in its row and apart from the
    records above, which begin below ``floor``.
    """
    top = row
    while top - 1 > floor and is_ours(sheet.rows[top - 1]):
        top -= 1
    if top - 1 > floor and _is_group(sheet, top - 1, row) and not any(sheet.rows[top - 2]):
        top -= 1
    first = top
    while first - 1 > floor and not any(sheet.rows[first - 1]):
        first -= 1
    titled = first
    while titled - 1 > max(floor, first - _HEADING) and _is_title(sheet, titled - 1):
        titled -= 1
    apart = titled - 1 <= floor or not any(sheet.rows[titled - 1])
    return titled if titled < first and apart else top


def _is_group(sheet: RawSheet, row: int, header: int) -> bool:
    """Whether a few words stand in a row, to group the labels below: of no record's, as of each
    there is a number or a day."""
    above, labels = ([cell for cell in sheet.rows[each] if cell != ""] for each in (row, header))
    words = (isinstance(cell, str) and not any(map(str.isdigit, cell)) for cell in above)
    return 0 < len(above) * 2 <= len(labels) and all(words)


def _is_title(sheet: RawSheet, row: int) -> bool:
    """Whether one text stands in a row, over several columns or not, or several merged ones."""
    filled = {column for column, cell in enumerate(sheet.rows[row]) if cell != ""}
    typed = {column for column in filled if (row, column) not in sheet.formulas}
    if not all(isinstance(sheet.rows[row][column], str) for column in typed):
        return False
    over = {left for top, left, _, right in sheet.merged if top == row and right > left}
    return bool(filled) and (len(typed) <= 1 or bool(typed & over))
