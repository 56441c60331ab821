"""Workbooks that go back to whoever filled them: all they hold as it stands, and what was found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xlcrm.file_names import free_path, name_key
from xlcrm.filled_workbook.contents import Contents, read_contents
from xlcrm.filled_workbook.source import Rejected
from xlcrm.filled_workbook.stamp import is_as_written
from xlcrm.findings import Finding, Language
from xlcrm.layout.marks import column_index
from xlcrm.layout.pages import HEADER, FreeSheet, ListPage, Page, Place
from xlcrm.layout.remarks import BESIDE, LISTED, MORE, OTHERS, Remark, Spot
from xlcrm.ledger.discovery import is_team_folder
from xlcrm.pipeline.free_ids import FreeIds
from xlcrm.pipeline.lead_marks import Change, with_changes
from xlcrm.pipeline.offers import with_offers
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.pipeline.readings import FileStatus
from xlcrm.pipeline.secrets import written
from xlcrm.pipeline.upgrades import NOT_WRITTEN, detail_of, lost, tables_of
from xlcrm.records import FileReading
from xlcrm.sheet_words import texts
from xlcrm.team_folder import OUTPUT_FOLDER
from xlcrm.template_workbook import write_workbook
from xlcrm.values import dataclass

_CELL = re.compile(r"(?:(.+)!)?([A-Z]{1,3})([0-9]{1,7})")
_COLUMN = re.compile(r"[A-Z]{1,3}")
_MENDED = frozenset({"old-template", "missing-column"})  # what going back mends
_NAMING_CELLS = frozenset({"duplicate-id", "duplicate-header"})  # others name ids, or files
_IN_ORDER = "in-order"
_APART = "contact-codes"


@dataclass(frozen=True)
class Filled:
    """A workbook that people filled: where it is, what became of it (``reason``: the finding code
    why it was not read), and the workbook in which it is to go back."""

    path: Path
    file: str
    reason: str | None
    shared: bool
    target: Path


@dataclass(frozen=True)
class Returned:
    """What went back to a person: ``workbook`` with so many findings; None and the ``reason`` where
    none did (``in-order``, ``not-written`` with what the system says of which path as ``detail``,
    or a finding's code)."""

    file: str
    findings: int
    workbook: Path | None = None
    reason: str | None = None
    detail: str | None = None
    lost: Sequence[Finding] = ()

    @property
    def is_in_order(self) -> bool:
        """Whether there was nothing to mend."""
        return self.reason == _IN_ORDER

    @property
    def is_unwritten(self) -> bool:
        """Whether the workbook could not be written."""
        return self.reason == NOT_WRITTEN

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.file,
            "workbook": str(self.workbook.absolute()) if self.workbook else None,
            "findings": self.findings,
            "reason": self.reason,
            "detail": self.detail,
        }


def filled_files(
    statuses: Sequence[FileStatus], paths: Sequence[Path], folder: Path
) -> list[Filled]:
    """Return the files of a run with the workbooks in ``folder`` in which they are to go back.

    Each is there under its path in the folder of ``paths`` that it was found in; two that would be
    one, as x.csv and x.xlsx, are numbered. Raises UsageError for a workbook that people filled, or
    where the next run would read what is written.
    """
    inputs = {_place_of(each.entry.path) for each in statuses}
    if is_read(paths, folder):
        raise UsageError("return-is-read", path=str(folder))
    taken: set[str] = set()
    files = []
    for each in statuses:
        path = each.entry.path
        target = folder / _below(path, paths).with_suffix(".xlsx")
        target = free_path(target, lambda each: name_key(str(each)) in taken)
        taken.add(name_key(str(target)))
        if _place_of(target) in inputs:
            raise UsageError("output-is-input", path=str(target))
        reason = each.reason if each.status != "read" else None
        files.append(Filled(path, each.entry.file, reason, each.entry.shared, target))
    return files


def _place_of(path: Path) -> Path:
    """Return where a file lies, whatever it leads to: links may lead to themselves."""
    return path.parent.resolve() / path.name


