"""What a ledger is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, NamedTuple

from xlcrm.findings import Finding
from xlcrm.ledger.history import History
from xlcrm.ledger.lead import Lead, Ruling
from xlcrm.ledger.said import Said, Sign
from xlcrm.records import LedgerRecord, Record, Value
from xlcrm.values import dataclass


class Version(NamedTuple):
    """What is said of a field, and where, by whom and when; ``lead`` says it is the lead's word."""

    said: Said
    source: str
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field on which a record's sources disagree, or the record as a whole (``field`` is blank).

    ``record`` is the id of the ledger record, ``record_text`` what people know it by; ``said`` are
    its versions in path order, one a distinct value; ``sides`` the sign of what each file says,
    ``saved`` tells when each was.
    ``choice`` is the decision (``take`` with ``taken`` counting from 1, ``both``, ``apart``, or
    ``own`` with ``own`` its value), None while open; ``ruling`` is what the lead has said of it, be
    it in force or not; ``typed`` what stands in the two cells of a
    decision that is not understood.
    """

    table: str
    record: str
    record_text: str
    customer: str | None
    field: str
    said: tuple[Version, ...]
    sides: Mapping[str, Sign]
    choice: str | None = None
    taken: int = 0
    own: Value | None = None
    ruling: Ruling | None = None
    typed: tuple[str, str] = ("", "")
    saved: tuple[tuple[str, str], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.choice is None

    @property
    def versions(self) -> tuple[tuple[Value | None, str], ...]:
        """(value, source) of each version, as people are shown it."""
        return tuple((each.said.shown, each.source) for each in self.said)

    @property
    def data(self) -> dict[str, Any]:
        """What a decision on it has to know, as JSON data."""
        return {
            "table": self.table,
            "versions": [[each.said, each.lead] for each in self.said],
            "sides": self.sides,
            "saved": dict(self.saved),
            "ruling": self.ruling,
        }


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
    that is an exact copy the file it copies; ``withdrawn`` names for each file the records that it
    does not have any more. ``history`` and ``lead`` are what the next merge has to know; ``edited``
    tells of records whose cells the lead has typed over what stood there, by record and field;
    ``owners`` of who is behind a file; ``recovered`` tells, where nothing is known of the last run,
    of what removed files said as the master has it how it is known by now: None where a file that
    is there says the same.
    """

    records: Mapping[str, list[LedgerRecord]]
    conflicts: list[Conflict]
    findings: list[Finding]
    rows: Mapping[str, RowCounts]
    history: History
    lead: Lead
    duplicates: int = 0
    copies: Mapping[str, str] = field(default_factory=dict)
    withdrawn: Mapping[str, Sequence[str]] = field(default_factory=dict)
    edited: Mapping[str, Mapping[str, Said]] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    recovered: Sequence[tuple[Record, Record | None]] = ()

    @property
    def added(self) -> frozenset[str]:
        """The rows that the lead alone has."""
        rows = self.lead.added.keys()
        records = (each for records in self.records.values() for each in records if rows)
        return frozenset(each.id for each in records if each.id in rows and len(each.sources) == 1)

    @property
    def open_conflicts(self) -> int:
        """The number of records, not fields, that wait for a decision."""
        return len({each.record for each in self.conflicts if each.is_open})
