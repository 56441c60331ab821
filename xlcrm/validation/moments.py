"""The moments that values state, however they state them."""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.records import Record, Value


def moment_of(value: Value | None) -> str:
    """Return the ISO day or moment at which a value begins; empty where it has none."""
    if isinstance(value, dict):
        value = value.get("date", "")
    return value.partition("/")[0] if isinstance(value, str) else ""


def moments_of(record: Record, name: str) -> Iterator[tuple[str, str, str]]:
    """Yield (slot, text, moment) of a field, or of a part (``actions.due``) of its action rows."""
    key, _, part = name.partition(".")
    value = record.values.get(key)
    if part and isinstance(value, list):
        for n, action in enumerate(value, 1):
            if action.get(part):
                yield f"{key}.{n}.{part}", action[part], action[part]
    elif not part and (moment := moment_of(value)):
        yield key, moment.replace("T", " "), moment