def is_read(paths: Sequence[Path], folder: Path) -> bool:
    """Whether what lies in ``folder`` is read with ``paths``, or merged with a team's folder."""
    inside = folder.resolve()
    roots = {path.resolve() for path in paths if path.is_dir()}
    return any(
        inside.relative_to(root).parts[:1] != (OUTPUT_FOLDER,)
        for root in (inside, *inside.parents)
        if root in roots or is_team_folder(root)
    )


def _below(path: Path, paths: Sequence[Path]) -> Path:
    """Return a path as it is below the one of ``paths`` that it was found in."""
    roots = [root for root in paths if root.is_dir() and path.is_relative_to(root)]
    if not roots:
        return Path(path.name)
    below = path.relative_to(roots[0])
    return below if len(paths) == 1 else Path(roots[0].resolve().name, below)


def return_workbooks(
    files: Sequence[Filled],
    readings: Mapping[str, FileReading],
    findings: Sequence[Finding],
    options: Options,
    changes: Mapping[str, Sequence[Change]] | None = None,
) -> list[Returned]:
    """Write a workbook for each file in which there is something to mend or to accept, or that the
    lead has changed.

    ``findings`` are all of the run, ``changes`` what the lead has otherwise, by file. One that
    was edited since it was written is never replaced: the new one lies beside it. One that can't be
    written keeps none of the others from it.
    """
    found: dict[str, list[Finding]] = {each.file: [] for each in files}
    for each in findings:
        if each.file in found:
            found[each.file].append(each)
    records = [record for reading in readings.values() for record in reading.records]
    ids = FreeIds(records, findings, options.spec)
    by_lead = changes or {}
    return [
        _returned(each, readings, found[each.file], ids, options, by_lead.get(each.file, ()))
        for each in files
    ]


def _returned(
    filled: Filled,
    readings: Mapping[str, FileReading],
    findings: Sequence[Finding],
    ids: FreeIds,
    options: Options,
    changes: Sequence[Change],
) -> Returned:
    file, count = filled.file, len(findings)
    if filled.reason:
        return Returned(file, count, reason=filled.reason)
    if filled.shared and any(each.code == _APART for each in findings):
        return Returned(file, count, reason=_APART)  # real numbers are not to be copied
    reading = readings[file]
    told = list(ids.proposed(findings, reading.records))
    told = [each for each in told if each.code not in _MENDED]
    cells = {(each.record.block.sheet, each.record.cell(each.field)) for each in changes}
    told = [each for each in told if (each.sheet, each.cell) not in cells]
    if not (changes or any(each.severity != "info" or each.suggestion for each in told)):
        return Returned(file, count, reason=_IN_ORDER)
    try:
        contents = read_contents(filled.path, file, options.spec, texts("blank"), options.password)
    except Rejected as rejected:
        return Returned(file, count, reason=rejected.code)
    if contents.sha256 != reading.sha256:
        return Returned(file, count, reason="locked")
    if changes:
        contents, reading = with_changes(contents, reading, changes, options.spec)
    try:
        return _write(filled, contents, reading, told, options)
    except OSError as error:  # the others are to go back all the same
        why = detail_of(error, filled.target)
        return Returned(file, count, reason=NOT_WRITTEN, detail=why)


def _write(
    filled: Filled,
    contents: Contents,
    reading: FileReading,
    findings: Sequence[Finding],
    options: Options,
) -> Returned:
    target = _free(filled.target, options.password)
    target.parent.mkdir(parents=True, exist_ok=True)
    missed: list[Finding] = []
    for _ in range(2):  # what was not carried is known when the workbook is written, and listed
        told = [*findings, *missed]
        _write_workbook(target, contents, told, filled.file, options)
        before = missed
        missed = list(lost(reading, contents, target, options.spec, options.password))
        if len(missed) == len(before):
            break
    return Returned(filled.file, len(told), target, lost=missed)


