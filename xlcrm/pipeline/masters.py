"""The master on disk, replaced as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import field, fields, replace
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from xlcrm.as_json import to_json
from xlcrm.filled_workbook.stamp import run_id
from xlcrm.ledger.likely import likely_same
from xlcrm.ledger.state import FileState, State, claimed, prune_states, save_state
from xlcrm.master_workbook.plan import MasterContents
from xlcrm.master_workbook.writer import write_master
from xlcrm.periods import last_full_week
from xlcrm.pipeline.backups import back_up, forget_undone, known_backups
from xlcrm.pipeline.lead_changes import lead_changes
from xlcrm.pipeline.older_runs import declared
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.picture import Picture
from xlcrm.pipeline.previous import Previous, Seen, what_is_behind
from xlcrm.pipeline.published_files import follow_password
from xlcrm.pipeline.secrets import lock_what_is_plain, written
from xlcrm.pipeline.waiting import digest, owner_file, waiting_place
from xlcrm.pipeline.wordings import kept_wordings
from xlcrm.records import LedgerRecord
from xlcrm.scratch import part_of
from xlcrm.values import dataclass

_PARTS = attrgetter(*(each.name for each in fields(LedgerRecord) if each.name != "sources"))
_HASHED = 100  # records at once


class Pending(NamedTuple):
    """A master that waits for its place at ``path``; ``opened`` is the file that says that the one
    before is open, where there is one."""

    path: Path
    opened: Path | None = None


@dataclass(frozen=True)
class Master:
    """A master about to be written, with the state that goes with it. ``saved`` says when each file
    was saved, ``earlier`` holds the totals of the run before, ``moment`` is when this one began."""

    path: Path
    home: Path
    picture: Picture
    files: Sequence[Mapping[str, Any]]
    options: Options
    withdrawn: Mapping[str, Sequence[str]] = field(default_factory=dict)
    saved: Mapping[str, str] = field(default_factory=dict)
    earlier: Mapping[str, int] = field(default_factory=dict)
    moment: int = 0

    def replace(
        self,
        previous: Previous,
        states: Mapping[str, FileState],
        signature: Mapping[str, Any],
        document: Mapping[str, Any],
    ) -> Pending | None:
        """Write state and master so that any interruption leaves a pair that fits.

        A master that says the same already stays as it is, and only the state is renewed.
        Returns where the new one waits if the master is open elsewhere, or has been saved since it
        was read; else None.
        """
        contents = self.contents()
        if previous.run_id == contents.run_id and previous.state:
            contents = replace(contents, earlier=previous.state.meta["earlier"])
        seen = previous.master
        meta = self._meta(contents) | {"signature": signature, "document": document}
        if previous.wrote(contents.run_id) and previous.state:
            kept = {name: previous.state.meta[name] for name in ("replaced", "backups")}
            kept["behind"] = what_is_behind(previous.state)
            meta |= {**kept, "master": seen.digest}
            self._save(State(contents.run_id, states, meta))
            forget_undone(self.home)
            return None
        replaced = {"run": seen.run_id, "lead": seen.lead.to_state()}
        backups = known_backups(self.home, previous.backups, seen.run_id)
        # One that was saved and says the same is not what this one is taken back to.
        again = previous.state if previous.run_id == contents.run_id else None
        behind = what_is_behind(again) if again else replaced
        meta |= {"replaced": replaced, "behind": behind, "backups": backups}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        place = waiting_place(self.path)
        scratch = part_of(self.path)  # beside it: on the same disk
        try:
            language, created = self.options.language, self.options.created
            with written(scratch, self.options.secret) as target:
                write_master(target, contents, self.options.spec, language, created)
            pending = self._put(scratch, State(contents.run_id, states, meta), previous)
        finally:
            scratch.unlink(missing_ok=True)
        # Not those that this run knows: another may have put its master there meanwhile.
        there = (run_id(each, self.options.password) for each in (self.path, place))
        prune_states(self.home, [contents.run_id, *backups, *filter(None, there)])
        lock_what_is_plain(self.home, self.options.secret)
        follow_password(self.home, self.options)
        if not pending:
            forget_undone(self.home)
        return pending

    def _meta(self, contents: MasterContents) -> dict[str, Any]:
        """Return what the next run has to know of this one, its files apart."""
        ledger = self.picture.ledger
        return {
            "moment": self.moment,
            "history": ledger.history.to_state(),
            "lead": ledger.lead.to_state(),
            "withdrawn": self.withdrawn,
            "declared": declared(self.options.spec, self.options.language),
            "customers": self.options.customers,
            "earlier": contents.earlier,
        }

    def _save(self, state: State) -> None:
        save_state(self.home, state, self.options.version, self.options.secret)

    def _put(self, scratch: Path, state: State, previous: Previous) -> Pending | None:
        """Save the state of a new master and let that take its place; return where it waits."""
        meta = {**state.meta, "master": digest(scratch)}
        with claimed(self.home, state.run_id):
            self._save(replace(state, meta=meta))
            pending = self._swap(scratch, previous, meta["backups"])
            if pending and previous.master.reading:  # of one in its place nobody asks any more
                self._save(replace(state, meta={**meta, "heard": previous.master.told}))
        return pending

    def _swap(self, scratch: Path, previous: Previous, backups: Sequence[str]) -> Pending | None:
        """Put the new master in the old one's place, else beside it; return where it waits then."""
        place, seen = waiting_place(self.path), previous.master
        if digest(place) not in (None, previous.waiting) or owner_file(place):
            return Pending(place, owner_file(place))  # somebody works in the one that waits
        waits = self._waits(place, seen)
        if seen.run_id and not waits:
            back_up(self.path, self.home, seen.run_id, backups, seen.digest)
            waits = self._waits(place, seen)  # it took its time, and somebody may have saved
        if waits:
            scratch.replace(place)
            return waits
        try:
            scratch.replace(self.path)
        except PermissionError:
            if self.path.is_dir():
                raise
            scratch.replace(place)
            return Pending(place)
        place.unlink(missing_ok=True)
        return None

    def _waits(self, place: Path, seen: Seen) -> Pending | None:
        """Return that the new master waits in ``place``, if the old one is open elsewhere or is not
        as it was ``seen``."""
        opened = None if self.options.break_lock else owner_file(self.path)
        return Pending(place, opened) if opened or digest(self.path) != seen.digest else None

    def contents(self) -> MasterContents:
        """Return what the master says."""
        # Late: it needs pandas, and a run without a change does not.
        from xlcrm.facts.lines import History
        from xlcrm.pipeline.analysis import analyse
        from xlcrm.pipeline.board import hand_ins
        from xlcrm.pipeline.publishing import published

        week = last_full_week(self.options.as_of)
        told = published(self.home, (week.previous, week), self.options)
        words = kept_wordings(self.home, self.options)
        history = History(self.picture.records, self.options.spec)
        analysis = analyse(history, week, self.options, told, words)
        ledger = self.picture.ledger
        keys = {record.id for record in self.picture.records}
        plain = MasterContents(
            run_id="",
            as_of=week.end,
            records=ledger.records,
            findings=[*self.picture.findings, *analysis.faults],
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
            likely=likely_same(self.picture.records, self.picture.base, self.options.spec),
            earlier=self.earlier,
        )
        return replace(plain, run_id=_run_id(plain, self.options))


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
            some = records[start : start + _HASHED]
            digest.update(to_json([(_PARTS(each), *map(tuple, each.sources)) for each in some]))
    return digest.hexdigest()[:16]
