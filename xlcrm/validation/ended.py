"""Choices that a team no longer uses: good in records of before, wrong from their last day on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlcrm.findings import Finding
from xlcrm.records import Records, Value
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.types.choices import Choice, Many, bare
from xlcrm.validation.make import field_finding
from xlcrm.validation.tables import batches

_DAY = len("2024-05-20")


def check_ended(blocks: Iterable[Records], spec: Spec) -> Iterator[Finding]:
    """Yield not-in-list at choices that had ended by the day of their record.

    A record without a day may be of before.
    """
    ended: dict[str, dict[str, tuple[Field, Mapping[str, str]]]] = {}
    for batch in batches(blocks):
        table = spec.tables[batch.table]
        if table.key not in ended:
            ended[table.key] = dict(_ending(table))
        days = batch.column(table.date or "")
        for name, (field, ends) in ended[table.key].items():
            for n in batch.filled(name):
                day, record = days[n], batch.record(n)
                last = min((ends[w] for w in _words(record.values[name]) if w in ends), default="")
                if last and isinstance(day, str) and last <= day[:_DAY]:
                    yield field_finding("not-in-list", record, table, field)


def _ending(table: Table) -> Iterator[tuple[str, tuple[Field, Mapping[str, str]]]]:
    """Yield the fields of a table in whose lists values have ended, with their last days."""
    for field in table.fields:
        kind = field.type
        vocabulary = kind.vocabulary if isinstance(kind, Choice | Many) else None
        if vocabulary and vocabulary.ends:
            yield field.key, (field, vocabulary.ends)


def _words(value: Value) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value]
    return [bare(value)] if isinstance(value, str) else []
