"""A list: a hidden row of marks, a header row of labels, a record a row right below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from xlcrm.spec.model import Field, Table

ROWS = 5_000  # rows below the header that carry formats and rules
MARK_ROW, HEADER_ROW, FIRST_ROW = 0, 1, 2


@dataclass(frozen=True)
class ListPlan:
    """The columns of a list, left to right."""

    table: Table
    fields: Sequence[Field]

    @cached_property
    def columns(self) -> dict[str, int]:
        """Zero-based columns by field key."""
        return {field.key: column for column, field in enumerate(self.fields)}


def list_plan(table: Table, *, core: bool = False) -> ListPlan:
    """Return where the shown fields of a list lie."""
    return ListPlan(table, table.shown(core=core))
