"""Ids for records that have none, or another's: the next free ones of their owner's range."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlcrm.findings import Finding
from xlcrm.pipeline.renumbering import SHARED, Place, place_of, to_renumber
from xlcrm.records import Record
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.codes import Id

_LACKING = frozenset({"id-missing", "required-missing", "bad-id"})


class FreeIds:
    """The ids that no record of a run has, offered once each."""

    def __init__(self, records: Sequence[Record], findings: Sequence[Finding], spec: Spec) -> None:
        self.spec = spec
        self._renumbered = to_renumber(findings, records, spec)
        self._given: dict[Place, str | None] = {}
        self._used: dict[str, set[str]] = defaultdict(set)
        self._last: dict[tuple[str, str, str], int] = {}
        for record in records:
            key = spec.tables[record.table].id
            if key and key in record.values:
                self._used[record.table].add(str(record.values[key]))

    def proposed(self, findings: Sequence[Finding], own: Sequence[Record]) -> Iterator[Finding]:
        """Yield the findings of a file, with a free id where one is missing, can't be read, or is
        another record's too.

        It is the next one in its owner's range, else after those of the file, whose records are
        ``own``.
        """
        for each in findings:
            table, place = self.spec.tables.get(each.table or ""), place_of(each)
            if table and each.field == table.id and self._asks(each):
                if place not in self._given:
                    self._given[place] = self._free(each, table, own)
                yield replace(each, suggestion=self._given[place])
            else:
                yield each

    def _asks(self, finding: Finding) -> bool:
        is_shared = finding.code in SHARED and place_of(finding) in self._renumbered
        return finding.code in _LACKING or is_shared

    def _free(self, finding: Finding, table: Table, own: Sequence[Record]) -> str | None:
        used, meant = self._used[table.key], finding.suggestion
        kind = table.by_key[table.id or ""].type
        if not isinstance(kind, Id):  # a name that tells rows apart
            return meant
        if meant is None or meant in used:
            month = self._month(finding, table, own) if kind.pattern else ""
            if month is None:
                return meant
            meant = self._next(kind, month, finding.file, table, own)
        if meant is not None:
            used.add(meant)
        return meant

    def _next(
        self, kind: Id, month: str, file: str, table: Table, own: Sequence[Record]
    ) -> str | None:
        """Return the next free id; None where the range has none left."""
        first, last = self.spec.numbers_of(file)
        number = self._last.get((file, table.key, month))
        if number is None:
            texts = (str(r.values.get(table.id or "", "")) for r in own if r.table == table.key)
            found = (kind.number(text, month) for text in texts)
            own_numbers = (n for n in found if n is not None and first <= n <= last)
            number = max(own_numbers, default=first - 1)
        number += 1
        while (text := kind.numbered(number, month)) in self._used[table.key]:
            number += 1
        self._last[file, table.key, month] = number
        return text if number <= last else None

    def _month(self, finding: Finding, table: Table, own: Sequence[Record]) -> str | None:
        """Return the month in which a record without an id took place; None where none is told."""
        key = table.date or ""
        records = (r for r in own if r.block.sheet == finding.sheet and r.table == table.key)
        found = (r for r in records if r.cell(finding.field or "") == finding.cell)
        day = next((r.values.get(key) for r in found), None)
        return day[:7].replace("-", "") if isinstance(day, str) else None
