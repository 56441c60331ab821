"""Workbooks that are no .xlsx: .xls and WPS's .et, .xlsb, .ods.

calamine reads them all, and its cells are all there is: an error cell or a formula without a
stored value is empty, and nothing tells of it; formulas count as their values; merged ranges,
hidden rows, number formats, defined names and macros are not seen. Tables are found by their marks
in cells, else by their labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from xlcrm.filled_workbook.archive import Archive
from xlcrm.filled_workbook.grids import WORKBOOK_CELLS, calamine, grid
from xlcrm.filled_workbook.package import (
    children,
    local,
    parse_xml,
    read_properties,
    refuse_broken,
    utc,
)
from xlcrm.filled_workbook.sheet_xml import CELL_LIMIT
from xlcrm.filled_workbook.sheets import RawSheet, RawWorkbook
from xlcrm.filled_workbook.source import Rejected
from xlcrm.layout.marks import RUN_PROPERTY
from xlcrm.text import escaped

_XLS_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_RUN_MARKS = tuple(RUN_PROPERTY.encode(encoding) for encoding in ("ascii", "utf-16-le"))


def read_xls(data: bytes) -> RawWorkbook:
    """Read an .xls file of Excel 5 to 2003, or an .et file of WPS, which is one.

    A property's name in the file is enough to know a workbook of ours: nobody types it.

    Raises:
        Rejected: not-a-workbook (ole: another kind of file; xls: the reader can't cope with it),
            too-large (grid).
    """
    if not any(name in data for name in _XLS_STREAMS):
        raise Rejected("not-a-workbook", "ole")
    ours = any(name in data for name in _RUN_MARKS)
    return _workbook(data, "xls", None, {RUN_PROPERTY: ""} if ours else {})


def read_xlsb(data: bytes, archive: Archive) -> RawWorkbook:
    """Read an .xlsb file whose archive was let through.

    Raises:
        Rejected: not-a-workbook (xlsb: the reader can't cope with it), too-large (grid),
            unreadable (xml).
    """
    properties = read_properties(archive)
    return _workbook(data, "xlsb", properties.modified, properties.custom)


def read_ods(data: bytes, archive: Archive) -> RawWorkbook:
    """Read an .ods file whose archive was let through.

    Raises:
        Rejected: not-a-workbook (ods: the reader can't cope with it), encrypted (password-ods),
            too-large (grid), unreadable (xml).
    """
    if b"encryption-data" in archive.parts.get("META-INF/manifest.xml", b""):
        raise Rejected("encrypted", "password-ods")
    if "content.xml" in archive:
        refuse_broken(archive.read("content.xml"))  # calamine would look for its end for ever
    meta = {}
    modified = None
    if "meta.xml" in archive:
        for element in children(parse_xml(archive.read("meta.xml")), "meta"):
            modified = next((utc(each.text or "") for each in children(element, "date")), None)
            for each in children(element, "user-defined"):
                name = next((text for key, text in each.items() if local(key) == "name"), "")
                meta[name] = "".join(each.itertext()).strip()
    return _workbook(data, "ods", modified, meta)


def _workbook(
    data: bytes, kind: str, modified: str | None, properties: Mapping[str, str]
) -> RawWorkbook:
    with calamine(data, "not-a-workbook", kind) as workbook:
        sheets = list(_sheets(workbook))
    if not sheets:
        raise Rejected("not-a-workbook", kind)
    return RawWorkbook(modified, False, {}, properties, has_macros=False, sheets=sheets)


def _sheets(workbook: CalamineWorkbook) -> Iterator[RawSheet]:
    room = WORKBOOK_CELLS
    for position, about in enumerate(workbook.sheets_metadata):
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        row, column = workbook.get_sheet_by_index(position).end or (-1, -1)
        cells = (row + 1) * (column + 1)
        room -= cells
        if cells > CELL_LIMIT or room < 0:
            raise Rejected("too-large", "grid")
        hidden = about.visible != SheetVisibleEnum.Visible
        yield RawSheet(escaped(about.name), hidden, {}, grid(workbook, position))
