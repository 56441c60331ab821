"""Merging a shared folder into its master."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlcrm.ledger.discovery import Entry
from xlcrm.ledger.history import Before
from xlcrm.ledger.model import Ledger, RowCounts
from xlcrm.ledger.recovery import with_records
from xlcrm.ledger.state import FileState
from xlcrm.periods import last_full_week
from xlcrm.pipeline.audiences import refuse_other_audience, write_team_copy
from xlcrm.pipeline.inputs import entries_of, refuse_input
from xlcrm.pipeline.known import known_before
from xlcrm.pipeline.lead_work import edited, heard_again
from xlcrm.pipeline.locks import locked
from xlcrm.pipeline.masters import Master
from xlcrm.pipeline.options import SCHEMA_VERSION, Options
from xlcrm.pipeline.picture import Picture, Written, assemble
from xlcrm.pipeline.previous import Previous, find_previous
from xlcrm.pipeline.published_files import published_sums
from xlcrm.pipeline.readings import FileStatus, Readings, may_pass, read_files
from xlcrm.pipeline.recovering import with_left
from xlcrm.pipeline.remembering import Remembered, remember
from xlcrm.pipeline.run_notices import run_notices
from xlcrm.pipeline.secrets import with_secret
from xlcrm.pipeline.waiting import tidy, waiting_place
from xlcrm.pipeline.wordings import keep_wordings
from xlcrm.records import FileReading, LedgerRecord
from xlcrm.spec.model import Spec
from xlcrm.team_folder import (
    MASTER_FILE,
    OUTPUT_FOLDER,
    RETURN_FOLDER,
    SETTINGS_FILE,
    TEAM_MASTER_FILE,
)
from xlcrm.values import dataclass

if TYPE_CHECKING:
    from xlcrm.pipeline.returned import Returned

_WITHDRAWN = 100  # records taken out of a file that are remembered


@dataclass(frozen=True)
class MergeResult:
    """What a merge did. ``document`` is the documented JSON, ``pending`` a copy of a busy master
    (``opened`` the file that says that it is open, where there is one), ``kept`` the team's master
    of before, where somebody had changed it; ``forgot`` is whether what the last run knew could not
    be used, ``remembered`` what became of the lead's decisions that the settings did not hold,
    ``unsure`` are records that are new, or back though the lead took them out: nobody can tell.

    ``picture`` is what the folder says; after a run without a change it is put together anew from
    ``files`` and what is known ``before`` them.
    """

    document: dict[str, Any]
    files: Mapping[str, FileState]
    options: Options
    before: Before
    pending: Path | None = None
    made: Picture | None = None
    returned: Sequence[Returned] | None = None
    kept: Path | None = None
    opened: Path | None = None
    forgot: bool = False
    remembered: Remembered | None = None
    unsure: Sequence[LedgerRecord] = ()

    @cached_property
    def picture(self) -> Picture:
        readings = [each.load() for each in self.files.values()]
        findings = [
            each for reading in readings if not reading.removed for each in reading.findings
        ]
        return self.made or assemble(readings, findings, self.options, self.before)

    @property
    def rejected(self) -> list[str]:
        """The files that look like workbooks and could not be read."""
        return [each["path"] for each in self.document["files"] if each["status"] == "rejected"]


def merge(folder: Path, options: Options, target: Path | None = None) -> MergeResult:
    """Merge a folder into its master and return what was done; staff files are never touched.

    Raises UsageError for a folder that does not exist or holds no workbook, MasterBusy where
    another merge of the folder is running, OSError where the results can't be written.
    """
    started = time.monotonic()
    home = folder / OUTPUT_FOLDER
    for_team = options.audience == "team"
    path = ((None if for_team else target) or home / MASTER_FILE).absolute()
    made = (target or home / TEAM_MASTER_FILE).absolute() if for_team else path
    found = entries_of(folder)
    refuse_input(made, found, options)
    refuse_other_audience(made, options)
    options = with_secret(options, path, home)
    entries = [entry for entry in found if entry.path.absolute() not in (path, made)]
    with locked(home, break_lock=options.break_lock) as moment:
        tidy((path, made, folder / SETTINGS_FILE), home)
        previous = find_previous(path, home, options).doubting(entries)
        run = _Run(path, home, entries, options, moment)
        result = run.for_team(made, previous) if for_team else run.for_lead(previous)
    said = (result.options.spec, result.pending, result.remembered, result.unsure)
    told = run_notices(*said, forgot=result.forgot)
    result.document.update(told, seconds=round(time.monotonic() - started, 3))
    return result


@dataclass(frozen=True)
class _Run:
    """A merge of ``entries`` into the master at ``path``, that began at ``moment``."""

    path: Path
    home: Path
    entries: Sequence[Entry]
    options: Options
    moment: int

    def for_lead(self, previous: Previous) -> MergeResult:
        """Renew the master, unless nothing has changed."""
        previous, options, remembered = remember(previous, self.options, self.home)
        if not previous.is_as_written:
            books = self.path, waiting_place(self.path)
            keep_wordings(self.home, books, options, may_be_lost=previous.state is None)
        signature = _signature(self.entries, options, self.home)
        if previous.holds(signature):
            document, before = _unchanged(previous.document, self.path), previous.as_it_was()
            return MergeResult(document, previous.files, options, before, remembered=remembered)
        seen = replace(self, options=options)._look(previous)
        settled = not any(may_pass(reading) for reading in seen.result.readings)
        waits = seen.master.replace(
            previous, seen.states, signature if settled else {}, seen.document
        )
        pending, opened = waits or (None, None)
        return MergeResult(
            seen.document,
            seen.states,
            options,
            seen.before,
            pending,
            seen.master.picture,
            opened=opened,
            forgot=previous.run_id is not None and previous.state is None,
            remembered=remembered,
            unsure=previous.perhaps_taken_out(seen.master.picture.records),
        )

    def for_team(self, made: Path, previous: Previous) -> MergeResult:
        """Renew the copy for the team at ``made``; the lead's master stays as it is."""
        seen = self._look(previous)
        copy = write_team_copy(made, seen.master, seen.readings)
        document = seen.document | copy.told(made, self.options)
        changed = seen.master.picture if copy.is_new else None
        return MergeResult(
            document, seen.states, self.options, seen.before, copy.pending, changed, kept=copy.kept
        )

    def _look(self, previous: Previous) -> _Seen:
        """Return what the folder says, and what is to be written of it."""
        options = self.options
        (result, readings, before, earlier), picture = look_at(self.entries, previous, options)
        files = files_of(result.statuses, previous, picture)
        document = document_of(self.path, picture, files, options)
        states = _states(self.entries, readings, previous)
        withdrawn = _withdrawn(earlier, picture.ledger, readings, options.spec)
        saved = {reading.file: reading.modified for reading in result.readings}
        master = Master(
            self.path,
            self.home,
            picture,
            files,
            options,
            withdrawn,
            saved,
            previous.totals,
            self.moment,
        )
        return _Seen(result, readings, before, document, states, master)


