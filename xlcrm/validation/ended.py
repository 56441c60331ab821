"""Choices that a team no longer uses: good in records of before, wrong from their last day on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlcrm.findings import Finding
from xlcrm.records import Record, Value
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.types.choices import Choice, Many, bare
from xlcrm.validation.make import field_finding

_DAY = len("2024-05-20")


def check_ended(records: Iterable[Record], spec: Spec) -> Iterator[Finding]:
    """Yield not-in-list at choices that had ended by the day of their record.

    A record without a day may be of before.
    """
    ended = {key: dict(_ending(table)) for key, table in spec.tables.items()}
    for record in records:
        table = spec.tables[record.table]
        day = record.values.get(table.date or "")
        if not ended[record.table] or not isinstance(day, str):
            continue
        for key, (field, ends) in ended[record.table].items():
            for word in _words(record.values.get(key)):
                if word in ends and ends[word] <= day[:_DAY]:
                    yield field_finding("not-in-list", record, table, field)
                    break


def _ending(table: Table) -> Iterator[tuple[str, tuple[Field, Mapping[str, str]]]]:
    """Yield the fields of a table in whose lists values have ended, with their last days."""
    for field in table.fields:
        kind = field.type
        vocabulary = kind.vocabulary if isinstance(kind, Choice | Many) else None
        if vocabulary and vocabulary.ends:
            yield field.key, (field, vocabulary.ends)


def _words(value: Value | None) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return [bare(value)] if isinstance(value, str) else []
