"""The run before under another program or other settings: nothing that it read is taken over, but
it still tells what has changed since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from xlcrm.ledger.history import Before, Entry, History
from xlcrm.ledger.said import as_declared
from xlcrm.ledger.state import State
from xlcrm.records import FileReading, Records
from xlcrm.spec.model import Spec

Types = Mapping[str, Mapping[str, str]]


def types_of(spec: Spec) -> Types:
    """Return the names of the types of all fields, by table and field."""
    tables = spec.tables.values()
    return {table.key: {each.key: each.type.name for each in table.fields} for table in tables}


def older_run(state: State, files: Collection[str], spec: Spec) -> Before:
    """Return what ``files`` said in a run under other declarations, as far as today's hold it."""
    then, today = state.meta["types"], types_of(spec)
    old = {
        file: _as_today(state.files[file].load(), then, today)
        for file in files
        if file in state.files
    }
    history = History.from_state(state.meta["history"])
    known = {row: dict(_entries(fields, spec)) for row, fields in history.entries.items()}
    return Before(frozenset(state.files), old, replace(history, entries=known))


def _as_today(reading: FileReading, then: Types, today: Types) -> FileReading:
    """Return a reading without what its tables have no more, or otherwise."""
    blocks = []
    for block in reading.blocks:
        was, now = then.get(block.table, {}), today.get(block.table)
        if now is not None:
            kept = [key for key in block.columns if key in now and now[key] == was.get(key)]
            columns = {key: block.columns[key] for key in kept}
            blocks.append(Records(block.block, block.rows, columns, block.raw, block.extras))
    return replace(reading, blocks=blocks)


def _entries(fields: Mapping[str, Entry], spec: Spec) -> Iterator[tuple[str, Entry]]:
    """Yield what was settled of fields that are there today and hold it."""
    for key, entry in fields.items():
        tables = [table for table in spec.tables.values() if key in table.by_key]
        what: Any = entry.settled
        if what is None or all(as_declared(what, table, key) == what for table in tables):
            yield key, entry
