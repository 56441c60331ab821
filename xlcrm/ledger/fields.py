"""One record of several claims, field by field: what is settled, what is in conflict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime

from xlcrm.ledger.claims import Claim, disagreements
from xlcrm.ledger.history import Entry
from xlcrm.ledger.lead import APART, BOTH, LEAD, OWN, TAKE, Ruling
from xlcrm.ledger.model import Conflict, Version
from xlcrm.ledger.said import BLANK, Said, Sign, put, said, sign
from xlcrm.ledger.threeway import settle
from xlcrm.records import Record
from xlcrm.spec.model import Table
from xlcrm.values import dataclass

_NONE: Mapping[str, Entry] = {}
_UNRULED: Mapping[str, Ruling] = {}


@dataclass(frozen=True)
class Known:
    """What is known of a record besides its claims: what each file that the last run knew said of
    it, what is settled where they differ, what the lead says, and the claims kept apart from it."""

    then: Mapping[str, Record] = field(default_factory=dict)
    entries: Mapping[str, Entry] = field(default_factory=lambda: _NONE)
    rulings: Mapping[str, Ruling] = field(default_factory=lambda: _UNRULED)
    beside: Sequence[Claim] = ()


@dataclass
class Merged:
    """A record as its claims make it: ``shown`` is the claim that it is laid out by. ``entries``
    and ``rulings`` are what the next run has to know."""

    record: Record
    shown: Claim
    conflicts: list[Conflict] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    rulings: dict[str, Ruling] = field(default_factory=dict)
    edited: dict[str, Said] = field(default_factory=dict)


def merge_fields(
    row: str, claims: Sequence[Claim], table: Table, owners: Mapping[str, str], known: Known
) -> Merged:
    """Return the record of a row key as its claims, in path order, and the lead have it.

    ``owners`` names who is behind a file. A field in open conflict shows what was saved last, all
    else what a file says that is there.
    """
    shown = max(claims, key=lambda claim: (not claim.removed, claim.modified))
    first, *others = (claim.record for claim in claims)
    differing = (name for other in others for name in disagreements(first, other, table))
    names = dict.fromkeys([*differing, *known.entries, *known.rulings])
    merged = Merged(shown.record.copy(), shown)
    for name in names:
        one = _Field(row, name, claims, table, owners)
        one.merge(merged, known)
    return merged


class _Field:
    """One field of a record."""

    def __init__(
        self,
        row: str,
        name: str,
        claims: Sequence[Claim],
        table: Table,
        owners: Mapping[str, str],
    ) -> None:
        self.row, self.name, self.table, self.owners = row, name, table, owners
        self.claims = claims
        self.signs = {each.record.block.file: self._sign_in(each) for each in claims}

    def _sign(self, what: Said) -> Sign:
        return sign(what, self.table, self.name)

    def _sign_in(self, claim: Claim) -> Sign:
        return self._sign(said(claim.record, self.name))

    def merge(self, merged: Merged, known: Known) -> None:
        """Let the merged record have this field, and take note of what it leaves."""
        entry = known.entries.get(self.name) or self._agreed(known.then)
        # Who said nothing in the last run has no ancestor any more.
        then = {file: each for file, each in entry.then.items() if file in known.then}
        entry = entry._replace(then=then)
        was = None if entry.settled is None else self._sign(entry.settled)
        outcome = settle(self.signs, entry.then, was)
        value = None if outcome.rivals else self._of(outcome.value, entry.settled)
        if outcome.rivals:
            merged.entries[self.name] = entry
        elif any(each != outcome.value for each in self.signs.values()):
            merged.entries[self.name] = Entry(value, self.signs)
        ruling = known.rulings.get(self.name)
        if ruling:
            if ruling.sides is None:
                ruling = ruling._replace(sides=self._sides(known.then))
            self._rule(merged, ruling, value, known)
            return
        if value is None:
            value = self._last(outcome.rivals)
            merged.conflicts.append(self._conflict())
        put(merged.record, self.name, value, self.table)

    def _agreed(self, then: Mapping[str, Record]) -> Entry:
        """Return what all files said in the last run: where they differed an entry tells."""
        told = {file: said(record, self.name) for file, record in then.items()}
        signs = {file: self._sign(each) for file, each in told.items()}
        if len(set(signs.values())) != 1:
            return Entry(None, {})
        return Entry(next(iter(told.values())), signs)

    def _sides(self, then: Mapping[str, Record]) -> Mapping[str, Sign]:
        """Return what files said when the lead looked: in the last run, where one is known."""
        if not then:
            return self.signs
        return {file: self._sign(said(record, self.name)) for file, record in then.items()}

    def _rule(self, merged: Merged, ruling: Ruling, settled: Said | None, known: Known) -> None:
        """Let the lead's word hold, unless a file has said anything else since."""
        mine = self._sign(ruling.said)
        news = {each for file, each in self.signs.items() if ruling.is_news(file, each, mine)}
        if not news and not ruling.choice and set(self.signs.values()) == {mine}:
            merged.entries.pop(self.name, None)  # everybody has it now: it is settled
            return
        if news:
            merged.rulings[self.name] = ruling
            value = self._last({mine, *news}, ruling)
            merged.conflicts.append(self._conflict(ruling))
        else:
            value = ruling.said
            sides = {**(ruling.sides or {}), **self.signs}
            ruling = merged.rulings[self.name] = ruling._replace(sides=sides)
            if ruling.choice:
                others = known.beside if ruling.choice == APART else ()
                merged.conflicts.append(self._conflict(ruling, others, decided=True))
        if not ruling.choice and self._sign(value) == mine:
            merged.edited[self.name] = ruling.before if settled is None else settled
        put(merged.record, self.name, value, self.table)

    def _of(self, wanted: Sign | None, settled: Said | None) -> Said:
        """Return what a sign stands for, as the claim that was saved last puts it."""
        fitting = [each for each in self.claims if self.signs[each.record.block.file] == wanted]
        if not fitting:
            return settled or BLANK
        return said(max(fitting, key=lambda claim: claim.modified).record, self.name)

    def _last(self, rivals: frozenset[Sign] | set[Sign], ruling: Ruling | None = None) -> Said:
        """Return which of several versions was saved last."""
        versions = [
            (each.modified, said(each.record, self.name))
            for each in self.claims
            if self.signs[each.record.block.file] in rivals
        ]
        if ruling:
            versions.append((ruling.when, ruling.said))
        return max(versions, key=lambda each: each[0])[1] if versions else BLANK

    def _conflict(
        self, ruling: Ruling | None = None, others: Sequence[Claim] = (), *, decided: bool = False
    ) -> Conflict:
        """Return the conflict with its versions, those of ``others`` as well; one that stands
        against the lead's word has that among them."""
        claims = [*self.claims, *others]
        signs = self.signs | {e.record.block.file: self._sign_in(e) for e in others}
        versions = dict(self._versions(claims, signs))
        mine = self._sign(ruling.said) if ruling else None
        if ruling and mine not in versions and not decided:
            source = f"{LEAD}\n{moment(ruling.when)}".strip()
            versions[self._sign(ruling.said)] = Version(ruling.said, source, lead=True)
        text = self.table.name_of(self.claims[0].record.values) or ""
        sides = tuple(versions.values())
        customer = self.claims[0].customer
        saved = tuple((each.record.block.file, each.modified) for each in claims)
        where = (self.table.key, self.row, text, customer, self.name)
        conflict = Conflict(*where, sides, signs, ruling=ruling, saved=saved)
        if not (ruling and decided):
            return conflict
        if ruling.choice == TAKE and mine in versions:
            return replace(conflict, choice=TAKE, taken=1 + list(versions).index(str(mine)))
        if ruling.choice in (BOTH, APART):
            return replace(conflict, choice=ruling.choice)
        return replace(conflict, choice=OWN, own=ruling.said.shown)

    def _versions(
        self, claims: Iterable[Claim], signs: Mapping[str, Sign]
    ) -> Iterator[tuple[Sign, Version]]:
        """Yield each version once, as the first that has it."""
        seen = set()
        for each in claims:
            key = signs[each.record.block.file]
            if key not in seen:
                seen.add(key)
                yield (
                    key,
                    Version(
                        said(each.record, self.name), source_text(each, self.name, self.owners)
                    ),
                )


def source_text(claim: Claim, name: str, owners: Mapping[str, str]) -> str:
    """Return where a version stands, and on a second line who saved it when."""
    record = claim.record
    file = record.block.file
    parts = (file, record.block.sheet, record.cell(name) or record.place)
    saved = (owners[file], moment(claim.modified))
    lines = (" · ".join(filter(None, each)) for each in (parts, saved))
    return "\n".join(filter(None, lines))


def moment(iso: str) -> str:
    """Return a moment as people here read it; blank for none."""
    if not iso:
        return ""
    return datetime.fromisoformat(iso).astimezone().strftime("%Y-%m-%d %H:%M")
