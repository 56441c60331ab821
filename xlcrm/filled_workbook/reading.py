"""One file in, its records and findings out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from xlcrm.filled_workbook.accepted import accepted, is_check
from xlcrm.filled_workbook.cells import Surroundings
from xlcrm.filled_workbook.headers import ListHeader
from xlcrm.filled_workbook.hidden import hidden_finding
from xlcrm.filled_workbook.list_records import read_list
from xlcrm.filled_workbook.located import (
    FormMarks,
    is_empty,
    is_marked_own,
    is_named_own,
    marks_on,
)
from xlcrm.filled_workbook.opening import open_workbook
from xlcrm.filled_workbook.outside import Part, private_outside
from xlcrm.filled_workbook.own_lists import own_lists
from xlcrm.filled_workbook.parts import tables_on
from xlcrm.filled_workbook.sheets import RawSheet, RawWorkbook
from xlcrm.filled_workbook.side_by_side import Located
from xlcrm.filled_workbook.source import Rejected, read_source
from xlcrm.findings import Finding
from xlcrm.layout.marks import (
    CHECK,
    LEFTOVERS,
    OWN_SHEET,
    PROPERTY,
    RUN_PROPERTY,
    Mark,
    mark,
    versions,
)
from xlcrm.records import FileReading, Records, address
from xlcrm.spec.model import PURPOSES, Spec

_FILLED = (CHECK, LEFTOVERS)  # sheets of ours that hold what people filled
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_file(
    path: Path,
    file: str,
    spec: Spec,
    *,
    own: bool = False,
    private: bool = False,
    password: str | None = None,
) -> FileReading:
    """Return what the workbook at ``path`` says; ``file`` is how findings name it.

    A file that can't be read is a reading without records whose finding says why. Workbooks that
    xlcrm wrote for reading (master, report) or for another purpose than the spec's (settings) are
    named and not read, unless ``own`` asks for it. Nor are sheets of a table that is kept apart,
    unless ``private`` does. ``password`` opens the file where it is encrypted.
    """
    reading = FileReading(file)
    try:
        source = read_source(path)
        reading.sha256 = source.sha256
        workbook = open_workbook(source, path.name, _is_wanted, password)
        saved = _EPOCH + timedelta(microseconds=source.mtime_ns // 1000)
        reading.modified = workbook.modified or saved.isoformat(timespec="seconds")
        # Parts that are looked into only where a cell asks for it may turn out broken here.
        _read_workbook(workbook, spec, reading, own=own, private=private)
    except Rejected as rejected:
        reading.rejected, reading.blocks = rejected.code, []
        reading.findings = [rejection(file, rejected.code, rejected.detail)]
    return reading


def _read_workbook(
    workbook: RawWorkbook, spec: Spec, reading: FileReading, *, own: bool, private: bool
) -> None:
    """Add what the workbook says of itself, and its sheets, unless it is ours."""
    file = reading.file
    purpose = workbook.properties.get(PROPERTY, spec.purpose)
    if RUN_PROPERTY in workbook.properties or (purpose != spec.purpose and purpose in PURPOSES):
        reading.own = purpose
        if not own:
            detail = {"detail": "own-output"}
            reading.findings.append(Finding("skipped-temporary", file, parameters=detail))
            return
    if workbook.has_macros:
        reading.findings.append(Finding("macro-ignored", file))
    if spec.purpose == "filled" and _is_old(workbook.properties, spec):
        reading.findings.append(Finding("old-template", file))
    _read_sheets(workbook, spec, reading, private=private)


def _read_sheets(workbook: RawWorkbook, spec: Spec, reading: FileReading, *, private: bool) -> None:
    """Add what the sheets say, with what was accepted on the sheet of findings."""
    marked = [(sheet, marks_on(sheet)) for sheet in workbook.sheets]
    if reading.own:
        reading.lists = own_lists(marked)
    acceptance = accepted(marked, spec)
    own = {sheet for sheet, marks in marked if _is_own(sheet, marks)}
    read = [Part(sheet) for sheet, marks in marked if sheet in own and not is_check(marks)]
    marked = [(acceptance.on(sheet), marks) for sheet, marks in marked if sheet not in own]
    sheets = [sheet for sheet, _ in marked]
    around = Surroundings(sheets, reading.modified, workbook.date1904, spec.calendar)
    for sheet, marks in marked:
        parts = tables_on(sheet, marks, spec)
        read += _read_sheet(sheet, parts, around, reading, private=private)
    records = reading.records if acceptance.applied else ()
    reading.findings += acceptance.findings(reading.file, records)
    if spec.purpose == "filled" and not reading.own:
        reading.findings += private_outside(read, workbook.archive, reading.file)


def _is_own(sheet: RawSheet, marks: Iterable[Mark]) -> bool:
    """Whether a sheet is a guide or list sheet of ours, whatever was typed on it."""
    return is_marked_own(marks) or not _is_wanted(sheet.names)


def _is_wanted(names: Mapping[str, str]) -> bool:
    """Whether a sheet with these names is read in any case: a guide is nobody's to fill."""
    return not is_named_own(names) or any(mark(OWN_SHEET, each) in names for each in _FILLED)


def _is_old(properties: Mapping[str, str], spec: Spec) -> bool:
    """Whether a workbook's stamps name another template than today's for any of its tables."""
    made = versions(properties).items()
    return any(table in spec.tables and s not in spec.templates(table) for table, s in made)


def rejection(file: str, code: str, detail: str) -> Finding:
    """Return the finding of a file that could not be read."""
    return Finding(code, file, parameters={"detail": detail})


def _read_sheet(
    sheet: RawSheet,
    parts: Iterable[tuple[RawSheet, Located | None]],
    around: Surroundings,
    reading: FileReading,
    *,
    private: bool,
) -> list[Part]:
    first, read = len(reading.blocks), []
    for part, found in parts:
        records = None
        if found and found.table.private and not private:
            reading.findings.append(Finding("contact-codes", reading.file, sheet.name))
        else:
            records = _read_part(part, found, around, reading)
        read.append(Part(part, found, records))
    hidden = hidden_finding(sheet, reading.blocks[first:], reading.file)
    reading.findings += [hidden] if hidden else []
    reading.findings += (_stray(sheet, place, reading.file) for place in sheet.strays)
    return read


def _stray(sheet: RawSheet, place: tuple[int, int], file: str) -> Finding:
    cell, far = address(*place), {"detail": "far"}
    return Finding("unknown-column", file, sheet.name, cell, parameters=far)


def _read_part(
    sheet: RawSheet,
    found: Located | None,
    around: Surroundings,
    reading: FileReading,
) -> Records | None:
    records: Records | None
    if isinstance(found, ListHeader):
        records, findings = read_list(sheet, found, reading.file, around)
        reading.tables.add(found.table.key)
    elif isinstance(found, FormMarks):
        from xlcrm.filled_workbook.form_record import read_form  # most workbooks have lists alone

        records, findings = read_form(sheet, found, reading.file, around)
    else:
        records, findings = None, list(_unknown(sheet, reading))
    reading.blocks += [records] if records else []
    told = [each for each in reading.findings if each.cell is None]  # once a sheet
    reading.findings += (each for each in findings if each.cell or each not in told)
    return records


def _unknown(sheet: RawSheet, reading: FileReading) -> Iterator[Finding]:
    """Yield the finding of a sheet on which no table was recognised, unless it is empty."""
    if not (reading.own or is_empty(sheet)):
        yield Finding("unknown-sheet", reading.file, sheet.name, value=sheet.name)
