"""What the run before left: its master, its state, and what the lead has said by now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from xlcrm.customers import settled
from xlcrm.filled_workbook.guards import reading_ours
from xlcrm.filled_workbook.stamp import run_id
from xlcrm.ledger.discovery import Entry
from xlcrm.ledger.history import Before, History
from xlcrm.ledger.lead import WHOLE, Lead, RowId
from xlcrm.ledger.news import offered, with_news, with_remarks
from xlcrm.ledger.recovery import rows_of
from xlcrm.ledger.state import UNDECODABLE, FileState, State, latest_state, load_state
from xlcrm.master_workbook.plan import TOTALS
from xlcrm.master_workbook.row_list import NAME as ROW_LIST
from xlcrm.pipeline.backups import backup_place, undone
from xlcrm.pipeline.lead_work import lead_work
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.pipeline.picture import Written, ledger_of
from xlcrm.pipeline.waiting import digest, waiting_place
from xlcrm.records import FileReading, LedgerRecord, ListRow
from xlcrm.values import dataclass

_COARSE = 2 * 10**9  # nanoseconds: the time of a file on an old disk is no finer


class Seen(NamedTuple):
    """The master in its place as a run has seen it: its run id, its digest (None where there is no
    file), what the lead has said in it, and all that it says where its state is lost."""

    run_id: str | None = None
    digest: str | None = None
    lead: Lead = Lead()
    reading: FileReading | None = None

    @property
    def told(self) -> dict[str, Any] | None:
        """All that it says as JSON data, for ``heard_in`` of the next run; None where its state
        tells."""
        if self.reading is None:
            return None
        said = self.reading.encoded.decode("utf-8", UNDECODABLE)
        return {"said": said, "lists": self.reading.lists, "tables": sorted(self.reading.tables)}


@dataclass(frozen=True)
class Previous:
    """The run before: its master and its state, where there are any that can be used; ``edited`` is
    what its master says where that is not what was written, ``lead`` what the lead has said by now.

    ``master`` is the one in its place: another where the last run's is ``waiting`` for it (the
    digest of that file). ``older`` is the state of a program, or of settings, that are not today's:
    what files said then still tells what has changed since. ``also`` is what another master says
    whose state is lost, ``heard`` what it said when the last run looked.
    """

    run_id: str | None = None
    state: State | None = None
    edited: FileReading | None = None
    lead: Lead = field(default_factory=Lead)
    older: State | None = None
    master: Seen = field(default_factory=Seen)
    waiting: str | None = None
    also: FileReading | None = None
    heard: FileReading | None = None
    undone: Sequence[str] = ()

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

    @property
    def backups(self) -> Sequence[str]:
        """The runs whose masters are kept, the last first."""
        return (*self.undone, *(self.state.meta["backups"] if self.state else ()))

    def holds(self, signature: Mapping[str, Any]) -> bool:
        """Whether nothing has changed since: same files and options, the master as written."""
        settled = self.is_as_written and not self.undone and self.state
        return bool(settled and settled.meta["signature"] == signature)

    def wrote(self, run_id: str) -> bool:
        """Whether the master that this run would write is there, as it was written."""
        return self.is_as_written and self.run_id == run_id

    def same_as_then(self, readings: Iterable[FileReading]) -> set[str]:
        """Return the files that a run under other settings, or of another program, read as they are
        today."""
        then = {
            name: each.sha256 for name, each in (self.older.files if self.older else {}).items()
        }
        return {
            each.file for each in readings if each.sha256 and then.get(each.file) == each.sha256
        }

    def perhaps_taken_out(self, records: Iterable[LedgerRecord]) -> list[LedgerRecord]:
        """Return the records that are not in the master, where nobody can tell whether they are new
        or the lead has taken them out: its state is lost, and so is its list of rows."""
        master = self.edited if self.state is None else None
        if master is None or master.lists.get(ROW_LIST) or not master.records:
            return []
        rows = rows_of(master)
        return [each for each in records if each.id not in rows]

    @property
    def is_as_written(self) -> bool:
        """Whether the master is there as the last run wrote it, and what that knew."""
        return bool(self.run_id and self.state and not self.edited and not self.waiting)

    def knows(self, entry: Entry) -> bool:
        """Whether a file is as the state has it, and need not be read again."""
        if self.undone:
            return False
        known = self.files.get(entry.file)
        same = known and (known.size, known.mtime_ns) == (entry.size, entry.mtime_ns)
        return bool(same and known and not known.removed)

    def doubting(self, entries: Sequence[Entry]) -> Previous:
        """Return the same but for files that hold something else though size and time are as they
        were: saved about when they were read, or later by a clock that was set back since."""
        if self.state is None:
            return self
        doubtful = self.state.meta["moment"] - _COARSE
        near = (each for each in entries if each.mtime_ns > doubtful and self.knows(each))
        known = ((each, self.files[each.file].sha256) for each in near)
        other = {each.file for each, was in known if was and was != digest(each.path)}
        if not other:
            return self
        files = {file: each for file, each in self.files.items() if file not in other}
        files |= {file: replace(self.files[file], mtime_ns=0) for file in other}
        state = replace(self.state, files=files, meta={**self.state.meta, "signature": None})
        return replace(self, state=state)

    def without_encrypted(self) -> Previous:
        """Return the same but for the files that had a password: there may be one to try now."""
        if self.state is None:
            return self
        told = self.document["files"]
        locked = {each["path"] for each in told if each["reason"] == "encrypted"}
        files = {file: each for file, each in self.files.items() if file not in locked}
        return replace(self, state=replace(self.state, files=files))

    def readings_of(self, entries: Sequence[Entry]) -> dict[str, FileReading]:
        """Return the readings of files that are as the state has them, by path."""
        return {e.file: self.files[e.file].load() for e in entries if self.knows(e)}

    def as_it_was(self) -> Before:
        """Return what is known of a run after which no file has changed."""
        return Before(frozenset(self.files), {}, self.history, self.lead)


def totals_of(document: Mapping[str, Any]) -> dict[str, int]:
    """Return the totals of a run, by ``TOTALS``."""
    severities = Counter(each["severity"] for each in document["findings"])
    records = sum(document["records"].values())
    counts = (len(document["files"]), records, severities["error"], severities["warning"])
    return dict(zip(TOTALS, (*counts, document["conflicts"], document["duplicates"]), strict=True))


def find_previous(master: Path, home: Path, options: Options) -> Previous:
    """Return what the run before left; its master is read if it was edited or lost its state."""
    previous = _with_waiting(_left_by(master, home, options), master, home, options)
    previous = _with_undone(previous, home, options)
    previous = replace(previous, lead=_with_settings(previous.lead, options))
    return previous if options.password is None else previous.without_encrypted()


def _with_settings(lead: Lead, options: Options) -> Lead:
    """Return what a lead says, of customers as the settings leave it."""
    return replace(lead, related=settled(lead.related, options.decided))


def _left_by(master: Path, home: Path, options: Options) -> Previous:
    """Return what the run left that wrote the file ``master``."""
    run, now = run_id(master, options.password), digest(master)
    if run is None:  # no master any more, but what its files said may still be known
        return replace(last_run(home, options), master=Seen(None, now))
    found = load_state(home, run, None, options.password)
    state = found if found and found.meta["version"] == options.version else None
    known = Lead.from_state(state.meta["lead"]) if state else None
    if state and known and state.meta["master"] == now:
        return Previous(run, state, lead=known, master=Seen(run, now, known))
    from xlcrm.filled_workbook.reading import read_file  # a run without a change reads nothing

    with reading_ours():
        reading = read_file(master, master.name, options.spec, own=True, password=options.password)
    if reading.rejected:
        told = reading.findings[0].message(options.messages)
        raise UsageError("master-unreadable", path=str(master), reason=told)
    lead = lead_work(reading, known, written(state, options) if state else None, options)
    older = None if state else found
    seen = Seen(run, now, lead, None if state else reading)
    return Previous(run, state, reading, lead, older, seen)


def _with_waiting(previous: Previous, master: Path, home: Path, options: Options) -> Previous:
    """Return what was left with the master that waits for its place, if one does: it is the later
    one, and people may have worked in both since."""
    place = waiting_place(master)
    if run_id(place, options.password) is None:
        return previous
    waiting = _left_by(place, home, options)
    seen, found = previous.master, waiting.master.digest
    if waiting.state is None:
        later, other = (previous, waiting) if previous.state else (waiting, previous)
        known = Lead.from_state(previous.state.meta["lead"]) if previous.state else Lead()
        lead = with_news(later.lead, known, other.lead, lambda *_: True)
        return replace(later, lead=lead, master=seen, waiting=found, also=other.edited)
    replaced = waiting.state.meta["replaced"]
    if seen.run_id in (None, replaced["run"]):
        then = Lead.from_state(replaced["lead"])
        heard = heard_in(waiting.state, previous.edited) if previous.edited else None
        if heard and previous.state:  # a run that said the same has left its state
            known = Lead.from_state(previous.state.meta["lead"])
            then = lead_work(heard, known, written(previous.state, options), options)
        unsure = _changed(previous.state, waiting.state, options)
        lead = with_news(waiting.lead, then, seen.lead, unsure) if seen.run_id else waiting.lead
        later = replace(waiting, lead=lead, master=seen, waiting=found)
        return later if previous.state else replace(later, also=previous.edited, heard=heard)
    known = Lead.from_state(waiting.state.meta["lead"])
    lead = with_news(previous.lead, known, waiting.lead, lambda *_: True)
    return replace(previous, lead=lead, waiting=found)


def heard_in(state: State, master: FileReading) -> FileReading | None:
    """Return what a master whose state is lost said when the last run looked, as if it had been
    saved when it was by now: what is the same in both is no news. None where that is not known."""
    told = state.meta.get("heard")  # an earlier program did not keep it
    if told is None:
        return None
    heard = FileReading.decoded(master.file, told["said"].encode("utf-8", UNDECODABLE))
    lists = {name: [ListRow(*row) for row in rows] for name, rows in told["lists"].items()}
    return replace(heard, modified=master.modified, lists=lists, tables={*told["tables"]})


def _with_undone(previous: Previous, home: Path, options: Options) -> Previous:
    """Return what was left, with what the lead has said in masters that were taken back since."""
    told = undone(home)
    if told is None or told.into != previous.run_id:
        return previous
    lead = previous.lead
    then: Lead | None = None
    for run in told.runs:  # the oldest first: of two words on one thing the later holds
        left = _left_by(backup_place(home, run), home, options)
        behind = _behind(left.state, waited=run == told.into) if left.state else None
        if behind and behind["run"] == told.into:
            then = Lead.from_state(behind["lead"])
        # What had been said in the master that is back stands there, or has been taken back since.
        said = offered(left.lead, then or Lead())
        lead = with_news(lead, Lead(), said, lambda *_: True)
    if then is not None:  # what has been typed since into the master that is back is the latest
        lead = with_remarks(lead, then, previous.lead)
    return replace(previous, lead=lead, undone=told.runs)


def _behind(state: State, *, waited: bool) -> Any:
    """Return ``what_is_behind``; of a master that ``waited`` for the place of one that says the
    same, that one."""
    return state.meta["replaced"] if waited else what_is_behind(state)


def what_is_behind(state: State) -> Any:
    """Return the run, and the lead's work, of the master that a state's own is taken back to.

    A state that an earlier program wrote names the one that it replaced, and no other.
    """
    return state.meta.get("behind", state.meta["replaced"])


def _changed(
    old: State | None, new: State | None, options: Options
) -> Callable[[RowId, str], bool]:
    """Return what tells whether a field, or a record as a whole, differs in two masters as they
    were written; it may where one of them is not known."""
    if old is None or new is None:
        return lambda *_: True
    masters = [written_rows(each, options) for each in (old, new)]

    def differs(row: RowId, name: str) -> bool:
        one, other = (_said(rows.get(row), name) for rows in masters)
        return one != other

    return differs


def written_rows(state: State, options: Options) -> dict[RowId, LedgerRecord]:
    """Return the records of which a state's master was written, by their rows' keys."""
    ledger = written(state, options).ledger
    return {each.id: each for records in ledger.records.values() for each in records}


def _said(record: LedgerRecord | None, name: str) -> object:
    """Return what a row says of a field, or in all; None where there is no such row."""
    if record is None:
        return None
    parts = (record.values, record.raw, record.extras)
    return parts if name == WHOLE else tuple(part.get(name) for part in parts)


def written(state: State, options: Options) -> Written:
    """Return the ledger of which a state's master was written."""
    before = Previous(None, state, None, Lead.from_state(state.meta["lead"])).as_it_was()
    customers = state.meta["customers"]
    if customers != options.customers:
        options = replace(options, settings=replace(options.settings, **customers))
    return ledger_of([each.load() for each in state.files.values()], options, before)


def last_run(home: Path, options: Options) -> Previous:
    """Return what the last run left in the folder of results, whatever became of its master."""
    state = latest_state(home, options.version, options.password)
    lead = Lead.from_state(state.meta["lead"]) if state else Lead()
    return Previous(None, state, None, _with_settings(lead, options))
