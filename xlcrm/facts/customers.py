"""Customers: those of the customer base, and those that are only talked to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from xlcrm.facts.lines import Line, choice_of, day_of
from xlcrm.facts.model import Customer
from xlcrm.facts.sources import CUSTOMERS


def customers(lines: Sequence[Line]) -> list[Customer]:
    """Return each customer once: base rows in their order, then the others as they are first named.

    Where several base rows are of one customer, a field is taken from the first that has it.
    """
    base: dict[str, list[Line]] = defaultdict(list)
    others: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.customer:
            (base if line.record.table == CUSTOMERS else others)[line.customer].append(line)
    keys = dict.fromkeys((*base, *others))
    return [_customer(key, base.get(key, []), others.get(key, [])) for key in keys]


def _customer(key: str, base: list[Line], others: list[Line]) -> Customer:
    def value(field: str) -> Any:
        return next((line.values[field] for line in base if field in line.values), None)

    def choice(field: str) -> str | None:
        text = value(field)
        return choice_of(text) if text else None

    names = (line.text("customer_name") for line in (*base, *others))
    first_contact = day_of(value("first_contact")) or _earliest(others, "first_contact")
    first_dated = min((line.day for line in others if line.day), default=None)
    return Customer(
        id=key,
        customer_id=value("customer_id") or _typed_id(key, others),
        name=next((name for name in names if name), key),
        type=choice("customer_type"),
        stage=choice("need_stage"),
        grade=choice("customer_grade"),
        size=choice("customer_size"),
        industry=value("industry"),
        origin=choice("source"),
        tags=tuple(dict.fromkeys(tag for line in base for tag in line.texts("tags"))),
        owner=next((line.owner for line in base if line.owner), None),
        preferred_channel=choice("preferred_channel"),
        deals=value("deals"),
        first_contact=first_contact,
        there_from=first_contact or first_dated,
        source=tuple(line.id for line in base),
    )


def _earliest(lines: list[Line], field: str) -> str | None:
    days = (day_of(line.values.get(field)) for line in lines)
    return min((day for day in days if day), default=None)


def _typed_id(key: str, lines: list[Line]) -> str | None:
    """Return the key where it is an id that people wrote, though no base row has it."""
    return key if any(line.values.get("customer_id") == key for line in lines) else None
