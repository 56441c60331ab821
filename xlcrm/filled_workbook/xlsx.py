"""Workbooks in .xlsx and .xlsm files: their sheets pass guards before a reader gets them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from xlcrm.filled_workbook.archive import Archive
from xlcrm.filled_workbook.grids import find_cells, read_grids, shared_texts
from xlcrm.filled_workbook.number_formats import number_formats
from xlcrm.filled_workbook.own_sheets import may_tell_private
from xlcrm.filled_workbook.package import Package, SheetEntry, read_package
from xlcrm.filled_workbook.sheet_xml import Address, columns_under, formula_cells
from xlcrm.filled_workbook.sheets import Formats, FormulaColumns, RawSheet, RawWorkbook
from xlcrm.filled_workbook.source import Rejected
from xlcrm.filled_workbook.strays import without_strays

if TYPE_CHECKING:
    from xlcrm.filled_workbook.cell_search import FoundCells

IsWanted: TypeAlias = Callable[[Mapping[str, str]], bool]


class _Passed(NamedTuple):
    """A sheet's XML that has passed the guards, its cells if they are found already, its formulas
    if a search told of them, and the cells that were taken out of it."""

    xml: bytes
    cells: FoundCells | None
    formula_columns: FormulaColumns | None
    strays: Sequence[Address] = ()


def read_workbook(archive: Archive, is_wanted: IsWanted, *, filled: bool = True) -> RawWorkbook:
    """Read the worksheets of an .xlsx or .xlsm file whose names of their own ``is_wanted`` takes;
    of the others those that may hold private values, where people ``filled`` it.

    Raises:
        Rejected: what `read_package` raises; too-large (grid: more than
            5 million cells from A1 to a sheet's last cell, or 10 in all), encrypted, unreadable
            (reader-failed).
    """
    package = read_package(archive)
    texts = shared_texts(archive, package)
    entries = [(each, each.part) for each in package.sheets if each.part]
    wanted = [each for each in entries if is_wanted(each[0].names)]
    with suppress(Rejected):  # what nobody fills costs no file
        telling = [
            each
            for each in entries
            if each in wanted or (filled and may_tell_private(archive.read(each[1]), texts))
        ]
        if len(telling) > len(wanted):
            return _workbook(archive, package, telling, texts)
    return _workbook(archive, package, wanted, texts)


def _workbook(
    archive: Archive,
    package: Package,
    entries: Sequence[tuple[SheetEntry, str]],
    texts: Sequence[str] | None,
) -> RawWorkbook:
    # calamine gets the bytes only when all sheets have passed: one stray cell can abort it.
    xmls = [archive.read(part) for _, part in entries]
    passed = list(map(_passed, xmls, find_cells(xmls, texts)))
    grids = read_grids(archive, package, [(each.xml, each.cells) for each in passed], texts)
    formats = _lazy_formats(archive, package.styles)
    return RawWorkbook(
        modified=package.modified,
        date1904=package.date1904,
        names=package.names,
        properties=package.properties,
        has_macros=package.has_macros,
        sheets=[
            RawSheet(
                name=entry.name,
                hidden=entry.hidden,
                names=entry.names,
                rows=rows,
                _xml=each.xml,
                _formula_columns=each.formula_columns,
                strays=each.strays,
                _formats=formats,
            )
            for (entry, _), rows, each in zip(entries, grids, passed, strict=True)
        ],
        archive=archive,
    )


def _passed(xml: bytes, cells: FoundCells | None) -> _Passed:
    """A worksheet's XML that a reader can be trusted with."""
    if cells is not None:
        return _Passed(xml, cells, cells.formula_columns)
    try:
        return _Passed(xml, None, _formula_columns(xml))
    except Rejected as rejected:
        if rejected.code != "too-large":
            raise
    xml, strays = without_strays(xml)
    return _Passed(xml, None, _formula_columns(xml), strays)


def _formula_columns(xml: bytes) -> FormulaColumns | None:
    found = formula_cells(xml)
    return None if found is None else partial(columns_under, cells=found)


def _lazy_formats(archive: Archive, styles: str | None) -> Formats:
    @cache
    def formats() -> tuple[str | None, ...]:
        return number_formats(archive.read(styles)) if styles and styles in archive else ()

    return formats
