"""The master on disk: what the one before left, and its replacement as a whole."""

from __future__ import annotations

import hashlib
import marshal
import shutil
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from xlcrm.filled_workbook.reading import read_file
from xlcrm.filled_workbook.stamp import run_id
from xlcrm.ledger.discovery import Entry
from xlcrm.ledger.history import Before, History
from xlcrm.ledger.lead import Lead
from xlcrm.ledger.model import Ledger
from xlcrm.ledger.recovery import recovered, rows_of
from xlcrm.ledger.renaming import renamed_files
from xlcrm.ledger.state import (
    STATE_FOLDER,
    FileState,
    State,
    latest_state,
    load_state,
    prune_states,
    save_state,
)
from xlcrm.master_workbook.plan import TOTALS, MasterContents
from xlcrm.master_workbook.writer import write_master
from xlcrm.periods import last_full_week
from xlcrm.pipeline.checks import customer_base
from xlcrm.pipeline.lead_changes import lead_changes
from xlcrm.pipeline.lead_work import lead_work
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.picture import Picture, ledger_of
from xlcrm.pipeline.secrets import lock_what_is_plain, written
from xlcrm.records import FileReading, LedgerRecord
from xlcrm.spec.model import CUSTOMER_FIELDS, Spec
from xlcrm.spec.types.texts import CUSTOMERS

_BACKUPS = 10
PENDING = "_待替换"  # ends the name of a master that waits for its place
_APART = ("sources", "values")
_PARTS = attrgetter(*(each.name for each in fields(LedgerRecord) if each.name not in _APART))
_HASHED = 100  # records at once


class MasterBusy(Exception):
    """Another merge of the folder is running."""


@dataclass(frozen=True)
class Previous:
    """The run before: its master and its state, where there are any that can be used; ``lead`` is
    what the lead has said by now."""

    run_id: str | None = None
    state: State | None = None
    edited: FileReading | None = None
    lead: Lead = field(default_factory=Lead)

    @property
    def files(self) -> Mapping[str, FileState]:
        return self.state.files if self.state else {}

    @property
    def document(self) -> Mapping[str, Any]:
        return self.state.meta["document"] if self.state else {}

    @property
    def totals(self) -> Mapping[str, int]:
        """The totals of the run, by ``TOTALS``; none where it is not known."""
        return totals_of(self.document) if self.state else {}

    @cached_property
    def history(self) -> History:
        """What the runs before have settled."""
        return History.from_state(self.state.meta["history"]) if self.state else History()

    @property
    def withdrawn(self) -> Mapping[str, Sequence[str]]:
        """The records that were taken out of files, by file."""
        return self.state.meta["withdrawn"] if self.state else {}

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

    def as_it_was(self) -> Before:
        """Return what is known of a run after which no file has changed."""
        return Before(frozenset(self.files), {}, self.history, self.lead)

    def before(self, readings: Mapping[str, FileReading], spec: Spec) -> Known:
        """Return what is known of the last run, now that files say ``readings``, by path: those of
        today that are there and could be read."""
        if self.state is None:
            rows = rows_of(self.edited) if self.edited else {}
            removed = recovered(self.edited) if self.edited else []
            return Known(Before(lead=self.lead, rows=rows), removed)
        gone = {file: each.load() for file, each in self.files.items() if file not in readings}
        gone = {file: each for file, each in gone.items() if each.blocks}
        new = [each for file, each in readings.items() if file not in self.files]
        names = renamed_files(gone, new, spec)
        old = {
            file: self.files[file].load()
            for file, reading in readings.items()
            if file in self.files and self.files[file].reading != reading.encoded
        }
        old |= {to: gone.pop(file) for file, to in names.items()}
        hashes = {each.sha256 for each in readings.values()}  # of copies of what is gone
        gone = {file: each for file, each in gone.items() if each.sha256 not in hashes}
        files = {names.get(file, file) for file in self.files}
        for reading in gone.values():
            reading.removed = True
        history, lead = self.history.renamed(names), self.lead.renamed(names)
        base = None
        if _customers_changed(readings, old, self.files, spec):
            then = {**readings, **gone, **old}
            base = customer_base([each for file, each in then.items() if file in files], spec)
        return Known(Before(files, old, history, lead, base), list(gone.values()))


