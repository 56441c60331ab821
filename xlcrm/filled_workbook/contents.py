"""All that a filled workbook holds, as it stands there, to be written on today's template."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from xlcrm.filled_workbook.accepted import accepted
from xlcrm.filled_workbook.archive import Archive
from xlcrm.filled_workbook.beside import read_free_sheet, read_own_sheet
from xlcrm.filled_workbook.carried import Carrier
from xlcrm.filled_workbook.cells import Surroundings
from xlcrm.filled_workbook.encryption import is_encrypted
from xlcrm.filled_workbook.form_page import read_form_page
from xlcrm.filled_workbook.headers import ListHeader
from xlcrm.filled_workbook.list_page import read_list_page
from xlcrm.filled_workbook.located import is_empty, marks_on
from xlcrm.filled_workbook.notes import SheetNotes, read_notes
from xlcrm.filled_workbook.opening import open_workbook
from xlcrm.filled_workbook.parts import tables_on
from xlcrm.filled_workbook.sheets import RawSheet, RawWorkbook
from xlcrm.filled_workbook.source import Rejected, read_source
from xlcrm.layout.marks import OWN_SHEET, Mark, versions
from xlcrm.layout.pages import Leftover, Page, Unstored, contents_of
from xlcrm.spec.model import Spec
from xlcrm.spec.version import Template, read_template
from xlcrm.values import dataclass

_PICTURES = ("xl/media/", "xl/charts/")


@dataclass
class Contents:
    """What a workbook holds: its sheets in their order but for our own, and cells that stand where
    nothing is filled.

    ``modified`` is when it was saved, ``template`` the one that it was made from, where it says;
    ``sha256`` is that of the file, ``encrypted`` whether it has a password. Suggestions that were
    accepted in it are what its cells hold. ``notes`` are all of its notes, which the pages and
    leftovers hold too; ``without`` names what can't be carried: ``comments``, ``pictures``, and
    ``format`` where the file is of one that tells of neither.
    """

    modified: datetime
    template: Template | None
    sha256: str
    encrypted: bool
    pages: list[Page] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)
    notes: SheetNotes = field(default_factory=dict)
    without: list[str] = field(default_factory=list)

    def unstored(self) -> Iterator[Unstored]:
        """Return the formulas that are carried as their texts."""
        cells = chain(*map(contents_of, self.pages), (each.content for each in self.leftovers))
        return (cell for cell in cells if isinstance(cell, Unstored))


def read_contents(
    path: Path, file: str, spec: Spec, printed: Collection[str], password: str | None = None
) -> Contents:
    """Return what a workbook holds; ``file`` is how its records name it.

    ``printed`` are texts that our sheets have above their first label, ``password`` opens an
    encrypted file. Raises Rejected as reading does.
    """
    source = read_source(path)
    workbook = open_workbook(source, path.name, password=password)
    saved = datetime.fromtimestamp(source.mtime_ns / 1e9, UTC)
    when = datetime.fromisoformat(workbook.modified) if workbook.modified else saved
    modified = when.astimezone(UTC).replace(tzinfo=None)
    locked = is_encrypted(source.data)
    contents = Contents(modified, _template(workbook), source.sha256, locked)
    contents.notes, contents.without = _beside_cells(workbook.archive)
    marked = [(sheet, marks_on(sheet)) for sheet in workbook.sheets]
    acceptance = accepted(marked, spec)
    marked = [(acceptance.on(sheet), marks) for sheet, marks in marked]
    filled = [sheet for sheet, marks in marked if not _own(marks)]
    around = Surroundings(filled, when.isoformat(), workbook.date1904, spec.calendar)
    core = contents.template.core if contents.template else False
    carrier = Carrier(file, around, frozenset(printed), core, contents.notes)
    for sheet, marks in marked:
        _add(contents, sheet, marks, spec, carrier)
    return contents


def _beside_cells(archive: Archive | None) -> tuple[SheetNotes, list[str]]:
    """Return the notes in a workbook, and what of it can't be carried."""
    if archive is None:
        return {}, ["format"]
    pictures = any(part.lower().startswith(_PICTURES) for part in archive.parts)
    without = ["pictures"] if pictures else []
    try:
        return read_notes(archive), without
    except Rejected:  # the cells can be read all the same
        return {}, ["comments", *without]


def _template(workbook: RawWorkbook) -> Template | None:
    stamps = map(read_template, versions(workbook.properties).values())
    return next((template for template in stamps if template), None)


def _own(marks: Sequence[Mark]) -> str | None:
    """Return which of our sheets without records this is."""
    return next((mark.slot for mark in marks if mark.table == OWN_SHEET), None)


def _add(
    contents: Contents, sheet: RawSheet, marks: Sequence[Mark], spec: Spec, carrier: Carrier
) -> None:
    """Add what a sheet holds; of our own ones only what people put there."""
    page: Page
    own = _own(marks)
    if own:
        contents.leftovers += read_own_sheet(sheet, own, carrier)
        return
    for part, found in tables_on(sheet, marks, spec):
        if found is None and not carrier.notes.get(sheet.name) and is_empty(part.reread()):
            continue
        if found is None:
            page, leftovers = read_free_sheet(part, carrier)
        elif isinstance(found, ListHeader):
            page, leftovers = read_list_page(part, found, carrier)
        else:
            page, leftovers = read_form_page(part, found, carrier)
        contents.pages.append(page)
        contents.leftovers += leftovers