class _Seen(NamedTuple):
    """What a folder says: readings, the documented JSON, the state and the master to be written."""

    result: Readings
    readings: Sequence[FileReading]
    before: Before
    document: dict[str, Any]
    states: Mapping[str, FileState]
    master: Master


def look_at(
    entries: Sequence[Entry], previous: Previous, options: Options
) -> tuple[Folder, Picture]:
    """Return what a folder says, with what the lead has said in the master."""
    folder = read_entries(entries, previous, options)
    result, readings, before, _ = folder
    picture = assemble(readings, result.findings, options, before)
    lead, today = before.lead, Written(picture.ledger, picture.base)
    if previous.also and previous.heard:
        lead = heard_again(lead, previous.heard, previous.also, today, options.spec)
    elif previous.also:
        told = edited(lead, previous.also, today, options.spec, sure=False)
        new = told.added.keys() - lead.added.keys()  # all other notes are among those known
        notes = {row: note for row, note in told.notes.items() if row in new}
        lead = replace(told, notes={**lead.notes, **notes})
    if previous.state is None and previous.edited:
        same = previous.same_as_then(readings)
        told = edited(lead, previous.edited, today, options.spec, sure=False, unchanged=same)
        lead = replace(told, notes={**told.notes, **lead.notes})
    if lead is not before.lead:
        if before.told and previous.edited:
            readings = with_left(readings, previous.edited, lead, options.spec)
        before = replace(before, lead=lead, told=None)
        picture = assemble(readings, result.findings, options, before)
    left = [with_records(each, picture.ledger.recovered) for each in readings]
    if left != readings:  # rows stand in the order of files that still say something, as next time
        readings, picture = left, assemble(left, result.findings, options, before)
    return folder._replace(readings=readings, before=before), picture


def document_of(
    path: Path, picture: Picture, files: list[dict[str, Any]], options: Options
) -> dict[str, Any]:
    """Return the documented JSON of a merge, but for how long it took."""
    return {
        "schema_version": SCHEMA_VERSION,
        "master": str(path),
        "files": files,
        "records": {key: len(records) for key, records in picture.ledger.records.items()},
        "duplicates": picture.ledger.duplicates,
        "conflicts": picture.ledger.open_conflicts,
        "findings": [each.to_json(options.messages) for each in picture.findings],
        "returned": None,
        **run_notices(options.spec),
    }


