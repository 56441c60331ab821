"""Makes a finding of a record's field."""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.findings import Finding, Parameter
from xlcrm.records import Record
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.actions import Actions
from xlcrm.spec.types.choices import Choice, bare


def field_finding(
    code: str,
    record: Record,
    table: Table,
    field: Field,
    *,
    slot: str | None = None,
    beside: str | None = None,
    value: str | None = None,
    suggestion: str | None = None,
    **words: Parameter,
) -> Finding:
    """Return a finding at a field's cell (or at the cell of ``slot``, a part of it).

    Where the sheet has no such cell it stands at that of ``beside``, a field that asks for this
    one, or of the field whose words filled it.
    """
    if value is None and field.key in record.values:
        value = field.type.text(record.values[field.key])
    return Finding(
        code,
        record.block.file,
        record.block.sheet,
        next(filter(None, map(record.cell, _places(table, field, slot, beside))), None),
        table.key,
        field.key,
        table.name_of(record.values),
        value,
        suggestion,
        {"label": _label(field, slot), **words},
    )


def _places(table: Table, field: Field, slot: str | None, beside: str | None) -> Iterator[str]:
    yield from (each for each in (slot, field.key, beside) if each)
    for each in table.fields:
        if field.key in each.options.get("words_into", {}).values():
            yield each.key


def group_of(field: Field, value: str) -> str:
    """Return the class that a choice of ``field`` belongs to, whatever is remarked on it."""
    assert isinstance(field.type, Choice)
    return field.type.vocabulary.group(bare(value))


def is_blank(record: Record, key: str) -> bool:
    """Whether a field was left blank: a value that was not understood is none, but not blank."""
    return key not in record.values and key not in record.raw


def _label(field: Field, slot: str | None) -> Parameter:
    """Return a field's label; of a part of an action row that part's."""
    part = (slot or "").rpartition(".")[2]
    if isinstance(field.type, Actions):
        for column in field.type.columns:
            if column["key"] == part:
                return {language: column[language] for language in field.labels}
    return field.labels
