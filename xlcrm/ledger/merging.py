"""Many files' claims become one ledger: each record once, conflicts and collisions named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from itertools import chain, combinations, islice
from operator import lt

from xlcrm.customers import CustomerBase
from xlcrm.findings import Finding
from xlcrm.ledger.claims import (
    Claim,
    Key,
    claims_of,
    differs,
    is_said,
    natural_key,
    row_key,
    versions_in,
)
from xlcrm.ledger.fields import Known, Merged, merge_fields
from xlcrm.ledger.following import followed, kept
from xlcrm.ledger.history import Before, Entry, History
from xlcrm.ledger.identity import Cluster, Identities
from xlcrm.ledger.lead import LEAD, Lead, Removal, RowId, Ruling, Typed
from xlcrm.ledger.model import Conflict, Ledger, RowCounts
from xlcrm.ledger.owners import Owners
from xlcrm.ledger.recovery import beside, names_in
from xlcrm.ledger.removals import removal_of
from xlcrm.ledger.said import Said
from xlcrm.ledger.telling import copies_of, tell
from xlcrm.record_columns import LedgerRecords
from xlcrm.records import FileReading, LedgerRecord, Record, Records, Source
from xlcrm.spec.model import Spec, Table
from xlcrm.values import dataclass

# Marks of a record besides its findings: its files have all left the folder; the lead has typed
# over one of its cells; only the lead has it.
REMOVED, EDITED, ADDED = "removed", "edited", "added"


def merge(
    readings: Sequence[FileReading], spec: Spec, base: CustomerBase, before: Before | None = None
) -> Ledger:
    """Return the ledger of all readings; they come in path order.

    Where nothing is known of the run ``before``, a removed file's claim (``reading.removed``) holds
    as far as no file that is there says the same.
    """
    merger = _Merger(spec, base, before or Before(), Owners(readings, spec))
    for reading in readings:
        merger.read(reading)
    merger.group()
    merger.add_lead()
    return merger.ledger(readings)


@dataclass
class _Merger:
    spec: Spec
    base: CustomerBase
    before: Before
    owners: Owners
    claims: dict[str, list[Claim]] = field(default_factory=dict)
    groups: dict[Key, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[str, RowCounts] = field(default_factory=dict)
    records: dict[str, LedgerRecords] = field(default_factory=lambda: defaultdict(LedgerRecords))
    blocks: dict[int, Records] = field(default_factory=dict)  # by what their records name
    conflicts: list[Conflict] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    entries: dict[str, Mapping[str, Entry]] = field(default_factory=dict)
    rulings: dict[str, Mapping[str, Ruling]] = field(default_factory=dict)
    edited: dict[str, Mapping[str, Said]] = field(default_factory=dict)
    unread: dict[str, dict[str, Typed]] = field(default_factory=dict)
    removed: dict[str, Removal] = field(default_factory=dict)
    recovered: list[tuple[Record, Record | None]] = field(default_factory=list)
    joined: dict[RowId, RowId] = field(default_factory=dict)
    duplicates: int = 0

    def __post_init__(self) -> None:
        self.identities = Identities(self.spec, self.base, self.before)
        self.same = dict(self.before.history.same)
        self.used: dict[Key, Key] = {}
        self.added = dict(self.before.lead.added)

    def read(self, reading: FileReading) -> None:
        """Take in what a file claims."""
        counts = self.rows.setdefault(reading.file, RowCounts())
        # Of a file that has left a master tells the rows as they stand there, in any order.
        self.blocks |= {id(each.block): each for each in reading.blocks if _rises(each.rows)}
        claims = []
        for claim in claims_of(reading, self.spec, self.base):
            counts.seen += 1
            if isinstance(claim, Record):
                counts.rejected += 1
                continue
            counts.merged += 1
            claims.append(claim)
        self.claims[reading.file] = claims

    def group(self) -> None:
        """Bring together the claims of one key."""
        self.same |= self._given_ids()
        for claims in self.claims.values():
            if self.before.base:
                self.same |= dict(self._of_other_customers(self.before.base, claims))
            if not self.same:
                for claim in claims:
                    self.groups[claim.key].append(claim)
                continue
            holders = {claim.key: claim.key for claim in claims}
            for claim in claims:
                key = self.same.get(claim.key, claim.key)
                if holders.setdefault(key, claim.key) != claim.key:
                    key = claim.key  # two rows of one file are two
                if key is not claim.key:
                    self.used[claim.key] = key
                self.groups[key].append(claim)
        self.claims.clear()

    def _given_ids(self) -> dict[Key, Key]:
        """Return the keys of rows that were given an id since, with those they had before. An id
        that another row had then is that one's."""
        given: dict[Key, Key] = {}
        for file in self.before.old:
            given |= self._given_in(file, self.claims.get(file, ()))
        claims = chain.from_iterable(self.claims.values()) if given else ()
        for claim in claims:
            if claim.key in given and self.identities.then(claim.key, claim):
                del given[claim.key]
        return given

    def _given_in(self, file: str, claims: Sequence[Claim]) -> Iterator[tuple[Key, Key]]:
        before = {key for each, key in self.identities.old if each == file}
        gone = before - {claim.key for claim in claims}
        for claim in claims if gone else ():
            table = self.spec.tables[claim.record.table]
            key = natural_key(claim.record, table, claim.customer)
            if key and (*key, 0) in gone and claim.key not in before:
                yield claim.key, (*key, 0)

    def _of_other_customers(
        self, base: CustomerBase, claims: Sequence[Claim]
    ) -> Iterator[tuple[Key, Key]]:
        """Yield the keys of records whose customer is known by another key since, with those they
        had before: of records of which more is known than their claims."""
        for claim in claims if self.before.concerned else ():
            record, table = claim.record, self.spec.tables[claim.record.table]
            customer = base.resolve(record.values, record.block.file)
            if customer != claim.customer and claim.key[1] == "natural":
                key = (*(natural_key(record, table, customer) or ()), claim.key[-1])
                known = self.same.get(key, key)
                if row_key(known) in self.before.concerned:
                    yield claim.key, known

    def add_lead(self) -> None:
        """Take for one what the lead says is, and add the rows that the lead has added."""
        around = (self.groups, self.identities, self.before, self.base, self.spec)
        for key, known in list(followed(*around)):
            own = {claim.record.block.file for claim in self.groups[known]}
            claims = self.groups.pop(key)
            self.groups[known] += (c for c in claims if c.record.block.file not in own)
            rest = [claim for claim in claims if claim.record.block.file in own]
            if rest:
                self.groups[key] = rest
            if len(rest) < len(claims):
                self.used[key] = known
        for row, added in kept(*around):
            self.added.setdefault(row, added)
        for each in self.added.values():
            customer = self.base.resolve(each.record.values, LEAD)
            self.groups[each.key].append(Claim(each.record, each.key, customer, ""))

    def ledger(self, readings: Sequence[FileReading]) -> Ledger:
        before, identities = self.before, self.identities
        concerned, withdrawn = before.concerned, self._withdrawn()
        rows = {key: row_key(key) for key in self.groups}
        apart = {*before.history.apart, *identities.rows, *identities.expect(self.groups, rows)}
        for key, row in rows.items():
            claims = self.groups.pop(key)  # not held any longer: there may be very many
            table = self.spec.tables[str(key[0])]
            if len(claims) == 1 and row not in concerned and key not in apart:  # as nearly always
                block = self.blocks.get(id(claims[0].record.block))
                self._add(row, claims[0].record, claims[0], claims, table, block)
                continue
            clusters = identities.clusters(key, claims, table)
            there = [each for each in clusters if each.claims]
            for cluster in there:
                self._merge(key, cluster, table)
            for cluster in clusters if len(there) < len(clusters) else ():
                self._wait(cluster, there)
            self._collisions(there, table)
        copies = copies_of(readings)
        for file, original in copies.items():
            self.findings.append(Finding("duplicate-copy", file, parameters={"others": original}))
        return Ledger(
            {key: self.records[key] for key in self.spec.tables if key in self.records},
            self.conflicts,
            self.findings,
            self.rows,
            History(self.entries, identities.apart, self.used),
            self._lead(),
            self.duplicates,
            copies,
            withdrawn,
            self.edited,
            self.owners,
            self.recovered,
        )

    def _merge(self, key: Key, cluster: Cluster, table: Table) -> None:
        row, claims, before = cluster.row, cluster.claims, self.before
        self.joined |= dict.fromkeys(cluster.joined, row)
        there = [claim for claim in claims if not claim.removed]
        present = there or claims
        if before.files is None and there:
            claims = list(self._with_recovered(row, claims, there, table))
        thens = ((each, self.identities.then(key, each)) for each in claims)
        known = Known(
            {each.record.block.file: then for each, then in thens if then},
            before.history.entries.get(row, {}),
            self._rulings_of(cluster),
            cluster.beside,
        )
        merged = merge_fields(row, claims, table, self.owners, known)
        self._note(row, merged)
        self.duplicates += len(claims) - versions_in(claims, table)
        taken_out = before.lead.removed.get(row)
        removal = removal_of(taken_out, row, present, known.then, table, self.owners)
        if removal.removal:
            self.removed[row] = removal.removal
        if removal.hidden:
            return
        conflicts = [self._typed(each) for each in (*merged.conflicts, *removal.conflicts)]
        # One that has left is a source as long as no other says the same.
        sources = [c for c in claims if not c.removed or not is_said(c, there, table)]
        self._add(row, merged.record, merged.shown, sources, table, edited=bool(merged.edited))
        self.conflicts += conflicts
        self._tell_conflicts([each for each in conflicts if each.is_open], claims, table)

    def _wait(self, cluster: Cluster, there: Sequence[Cluster]) -> None:
        """Let others stay apart from a record of which there is no claim any more: it may come
        back. What is noted beside it stands beside one of them."""
        if not cluster.claims:
            row, parts = cluster.row, self.identities.parts
            self.rulings[row] = self.before.lead.rulings[row]
            other = next(each.row for each in there if parts.get(each.row) == row)
            self.joined |= dict.fromkeys((row, *cluster.joined), other)

    def _rulings_of(self, cluster: Cluster) -> Mapping[str, Ruling]:
        """Return what the lead says of a record, and has said of those that are joined to it."""
        known = self.before.lead.rulings
        rulings = known.get(cluster.row, {})
        for row in cluster.joined if known else ():
            rulings = {**known.get(row, {}), **rulings}
        return rulings

    def _with_recovered(
        self, row: str, claims: Sequence[Claim], there: Sequence[Claim], table: Table
    ) -> Iterator[Claim]:
        """Yield claims without state, those of removed files as far as files that are ``there`` do
        not say the same."""
        others, told = [each.record for each in there], self.before.told
        for claim in claims:
            was = claim.record
            if not claim.removed:
                yield claim
                continue
            fields = [*(names_in(was) if told is None else told.of(row, was.block.file))]
            record = beside(was, others, fields, table)
            self.recovered.append((was, record))
            if record:
                yield claim._replace(record=record)

    def _typed(self, conflict: Conflict) -> Conflict:
        """Return a conflict with what stands in its cells and is not understood."""
        row, field = conflict.record, conflict.field
        typed = self.before.lead.unread.get(row, {}).get(field)
        if typed is None:
            return conflict
        self.unread.setdefault(row, {})[field] = typed
        return replace(conflict, choice=None, typed=(typed.decision, typed.own))

    def _note(self, row: str, merged: Merged) -> None:
        """Take note of what the next run has to know."""
        if merged.entries:
            self.entries[row] = merged.entries
        if merged.rulings:
            self.rulings[row] = merged.rulings
        if merged.edited:
            self.edited[row] = merged.edited

    def _add(
        self,
        row: str,
        record: Record,
        shown: Claim,
        claims: Sequence[Claim],
        table: Table,
        block: Records | None = None,
        *,
        edited: bool = False,
    ) -> None:
        """Add a record; ``block`` is the one of which it is a row as it stands there, if it is."""
        sources: tuple[Source, ...] = (_source(shown.record),)
        marks: tuple[str, ...] = (EDITED,) if edited else ()
        if len(claims) > 1:
            sources = tuple(dict.fromkeys((*sources, *(_source(each.record) for each in claims))))
            marks += (REMOVED,) if all(claim.removed for claim in claims) else ()
        elif claims[0].removed:
            marks += (REMOVED,)
        elif sources[0].file == LEAD:
            marks += (ADDED,)
        customer = shown.customer
        if edited:
            customer = self.base.resolve(record.values, shown.record.block.file)
        made = LedgerRecord(
            row,
            table.key,
            record.values,
            sources,
            customer,
            record.raw,
            record.extras,
            owner=_owner(record, table, self.owners),
            marks=marks,
        )
        self.records[table.key].add(made, block, record.row)

    def _tell_conflicts(
        self, conflicts: Sequence[Conflict], claims: Sequence[Claim], table: Table
    ) -> None:
        """Note every open conflict of a record at each of the places that differ."""
        if not conflicts:
            return
        names = [each.field for each in conflicts if each.field]
        versions: dict[object, Record] = {}
        for claim in claims:
            file = claim.record.block.file
            versions.setdefault(tuple(each.sides.get(file) for each in conflicts), claim.record)
        records = [each for each in versions.values() if each.block.file != LEAD]
        more = [LEAD] if any(v.lead for each in conflicts for v in each.said) else []
        first = records[0] if records else claims[0].record
        place = table.id if table.id in first.values else next(iter(names), "")
        self.findings += tell("edit-conflict", records, table, place or "", more)

    def _collisions(self, clusters: Sequence[Cluster], table: Table) -> None:
        """Note records that share an id and are no versions of one."""
        firsts = [each.claims[0] for each in clusters]
        if any(differs(one, other, table) for one, other in combinations(firsts, 2)):
            records = [each.record for each in firsts]
            self.findings += tell("id-collision", records, table, table.id or "")

    def _withdrawn(self) -> dict[str, list[str]]:
        """Return what changed files do not say any more, by file."""
        found: dict[str, list[str]] = defaultdict(list)
        for (file, key), record in self.identities.old.items():
            claims = self.groups.get(key, ())
            if any(claim.record.block.file == file for claim in claims):
                continue
            table = self.spec.tables[record.table]
            found[file].append(table.name_of(record.values) or "")
        return dict(found)

    def _lead(self) -> Lead:
        lead = self.before.lead
        removed = {**lead.removed, **self.removed}
        return replace(
            lead,
            rulings=self.rulings,
            added=self.added,
            removed={row: each for row, each in removed.items() if row not in self.joined},
            notes=self._notes(),
            unread=self.unread,
        )

    def _notes(self) -> Mapping[RowId, str]:
        """Return the lead's notes, those of records that were joined to others beside these."""
        notes = dict(self.before.lead.notes)
        for row, whole in self.joined.items():
            if note := notes.pop(row, ""):
                notes[whole] = "\n".join(filter(None, (notes.get(whole), note)))
        return notes


def _rises(rows: Sequence[int]) -> bool:
    return all(map(lt, rows, islice(rows, 1, None)))


def _owner(record: Record, table: Table, owners: Mapping[str, str]) -> str:
    """Return who is responsible: the owner named, else whose file it is."""
    named = record.values.get(table.owner or "")
    return named if isinstance(named, str) else owners[record.block.file]


def _source(record: Record) -> Source:
    block = record.block
    return Source(block.file, block.sheet, record.line)
