"""The master on disk: what the one before left, and its replacement as a whole."""

from __future__ import annotations

import hashlib
import marshal
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any

from xlcrm.filled_workbook.reading import read_file
from xlcrm.filled_workbook.stamp import run_id
from xlcrm.ledger.discovery import Entry
from xlcrm.ledger.recovery import lead_notes, recovered
from xlcrm.ledger.state import (
    STATE_FOLDER,
    FileState,
    State,
    latest_state,
    load_state,
    prune_states,
    save_state,
)
from xlcrm.master_workbook.plan import MasterContents
from xlcrm.master_workbook.writer import write_master
from xlcrm.periods import last_full_week
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.picture import Picture
from xlcrm.pipeline.secrets import lock_what_is_plain, written
from xlcrm.records import FileReading, LedgerRecord

_BACKUPS = 10
_APART = ("sources", "values")
_PARTS = attrgetter(*(each.name for each in fields(LedgerRecord) if each.name not in _APART))
_HASHED = 100  # records at once


class MasterBusy(Exception):
    """Another merge of the folder is running."""


@dataclass(frozen=True)
class Previous:
    """The run before: its master and its state, where there are any that can be used."""

    run_id: str | None = None
    state: State | None = None
    edited: FileReading | None = None

    @property
    def files(self) -> Mapping[str, FileState]:
        return self.state.files if self.state else {}

    @property
    def document(self) -> Mapping[str, Any]:
        return self.state.meta["document"] if self.state else {}

    @cached_property
    def notes(self) -> Mapping[str, str]:
        """The lead's notes by row key: as the master has them, where it was edited since."""
        if self.edited:
            return lead_notes(self.edited)
        return self.state.meta["notes"] if self.state else {}

    def holds(self, signature: Mapping[str, Any]) -> bool:
        """Whether nothing has changed since: same files and options, the master as written."""
        as_written = self.run_id and self.state and not self.edited
        return bool(as_written and self.state and self.state.meta["signature"] == signature)

    def wrote(self, run_id: str) -> bool:
        """Whether the master that this run would write is there, as it was written."""
        return bool(self.run_id == run_id and self.state and not self.edited)

    def knows(self, entry: Entry) -> bool:
        """Whether a file is as the state has it."""
        known = self.files.get(entry.file)
        same = known and (known.size, known.mtime_ns) == (entry.size, entry.mtime_ns)
        return bool(same and known and not known.removed)

    def without_encrypted(self) -> Previous:
        """Return the same but for the files that had a password: there may be one to try now."""
        if self.state is None:
            return self
        known = self.files.items()
        files = {file: each for file, each in known if each.load().rejected != "encrypted"}
        return replace(self, state=replace(self.state, files=files))

    def readings_of(self, entries: Sequence[Entry]) -> dict[str, FileReading]:
        """Return the readings of files that are as the state has them, by path."""
        return {e.file: self.files[e.file].load() for e in entries if self.knows(e)}

    def gone(self, present: Collection[str]) -> list[FileReading]:
        """Return what files not ``present`` said; without a state the master's own rows."""
        if self.state is None and self.edited:
            return recovered(self.edited)
        states = [each for each in self.files.values() if each.file not in present]
        readings = [each.load() for each in states]
        for reading in readings:
            reading.removed = True
        return [reading for reading in readings if reading.blocks]


def find_previous(master: Path, home: Path, options: Options) -> Previous:
    """Return what the run before left; its master is read if it was edited or lost its state."""
    previous = _find_previous(master, home, options)
    return previous if options.password is None else previous.without_encrypted()


def _find_previous(master: Path, home: Path, options: Options) -> Previous:
    run = run_id(master, options.password)
    if run is None:  # no master any more, but what its files said may still be known
        return Previous(None, latest_state(home, options.version, options.password))
    state = load_state(home, run, options.version, options.password)
    if state and state.meta["master"] == _digest(master):
        return Previous(run, state)
    reading = read_file(master, master.name, options.spec, own=True, password=options.password)
    return Previous(run, state, reading)


