"""Which checks a table asks for, looked up once for all of its records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from xlcrm.spec.model import Spec, Table

Arguments = Mapping[str, Any]
_Check = TypeVar("_Check")


def checks_of(table: Table, checks: Mapping[str, _Check]) -> list[tuple[_Check, Arguments]]:
    """Return those of ``checks``, by rule name, that a table's rules name, with their arguments."""
    return [(checks[rule.name], rule.arguments) for rule in table.rules if rule.name in checks]


def checks_by_table(
    spec: Spec, checks: Mapping[str, _Check]
) -> dict[str, list[tuple[_Check, Arguments]]]:
    """Return the same by table key."""
    return {key: checks_of(table, checks) for key, table in spec.tables.items()}
