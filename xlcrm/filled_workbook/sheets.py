"""A workbook's sheets as they stand: every value at its address, nothing interpreted.

python-calamine gives error cells and formulas without a stored value as empty; where the sheet's
XML shows such cells, `RawSheet.reread` puts them back, so that nothing is blanked silently. All
other cells are the same objects either way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TypeAlias

from xlcrm.filled_workbook.archive import Archive
from xlcrm.filled_workbook.number_formats import shows_date_only
from xlcrm.filled_workbook.sheet_xml import (
    Address,
    Box,
    CellScan,
    a1,
    cell_styles,
    column_widths,
    formula_text,
    hidden_columns,
    hidden_rows,
    merged_ranges,
    row_heights,
    scan_cells,
)
from xlcrm.layout.marks import mark, named_cells
from xlcrm.values import dataclass


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell whose value is an error, such as `#N/A`."""

    code: str


@dataclass(frozen=True, slots=True)
class UncachedFormula:
    """A formula that was saved without its value; `text` begins with `=`."""

    text: str


CellValue: TypeAlias = (
    str | float | int | bool | date | datetime | time | timedelta | CellError | UncachedFormula
)
Grid: TypeAlias = list[list[CellValue]]
Formats: TypeAlias = Callable[[], tuple[str | None, ...]]
FormulaColumns: TypeAlias = Callable[[int], Set[int]]  # those in which some stand below a row