def _write_workbook(
    target: Path,
    contents: Contents,
    findings: Sequence[Finding],
    file: str,
    options: Options,
) -> None:
    made, spec = contents.template, options.spec
    language = made.language if made else options.language
    tables, numbers = list(tables_of(contents, spec)), spec.numbers_of(file)
    with written(target, options.password if contents.encrypted else None) as place:
        write_workbook(
            place,
            tables,
            spec,
            language,
            created=contents.modified,
            core=made.core if made else False,
            pages=contents.pages,
            leftovers=contents.leftovers,
            numbers={table.key: numbers for table in tables},
            remarks=remarks_of(findings, contents, language),
        )


def _free(target: Path, password: str | None) -> Path:
    """Return the path to write to: not that of a workbook in which somebody has worked since."""
    return free_path(target, lambda each: each.exists() and not is_as_written(each, password))


def remarks_of(findings: Sequence[Finding], contents: Contents, language: Language) -> list[Remark]:
    """Return findings with where they stand on the pages, and what may be accepted."""
    places = _Places(contents)
    remarks = [Remark(each, places.spot(each), others=places.others(each)) for each in findings]
    return with_offers(remarks, contents.pages, language)


class _Places:
    """Where the cells of a workbook have come to stand on its pages."""

    def __init__(self, contents: Contents) -> None:
        self.pages = contents.pages
        self.rows = [_rows(page) for page in contents.pages]
        beside = enumerate(contents.leftovers)
        self.beside = {each.read_from or (each.sheet, each.cell): n for n, each in beside}
        self.by_sheet: dict[str, list[int]] = {}
        for number, page in enumerate(contents.pages):
            self.by_sheet.setdefault(page.name or "", []).append(number)

    def spot(self, finding: Finding) -> Spot | None:
        """Return where a finding stands; None for one of the file, or of a sheet of ours."""
        numbers = self.by_sheet.get(finding.sheet or "", [])
        line = self.beside.get((finding.sheet or "", finding.cell or ""))
        if line is not None:
            return Spot(BESIDE, line)
        if not numbers:
            return None
        cell = _CELL.fullmatch(finding.cell or "")
        spot = self._at(numbers, _place(cell)) if cell else None
        if spot:
            return spot
        tables = {n: getattr(self.pages[n], "table", None) for n in numbers}
        named = (n for n, table in tables.items() if table and table.key == finding.table)
        number = next(named, numbers[0])
        is_form = getattr(tables[number], "layout", "") == "form"
        return Spot(number, 0 if is_form else None)

    def _at(self, numbers: Sequence[int], place: Place) -> Spot | None:
        """Return the cell that came from a place, else its row."""
        nearest = None
        for number in numbers:
            page = self.pages[number]
            if isinstance(page, FreeSheet):
                if place in page.cells or place in page.notes:
                    return Spot(number, *place)
            elif place in page.origins:
                return Spot(number, *page.origins[place])
            if place[0] in self.rows[number]:
                nearest = Spot(number, self.rows[number][place[0]])
        return nearest

    def others(self, finding: Finding) -> tuple[Spot, ...]:
        """Return the other cells of the workbook that a finding names; none of another's."""
        told = finding.parameters.get(OTHERS)
        if finding.code not in _NAMING_CELLS or not isinstance(told, str):
            return ()
        spots = [self._named(text, finding) for text in told.removesuffix(MORE).split(LISTED)]
        return tuple(each for each in spots if each) if all(spots) else ()

    def _named(self, text: str, finding: Finding) -> Spot | None:
        own = self.by_sheet.get(finding.sheet or "", [])
        if _COLUMN.fullmatch(text):  # of a header: the row is its own
            cell = _CELL.fullmatch(finding.cell or "")
            return self._at(own, (_place(cell)[0], column_index(text))) if cell else None
        cell = _CELL.fullmatch(text)
        if not cell:
            return None
        return self._at(self.by_sheet.get(cell[1], []) if cell[1] else own, _place(cell))


def _rows(page: Page) -> Mapping[int, int]:
    """Return the records of a list by the row in which they stood."""
    if not isinstance(page, ListPage):
        return {}
    return {at: row for (at, _), (row, _) in page.origins.items() if row != HEADER}


def _place(cell: re.Match[str]) -> Place:
    return int(cell[3]) - 1, column_index(cell[2])
