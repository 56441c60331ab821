"""Customers: those of the customer base, and those that are only talked to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from xlcrm.facts.lines import History, Line, day_of
from xlcrm.facts.model import Customer
from xlcrm.facts.sources import CUSTOMERS, TAGGED
from xlcrm.spec.types.choices import bare


def customers(history: History) -> list[Customer]:
    """Return each customer once: base rows in their order, then the others as they are first named.

    Where several base rows are of one customer, a field is taken from the first that has it.
    """
    base: dict[str, list[Line]] = defaultdict(list)
    for line in history.of_tables((CUSTOMERS,))[CUSTOMERS]:
        if line.customer:
            base[line.customer].append(line)
    others: dict[str, list[int]] = defaultdict(list)
    for place, record in enumerate(history.records):
        if record.customer and record.table != CUSTOMERS:
            others[record.customer].append(place)
    keys = dict.fromkeys((*base, *others))
    contacts, tags = _first_contacts(history), _told_tags(history)
    return [
        _customer(
            key, base.get(key, []), others.get(key, ()), contacts.get(key), tags.get(key), history
        )
        for key in keys
    ]


def _first_contacts(history: History) -> dict[str, str]:
    """Return the earliest first contact (ISO) that the other tables tell, by customer."""
    earliest: dict[str, str] = {}
    for place in history.holding("first_contact"):
        record = history.records[place]
        day = day_of(record.values["first_contact"])
        if day and record.customer and record.table != CUSTOMERS:
            earliest[record.customer] = min(day, earliest.get(record.customer, day))
    return earliest


def _told_tags(history: History) -> dict[str, list[str]]:
    """Return the tags that the other tables give to customers, by customer."""
    told: dict[str, list[str]] = {}
    for lines in history.of_tables(TAGGED).values():
        for line in lines:
            if line.customer:
                told.setdefault(line.customer, []).extend(line.texts("tags"))
    return told


def _customer(
    key: str,
    base: list[Line],
    others: Sequence[int],
    told: str | None,
    told_tags: Sequence[str] | None,
    history: History,
) -> Customer:
    values: dict[str, Any] = {}
    for line in reversed(base):
        values.update(line.values)
    value = values.get

    def choice(field: str) -> str | None:
        text = value(field)
        return bare(text) if text else None

    first_contact = day_of(value("first_contact")) or told
    own_tags = (tag for line in base for tag in line.texts("tags"))
    first_dated = min(filter(None, map(history.days.__getitem__, others)), default=None)
    return Customer(
        id=key,
        customer_id=value("customer_id") or _typed_id(key, others, history),
        name=next((name for name in _names(base, others, history) if name), key),
        type=choice("customer_type"),
        stage=choice("need_stage"),
        grade=choice("customer_grade"),
        size=choice("customer_size"),
        industry=value("industry"),
        origin=choice("source"),
        tags=tuple(dict.fromkeys((*own_tags, *(told_tags or ())))),
        owner=next((line.owner for line in base if line.owner), None),
        preferred_channel=choice("preferred_channel"),
        deals=value("deals"),
        first_contact=first_contact,
        there_from=first_contact or first_dated,
        source=tuple(line.id for line in base),
    )


def _names(base: list[Line], others: Sequence[int], history: History) -> Iterator[str | None]:
    """Yield what rows call a customer; the others' are looked at where the base's have no name."""
    for line in base:
        yield line.text("customer_name")
    for place in others:
        yield history.line(place).text("customer_name")


def _typed_id(key: str, others: Sequence[int], history: History) -> str | None:
    """Return the key where it is an id that people wrote, though no base row has it."""
    records = (history.records[place] for place in others)
    return key if any(record.values.get("customer_id") == key for record in records) else None
