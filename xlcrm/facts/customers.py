"""Customers: those of the customer base, and those that are only talked to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from xlcrm.facts.lines import Line, Mentions, Told, day_of, texts_in
from xlcrm.facts.model import Customer
from xlcrm.facts.sources import CUSTOMERS, TAGGED
from xlcrm.spec.types.choices import bare


def customers(history: Told) -> list[Customer]:
    """Return each customer once: base rows in their order, then the others as they are first named.

    Where several base rows are of one customer, a field is taken from the first that has it.
    """
    base: dict[str, list[Line]] = defaultdict(list)
    for line in history.of_tables((CUSTOMERS,))[CUSTOMERS]:
        if line.customer:
            base[line.customer].append(line)
    others = history.mentioned(CUSTOMERS)
    keys = dict.fromkeys((*base, *others))
    contacts, tags = _first_contacts(history), _told_tags(history)
    return [
        _customer(key, base.get(key, []), others.get(key), contacts.get(key), tags.get(key, ()))
        for key in keys
    ]


def _first_contacts(history: Told) -> dict[str, str]:
    """Return the earliest first contact (ISO) that the other tables tell, by customer."""
    earliest: dict[str, str] = {}
    others = history.spec.tables.keys() - {CUSTOMERS}
    for customer, _, value in history.said("first_contact", others):
        day = day_of(value)
        if day and customer:
            earliest[customer] = min(day, earliest.get(customer, day))
    return earliest


def _told_tags(history: Told) -> dict[str, dict[str, None]]:
    """Return the tags that the other tables give to customers, by customer, each once."""
    told: dict[str, dict[str, None]] = {}
    for customer, _, value in history.said("tags", TAGGED):
        if customer:
            told.setdefault(customer, {}).update(dict.fromkeys(texts_in(value)))
    return told


def _customer(
    key: str,
    base: list[Line],
    others: Mentions | None,
    told: str | None,
    told_tags: Iterable[str],
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
    names = (line.text("customer_name") for line in base)
    return Customer(
        id=key,
        customer_id=value("customer_id") or (key if others and others.is_typed_id else None),
        name=next(filter(None, names), None) or (others and others.name) or key,
        type=choice("customer_type"),
        stage=choice("need_stage"),
        grade=choice("customer_grade"),
        size=choice("customer_size"),
        industry=value("industry"),
        origin=choice("source"),
        tags=tuple(dict.fromkeys((*own_tags, *told_tags))),
        owner=next((line.owner for line in base if line.owner), None),
        preferred_channel=choice("preferred_channel"),
        deals=value("deals"),
        first_contact=first_contact,
        there_from=first_contact or (others.first_dated if others else None),
        source=tuple(line.id for line in base),
    )
