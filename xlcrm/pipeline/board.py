"""The hand-in board: what each member of the team has handed in for a period."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any

from xlcrm.facts.lines import day_of
from xlcrm.facts.tables import Facts
from xlcrm.master_workbook.plan import HandIn
from xlcrm.periods import Period
from xlcrm.pipeline.picture import Picture
from xlcrm.records import LedgerRecord
from xlcrm.spec.model import Spec
from xlcrm.text import fold
from xlcrm.values import dataclass

NOBODY = ""  # in the place of a name: files of nobody whom the settings name
HANDED_IN, STALE, MISSING = "handed_in", "stale", "missing"
UNREADABLE, NOT_DUE = "unreadable", "not_due"
_ORDER = (MISSING, UNREADABLE, STALE, HANDED_IN, NOT_DUE)  # what wants the lead first


def hand_ins(
    picture: Picture,
    files: Sequence[Mapping[str, Any]],
    saved: Mapping[str, str],
    facts: Facts,
    period: Period,
    spec: Spec,
) -> list[HandIn]:
    """Return what each member has handed in for a period, who has not first; without members, each
    owner of files.

    ``files`` are those of the merge's document, ``saved`` says when each was saved (ISO 8601), and
    ``facts`` are those of the period. What a leaver left is counted under who took over.
    """
    held = _Held(picture, files, spec, period)
    entries = facts.within("entries", "date", period.start, period.end)["is_in_time"]
    in_time: Mapping[str, bool] = dict(zip(entries.index, entries, strict=True))
    rows: dict[str, list[LedgerRecord]] = defaultdict(list)
    for record in dated_in(picture.records, period, spec):
        for file in {source.file for source in record.sources}:
            rows[file].append(record)
    found = [_hand_in(name, held, saved, rows, in_time) for name in held.names]
    return sorted(found, key=lambda each: (each.name == NOBODY, _ORDER.index(each.status)))


@dataclass
class _Held:
    """Whose the files are that were read, rejected, or have left."""

    picture: Picture
    files: Sequence[Mapping[str, Any]]
    spec: Spec
    period: Period

    @cached_property
    def present(self) -> dict[str, str]:
        """The statuses of the files that hold, or may hold, records."""
        return {f["path"]: f["status"] for f in self.files if f["status"] != "skipped"}

    @cached_property
    def by_owner(self) -> dict[str, list[str]]:
        """Each one's files, those that have left too."""
        known = {fold(name): name for name in self.members}
        sources = {source.file for each in self.picture.records for source in each.sources}
        found: dict[str, list[str]] = defaultdict(list)
        for file in sorted(self.present.keys() | sources):
            owner = self.picture.ledger.owners[file]
            if owner:
                found[known.get(fold(owner), NOBODY) if known else owner].append(file)
        return found

    @cached_property
    def errors(self) -> Counter[str]:
        """The number of errors in each file."""
        return Counter(e.file for e in self.picture.findings if e.severity == "error")

    @cached_property
    def conflicts(self) -> Mapping[str, set[str]]:
        """The records in open conflicts, by file."""
        found: dict[str, set[str]] = defaultdict(set)
        for each in self.picture.ledger.conflicts:
            for file in each.sides if each.is_open else ():
                found[file].add(each.record)
        return found

    @cached_property
    def members(self) -> Mapping[str, Mapping[str, Any]]:
        """Who is in the team, by name."""
        return {str(each["name"]): each for each in self.spec.members}

    @cached_property
    def heirs(self) -> Mapping[str, str]:
        """Who has taken over from whom."""
        members, period = self.members, self.period
        heirs = {name: _heir(each, members, period) for name, each in members.items()}
        return {name: heir for name, heir in heirs.items() if heir != name}

    @cached_property
    def due(self) -> Sequence[str]:
        """Who is to hand in."""
        due = [name for name, each in self.members.items() if _is_due(each, self.period)]
        return due if self.members else list(self.by_owner)

    @property
    def names(self) -> list[str]:
        """Who is to hand in, and who else has anything there."""
        others = (name for name in self.by_owner if name not in self.heirs)
        return list(dict.fromkeys([*self.due, *others]))

    def counted(self, name: str) -> tuple[str, ...]:
        """Return one's own files and those taken over."""
        names = [name, *(left for left, heir in self.heirs.items() if heir == name)]
        return tuple(file for each in names for file in self.by_owner.get(each, ()))


def _is_due(member: Mapping[str, Any], period: Period) -> bool:
    starts, leaves = member.get("starts", ""), member.get("leaves", "9999")
    return bool(starts <= period.end.isoformat() and leaves >= period.start.isoformat())


def _heir(member: Mapping[str, Any], members: Mapping[str, Any], period: Period) -> str:
    """Return who has in the end taken over from a leaver."""
    while not _is_due(member, period) and member.get("successor"):
        named = fold(member["successor"])
        member = next(each for name, each in members.items() if fold(name) == named)
    return str(member["name"])


def dated_in(records: Iterable[LedgerRecord], period: Period, spec: Spec) -> Iterator[LedgerRecord]:
    """Yield the records that are dated in a period."""
    first, last = period.start.isoformat(), period.end.isoformat()
    dates = {key: table.date for key, table in spec.tables.items()}
    for record in records:
        key = dates[record.table]
        day = day_of(record.values.get(key)) if key else None
        if day and first <= day <= last:
            yield record


def _hand_in(
    name: str,
    held: _Held,
    saved: Mapping[str, str],
    rows: Mapping[str, Sequence[LedgerRecord]],
    in_time: Mapping[str, bool],
) -> HandIn:
    files = held.counted(name)
    own = [file for file in held.by_owner.get(name, ()) if file in held.present]
    last = max(own, key=lambda file: saved.get(file, ""), default=None)
    day = _day(saved.get(last or "", ""))
    mine = {record.id: record.table for file in files for record in rows.get(file, ())}
    timed = [in_time[row] for row in mine if row in in_time]
    conflicts = set().union(*(held.conflicts.get(file, ()) for file in files))
    return HandIn(
        name,
        _status(own, held.present.get, day, held.period) if name in held.due else NOT_DUE,
        day,
        last,
        files,
        len(mine),
        next(((table, row) for row, table in mine.items()), None),
        sum(held.errors[file] for file in files),
        tuple(sorted(conflicts)),
        sum(timed) / len(timed) if timed else None,
    )


def _status(
    own: Sequence[str], status_of: Callable[[str], str | None], day: date | None, period: Period
) -> str:
    if not own:
        return MISSING
    if all(status_of(file) == "rejected" for file in own):
        return UNREADABLE
    return STALE if day and day < period.start else HANDED_IN


def _day(moment: str) -> date | None:
    """Return the day, here, of a moment (ISO 8601)."""
    return datetime.fromisoformat(moment).astimezone().date() if moment else None
