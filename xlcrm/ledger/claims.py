"""Claims: each file's records with the keys by which the ledger knows them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from json.encoder import encode_basestring
from typing import NamedTuple

from xlcrm.customers import CustomerBase
from xlcrm.ledger.said import meaning, said
from xlcrm.records import FileReading, Record
from xlcrm.spec.model import CUSTOMER, Spec, Table
from xlcrm.text import fold

KeyPart = object
Key = tuple[KeyPart, ...]

_AS_JSON = json.JSONEncoder(ensure_ascii=False, default=str).encode
_COUNTED = 20  # records of one key in one workbook, at most, that a master alone tells apart


class Claim(NamedTuple):
    """What one file says of one record: the record, its key, its customer, when it was saved."""

    record: Record
    key: Key
    customer: str | None
    modified: str
    removed: bool = False


def claims_of(reading: FileReading, spec: Spec, base: CustomerBase) -> Iterator[Claim | Record]:
    """Yield a claim a record, and as it is a record that has neither its id nor its natural key.

    Records of one workbook whose keys are equal get an ordinal, in sheet, then row order; a form
    that repeats another sheet's record in every value is the same record. Of a file that has left,
    and of which a master alone still tells, the rows there have their ordinals.
    """
    first: dict[Key, list[Record]] = {}
    stood = iter(reading.stood)
    modified, removed = reading.modified, reading.removed
    for block in reading.blocks:
        table, file = spec.tables[block.table], block.block.file
        for record in block:
            customer = base.resolve(record.values, file)
            key = record_key(record, table, customer)
            row = next(stood, "")
            if key is None:
                yield record
                continue
            known = first.get(key)
            if known is None:
                first[key], repeated = [record], 0
            else:
                alike = (n for n, other in enumerate(known) if record.copies(other))
                repeated = next(alike, len(known))
                if repeated == len(known):
                    known.append(record)
            if row:
                repeated = ordinal_of(row, key) or repeated
            yield Claim(record, (*key, repeated), customer, modified, removed)


def row_key(key: Key, apart: Key = ()) -> str:
    """Return a short stable key of a record; of records that share an id, by what sets it apart."""
    # As JSON: nearly all are texts and counts.
    parts = [
        encode_basestring(part)
        if isinstance(part, str)
        else str(part)
        if part.__class__ is int
        else _AS_JSON(part)
        for part in (*key, *apart)
    ]
    text = f"[{', '.join(parts)}]"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def ordinal_of(row: str, key: Key) -> int | None:
    """Return which of the records of one key in a workbook the row of this row key has; None where
    it is another's, or too far down."""
    return next((n for n in range(_COUNTED) if row_key((*key, n)) == row), None)


def record_key(record: Record, table: Table, customer: str | None) -> Key | None:
    """Return (table, "id", id), else (table, "natural", ...); None where a record has neither."""
    if table.id and table.id in record.values:
        return (table.key, "id", str(record.values[table.id]))
    return natural_key(record, table, customer)


def natural_key(record: Record, table: Table, customer: str | None) -> Key | None:
    """Return (table, "natural", ...), whatever its id; None where a record has nothing of it."""
    parts = [_part(record, table, name, customer) for name in table.natural_key]
    if all(part is None for part in parts):
        return None
    return (table.key, "natural", *parts)


def _part(record: Record, table: Table, name: str, customer: str | None) -> object:
    """Return a value as keys compare it; one that was not understood as it was written."""
    if name == CUSTOMER:
        return customer
    if name in record.values:
        return table.by_key[name].type.compare_key(record.values[name])
    return fold(record.raw[name]) if name in record.raw else None


def differs(one: Claim, other: Claim, table: Table) -> bool:
    """Whether two claims with one id are of different records: all of an identity group differs."""
    return any(
        all(_different(one, other, table, name) for name in group) for group in table.identity
    )


def identity_of(claim: Claim, table: Table) -> Key:
    """Return what sets a claim apart from other records with its id."""
    names = [name for group in table.identity for name in group]
    return tuple(_part(claim.record, table, name, claim.customer) for name in names)


def _different(one: Claim, other: Claim, table: Table, name: str) -> bool:
    parts = [_part(claim.record, table, name, claim.customer) for claim in (one, other)]
    return None not in parts and parts[0] != parts[1]


def same_values(one: Record, other: Record, table: Table) -> bool:
    """Whether two records say the same."""
    return not any(disagreements(one, other, table))


def versions_in(claims: Sequence[Claim], table: Table) -> int:
    """Return how many distinct versions there are among claims."""
    versions: list[Record] = []
    for claim in claims:
        if not any(same_values(claim.record, other, table) for other in versions):
            versions.append(claim.record)
    return len(versions)


def is_said(claim: Claim, others: Sequence[Claim], table: Table) -> bool:
    """Whether any of other claims says the same."""
    return any(same_values(claim.record, other.record, table) for other in others)


def disagreements(one: Record, other: Record, table: Table) -> Iterator[str]:
    """Yield the keys of fields, and the labels of extra columns, on which two records differ."""
    for key in _keys(one, other):
        if meaning(said(one, key), table, key) != meaning(said(other, key), table, key):
            yield key


def _keys(*records: Record) -> Iterable[str]:
    return dict.fromkeys(
        key
        for record in records
        for part in (record.values, record.raw, record.extras)
        for key in part
    )