def hand_back(folder: Path, result: MergeResult) -> MergeResult:
    """Write the workbooks in which there is something to mend to the folder of results, and return
    the result of the merge with them."""
    from xlcrm.pipeline.lead_marks import changes_in
    from xlcrm.pipeline.returned import filled_files, return_workbooks  # most runs need no writer

    found = {entry.file: entry for entry in entries_of(folder)}
    statuses = [
        FileStatus(found[each["path"]], _as_read(each["status"]), each["reason"])
        for each in result.document["files"]
        if each["path"] in found
    ]
    files = filled_files(statuses, [folder], folder / OUTPUT_FOLDER / RETURN_FOLDER)
    readings = {file: each.load() for file, each in result.files.items() if not each.removed}
    findings = result.picture.findings
    changes = changes_in(result.picture.ledger, readings, result.options.spec)
    returned = return_workbooks(files, readings, findings, result.options, changes)
    document = {**result.document, "returned": [each.to_json() for each in returned]}
    return replace(result, document=document, returned=returned)


def _as_read(status: str) -> str:
    return "read" if status in ("merged", "unchanged") else status


def _signature(entries: Sequence[Entry], options: Options, home: Path) -> dict[str, Any]:
    """Return what a run depends on: where all of it is as it was, nothing has to be done."""
    return {
        "entries": [[each.file, each.size, each.mtime_ns, each.code] for each in entries],
        "as_of": options.as_of.isoformat(),
        "language": options.language,
        "customers": options.customers,
        "messages": options.messages,
        "notices": [each.to_state() for each in options.notices],
        "with_password": options.password is not None,
        "encrypted": options.secret is not None,
        "published": published_sums(home, last_full_week(options.as_of)),
    }


def _unchanged(document: Mapping[str, Any], master: Path) -> dict[str, Any]:
    files = [
        {**each, "status": "unchanged" if each["status"] == "merged" else each["status"]}
        for each in document["files"]
    ]
    return {**document, "master": str(master), "files": files}


class Folder(NamedTuple):
    """What became of a folder's files, what present files say and with them in path order those
    that have left, what is known of the last run, and the records that were withdrawn by then."""

    result: Readings
    readings: list[FileReading]
    before: Before
    withdrawn: Mapping[str, Sequence[str]]


def read_entries(entries: Sequence[Entry], previous: Previous, options: Options) -> Folder:
    """Return what a folder's files say, those read again that have changed since."""
    result = read_files(entries, options, previous.readings_of(entries))
    readable = {reading.file: reading for reading in result.readings if not reading.rejected}
    # A file that can't be read this time is treated as one that has left: its rows stay.
    before, gone, withdrawn = known_before(previous, readable, options)
    kept = {each.file: each for each in (*result.readings, *gone, *readable.values())}
    ordered = sorted(kept.values(), key=lambda reading: reading.file)
    return Folder(result, ordered, before, withdrawn)


def _withdrawn(
    earlier: Mapping[str, Sequence[str]],
    ledger: Ledger,
    readings: Sequence[FileReading],
    spec: Spec,
) -> dict[str, Sequence[str]]:
    """Return the records that were taken out of files, in this run and before, by file."""
    found: dict[str, Sequence[str]] = {}
    for reading in readings:
        file = reading.file
        names = [*earlier.get(file, ()), *ledger.withdrawn.get(file, ())]
        if names:
            tables = ((spec.tables[each.table], each) for each in reading.records)
            here = {table.name_of(each.values) for table, each in tables}
            names = [each for each in dict.fromkeys(names) if each not in here]
            found.update({file: names[-_WITHDRAWN:]} if names else {})
    return found


def files_of(
    statuses: Sequence[FileStatus], previous: Previous, picture: Picture
) -> list[dict[str, Any]]:
    """Return what became of each file, in the documented form."""
    files = []
    for each in statuses:
        file = each.entry.file
        status, reason = each.status, each.reason
        rows = picture.ledger.rows[file] if status == "read" else RowCounts()
        if status == "read":
            status = "unchanged" if previous.knows(each.entry) else "merged"
            reason = "duplicate-copy" if file in picture.ledger.copies else None
        files.append(
            {
                "path": file,
                "status": status,
                "reason": reason,
                "rows_seen": rows.seen,
                "rows_merged": rows.merged,
                "rows_rejected": rows.rejected,
            }
        )
    return files


def _states(
    entries: Sequence[Entry], readings: Sequence[FileReading], previous: Previous
) -> dict[str, FileState]:
    """Return what the next run needs of each file, in path order."""
    places = {entry.file: entry for entry in entries}
    states = {}
    for reading in readings:
        if may_pass(reading):
            continue
        entry, known = places.get(reading.file), previous.files.get(reading.file)
        size, mtime_ns = (entry.size, entry.mtime_ns) if entry else (0, 0)
        same = known if entry and previous.knows(entry) else None
        states[reading.file] = same or FileState.of(reading, size, mtime_ns)
    return states
