"""What is kept apart: confidential records, and the names of customers who are confidential.

A record is, where its own level says so or what it says there can't be understood. A customer is,
where the row of the customer base is; of such a customer the id alone is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from xlcrm.customers import ID, NAME
from xlcrm.records import LedgerRecord, Value, Values
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.choices import Choice
from xlcrm.spec.types.texts import CUSTOMERS
from xlcrm.spec.vocabulary import Vocabulary


@dataclass(frozen=True)
class Public:
    """What is told of a ledger: its records without the confidential ones (``withheld``), and each
    confidential customer by id. ``names`` are the names of these with what is told instead,
    ``whole`` by id the records as they were before one was replaced in them."""

    records: list[LedgerRecord]
    withheld: list[LedgerRecord]
    names: Mapping[str, str] = field(default_factory=dict)
    whole: Mapping[str, LedgerRecord] = field(default_factory=dict)

    def told(self, text: str) -> str:
        """Return a text in which confidential customers are called by their ids."""
        return _Renamer(self.names).text(text)


def public(
    records: Iterable[LedgerRecord], disputed: Iterable[tuple[str, str | None]], spec: Spec
) -> Public:
    """Return what may be told of records; ``disputed`` are (record id, field) on which sources do
    not agree: a record that may be confidential is taken for it."""
    every = list(records)
    told: dict[bool, list[LedgerRecord]] = {True: [], False: []}
    lists = {key: _levels(table) for key, table in spec.tables.items()}
    of_level = {key for each in lists.values() for key in each}
    doubtful = {record for record, key in disputed if key in of_level}
    for each in every:
        told[each.id in doubtful or _is_withheld(each, lists[each.table])].append(each)
    base = spec.with_role(CUSTOMERS)
    rows = {r.customer: r for r in told[True] if base and r.table == base.key and r.customer}
    ids = {key: str(row.values.get(ID, row.id)) for key, row in rows.items()}
    names = {
        str(each.values[NAME]): ids[each.customer]
        for each in every
        if each.customer in ids and NAME in each.values
    }
    renamer = _Renamer(names)
    shown = [renamer.record(each, ids) for each in told[False]]
    whole = {each.id: each for each in told[False]} if names else {}
    return Public(shown, told[True], names, whole)


def _levels(table: Table) -> Mapping[str, Vocabulary]:
    """Return the lists of a table's fields that say how confidential a record is, by field; of
    fields that the team has dropped, by their label too."""
    found = {}
    for each in table.with_dropped.fields:
        kind = each.type
        if isinstance(kind, Choice) and any(c.withheld for c in kind.vocabulary.choices):
            found[each.key] = found[each.labels["zh"]] = kind.vocabulary
    return found


def _is_withheld(record: LedgerRecord, levels: Mapping[str, Vocabulary]) -> bool:
    """Whether a record is confidential."""
    for key, vocabulary in levels.items():
        said = record.values.get(key) or record.raw.get(key) or record.extras.get(key)
        if said:
            choice = vocabulary.find(str(said))
            if choice is None or choice.withheld:
                return True
    return False


class _Renamer:
    """Puts ids in the place of names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = {name.casefold(): known for name, known in names.items()}
        longest = sorted(names, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, longest)) or "(?!)", re.IGNORECASE)

    def text(self, text: str) -> str:
        return self.pattern.sub(lambda match: self.names[match.group().casefold()], text)

    def record(self, record: LedgerRecord, ids: Mapping[str, str]) -> LedgerRecord:
        """Return a record with the ids of confidential customers; the same where it names none."""
        if not self.names:
            return record
        values: Values = {key: self._value(value) for key, value in record.values.items()}
        own = ids.get(record.customer or "")
        if own and NAME in values:
            values[NAME] = own
        raw = {key: self.text(text) for key, text in record.raw.items()}
        extras = {key: self.text(text) for key, text in record.extras.items()}
        return replace(
            record, values=values, raw=raw, extras=extras, customer=own or record.customer
        )

    def _value(self, value: Value) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self._value(each) for each in value]
        if isinstance(value, dict):
            return {key: self._value(each) for key, each in value.items()}
        return value
