"""Which claims of one key are one record, and by what row key the master knows it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from xlcrm.customers import CustomerBase
from xlcrm.ledger.claims import (
    Claim,
    Key,
    claims_of,
    differs,
    disagreements,
    identity_of,
    ordinal_of,
    record_key,
    row_key,
)
from xlcrm.ledger.history import Before
from xlcrm.ledger.lead import APART, LEAD, RowId, Ruling
from xlcrm.ledger.recovery import file_of
from xlcrm.ledger.said import Sign, said, sign, with_said
from xlcrm.records import Record
from xlcrm.spec.model import Spec, Table
from xlcrm.values import dataclass


@dataclass
class Cluster:
    """The claims that are of one record, in path order, and the record's row key. ``beside`` are
    those that the lead keeps apart from it, ``joined`` the records that were apart from it."""

    row: RowId
    claims: list[Claim] = field(default_factory=list)
    beside: list[Claim] = field(default_factory=list)
    joined: list[RowId] = field(default_factory=list)


class Identities:
    """What is known of records since the last run. ``apart`` is what the next one has to know of
    records that share a key: which file's claim is whose; ``parts`` leads from records that the
    lead keeps apart from others to those."""

    def __init__(self, spec: Spec, base: CustomerBase, before: Before) -> None:
        self.spec, self.base, self.before = spec, base, before
        self.apart: dict[Key, Mapping[str, RowId]] = {}
        self.parts: dict[RowId, RowId] = {}
        same = before.history.same
        self.old: dict[tuple[str, Key], Record] = {
            (file, same.get(claim.key, claim.key)): claim.record
            for file, reading in before.old.items()
            for claim in claims_of(reading, spec, base)
            if isinstance(claim, Claim)
        }
        self._usual: dict[Key, list[tuple[RowId, Claim]]] = {}
        self.rows = dict(self._of_master())
        self._given: dict[RowId, Key] = {}

    def expect(self, groups: Mapping[Key, Sequence[Claim]], rows: Mapping[Key, RowId]) -> set[Key]:
        """Take note of this run's claims by their keys, and of the row keys that would be theirs.
        Return the keys whose row is another's: where nothing but their order tells rows apart, one
        may be known by the place that it had."""
        for key, found in self.rows.items():
            self.rows[key] = [each for each in found if not self._is_of_another(each, key, groups)]
        known: dict[Key, Iterable[RowId]] = {
            key: files.values() for key, files in self.before.history.apart.items()
        }
        known |= {key: [row for row, _ in found] for key, found in self.rows.items()}
        for key, taken in known.items():
            for row in taken if key in rows else ():
                self._given.setdefault(row, key)
        if not self._given:  # as in most runs
            return set()
        other = [key for key, row in rows.items() if self._given.get(row, key) != key]
        for key in other:
            if key not in known and any(self.then(key, claim) for claim in groups[key]):
                self._given[rows[key]] = key  # it had that row in the last run as well
        return {key for key in other if self._given[rows[key]] != key}

    def _is_of_another(
        self, known: tuple[RowId, Claim], key: Key, groups: Mapping[Key, Sequence[Claim]]
    ) -> bool:
        """Whether a row of a master without state is that of a further record with the same id: its
        key has that one's ordinal, and it says what that one says rather than the first."""
        row, was = known
        ordinal = ordinal_of(row, key[:-1])
        further = groups.get((*key[:-1], ordinal)) if ordinal else None
        if not further:
            return False
        table = self.spec.tables[was.record.table]
        first = groups.get(key, ())
        near = min(_distance(each, was, table) for each in further)
        return all(near < _distance(each, was, table) for each in first)

    def _is_free(self, row: RowId, key: Key) -> bool:
        """Whether a row key is not another's; from now on it is this key's."""
        return self._given.setdefault(row, key) == key

    def _of_master(self) -> Iterator[tuple[Key, list[tuple[RowId, Claim]]]]:
        """Yield the rows of a master whose state is lost by key, where a key alone does not tell
        which is whose; take note of the others."""
        rows: dict[Key, list[tuple[RowId, Claim]]] = defaultdict(list)
        for row, record in self.before.rows.items():
            table = self.spec.tables[record.table]
            rulings = self.before.lead.rulings.get(row, {})
            then = {name: each.before for name, each in rulings.items()}
            for each in (record, with_said(record, then, table)) if then else (record,):
                customer = self.base.resolve(each.values, file_of(record))
                key = record_key(each, table, customer)
                if key and row not in {known for known, _ in rows[*key, 0]}:
                    rows[*key, 0].append((row, Claim(each, (*key, 0), customer, "")))
        for key, known in rows.items():
            usual = row_key(key)
            parts = {part for row, _ in known for part in self._parts_of(row, key)}
            counted = {row_key((*key[:-1], n)) for n in range(1, len(known))}  # in one workbook
            known = [each for each in known if each[0] not in parts | counted]
            if any(row != usual for row, _ in known):
                yield key, known
            else:
                self._usual[key] = known

    def then(self, key: Key, claim: Claim) -> Record | None:
        """Return what a claim's file said of the record in the last run; None for nothing."""
        file, before = claim.record.block.file, self.before
        if file == LEAD:
            return claim.record
        if before.files is None or file not in before.files:
            return None
        if file not in before.old:
            return claim.record
        return self.old.get((file, key)) or self.old.get((file, claim.key))

    def clusters(self, key: Key, claims: Sequence[Claim], table: Table) -> list[Cluster]:
        """Return the records that claims of one key are of."""
        usual, known = row_key(key), self.before.history.apart.get(key)
        is_free = self._is_free(usual, key)
        if len(claims) == 1 and not known and key not in self.rows and is_free:
            return list(self._as_decided(key, Cluster(usual, list(claims)), table))
        found: dict[RowId, Cluster] = {}
        fresh = []
        for claim in claims:
            row = known.get(claim.record.block.file) if known else None
            row = row or self._nearest(key, claim, table)
            row = row or (usual if not known and self.then(key, claim) else None)
            if row and self._is_free(row, key):
                found.setdefault(row, Cluster(row)).claims.append(claim)
            else:
                fresh.append(claim)
        groups = [*found.values()]
        for claim in fresh:
            own = (each for each in groups if not self._differs(key, claim, each.claims, table))
            group = next(own, None)
            if group is None:
                groups.append(group := Cluster(""))
            group.claims.append(claim)
        self._name(key, groups, table)
        places = {id(claim): n for n, claim in enumerate(claims)}
        for group in groups:
            group.claims.sort(key=lambda claim: places[id(claim)])
        if len(groups) > 1 or groups[0].row != usual:
            self.apart[key] = {
                claim.record.block.file: each.row for each in groups for claim in each.claims
            }
        return [part for group in groups for part in self._as_decided(key, group, table)]

    def _nearest(self, key: Key, claim: Claim, table: Table) -> RowId | None:
        """Return the row of a master without state that a claim is likest to."""
        known = self.rows.get(key) or self._usual.get(key, [])
        rows = [each for each in known if not differs(claim, each[1], table)]
        return min(rows, key=lambda each: _distance(claim, each[1], table))[0] if rows else None

    def _differs(self, key: Key, claim: Claim, others: Iterable[Claim], table: Table) -> bool:
        """Whether a claim is of another record than all of ``others``, as they are and were."""
        for other in others:
            was = self.then(key, other)
            seen = [other] if was in (None, other.record) else [other, self._as_claim(was, other)]
            if not all(differs(claim, each, table) for each in seen):
                return False
        return True

    def _as_claim(self, record: Record | None, claim: Claim) -> Claim:
        assert record
        customer = self.base.resolve(record.values, claim.record.block.file)
        return claim._replace(record=record, customer=customer)

    def _name(self, key: Key, groups: Sequence[Cluster], table: Table) -> None:
        """Give new records their row keys: what sets them apart is a part of it."""
        taken = {each.row for each in groups if each.row}
        for each in groups:
            if each.row:
                continue
            shown = max(each.claims, key=lambda claim: claim.modified)
            apart = identity_of(shown, table) if len(groups) > 1 else ()
            while (row := row_key(key, apart)) in taken or not self._is_free(row, key):
                apart = (*apart, "")
            each.row = row
            taken.add(row)

    def _as_decided(self, key: Key, group: Cluster, table: Table) -> Iterable[Cluster]:
        """Yield a record, or several as long as the lead keeps its versions apart: until a file
        says anything else. Of the first there may be no claim any more."""
        parts = {"": group}
        for name, ruling in self._apart_in(group.row):
            signs = {id(e): sign(said(e.record, name), table, name) for e in group.claims}
            mine, own = (sign(each, table, name) for each in (ruling.said, ruling.before))
            if any(ruling.is_news(e.record.block.file, signs[id(e)], mine) for e in group.claims):
                continue
            for claim in list(group.claims):
                theirs = signs[id(claim)]
                if theirs and theirs != own:
                    row = _part_key(group.row, key, name, theirs)
                    parts.setdefault(row, Cluster(row)).claims.append(claim)
                    group.claims.remove(claim)
                    group.beside.append(claim)
        former = dict.fromkeys(self._parts_of(group.row, key))
        group.joined = [row for row in former if row not in parts]
        self.parts |= {row: group.row for row in parts if row}
        return parts.values()

    def _apart_in(self, row: RowId) -> Iterator[tuple[str, Ruling]]:
        """Yield the fields of which the lead keeps the versions apart."""
        rulings = self.before.lead.rulings.get(row, {})
        return ((name, each) for name, each in rulings.items() if each.choice == APART)

    def _parts_of(self, row: RowId, key: Key) -> Iterator[RowId]:
        """Yield the rows that a record may have besides its own by the lead's decisions, those of
        the last run and today's."""
        for versions in (self.before.apart, self.before.lead.apart):
            for name, signs in versions.get(row, {}).items():
                yield from (_part_key(row, key, name, each) for each in signs)


def _part_key(row: RowId, key: Key, name: str, version: Sign) -> RowId:
    """Return the row key of a version of a field that is kept apart from a record: that record's
    own row is a part of it where another with the same id has the key's."""
    return row_key(key if row == row_key(key) else (row,), (name, version))


def _distance(one: Claim, other: Claim, table: Table) -> int:
    """Return on how many fields two claims differ."""
    return sum(1 for _ in disagreements(one.record, other.record, table))
