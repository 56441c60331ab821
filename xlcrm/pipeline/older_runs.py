"""The run before under another program or other settings: nothing that it read is taken over, but
it still tells what has changed since, and what files said that have left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from xlcrm.findings import Language
from xlcrm.ledger.history import Entry, History
from xlcrm.ledger.said import Said, as_declared, put
from xlcrm.ledger.state import State
from xlcrm.records import FileReading, Records
from xlcrm.spec.model import Spec, Table

Declared = Mapping[str, Mapping[str, tuple[str, str]]]


def declared(spec: Spec, language: Language) -> Declared:
    """Return the name of the type, and the label, of all fields, by table and field."""
    return {
        table.key: {each.key: (each.type.name, each.labels[language]) for each in table.fields}
        for table in spec.tables.values()
    }


def older_readings(state: State, spec: Spec) -> dict[str, FileReading]:
    """Return what all files said in a run under other declarations, as today's have it."""
    then = state.meta["declared"]
    return {file: _as_today(each.load(), then, spec) for file, each in state.files.items()}


def older_history(state: State, spec: Spec) -> History:
    """Return what was settled in such a run, as far as today's declarations hold it."""
    history = History.from_state(state.meta["history"])
    known = {row: dict(_entries(fields, spec)) for row, fields in history.entries.items()}
    return replace(history, entries=known)


def _as_today(reading: FileReading, then: Declared, spec: Spec) -> FileReading:
    blocks = [
        _block(each, then.get(each.table, {}), spec.tables[each.table])
        for each in reading.blocks
        if each.table in spec.tables
    ]
    return replace(reading, blocks=blocks, lines=None)


def _block(records: Records, then: Mapping[str, tuple[str, str]], table: Table) -> Records:
    """Return records with what is of another type by now read anew; what their table has no more is
    an extra column, by its label."""
    other = [
        key
        for key in records.columns
        if key not in table.by_key or [table.by_key[key].type.name] != [*then.get(key, ())][:1]
    ]
    if not other:
        return records
    made = []
    for record in records:
        today = record.copy()
        for key in other:
            what = Said(record.values.get(key), record.raw.get(key))
            put(today, key, Said(), table)
            name = key if key in table.by_key else then[key][1]
            put(today, name, as_declared(what, table, key), table)
        made.append(today)
    return Records.of(made)


def _entries(fields: Mapping[str, Entry], spec: Spec) -> Iterator[tuple[str, Entry]]:
    """Yield what was settled of fields that are there today and hold it."""
    for key, entry in fields.items():
        tables = [table for table in spec.tables.values() if key in table.by_key]
        what: Any = entry.settled
        if what is None or all(as_declared(what, table, key) == what for table in tables):
            yield key, entry
