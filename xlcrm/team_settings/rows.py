"""Rows of the settings workbook, and findings at their cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xlcrm.findings import Finding, Parameter
from xlcrm.records import FileReading, Record
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.base import Problem
from xlcrm.spec.types.choices import Choice
from xlcrm.values import dataclass


@dataclass(frozen=True)
class Row:
    """A row of one of the workbook's sheets."""

    table: Table
    record: Record

    def text(self, key: str) -> str:
        """Return what stands in a cell, understood; an empty text for none."""
        return str(self.record.values.get(key, ""))

    def value(self, key: str) -> Any:
        """Return a cell's value; None for one that is blank or was not understood."""
        return self.record.values.get(key)

    def means(self, key: str) -> str | None:
        """Return what a choice stands for in the declarations; None where none was made."""
        kind, value = self.table.by_key[key].type, self.record.values.get(key)
        assert isinstance(kind, Choice)
        return kind.vocabulary.group(value) if isinstance(value, str) else None

    def states(self, key: str) -> bool:
        """Whether the sheet has the column and what stands in it, or nothing, was understood."""
        return self.record.cell(key) is not None and key not in self.record.raw

    def cell(self, key: str) -> str:
        """Return the address of a cell, for a message."""
        return self.record.cell(key) or ""

    def finding(
        self, code: str, key: str, *, value: str | None = None, suggestion: str | None = None,
        **words: Parameter,
    ) -> Finding:  # fmt: skip
        """Return a finding at a cell."""
        field, block = self.table.by_key[key], self.record.block
        return Finding(
            code,
            block.file,
            block.sheet,
            self.record.cell(key),
            self.table.key,
            key,
            self.table.name_of(self.record.values),
            self.text(key) if value is None else value,
            suggestion,
            {"label": field.labels, **words},
        )

    def mistake(
        self, key: str, detail: str, others: str = "", suggestion: str | None = None
    ) -> Finding:
        """Return bad-setting at a cell; ``others`` is what it is in the way of."""
        words = {"detail": detail, "others": f" ({others})" if others else ""}
        return self.finding("bad-setting", key, suggestion=suggestion, **words)

    def problem(self, key: str, problem: Problem, **words: Parameter) -> Finding:
        """Return the finding of a problem that reading a part of a cell gave."""
        given = dict(problem.parameters)
        value = str(given.pop("value", self.text(key)))
        found = {**words, **given}
        suggestion = problem.suggestion
        return self.finding(problem.code, key, value=value, suggestion=suggestion, **found)


def rows_of(reading: FileReading, spec: Spec, table: str) -> Iterator[Row]:
    """Yield the rows of a sheet, top to bottom."""
    for record in reading.records:
        if record.table == table:
            yield Row(spec.tables[table], record)