@dataclass(frozen=True)
class Master:
    """A master about to be written, with the state that goes with it."""

    path: Path
    home: Path
    picture: Picture
    files: Sequence[Mapping[str, Any]]
    options: Options
    notes: Mapping[str, str] = field(default_factory=dict)

    def replace(
        self,
        previous: Previous,
        states: Mapping[str, FileState],
        signature: Mapping[str, Any],
        document: Mapping[str, Any],
    ) -> Path | None:
        """Write state and master so that any interruption leaves a pair that fits.

        A master that says the same already stays as it is, and only the state is renewed.
        Returns the path of the pending copy where the master is open elsewhere, else None.
        """
        contents = self._contents()
        meta = {"signature": signature, "document": document, "notes": dict(contents.notes)}
        if previous.wrote(contents.run_id):
            self._save(contents.run_id, states, {**meta, "master": _digest(self.path)})
            return None
        self.path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self.path.with_name(f".{self.path.name}.new")  # beside it: on the same disk
        try:
            language, created = self.options.language, self.options.created
            with written(scratch, self.options.secret) as target:
                write_master(target, contents, self.options.spec, language, created)
            self._save(contents.run_id, states, {**meta, "master": _digest(scratch)})
            if previous.run_id:
                self._back_up(previous.run_id)
            pending = self._swap(scratch)
        finally:
            scratch.unlink(missing_ok=True)
        if pending is None:
            prune_states(self.home, [contents.run_id])
        lock_what_is_plain(self.home, self.options.secret)
        return pending

    def _save(self, run: str, states: Mapping[str, FileState], meta: Mapping[str, Any]) -> None:
        state, options = State(run, states, meta), self.options
        save_state(self.home, state, options.version, options.secret)

    def _swap(self, scratch: Path) -> Path | None:
        """Put the new master in the old one's place, else beside it; return where it waits then."""
        pending = self.path.with_stem(self.path.stem + "_待替换")
        try:
            scratch.replace(self.path)
        except PermissionError:
            scratch.replace(pending)
            return pending
        pending.unlink(missing_ok=True)
        return None

    def _contents(self) -> MasterContents:
        # Late: it needs pandas, and a run without a change does not.
        from xlcrm.pipeline.analysis import analyse

        week = last_full_week(self.options.as_of)
        analysis = analyse(self.picture.records, week, self.options)
        ledger = self.picture.ledger
        keys = {record.id for record in self.picture.records}
        plain = MasterContents(
            run_id="",
            as_of=week.end,
            records=ledger.records,
            findings=self.picture.findings,
            conflicts=ledger.conflicts,
            files=[{**each, "status": _outcome(each["status"])} for each in self.files],
            analysis=analysis.rows,
            analysis_period=week.label,
            previous_period=week.previous.label,
            duplicates=ledger.duplicates,
            notes={key: note for key, note in self.notes.items() if key in keys},
        )
        return replace(plain, run_id=_run_id(plain, self.options))

    def _back_up(self, run: str) -> None:
        """Keep the master that is about to be replaced, with nine before it."""
        folder = self.home / STATE_FOLDER / "backups"
        folder.mkdir(exist_ok=True)
        shutil.copy2(self.path, folder / f"{run}.xlsx")
        kept = sorted(folder.glob("*.xlsx"), key=lambda path: -path.stat().st_ctime_ns)
        for old in kept[_BACKUPS:]:
            old.unlink()


def _outcome(status: str) -> str:
    """Return what became of a file, whenever it was read: same rows, same master."""
    return "merged" if status == "unchanged" else status


def _run_id(contents: MasterContents, options: Options) -> str:
    """Return the id of a run, derived from all that its master says."""
    said = dict(vars(contents))
    tables = said.pop("records")
    digest = hashlib.sha256()
    for part in (options.version, options.language, str(bool(options.secret)), repr(said)):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    for key, records in tables.items():
        digest.update(key.encode())
        for start in range(0, len(records), _HASHED):
            # In version 0 of the format equal values are equal bytes, whatever objects they share.
            digest.update(marshal.dumps(_said(records[start : start + _HASHED]), 0))
    return digest.hexdigest()[:16]


def _said(records: Sequence[LedgerRecord]) -> list[Any]:
    """Return all that records say. The names of their values, which repeat, are said when they
    change."""
    said: list[Any] = []
    names: tuple[str, ...] = ()
    for record in records:
        if names != (names := tuple(record.values)):
            said.append(names)
        sources = list(map(tuple, record.sources))
        said.append([sources, list(record.values.values()), *_PARTS(record)])
    return said


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
