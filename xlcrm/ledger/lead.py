"""What the lead says in the master: values typed or decided, rows added and taken out, notes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import field, replace
from datetime import datetime
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from xlcrm.customers import Related
from xlcrm.ledger.claims import Key
from xlcrm.ledger.said import BLANK, Said, Sign
from xlcrm.records import Block, FileReading, Record, Records
from xlcrm.team_folder import MASTER_FILE, OUTPUT_FOLDER
from xlcrm.values import dataclass

T = TypeVar("T")
LEAD = f"{OUTPUT_FOLDER}/{MASTER_FILE}"  # the source of what the lead has added
WHOLE = ""  # in the place of a field: the record as a whole
TAKE, BOTH, APART, OWN = "take", "both", "apart", "own"  # how a conflict is decided
RowId = str


class Ruling(NamedTuple):
    """What the lead says of a field, for good until one of ``sides`` changes: the sign of what each
    file said then. ``choice`` is how: ``""`` typed over the cell, else a conflict decided: one of
    its versions taken, both kept in one value, or apart as two records, or a value of one's own.
    ``before`` is what stood there (of versions apart: what those say that are not), ``when`` the
    moment the master was saved. ``sides`` are None until the next merge: what the files said in the
    run before."""

    said: Said
    sides: Mapping[str, Sign] | None
    choice: str = ""
    before: Said = BLANK
    when: str = ""

    def is_news(self, file: str, theirs: Sign, mine: Sign) -> bool:
        """Whether a file says neither ``mine``, which is what the lead says, nor what was said when
        the lead spoke."""
        sides = self.sides or {}
        if theirs in (mine, sides.get(file)):
            return False
        return file in sides or theirs not in sides.values()


class Removal(NamedTuple):
    """A record that the lead took out, for good until one of ``sides`` changes: the sign of all
    that each file said of it (None as in ``Ruling``). ``text`` is what people know it by."""

    table: str
    text: str
    customer: str | None
    sides: Mapping[str, Sign] | None
    when: str = ""


class Added(NamedTuple):
    """A row that the lead added, and the key by which it is known."""

    key: Key
    record: Record


class Typed(NamedTuple):
    """A decision that can't be understood: what stands in its two cells."""

    decision: str = ""
    own: str = ""


@dataclass(frozen=True)
class Lead:
    """All that the lead has said, by the keys of the master's rows, then by field; and which
    customers are one."""

    rulings: Mapping[RowId, Mapping[str, Ruling]] = field(default_factory=dict)
    added: Mapping[RowId, Added] = field(default_factory=dict)
    removed: Mapping[RowId, Removal] = field(default_factory=dict)
    notes: Mapping[RowId, str] = field(default_factory=dict)
    unread: Mapping[RowId, Mapping[str, Typed]] = field(default_factory=dict)
    related: tuple[Related, ...] = ()

    @cached_property
    def rows_named(self) -> frozenset[RowId]:
        """The rows of which anything is said."""
        parts = (self.rulings, self.added, self.removed, self.notes, self.unread)
        return frozenset().union(*parts)

    @cached_property
    def apart(self) -> dict[RowId, dict[str, Collection[Sign]]]:
        """The signs of all versions of fields that are kept as records of their own, by row."""
        found: dict[RowId, dict[str, Collection[Sign]]] = {}
        for row, fields in self.rulings.items():
            for name, each in fields.items():
                if each.choice == APART:
                    found.setdefault(row, {})[name] = (each.sides or {}).values()
        return found

    @property
    def reading(self) -> FileReading:
        """The rows that the lead has added, as the reading of a file."""
        records = [each.record for row, each in self.added.items() if row not in self.removed]
        groups = groupby(records, key=attrgetter("block"))
        return FileReading(LEAD, blocks=[Records.of(list(group)) for _, group in groups])

    def renamed(self, files: Mapping[str, str]) -> Lead:
        """Return the same of files under their new names."""
        if not files:
            return self
        rulings = {
            row: {key: _renamed(each, files) for key, each in fields.items()}
            for row, fields in self.rulings.items()
        }
        removed = {row: _renamed(each, files) for row, each in self.removed.items()}
        return replace(self, rulings=rulings, removed=removed)

    def to_state(self) -> dict[str, Any]:
        """Return plain JSON data; ``from_state`` is its inverse."""
        return {
            "rulings": self.rulings,
            "added": {row: added_state(each) for row, each in self.added.items()},
            "removed": self.removed,
            "notes": self.notes,
            "unread": self.unread,
            "related": self.related,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Lead:
        return cls(
            {
                row: {key: ruling_of(each) for key, each in fields.items()}
                for row, fields in state["rulings"].items()
            },
            {row: added_of(each) for row, each in state["added"].items()},
            {row: Removal(*each) for row, each in state["removed"].items()},
            state["notes"],
            {
                row: {key: Typed(*each) for key, each in fields.items()}
                for row, fields in state["unread"].items()
            },
            tuple(Related(*each) for each in state["related"]),
        )


def _renamed(each: Any, files: Mapping[str, str]) -> Any:
    if each.sides is None:
        return each
    return each._replace(sides={files.get(file, file): s for file, s in each.sides.items()})


def ruling_of(state: Any) -> Ruling:
    """Return a ruling that was JSON data."""
    what, sides, choice, before, when = state
    return Ruling(Said(*what), sides, choice, Said(*before), when)


def added_of(state: Any) -> Added:
    """Return an added row that was JSON data."""
    key, record = state
    return Added(key_of(key), _record(record))


def as_told(parse: Callable[[Any], T], data: Any) -> T | None:
    """Return what JSON data says that has been in a master; None where somebody has typed over it.
    ``parse`` makes a ruling, a removal or an added row of it."""
    try:
        made = parse(data)
        if when := getattr(made, "when", ""):
            datetime.fromisoformat(when)
    except (TypeError, ValueError):
        return None
    return made if isinstance(getattr(made, "sides", {}), dict | None) else None


def key_of(parts: Any) -> Any:
    """Return a key as it was before it was JSON data."""
    return tuple(map(key_of, parts)) if isinstance(parts, list) else parts


def added_state(each: Added) -> list[Any]:
    """Return an added row as JSON data."""
    return [each.key, _state(each.record)]


def _state(record: Record) -> list[Any]:
    return [record.table, record.block.sheet, record.values, record.raw, record.extras]


def _record(state: Any) -> Record:
    table, sheet, values, raw, extras = state
    return Record(Block(LEAD, sheet, table), -1, values, raw, extras)
