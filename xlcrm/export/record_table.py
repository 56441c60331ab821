"""A declared table's records as rows, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from xlcrm.export.columns import Cell, Column, Face, TableData, columns_of, face_of, whole
from xlcrm.records import LedgerRecord, Source, Value, Values
from xlcrm.spec.model import Field, Table

KEY, POSITION = "_key", "_position"
# What stands beside the fields: the record's key; the resolved customer; whoever answers for it;
# the gravest severity among its findings; what sets it apart (changed, added by the lead; source
# removed); the lead's note; its place in the ledger; the text of what was not understood, by field;
# of columns that the table does not have, by label; and values that the columns can't hold.
OWN = (
    Column(KEY, "text"),
    Column("_customer", "text"),
    Column("_owner", "text"),
    Column("_worst", "text"),
    Column("_marks", "list"),
    Column("_note", "text"),
    Column(POSITION, "integer"),
    Column("_unread", "json"),
    Column("_extras", "json"),
    Column("_exact", "json"),
)


class RecordTable:
    """The columns of a declared table, between which and its records it translates."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.fields: tuple[Field, ...] = tuple(each for each in table.fields if each.is_input)
        self.columns = columns_of(self.fields, OWN)

    def data(self, rows: Sequence[Sequence[Cell]] = ()) -> TableData:
        """Return the table, with these rows."""
        return TableData(self.table.key, self.columns, (KEY,), rows, self._month)

    @property
    def _month(self) -> str | None:
        """The column of the day by whose month the records are parted; None where none has one."""
        dated = (c for c in self.columns if c.field and c.field == self.table.date)
        return next((c.name for c in dated if c.kind in ("date", "datetime")), None)

    @cached_property
    def _faces(self) -> Mapping[str, tuple[slice, Face]]:
        """Which columns hold a field, and how, by its key."""
        found, start = {}, 1
        for each in self.fields:
            face = face_of(each.type)
            end = start + len(face.kinds)
            found[each.key] = slice(start, end), face
            start = end
        return found

    def row(self, record: LedgerRecord, position: int, note: str | None) -> tuple[Cell, ...]:
        """Return a record as a row; ``position`` is its place in the ledger."""
        cells: list[Cell] = [None] * (len(self.columns) - len(OWN) + 1)
        cells[0] = record.id
        exact = {}
        for key, value in record.values.items():
            stored = self._stored(key, value)
            if stored:
                cells[self._faces[key][0]] = stored
            if not stored or not _same(self.value(key, stored), value):
                exact[key] = value
        said = (record.customer, record.owner, record.worst)
        cells += (whole(each) if each else None for each in said)
        cells += (list(record.marks) or None, whole(note) if note else None, position)
        return (*cells, record.raw or None, record.extras or None, exact or None)

    def _stored(self, key: str, value: Value) -> tuple[Cell, ...]:
        """Return a value's cells, as near as its columns come to it; none where they can't."""
        if key not in self._faces:
            return ()
        try:
            return self._faces[key][1].store(value)
        except (TypeError, ValueError, AttributeError, OverflowError):
            return ()  # a value of another type than the field has by now

    def cells(self, key: str) -> Sequence[Column]:
        """Return the columns of a field; none where the table does not have it."""
        return self.columns[self._faces[key][0]] if key in self._faces else ()

    def value(self, key: str, cells: Sequence[Any]) -> Value | None:
        """Return what the cells of a field say; None where they are blank."""
        if cells.count(None) == len(cells):
            return None
        return self._faces[key][1].load(*cells)

    def record(
        self, row: Sequence[Any], sources: tuple[Source, ...]
    ) -> tuple[int, LedgerRecord, str | None]:
        """Return a row's place in the ledger, its record, and the lead's note."""
        said = ((key, self.value(key, row[cells])) for key, (cells, _) in self._faces.items())
        values: Values = {key: value for key, value in said if value is not None}
        customer, owner, worst, marks, note, position, raw, extras, exact = row[1 - len(OWN) :]
        record = LedgerRecord(
            row[0],
            self.table.key,
            values | (exact or {}),
            sources,
            customer,
            raw or {},
            extras or {},
            owner or "",
            worst,
            tuple(marks or ()),
        )
        return position, record, note


def _same(one: Value | None, other: Value) -> bool:
    """Whether two values are equal and of one type."""
    return type(one) is type(other) and one == other
