"""What the last run leaves a merge besides each file's reading: what it settled, and how."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, NamedTuple

from xlcrm.customers import CustomerBase
from xlcrm.ledger.claims import Key
from xlcrm.ledger.lead import Lead, RowId, key_of
from xlcrm.ledger.recovery import Told
from xlcrm.ledger.said import Said, Sign
from xlcrm.records import FileReading, Record
from xlcrm.values import dataclass


class Entry(NamedTuple):
    """A field on which a record's sources differ: what it is settled to be (None: nothing yet),
    and the sign of what each file said then."""

    settled: Said | None
    then: Mapping[str, Sign]


@dataclass(frozen=True)
class History:
    """What earlier runs settled where sources differ; what no entry names they agreed on.

    ``entries`` come by record, then by field. ``apart`` tells of records that share a key which
    file's claim is whose; ``same`` leads from keys to those by which their records are known.
    """

    entries: Mapping[RowId, Mapping[str, Entry]] = field(default_factory=dict)
    apart: Mapping[Key, Mapping[str, RowId]] = field(default_factory=dict)
    same: Mapping[Key, Key] = field(default_factory=dict)

    def to_state(self) -> dict[str, Any]:
        """Return plain JSON data; ``from_state`` is its inverse."""
        return {
            "entries": self.entries,
            "apart": [[key, files] for key, files in self.apart.items()],
            "same": [[key, other] for key, other in self.same.items()],
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> History:
        entries = {
            row: {key: Entry(Said(*was) if was else None, then) for key, (was, then) in by.items()}
            for row, by in state["entries"].items()
        }
        apart = {key_of(key): files for key, files in state["apart"]}
        return cls(entries, apart, {key_of(key): key_of(other) for key, other in state["same"]})

    def renamed(self, files: Mapping[str, str]) -> History:
        """Return the same of files under their new names."""
        if not files:
            return self
        entries = {
            row: {key: Entry(was, _renamed(then, files)) for key, (was, then) in by.items()}
            for row, by in self.entries.items()
        }
        apart = {key: _renamed(known, files) for key, known in self.apart.items()}
        return History(entries, apart, self.same)


def _renamed(named: Mapping[str, str], files: Mapping[str, str]) -> dict[str, str]:
    return {files.get(file, file): each for file, each in named.items()}


@dataclass(frozen=True)
class Before:
    """All that a merge may know of the last run.

    ``files`` are those that it read, by their names of today; ``old`` is what they said of which
    something may have changed since: all others say what they said. ``base`` are the customers that
    were known then, None where they are the same today. Without a state ``files`` is
    None, and ``rows`` are the records of the master by their row keys; as long as nobody knows what
    the lead has typed into them, ``told`` is all that counts of what removed files said. ``apart``
    are the signs of versions that the last run kept as records of their own, by row and field.
    """

    files: Collection[str] | None = None
    old: Mapping[str, FileReading] = field(default_factory=dict)
    history: History = field(default_factory=History)
    lead: Lead = field(default_factory=Lead)
    base: CustomerBase | None = None
    rows: Mapping[RowId, Record] = field(default_factory=dict)
    told: Told | None = None
    apart: Mapping[RowId, Mapping[str, Collection[Sign]]] = field(default_factory=dict)

    @cached_property
    def concerned(self) -> frozenset[RowId]:
        """The records of which anything but their claims is known."""
        return frozenset(self.history.entries).union(self.lead.rows_named, self.apart)