@dataclass(frozen=True, eq=False)
class RawSheet:
    """One sheet, or a part of one. `rows` begin at A1 and are of equal width; an empty cell is
    `''`. Addresses are zero-based (row, column). A part has cells from ``top`` to before ``bottom``
    and from ``left`` to before ``right`` alone; ``strays`` are cells that were not read, as they
    are too far from all others.

    A date cell at midnight is a `date`, whatever its format: ask `is_date_only`. Only .xlsx and
    .xlsm have XML that tells of formulas, errors, merged ranges, hidden rows and formats; a sheet
    of another format has none of them.
    """

    name: str
    hidden: bool
    names: Mapping[str, str]
    rows: Grid
    _xml: bytes = field(default=b"", repr=False)
    _formula_columns: FormulaColumns | None = field(default=None, repr=False)
    strays: Sequence[Address] = ()
    _formats: Formats = field(default=tuple, repr=False)
    top: int = 0
    bottom: int | None = None
    left: int = 0
    right: int | None = None

    @property
    def width(self) -> int:
        """How many columns each row has."""
        return len(self.rows[0]) if self.rows else 0

    @cached_property
    def columns(self) -> list[tuple[CellValue, ...]]:
        """The cells once more, column by column."""
        return list(zip(*self.rows, strict=True))

    def at(self, place: Address) -> CellValue:
        """Return what stands at a place; a place beyond the last cell is empty."""
        row, column = place
        if row < len(self.rows) and column < len(self.rows[row]):
            return self.rows[row][column]
        return ""

    def odd_columns(self, below: int) -> Set[int]:
        """The columns in which formulas or error cells stand under a row: mostly ours."""
        if self._formula_columns is None:
            return {column for row, column in self.formulas | self.suspects if row > below}
        return self._formula_columns(below)

    @cached_property
    def formulas(self) -> Set[Address]:
        """The cells that hold a formula."""
        return self._scan.formulas.keys()

    @cached_property
    def suspects(self) -> Set[Address]:
        """Error cells and formulas without a stored value: `''` in `rows` until reread."""
        found = self._scan.errors.keys() | self._scan.uncached
        if self.bottom is None:
            return found
        return {at for at in found if self.holds(at)}

    def holds(self, at: Address) -> bool:
        """Whether a cell is one of this part of the sheet."""
        (row, column), bottom, right = at, self.bottom, self.right
        is_below = row >= self.top and (bottom is None or row < bottom)
        return is_below and column >= self.left and (right is None or column < right)

    @cached_property
    def merged(self) -> list[Box]:
        """Merged ranges as (top, left, bottom, right), all inclusive."""
        return merged_ranges(self._xml)

    def hidden_rows(self, first: int = 0) -> set[int]:
        """Rows hidden by hand or by a filter; those above ``first`` may be left out."""
        return hidden_rows(self._xml, first)

    @cached_property
    def hidden_columns(self) -> set[int]:
        """Columns hidden by hand."""
        return hidden_columns(self._xml)

    @cached_property
    def widths(self) -> dict[int, float]:
        """Widths in characters of the columns that have one of their own."""
        return column_widths(self._xml)

    @cached_property
    def heights(self) -> dict[int, float]:
        """Heights in points of the rows to which somebody gave one."""
        return row_heights(self._xml)

    def number_format(self, row: int, column: int) -> str | None:
        """The cell's format code; None where the file doesn't tell it.

        A cell without a style of its own has the workbook's first.
        """
        style = int(self._styles.get(a1((row, column)).encode(), b"0"))
        formats = self._formats()
        return formats[style] if style < len(formats) else None

    def is_date_only(self, row: int, column: int) -> bool:
        """Whether the cell's format shows a year or a day, and no hour or second.

        Where the file's kind tells no formats at all, midnight is not invented either.
        """
        if not self._xml:
            return True
        code = self.number_format(row, column)
        return code is not None and shows_date_only(code)

    def part(self, top: int, bottom: int, left: int = 0, right: int | None = None) -> RawSheet:
        """The cells of the rows from ``top`` to before ``bottom`` alone, at their addresses, and of
        the columns from ``left`` to before ``right``."""
        end = self.width if right is None else min(right, self.width)
        blank: list[CellValue] = [""] * self.width
        rows = self.rows[top:bottom]
        if left or end < self.width:
            rows = [[*blank[:left], *row[left:end], *blank[end:]] for row in rows]
        part = replace(
            self, rows=[blank] * top + rows, top=top, bottom=bottom, left=left, right=right
        )
        outside = {mark(*e) for e, at in named_cells(self.names).items() if not part.holds(at)}
        names = {name: place for name, place in self.names.items() if name not in outside}
        return replace(part, names=names)

    def reread(self) -> RawSheet:
        """The same sheet with its suspects as `CellError` and `UncachedFormula`."""
        if not self.suspects:
            return self
        height = 1 + max(row for row, _ in self.suspects)
        width = 1 + max(column for _, column in self.suspects)
        width = max(width, self.width)
        rows = [row + [""] * (width - len(row)) for row in self.rows]
        rows.extend([""] * width for _ in range(height - len(rows)))
        for row, column in self.suspects:
            code = self._scan.errors.get((row, column))
            rows[row][column] = (
                UncachedFormula(self._formula_text((row, column)))
                if code is None
                else CellError(code)
            )
        return replace(self, rows=rows)

    @cached_property
    def _scan(self) -> CellScan:
        return scan_cells(self._xml) if self._xml else CellScan()

    @cached_property
    def _styles(self) -> dict[bytes, bytes]:
        return cell_styles(self._xml)

    def _formula_text(self, address: Address) -> str:
        master = self._scan.shared.get(address)
        if master is None:
            return "=" + formula_text(self._scan.formulas[address])
        from openpyxl.formula.tokenizer import TokenizerError  # slow to import, rarely wanted
        from openpyxl.formula.translate import Translator

        text = "=" + formula_text(self._scan.formulas[master])
        try:
            return str(Translator(text, a1(master)).translate_formula(a1(address)))
        except TokenizerError:  # no program can read it: it stays as it is
            return text


@dataclass(frozen=True, slots=True)
class RawWorkbook:
    """A workbook's worksheets in their order. `modified` is ISO 8601 in UTC, `names` the global
    defined names (name to reference), `properties` the custom properties (name to text); `archive`
    is all that the file holds besides, None where its format does not tell."""

    modified: str | None
    date1904: bool
    names: Mapping[str, str]
    properties: Mapping[str, str]
    has_macros: bool
    sheets: list[RawSheet]
    archive: Archive | None = None
