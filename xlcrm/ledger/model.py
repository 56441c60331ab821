"""What a ledger is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xlcrm.findings import Finding
from xlcrm.records import LedgerRecord, Record, Value

KeyPart = object
Key = tuple[KeyPart, ...]


class Claim(NamedTuple):
    """What one file says of one record: the record, its key, its customer, when it was saved."""

    record: Record
    key: Key
    customer: str | None
    modified: str
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field on which a record's sources disagree.

    ``record`` is the id of the ledger record, ``record_text`` what people know it by; ``versions``
    are (value, source) in path order, one a distinct value; ``decided`` is None while open.
    """

    table: str
    record: str
    record_text: str
    customer: str | None
    field: str | None
    versions: tuple[tuple[Value | None, str], ...]
    decided: str | None = None


@dataclass(slots=True)
class RowCounts:
    """What became of a file's rows. ``seen`` is always ``merged`` + ``rejected``."""

    seen: int = 0
    merged: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Ledger:
    """All records of a folder, each once.

    ``records`` come by table key in source order; ``rows`` counts each file's rows; ``duplicates``
    is the number of rows that repeated another file's or sheet's; ``copies`` names for each file
    that is an exact copy the file it copies.
    """

    records: Mapping[str, list[LedgerRecord]]
    conflicts: list[Conflict]
    findings: list[Finding]
    rows: Mapping[str, RowCounts]
    duplicates: int = 0
    copies: Mapping[str, str] = field(default_factory=dict)