def _customers_changed(
    readings: Mapping[str, FileReading],
    old: Mapping[str, FileReading],
    known: Collection[str],
    spec: Spec,
) -> bool:
    """Whether a file that is new, or has changed, says anything else of who is a customer."""
    table = spec.with_role(CUSTOMERS)

    def said(reading: FileReading | None) -> list[Any]:
        blocks = (each for each in (reading.blocks if reading else ()))
        own = (each for each in blocks if table and each.table == table.key)
        return [[each.column(key) for key in CUSTOMER_FIELDS] for each in own]

    changed = (file for file in readings if file in old or file not in known)
    return any(said(readings[file]) != said(old.get(file)) for file in changed)


class Known(NamedTuple):
    """What is known of the last run, and what files said then that have left the folder."""

    before: Before
    gone: list[FileReading]


def find_previous(master: Path, home: Path, options: Options) -> Previous:
    """Return what the run before left; its master is read if it was edited or lost its state."""
    previous = _find_previous(master, home, options)
    return previous if options.password is None else previous.without_encrypted()


def _find_previous(master: Path, home: Path, options: Options) -> Previous:
    run = run_id(master, options.password)
    if run is None:  # no master any more, but what its files said may still be known
        return last_run(home, options)
    state = load_state(home, run, options.version, options.password)
    known = Lead.from_state(state.meta["lead"]) if state else None
    if state and known and state.meta["master"] == _digest(master):
        return Previous(run, state, None, known)
    reading = read_file(master, master.name, options.spec, own=True, password=options.password)
    written = _written(state, known, options) if state and known else None
    return Previous(run, state, reading, lead_work(reading, known, written, options))


def _written(state: State, lead: Lead, options: Options) -> Ledger:
    """Return the ledger of which a state's master was written."""
    before = Previous(None, state, None, lead).as_it_was()
    return ledger_of([each.load() for each in state.files.values()], options, before)


def last_run(home: Path, options: Options) -> Previous:
    """Return what the last run left in the folder of results, whatever became of its master."""
    state = latest_state(home, options.version, options.password)
    lead = Lead.from_state(state.meta["lead"]) if state else Lead()
    return Previous(None, state, None, lead)


@dataclass(frozen=True)
class Master:
    """A master about to be written, with the state that goes with it. ``saved`` says when each file
    was saved, ``earlier`` holds the totals of the run before."""

    path: Path
    home: Path
    picture: Picture
    files: Sequence[Mapping[str, Any]]
    options: Options
    withdrawn: Mapping[str, Sequence[str]] = field(default_factory=dict)
    saved: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping[str, int] = field(default_factory=dict)

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
        contents = self.contents()
        ledger = self.picture.ledger
        meta = {
            "signature": signature,
            "document": document,
            "history": ledger.history.to_state(),
            "lead": ledger.lead.to_state(),
            "withdrawn": self.withdrawn,
        }
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
        pending = self.path.with_stem(self.path.stem + PENDING)
        try:
            scratch.replace(self.path)
        except PermissionError:
            scratch.replace(pending)
            return pending
        pending.unlink(missing_ok=True)
        return None

    def contents(self) -> MasterContents:
        """Return what the master says."""
        # Late: it needs pandas, and a run without a change does not.
        from xlcrm.pipeline.analysis import analyse
        from xlcrm.pipeline.board import hand_ins

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
            notes={key: note for key, note in ledger.lead.notes.items() if key in keys},
            withdrawn=self.withdrawn,
            lead=list(lead_changes(ledger, self.options.spec)),
            board=hand_ins(
                self.picture, self.files, self.saved, analysis.facts, week, self.options.spec
            ),
            earlier=self.earlier,
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


def totals_of(document: Mapping[str, Any]) -> dict[str, int]:
    """Return the totals of a run, by ``TOTALS``."""
    severities = Counter(each["severity"] for each in document["findings"])
    records = sum(document["records"].values())
    counts = (len(document["files"]), records, severities["error"], severities["warning"])
    return dict(zip(TOTALS, (*counts, document["conflicts"], document["duplicates"]), strict=True))


def _outcome(status: str) -> str:
    """Return what became of a file, whenever it was read: same rows, same master."""
    return "merged" if status == "unchanged" else status


def _run_id(contents: MasterContents, options: Options) -> str:
    """Return the id of a run, derived from all that its master says but of the run before."""
    said = dict(vars(contents))
    tables = said.pop("records")
    del said["earlier"]
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
