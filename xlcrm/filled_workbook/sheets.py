"""A workbook's sheets as they stand: every value at its address, nothing interpreted.

python-calamine reads the cells. It gives error cells and formulas without a stored value as empty;
where the sheet's XML shows such cells, `RawSheet.reread` puts them back, so that nothing is blanked
silently. All other cells are the same objects either way.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property
from typing import NamedTuple, TypeAlias, cast

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from xlcrm.filled_workbook.archive import Archive
from xlcrm.filled_workbook.handed_over import handed_over
from xlcrm.filled_workbook.number_formats import number_formats, shows_date_only
from xlcrm.filled_workbook.package import read_package
from xlcrm.filled_workbook.sheet_xml import (
    CELL_LIMIT,
    Address,
    Box,
    CellScan,
    FormulaCells,
    a1,
    cell_styles,
    column_widths,
    columns_under,
    formula_cells,
    formula_text,
    hidden_columns,
    hidden_rows,
    merged_ranges,
    row_heights,
    scan_cells,
)
from xlcrm.filled_workbook.source import Rejected
from xlcrm.filled_workbook.strays import without_strays
from xlcrm.layout.marks import mark, named_cells


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
WORKBOOK_CELLS = 2 * CELL_LIMIT  # of all sheets from A1 on: many wide ones fit in a small file
Grid: TypeAlias = list[list[CellValue]]
_Formats: TypeAlias = Callable[[], tuple[str | None, ...]]
IsWanted: TypeAlias = Callable[[Mapping[str, str]], bool]


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
    _found: FormulaCells | None = field(default=None, repr=False)
    strays: Sequence[Address] = ()
    _formats: _Formats = field(default=tuple, repr=False)
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

    def odd_columns(self, below: int) -> Set[int]:
        """The columns in which formulas or error cells stand under a row: mostly ours."""
        if self._found is None:
            return {column for row, column in self.formulas | self.suspects if row > below}
        return columns_under(below, self._found)

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


class _Passed(NamedTuple):
    """A sheet's XML that has passed the guards, its formulas where a search tells of them, and the
    cells that were taken out of it."""

    xml: bytes
    found: FormulaCells | None
    strays: Sequence[Address] = ()


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


def read_workbook(archive: Archive, is_wanted: IsWanted) -> RawWorkbook:
    """Read the worksheets of an .xlsx or .xlsm file whose names of their own ``is_wanted`` takes.

    Raises:
        Rejected: what `read_package` raises; too-large (grid: more than
            5 million cells from A1 to a sheet's last cell, or 10 in all), encrypted, unreadable
            (reader-failed).
    """
    package = read_package(archive)
    entries = [(each, each.part) for each in package.sheets if each.part and is_wanted(each.names)]
    # calamine gets the bytes only when all sheets have passed: one stray cell can abort it.
    passed = [_passed(archive.read(part)) for _, part in entries]
    grids = _read_grids(handed_over(archive, package, [each.xml for each in passed]))
    formats = _lazy_formats(archive, package.styles)
    return RawWorkbook(
        modified=package.modified,
        date1904=package.date1904,
        names=package.names,
        properties=package.properties,
        has_macros=package.has_macros,
        sheets=[
            RawSheet(entry.name, entry.hidden, entry.names, rows, *each, formats)
            for (entry, _), rows, each in zip(entries, grids, passed, strict=True)
        ],
        archive=archive,
    )


def _passed(xml: bytes) -> _Passed:
    """A worksheet's XML that calamine can be trusted with."""
    try:
        return _Passed(xml, formula_cells(xml))
    except Rejected as rejected:
        if rejected.code != "too-large":
            raise
    xml, strays = without_strays(xml)
    return _Passed(xml, formula_cells(xml), strays)


def _lazy_formats(archive: Archive, styles: str | None) -> _Formats:
    @cache
    def formats() -> tuple[str | None, ...]:
        return number_formats(archive.read(styles)) if styles and styles in archive else ()

    return formats


def _read_grids(data: bytes) -> list[Grid]:
    """Each sheet's rows, in their order."""
    grids: list[Grid] = []
    room = WORKBOOK_CELLS
    with calamine(data) as workbook:
        for position in range(len(workbook.sheet_names)):
            grids.append(grid(workbook, position))
            room -= sum(map(len, grids[-1]))
            if room < 0:
                raise Rejected("too-large", "grid")
    return grids


@contextmanager
def calamine(
    data: bytes, code: str = "unreadable", detail: str = "reader-failed"
) -> Iterator[CalamineWorkbook]:
    """Open a workbook with calamine, and name whatever it fails at in the meantime.

    Raises:
        Rejected: encrypted, or with ``code`` and ``detail``.
    """
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            yield workbook
    except PasswordError as error:
        raise Rejected("encrypted", "password") from error
    except (CalamineError, OSError) as error:  # the latter of a part cut short
        raise Rejected(code, detail) from error
    except BaseException as error:
        # A panic of the Rust code is a BaseException of a class that can't be imported.
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise Rejected(code, detail) from error


def grid(workbook: CalamineWorkbook, position: int) -> Grid:
    """Return a sheet's rows from A1 on."""
    # The cast only widens the type of a cell: this list is nobody else's.
    return cast(Grid, workbook.get_sheet_by_index(position).to_python(skip_empty_area=False))
