"""What is said of one field of a record, in a form that compares by meaning and outlives a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from xlcrm.records import LedgerRecord, Record, Value
from xlcrm.spec.model import Table
from xlcrm.spec.types.base import ReadContext
from xlcrm.text import fold

Sign = str  # of what is said of a field: equal where it means the same; blank where it is blank
_AS_JSON = json.JSONEncoder(ensure_ascii=False, default=str, sort_keys=True).encode


class Said(NamedTuple):
    """What is said of a field: what was understood, and the text of what was not, or of a column
    that the table does not have."""

    value: Value | None = None
    text: str | None = None

    @property
    def shown(self) -> Value | None:
        """What people are shown of it."""
        return self.text if self.value is None else self.value


BLANK = Said()


def said(record: Record | LedgerRecord, key: str) -> Said:
    """Return what a record says of a field, or of an extra column by its label."""
    return Said(record.values.get(key), record.raw.get(key) or record.extras.get(key) or None)


def put(record: Record, key: str, what: Said, table: Table) -> None:
    """Let a record say something of a field: in its place, by which equal records are equal."""
    texts = record.raw if key in table.by_key else record.extras
    _set(record.values, key, what.value)
    for part in (record.raw, record.extras):
        _set(part, key, what.text or None if part is texts else None)


def _set(part: dict[str, Any], key: str, now: Value | None) -> None:
    if now is None:
        part.pop(key, None)
    else:
        part[key] = now


def with_said(record: Record, words: Mapping[str, Said], table: Table) -> Record:
    """Return a record as it is where something else is said of fields."""
    made = record.copy()
    for key, what in words.items():
        put(made, key, what, table)
    return made


def meaning(what: Said, table: Table, key: str) -> object:
    """Return what is said in a form that compares by meaning; None for nothing."""
    if what.value is not None and key in table.by_key:
        return table.by_key[key].type.compare_key(what.value)
    return fold(what.text) if what.text else None


def as_declared(what: Said, table: Table, key: str) -> Said:
    """Return what was said under other declarations as today's have it: a value that its field does
    not hold as a text that is not understood."""
    each = table.by_key.get(key)
    if what.value is None:
        return what
    if each is None:
        return Said(text=str(what.value))
    try:
        value = each.type.read(each.type.cell(what.value), ReadContext()).value
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError):  # of another type
        value = None
    return Said(text=str(what.value)) if value is None else Said(value)


def sign(what: Said, table: Table, key: str) -> Sign:
    """Return the sign of what is said of a field."""
    meant = meaning(what, table, key)
    return "" if meant is None else digest(meant)


def record_sign(record: Record | LedgerRecord) -> Sign:
    """Return the sign of all that a record says, exactly as it says it."""
    return digest([record.values, record.raw, record.extras])


def digest(data: object) -> str:
    """Return a short text by which equal data are known."""
    text = _AS_JSON(data).encode("utf-8", "surrogatepass")
    return hashlib.blake2s(text, digest_size=6).hexdigest()
