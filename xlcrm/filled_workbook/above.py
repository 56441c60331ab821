"""Records above a list's labels: where a sheet is sorted as a whole, the labels move down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlcrm.filled_workbook.sheets import CellError, CellValue, UncachedFormula
from xlcrm.layout.marks import PREFIX
from xlcrm.spec.model import Table
from xlcrm.spec.types.base import FieldType, ReadContext

_ENOUGH = 2  # cells that are what their columns want: a title has none, or one by chance
_ANY_WORD = "甲"


def is_record(row: Sequence[CellValue], inputs: Mapping[str, int], table: Table) -> bool:
    """Whether a row above the labels is no title but a record, by what stands in its columns."""
    kinds = ((table.by_key[key].type, column) for key, column in inputs.items())
    telling = ((kind, row[column]) for kind, column in kinds if column < len(row))
    return sum(_fits(kind, cell) for kind, cell in telling) >= _ENOUGH


def _fits(kind: FieldType, cell: CellValue) -> bool:
    if cell == "" or isinstance(cell, CellError | UncachedFormula) or _is_mark(cell):
        return False
    here = ReadContext()
    # A type that takes any word tells nothing.
    return kind.read(cell, here).value is not None and kind.read(_ANY_WORD, here).value is None


def _is_mark(cell: CellValue) -> bool:
    return isinstance(cell, str) and cell.startswith(PREFIX)
