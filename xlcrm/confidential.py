"""What is kept apart: confidential records, and the names of customers who are confidential.

A record is, where its own level says so or what it says there can't be understood. A customer is,
where the row of the customer base is; of such a customer the id alone is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from xlcrm.customers import ID, NAME
from xlcrm.leaks import Texts
from xlcrm.records import LedgerRecord, Record, Value, Values
from xlcrm.spec.firms import without_form
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.choices import Choice
from xlcrm.spec.types.texts import CUSTOMERS
from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.values import dataclass

_TELLING = 4  # characters from which a firm is known by its name without its form

Levels = Mapping[str, Vocabulary]


@dataclass(frozen=True)
class Public:
    """What is told of a ledger: its records without the confidential ones (``withheld``), and each
    confidential customer by id. ``names`` are the names of these with what is told instead,
    ``whole`` by id the records as they were before one was replaced in them."""

    records: list[LedgerRecord]
    withheld: list[LedgerRecord]
    names: Texts
    whole: Mapping[str, LedgerRecord] = field(default_factory=dict)

    def told(self, text: str) -> str:
        """Return a text in which confidential customers are called by their ids."""
        return self.names.replaced(text)


def public(
    records: Iterable[LedgerRecord], disputed: Iterable[tuple[str, str | None]], spec: Spec
) -> Public:
    """Return what may be told of records; ``disputed`` are (record id, field) on which sources do
    not agree: a record that may be confidential is taken for it."""
    every, levels = list(records), levels_of(spec)
    told: dict[bool, list[LedgerRecord]] = {True: [], False: []}
    of_level = {key for each in levels.values() for key in each}
    doubtful = {record for record, key in disputed if key in of_level}
    for each in every:
        told[each.id in doubtful or is_withheld(each, levels[each.table])].append(each)
    base = spec.with_role(CUSTOMERS)
    rows = {r.customer: r for r in told[True] if base and r.table == base.key and r.customer}
    ids: dict[str | None, str] = {key: str(row.values.get(ID, row.id)) for key, row in rows.items()}
    named = (each for each in every if each.customer in ids and NAME in each.values)
    names = Texts({name: ids[r.customer] for r in named for name in _names(str(r.values[NAME]))})
    shown = [_renamed(each, names, ids) for each in told[False]] if ids else told[False]
    return Public(shown, told[True], names, {r.id: r for r in told[False]} if ids else {})


def levels_of(spec: Spec) -> Mapping[str, Levels]:
    """Return by table the lists of its fields that say how confidential a record is, by field; of
    fields that the team has dropped, by their label too."""
    return {key: dict(_levels(table)) for key, table in spec.tables.items()}


def _levels(table: Table) -> Iterator[tuple[str, Vocabulary]]:
    for each in table.with_dropped.fields:
        kind = each.type
        if isinstance(kind, Choice) and any(c.withheld for c in kind.vocabulary.choices):
            yield each.key, kind.vocabulary
            yield each.labels["zh"], kind.vocabulary


def is_withheld(record: LedgerRecord | Record, levels: Levels) -> bool:
    """Whether a record is confidential; ``levels`` are those of its table."""
    for key, vocabulary in levels.items():
        said = record.values.get(key) or record.raw.get(key) or record.extras.get(key)
        if said:
            choice = vocabulary.find(str(said))
            if choice is None or choice.withheld:
                return True
    return False


def _names(name: str) -> Iterator[str]:
    """Yield a customer's name, and what people call it without the form of its firm."""
    yield name
    short = name
    while (shorter := without_form(short)) != short:
        short = shorter
    if len(short) >= _TELLING:
        yield short


def _renamed(record: LedgerRecord, names: Texts, ids: Mapping[str | None, str]) -> LedgerRecord:
    """Return a record with the ids of confidential customers."""
    values: Values = {key: _value(value, names) for key, value in record.values.items()}
    own = ids.get(record.customer)
    if own and NAME in values:
        values[NAME] = own
    raw = {key: names.replaced(text) for key, text in record.raw.items()}
    extras = {key: names.replaced(text) for key, text in record.extras.items()}
    return replace(record, values=values, raw=raw, extras=extras, customer=own or record.customer)


def _value(value: Value, names: Texts) -> Any:
    if isinstance(value, str):
        return names.replaced(value)
    if isinstance(value, list):
        return [_value(each, names) for each in value]
    if isinstance(value, dict):
        return {key: _value(each, names) for key, each in value.items()}
    return value
