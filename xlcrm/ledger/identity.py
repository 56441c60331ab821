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
from xlcrm.ledger.lead import APART, LEAD, RowId
from xlcrm.ledger.recovery import file_of
from xlcrm.ledger.said import said, sign, with_said
from xlcrm.records import Record
from xlcrm.spec.model import Spec, Table
from xlcrm.values import dataclass


@dataclass
class Cluster:
    """The claims that are of one record, in path order, and the record's row key."""

    row: RowId
    claims: list[Claim] = field(default_factory=list)


class Identities:
    """What is known of records since the last run. ``apart`` is what the next one has to know of
    records that share a key: which file's claim is whose."""

    def __init__(self, spec: Spec, base: CustomerBase, before: Before) -> None:
        self.spec, self.base, self.before = spec, base, before
        self.apart: dict[Key, Mapping[str, RowId]] = {}
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
            known = [each for each in known if not ordinal_of(each[0], key[:-1])]
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
            return [Cluster(usual, list(claims))]
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
        groups = [part for group in groups for part in self._as_decided(key, group, table)]
        if len(groups) > 1 or groups[0].row != usual:
            self.apart[key] = {
                claim.record.block.file: each.row for each in groups for claim in each.claims
            }
        return groups

    def _nearest(self, key: Key, claim: Claim, table: Table) -> RowId | None:
        """Return the row of a master without state that a claim is likest to."""
        known = self.rows.get(key) or self._usual.get(key, [])
        rows = [each for each in known if not differs(claim, each[1], table)]

        def distance(each: tuple[RowId, Claim]) -> int:
            return sum(1 for _ in disagreements(claim.record, each[1].record, table))

        return min(rows, key=distance)[0] if rows else None

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
        """Yield a record, or several where the lead has decided to keep all of its versions."""
        rulings = self.before.lead.rulings.get(group.row, {})
        parts = {"": group}
        for name, ruling in rulings.items() if len(group.claims) > 1 else ():
            if ruling.choice != APART:
                continue
            mine, sides = sign(ruling.said, table, name), ruling.sides or {}
            for claim in list(group.claims):
                theirs = sign(said(claim.record, name), table, name)
                if theirs != mine and sides.get(claim.record.block.file) == theirs:
                    row = row_key(key, (name, theirs))
                    parts.setdefault(row, Cluster(row)).claims.append(claim)
                    group.claims.remove(claim)
        return parts.values()
