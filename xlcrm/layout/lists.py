"""A list: a line above, a hidden row of marks, a header of labels, a record a row right below."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property

from xlcrm.spec.model import Field, Table
from xlcrm.values import dataclass

ROWS = 5_000  # rows below the header that carry formats and rules
DISPLAY_ROWS = 300  # those of them that have the formulas of display columns
LINE_ROW, MARK_ROW, HEADER_ROW, FIRST_ROW = 0, 1, 2, 3


@dataclass(frozen=True)
class ListPlan:
    """The columns of a list, left to right."""

    table: Table
    fields: Sequence[Field]

    @cached_property
    def columns(self) -> dict[str, int]:
        """Zero-based columns by field key."""
        return {field.key: column for column, field in enumerate(self.fields)}

    def slots(self, labels: Sequence[str]) -> dict[str | int, int]:
        """Return the zero-based columns by field key, and by their number those with ``labels``,
        which the table does not have."""
        extras = enumerate(range(len(self.fields), len(self.fields) + len(labels)))
        return dict([*self.columns.items(), *extras])


def list_plan(table: Table, *, core: bool = False, without: Collection[str] = ()) -> ListPlan:
    """Return where the shown fields of a list lie, those apart whose keys are in ``without``.

    A display field stands right of the field that it is declared ``beside``.
    """
    shown = [field for field in table.shown(core=core) if field.key not in without]
    keys = {field.key for field in shown}
    fields: list[Field] = []
    for field in shown:
        if field.options.get("beside") not in keys:
            fields.append(field)
            fields += [each for each in shown if each.options.get("beside") == field.key]
    return ListPlan(table, fields)
