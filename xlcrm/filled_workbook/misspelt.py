"""Labels that are nearly a field's, of columns and on forms: which is meant, and if for sure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Mapping
from datetime import date
from itertools import islice
from typing import TypeVar

from xlcrm.filled_workbook.sheets import CellError, CellValue, RawSheet, UncachedFormula
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.base import ReadContext
from xlcrm.spec.types.numbers import Number
from xlcrm.text import clean, compiled, label_key

_SAMPLE = 20  # filled cells below a label, at most, that are asked whether the field may hold them
_FIT = 0.5  # of them that it must be able to
_FAR = 9
_ANY_DAY = ReadContext(date(2000, 1, 1), date(2000, 1, 1))
_REMARK = r"(.+?)[(\[【].*[)\]】]"
_DIGIT = re.compile(r"\d")
Nearest = dict[int, Field]
_Meant = TypeVar("_Meant", bound=Hashable)


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
    known = {label: each.key for label, each in table.by_label.items()}
    meant = {column: nearest(label, known) for column, label in others.items()}
    fields = {column: table.by_key[key] for column, key in meant.items() if key in missing}
    times = Counter(each.key for each in fields.values())
    certain = {
        column: each
        for column, each in fields.items()
        if times[each.key] == 1 and _fits(sheet, row, column, each, others[column])
    }
    return certain, {column: fields[column] for column in fields.keys() - certain.keys()}


def nearest(label: str, known: Mapping[str, _Meant]) -> _Meant | None:
    """Return what is meant by a label that is clearly nearest to one of those ``known``.

    They are by their keys (``label_key``).
    """
    from rapidfuzz.distance import OSA  # late: needed where something is wrong

    word = label_key(_without_remark(label))
    if word in known:
        return known[word]
    digits = _DIGIT.findall(word)
    best: dict[_Meant, int] = {}
    for key, each in known.items():
        # 联系人2 is another contact, no slip of the pen.
        near = digits == _DIGIT.findall(key)
        away = OSA.distance(word, key, score_cutoff=_tolerance(key)) if near else _FAR
        away = away if away <= _tolerance(key) else _FAR
        best[each] = min(away, best.get(each, _FAR))
    first, second = sorted(best, key=best.__getitem__)[:2]
    return first if best[first] < best[second] else None


def _without_remark(label: str) -> str:
    match = compiled(_REMARK).fullmatch(clean(label))
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
    known = (c for c in islice(below, _SAMPLE) if not isinstance(c, CellError | UncachedFormula))
    read = [can_hold(field, cell) for cell in known]
    return sum(read) >= _FIT * len(read)


def can_hold(field: Field, cell: CellValue) -> bool:
    """Whether a filled cell can be read as a field's, whatever its day."""
    if isinstance(cell, CellError | UncachedFormula):
        return False
    return field.type.read(cell, _ANY_DAY).value is not None
