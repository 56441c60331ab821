"""Headers that are nearly a field's label: which field is meant, and whether that is certain."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from itertools import islice

from xlcrm.filled_workbook.sheets import CellError, RawSheet, UncachedFormula
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.base import ReadContext
from xlcrm.spec.types.numbers import Number
from xlcrm.text import clean, label_key

_SAMPLE = 20  # filled cells below a label, at most, that are asked whether the field may hold them
_FIT = 0.5  # of them that it must be able to
_FAR = 9
_ANY_DAY = ReadContext(date(2000, 1, 1), date(2000, 1, 1))
_REMARK = re.compile(r"(.+?)[(\[【].*[)\]】]")
_DIGIT = re.compile(r"\d")
Nearest = dict[int, Field]


def nearest_labels(
    sheet: RawSheet,
    table: Table,
    row: int,
    columns: Mapping[str, int],
    others: Mapping[int, str],
) -> tuple[Nearest, Nearest]:
    """Return the fields that columns with unknown labels certainly are, and those they may be.

    A field is meant where its label is clearly the nearest and no column has it yet. That is
    certain where what stands below can be read as the field's, and no other column means it too.
    """
    if not others:
        return {}, {}
    missing = {each.key for each in table.fields if each.is_input} - columns.keys()
    meant = {column: _nearest(table, label) for column, label in others.items()}
    fields = {column: each for column, each in meant.items() if each and each.key in missing}
    times = Counter(each.key for each in fields.values())
    certain = {
        column: each
        for column, each in fields.items()
        if times[each.key] == 1 and _fits(sheet, row, column, each, others[column])
    }
    return certain, {column: fields[column] for column in fields.keys() - certain.keys()}


def _nearest(table: Table, label: str) -> Field | None:
    """Return the field to whose label ``label`` is clearly the nearest."""
    from rapidfuzz.distance import OSA  # late: needed where something is wrong

    word = label_key(_without_remark(label))
    if word in table.by_label:
        return table.by_label[word]
    digits = _DIGIT.findall(word)
    best: dict[str, int] = {}
    for known, each in table.by_label.items():
        # 联系人2 is another contact, no slip of the pen.
        near = digits == _DIGIT.findall(known)
        away = OSA.distance(word, known, score_cutoff=_tolerance(known)) if near else _FAR
        away = away if away <= _tolerance(known) else _FAR
        best[each.key] = min(away, best.get(each.key, _FAR))
    first, second = sorted(best, key=best.__getitem__)[:2]
    return table.by_key[first] if best[first] < best[second] else None


def _without_remark(label: str) -> str:
    match = _REMARK.fullmatch(clean(label))
    return match[1] if match else label


def _tolerance(label: str) -> int:
    """Return how many characters of a label may be wrong: a Chinese one says more by each."""
    if label.isascii():
        return 0 if len(label) < 5 else 1 if len(label) < 10 else 2
    return 0 if len(label) < 3 else 1


def _fits(sheet: RawSheet, row: int, column: int, field: Field, label: str) -> bool:
    """Whether what stands below a label can be read as the field's. A remark beside a number's
    label may say in what it counts."""
    if isinstance(field.type, Number) and _without_remark(label) != label:
        return False
    below = (cell for line in sheet.rows[row + 1 :] if (cell := line[column]) != "")
    read = [
        field.type.read(cell, _ANY_DAY).value is not None
        for cell in islice(below, _SAMPLE)
        if not isinstance(cell, CellError | UncachedFormula)
    ]
    return sum(read) >= _FIT * len(read)
