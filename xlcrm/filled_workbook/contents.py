"""All that a filled workbook holds, as it stands there, to be written on today's template."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from xlcrm.filled_workbook.archive import open_archive
from xlcrm.filled_workbook.carried import Carrier
from xlcrm.filled_workbook.cells import Surroundings
from xlcrm.filled_workbook.form_page import read_form_page
from xlcrm.filled_workbook.list_page import read_list_page
from xlcrm.filled_workbook.located import ListHeader, is_empty, locate, marks_on
from xlcrm.filled_workbook.sheets import RawSheet, RawWorkbook, read_workbook
from xlcrm.filled_workbook.source import read_source
from xlcrm.layout.marks import LEFTOVERS, OWN_SHEET, Mark, versions
from xlcrm.layout.pages import FreeSheet, Leftover, Page
from xlcrm.spec.model import Spec
from xlcrm.spec.types.base import as_text
from xlcrm.spec.version import Template, read_template

_LEFT_BEHIND = {
    "comments": ("comments", "threadedcomment"),
    "pictures": ("xl/media/", "xl/charts/"),
}


@dataclass
class Contents:
    """What a workbook holds: its sheets in their order but for our own, and cells that stand where
    nothing is filled.

    ``modified`` is when it was saved, ``template`` the one that it was made from, where it says;
    ``without`` names what can't be carried: ``comments``, ``pictures``.
    """

    modified: datetime
    template: Template | None
    pages: list[Page] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)
    without: list[str] = field(default_factory=list)


def read_contents(path: Path, file: str, spec: Spec, printed: Collection[str]) -> Contents:
    """Return what a workbook holds; ``file`` is how its records name it.

    ``printed`` are texts that our sheets have above their first label. Raises Rejected as reading
    does.
    """
    source = read_source(path)
    archive = open_archive(source.data)
    workbook = read_workbook(source.data, archive, lambda names: True)
    saved = datetime.fromtimestamp(source.mtime_ns / 1e9, UTC)
    when = datetime.fromisoformat(workbook.modified) if workbook.modified else saved
    contents = Contents(when.astimezone(UTC).replace(tzinfo=None), _template(workbook))
    parts = [name.lower() for name in archive.parts]
    contents.without += (
        what
        for what, names in _LEFT_BEHIND.items()
        if any(name in part for part in parts for name in names)
    )
    marked = [(sheet, marks_on(sheet)) for sheet in workbook.sheets]
    filled = [sheet for sheet, marks in marked if not _own(marks)]
    around = Surroundings(filled, when.isoformat(), workbook.date1904, spec.calendar)
    core = contents.template.core if contents.template else False
    carrier = Carrier(file, around, frozenset(printed), core)
    for sheet, marks in marked:
        _add(contents, sheet, marks, spec, carrier)
    return contents


def _template(workbook: RawWorkbook) -> Template | None:
    stamps = map(read_template, versions(workbook.properties).values())
    return next((template for template in stamps if template), None)


def _own(marks: Sequence[Mark]) -> str | None:
    """Return which of our sheets without records this is."""
    return next((mark.slot for mark in marks if mark.table == OWN_SHEET), None)


def _add(
    contents: Contents, sheet: RawSheet, marks: Sequence[Mark], spec: Spec, carrier: Carrier
) -> None:
    """Add what a sheet holds; of our own ones only what people had filled beside the tables."""
    own = _own(marks)
    if own:
        contents.leftovers += _leftovers(sheet, carrier) if own == LEFTOVERS else []
        return
    found = locate(sheet, marks, spec)
    if found is None:
        contents.pages += [] if is_empty(sheet.reread()) else [_free_sheet(sheet, carrier)]
        return
    page: Page
    if isinstance(found, ListHeader):
        page, leftovers = read_list_page(sheet, found, carrier)
    else:
        page, leftovers = read_form_page(sheet, found, carrier)
    contents.pages.append(page)
    contents.leftovers += leftovers


def _leftovers(sheet: RawSheet, carrier: Carrier) -> list[Leftover]:
    """Return what an upgrade before had left over."""
    cells = carrier.cells(sheet)
    return [
        Leftover(as_text(cells.get((row, 0), "")), as_text(cells.get((row, 1), "")), content)
        for (row, column), content in cells.items()
        if row and column == 2
    ]


def _free_sheet(sheet: RawSheet, carrier: Carrier) -> FreeSheet:
    cells = carrier.cells(sheet)
    formats = {
        place: code
        for place, cell in cells.items()
        if not isinstance(cell, str | bool)
        and (code := sheet.number_format(*place))
        and code != "General"
    }
    return FreeSheet(sheet.name, cells, formats, sheet.widths, sheet.hidden)
