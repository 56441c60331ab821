"""Many files' claims become one ledger: each record once, conflicts and collisions named."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from xlcrm.customers import CustomerBase
from xlcrm.findings import Finding
from xlcrm.ledger.claims import (
    claims_of,
    comparable,
    differs,
    disagreements,
    identity_of,
    same_values,
)
from xlcrm.ledger.model import Claim, Conflict, Key, Ledger, RowCounts
from xlcrm.records import FileReading, LedgerRecord, Record, Source, Value
from xlcrm.spec.model import Spec, Table

REMOVED = "removed"  # marks a record whose files have all left the folder
_AS_JSON = json.JSONEncoder(ensure_ascii=False, default=str).encode
# How sync and office programs name copies: 甲 (1).xlsx, 甲副本.xlsx, 甲 - Copy.xlsx.
_COPY_NAME = re.compile(r"\(\d+\)\.|副本|冲突|conflict|[- ]copy", re.IGNORECASE)
_OTHERS = 5  # places that a message names


def merge(readings: Sequence[FileReading], spec: Spec, base: CustomerBase) -> Ledger:
    """Return the ledger of all readings; they come in path order.

    A removed file's claims (``reading.removed``) hold only for records that no present file claims.
    """
    merger = _Merger(spec)
    for reading in readings:
        merger.add(reading, base)
    return merger.ledger(readings)


@dataclass
class _Merger:
    spec: Spec
    groups: dict[Key, list[Claim]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[str, RowCounts] = field(default_factory=dict)
    records: dict[str, list[LedgerRecord]] = field(default_factory=lambda: defaultdict(list))
    conflicts: list[Conflict] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    duplicates: int = 0

    def add(self, reading: FileReading, base: CustomerBase) -> None:
        counts = self.rows.setdefault(reading.file, RowCounts())
        for claim in claims_of(reading, self.spec, base):
            counts.seen += 1
            if isinstance(claim, Record):
                counts.rejected += 1
                continue
            counts.merged += 1
            self.groups[claim.key].append(claim)

    def ledger(self, readings: Sequence[FileReading]) -> Ledger:
        for key, claims in self.groups.items():
            table = self.spec.tables[str(key[0])]
            if len(claims) == 1:  # as nearly always
                self._add(_row_key(key, ()), claims[0], claims, table)
                continue
            clusters = [_present(cluster) for cluster in _clusters(claims, table)]
            for cluster in clusters:
                self._merge(key, cluster, table, collided=len(clusters) > 1)
            if len(clusters) > 1:
                self._collision(clusters, table)
        copies = _copies(readings)
        for file, original in copies.items():
            self.findings.append(Finding("duplicate-copy", file, parameters={"others": original}))
        ordered = {key: self.records[key] for key in self.spec.tables if key in self.records}
        return Ledger(ordered, self.conflicts, self.findings, self.rows, self.duplicates, copies)

    def _merge(self, key: Key, cluster: Sequence[Claim], table: Table, *, collided: bool) -> None:
        versions = _versions(cluster, table)
        self.duplicates += len(cluster) - len(versions)
        shown = max(versions, key=lambda claim: claim.modified)
        row_key = _row_key(key, identity_of(shown, table) if collided else ())
        self._add(row_key, shown, cluster, table)
        if len(versions) > 1:
            self._conflict(row_key, versions, table, shown.customer)

    def _add(self, row_key: str, shown: Claim, cluster: Sequence[Claim], table: Table) -> None:
        record = shown.record
        sources = [_source(record)]
        if len(cluster) > 1:
            sources = list(dict.fromkeys([*sources, *(_source(each.record) for each in cluster)]))
        self.records[table.key].append(
            LedgerRecord(
                row_key,
                table.key,
                record.values,
                tuple(sources),
                shown.customer,
                record.raw,
                record.extras,
                owner=_owner(record, table, self.spec),
                marks=(REMOVED,) if all(claim.removed for claim in cluster) else (),
            )
        )

    def _conflict(
        self, row_key: str, versions: Sequence[Claim], table: Table, customer: str | None
    ) -> None:
        """Note every field on which the versions differ, and the record at each of its places."""
        first = versions[0].record
        fields = dict.fromkeys(
            name for other in versions[1:] for name in disagreements(first, other.record, table)
        )
        text = table.name_of(first.values) or ""
        for name in fields:
            distinct: dict[object, Record] = {}
            for claim in versions:
                distinct.setdefault(comparable(claim.record, table, name), claim.record)
            sides = tuple((_said(each, name), str(_source(each))) for each in distinct.values())
            self.conflicts.append(Conflict(table.key, row_key, text, customer, name, sides))
        place = table.id if table.id in first.values else next(iter(fields))
        self._tell("edit-conflict", [claim.record for claim in versions], table, place or "")

    def _collision(self, clusters: Sequence[Sequence[Claim]], table: Table) -> None:
        records = [cluster[0].record for cluster in clusters]
        self._tell("id-collision", records, table, table.id or "")

    def _tell(self, code: str, records: Sequence[Record], table: Table, key: str) -> None:
        """Note a finding at each of several records that names the places of the others."""
        each = table.by_key.get(key)
        for record in records:
            others = [_place(other, key) for other in records if other is not record]
            value = record.values.get(key)
            self.findings.append(
                Finding(
                    code,
                    record.block.file,
                    record.block.sheet,
                    record.cell(key),
                    table.key,
                    key if each else None,
                    table.name_of(record.values),
                    each.type.text(value) if each and value is not None else None,
                    None,
                    {
                        "label": each.labels if each else key,
                        "others": "、".join(others[:_OTHERS]) + ("…" if others[_OTHERS:] else ""),
                    },
                )
            )


def _clusters(claims: Sequence[Claim], table: Table) -> list[list[Claim]]:
    """Return the claims of one key, apart where they are of different records."""
    clusters: list[list[Claim]] = []
    for claim in claims:
        for cluster in clusters:
            if not differs(claim, cluster[0], table):
                cluster.append(claim)
                break
        else:
            clusters.append([claim])
    return clusters


def _present(cluster: list[Claim]) -> list[Claim]:
    """Return the claims of files that are there; of a record that only files gone had, theirs."""
    return [claim for claim in cluster if not claim.removed] or cluster


def _versions(cluster: Sequence[Claim], table: Table) -> list[Claim]:
    """Return the first claim of each distinct version, in path order."""
    versions: list[Claim] = []
    for claim in cluster:
        if not any(same_values(claim.record, other.record, table) for other in versions):
            versions.append(claim)
    return versions


def _owner(record: Record, table: Table, spec: Spec) -> str:
    """Return who is responsible: the owner named, else the member whose file it is, else whose
    folder or file it is by its name."""
    named = record.values.get(table.owner or "")
    if isinstance(named, str):
        return named
    member = spec.member_of(record.block.file) if spec.members else None
    if member:
        return member
    path = PurePosixPath(record.block.file)
    return path.parent.name or path.stem


def _source(record: Record) -> Source:
    return Source(record.block.file, record.block.sheet, record.line)


def _said(record: Record, key: str) -> Value | None:
    parts = (record.values, record.raw, record.extras)
    return next((part[key] for part in parts if key in part), None)


def _place(record: Record, key: str) -> str:
    cell = record.cell(key)
    return f"{record.block.file} · {record.block.sheet}" + (f" · {cell}" if cell else "")


def _row_key(key: Key, identity: Key) -> str:
    """Return a short stable key of a record; of records that share an id, by what sets it apart."""
    text = _AS_JSON([*key, *identity])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _copies(readings: Iterable[FileReading]) -> Mapping[str, str]:
    """Return for each file that repeats another's bytes that other's path.

    The file whose name is not one that programs give to copies is taken for the original.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for reading in readings:
        if not (reading.removed or reading.rejected) and reading.sha256:
            alike[reading.sha256].append(reading.file)
    copies = {}
    for files in alike.values():
        original = min(files, key=lambda file: (bool(_COPY_NAME.search(file)), file))
        copies.update({file: original for file in files if file != original})
    return copies
