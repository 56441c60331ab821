"""What a merge would do, record by record; nothing is written."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from xlcrm.ledger.cells import said_back
from xlcrm.ledger.recovery import file_of, own_extras, rows_of
from xlcrm.ledger.said import Said, said, sign
from xlcrm.pipeline.inputs import entries_of, refuse_input
from xlcrm.pipeline.merges import (
    document_of,
    files_of,
    look_at,
)
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.picture import Picture
from xlcrm.pipeline.previous import Previous, find_previous, written_rows
from xlcrm.pipeline.secrets import with_secret
from xlcrm.privacy import mask
from xlcrm.records import LedgerRecord, Record, Source
from xlcrm.spec.model import Table
from xlcrm.team_folder import MASTER_FILE, OUTPUT_FOLDER
from xlcrm.values import dataclass

NEW, CHANGED, UNCHANGED, CONFLICT, WITHDRAWN = STATUSES = (
    "new",
    "changed",
    "unchanged",
    "conflict",
    "withdrawn",
)


class FieldChange(NamedTuple):
    """A field, by its key, or an extra column by its label, before and after."""

    field: str
    before: Said
    after: Said


@dataclass(frozen=True)
class Change:
    """What would become of a record: one of ``STATUSES``, the fields that change, and those in
    conflict (``""`` is the record as a whole). ``record`` is its id or natural key as text,
    ``file`` the one it is shown from."""

    status: str
    table: Table
    record: str | None
    customer: str | None
    file: str
    fields: Sequence[FieldChange] = ()
    disputed: Sequence[str] = ()

    def text(self, what: Said, field: str) -> str:
        """Return a value as people read it, private ones masked."""
        known = self.table.by_key.get(field)
        if what.value is None or known is None:
            return mask(what.text or "")
        return mask(known.type.text(what.value))

    def to_json(self) -> dict[str, Any]:
        """Return the documented form."""
        return {
            "status": self.status,
            "table": self.table.key,
            "record": self.record,
            "customer": self.customer,
            "file": self.file,
            "fields": [
                {"field": each.field, "from": each.before.shown, "to": each.after.shown}
                for each in self.fields
            ],
            "conflicts": list(self.disputed),
        }


@dataclass(frozen=True)
class Preview:
    """What a merge would do. ``document`` is its documented JSON with all changes."""

    document: dict[str, Any]
    changes: list[Change]
    options: Options

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of records of each status."""
        counts = Counter(each.status for each in self.changes)
        return {status: counts[status] for status in STATUSES}

    @property
    def rejected(self) -> bool:
        """Whether a file that looks like a workbook could not be read."""
        return any(each["status"] == "rejected" for each in self.document["files"])


def preview(folder: Path, options: Options, target: Path | None = None) -> Preview:
    """Return what a merge of a folder would change in its master; nothing at all is written.

    Raises UsageError as ``merge`` does.
    """
    started = time.monotonic()
    home = folder / OUTPUT_FOLDER
    path = (target or home / MASTER_FILE).absolute()
    found = entries_of(folder)
    refuse_input(path, found, options)
    options = with_secret(options, path, home)
    entries = [entry for entry in found if entry.path.absolute() != path]
    previous = find_previous(path, home, options).doubting(entries)
    (result, *_), picture = look_at(entries, previous, options)
    files = files_of(result.statuses, previous, picture)
    changes = list(_changes(_rows(previous, options), picture, options))
    made = Preview(document_of(path, picture, files, options), changes, options)
    told = {"counts": dict(made.counts), "records": [each.to_json() for each in changes]}
    made.document.update(preview=told, seconds=round(time.monotonic() - started, 3))
    return made


def _rows(previous: Previous, options: Options) -> dict[str, LedgerRecord]:
    """Return the records that the last run wrote, by their rows' keys; without its state those that
    stand in the master."""
    if previous.state:
        return written_rows(previous.state, options)
    rows = rows_of(previous.edited) if previous.edited else {}
    return {row: _recorded(row, each) for row, each in rows.items()}


def _recorded(row: str, record: Record) -> LedgerRecord:
    source = Source(file_of(record), record.block.sheet, record.line)
    extras = own_extras(record)
    return LedgerRecord(row, record.table, record.values, (source,), raw=record.raw, extras=extras)


def _changes(
    then: Mapping[str, LedgerRecord], picture: Picture, options: Options
) -> Iterator[Change]:
    tables, disputed = options.spec.tables, defaultdict[str, list[str]](list)
    for each in picture.ledger.conflicts:
        if each.is_open:
            disputed[each.record].append(each.field)
    for now in picture.records:
        was, table = then.get(now.id), tables[now.table]
        fields = tuple(_fields(was, now, table)) if was else ()
        open_fields = disputed.get(now.id, [])
        status = CONFLICT if open_fields else CHANGED if fields else UNCHANGED if was else NEW
        yield _change(status, now, table, fields, open_fields)
    here = {each.id for each in picture.records}
    for gone in (each for row, each in then.items() if row not in here):
        yield _change(WITHDRAWN, gone, tables[gone.table])


def _change(
    status: str,
    record: LedgerRecord,
    table: Table,
    fields: Sequence[FieldChange] = (),
    disputed: Sequence[str] = (),
) -> Change:
    name, file = table.name_of(record.values), record.sources[0].file
    return Change(status, table, name, record.customer, file, fields, disputed)


def _fields(was: LedgerRecord, now: LedgerRecord, table: Table) -> Iterator[FieldChange]:
    """Yield the fields that mean something else now; one that a cell gives back as it was does
    not."""
    if (was.values, was.raw, was.extras) == (now.values, now.raw, now.extras):
        return  # as nearly always
    names = (part.keys() for each in (was, now) for part in (each.values, each.raw, each.extras))
    for name in dict.fromkeys(chain.from_iterable(names)):
        one, other = said(was, name), said(now, name)
        read = said_back(other, table.by_key.get(name))
        if sign(one, table, name) not in (sign(other, table, name), sign(read, table, name)):
            yield FieldChange(name, one, other)
