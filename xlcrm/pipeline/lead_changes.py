"""What the lead has changed, as the master lists it and as it is read back from there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xlcrm.ledger.claims import Key, row_key
from xlcrm.ledger.fields import moment
from xlcrm.ledger.following import as_leads
from xlcrm.ledger.lead import (
    Added,
    Lead,
    Removal,
    RowId,
    Ruling,
    added_of,
    added_state,
    as_told,
    ruling_of,
)
from xlcrm.ledger.model import Ledger
from xlcrm.ledger.recovery import added_rows, rows_of
from xlcrm.ledger.said import as_declared, said
from xlcrm.master_workbook.lead_list import Told
from xlcrm.master_workbook.plan import LeadChange
from xlcrm.records import FileReading, LedgerRecord
from xlcrm.spec.model import Spec

EDITED, ADDED, REMOVED = "edited", "added", "taken_out"


def lead_changes(ledger: Ledger, spec: Spec) -> Iterator[LeadChange]:
    """Yield what the lead has changed in the tables: decisions have a list of their own."""
    lead = ledger.lead
    wanted = lead.rulings.keys() | lead.added.keys()
    records = {
        record.id: record
        for found in ledger.records.values()
        for record in (found if wanted else ())
        if record.id in wanted
    }
    for row, record in records.items():
        for name, ruling in lead.rulings.get(row, {}).items():
            if not ruling.choice:
                yield _edited(record, name, ruling, spec)
    for row, added in lead.added.items():
        if row not in lead.removed:
            table, values = spec.tables[added.record.table], added.record.values
            text, data = table.name_of(values) or "", added_state(added)
            customer = records[row].customer if row in records else None
            yield LeadChange(ADDED, table.key, row, text, customer, "", None, None, "", data)
    for row, each in lead.removed.items():
        held = lead.added.get(row)
        data = [each, added_state(held) if held else None]
        when = moment(each.when)
        yield LeadChange(
            REMOVED, each.table, row, each.text, each.customer, "", None, None, when, data
        )


def _edited(record: LedgerRecord, name: str, ruling: Ruling, spec: Spec) -> LeadChange:
    return LeadChange(
        EDITED,
        record.table,
        record.id,
        spec.tables[record.table].name_of(record.values) or "",
        record.customer,
        name,
        ruling.before.shown,
        ruling.said.shown,
        moment(ruling.when),
        ruling,
    )


def told_by(master: FileReading, changes: Sequence[Told], spec: Spec) -> Lead:
    """Return what a master tells whose state is lost: its list of what the lead has changed, and
    the rows that no file has."""
    rows = rows_of(master)
    told = {each.record: as_told(added_of, each.data) for each in changes if each.kind == ADDED}
    added = {row: each for row, each in told.items() if each and _fits(each, row, spec)}
    for row_id, record in added_rows(master).items():
        key = added[row_id].key if row_id in added else (record.table, "row", row_id)
        added[row_id] = Added(key, as_leads(record))
    rulings: dict[str, dict[str, Ruling]] = {}
    removed = {}
    for each in changes:
        row, data = rows.get(each.record), each.data
        if each.kind == EDITED and row:
            # Too long for a cell, it has no data: its row has the value.
            ruling = as_told(ruling_of, data) or Ruling(said(row, each.field), None)
            table = spec.tables[row.table]
            now, was = (as_declared(w, table, each.field) for w in (ruling.said, ruling.before))
            ruling = ruling._replace(said=now, before=was)
            rulings.setdefault(each.record, {})[each.field] = ruling
        elif each.kind == REMOVED and isinstance(data, list) and len(data) == 2:
            removal, held = (as_told(parse, one) for parse, one in zip(_PARSED, data, strict=True))
            if removal and removal.table in spec.tables:
                removed[each.record] = removal
                known = held and held.record.table == held.key[0] == removal.table
                added |= {each.record: held} if held and known else {}
    return Lead(rulings, added, removed)


def _fits(added: Added, row: str, spec: Spec) -> bool:
    """Whether a row that was told of is the one of that key, of a table that there is."""
    key: Key = added.key if isinstance(added.key, tuple) else ()
    return key[:1] == (added.record.table,) and row_key(key) == row and key[0] in spec.tables


def _removal(state: list[Any]) -> Removal:
    return Removal(*state)


_PARSED: tuple[Callable[[Any], Any], Callable[[Any], Any]] = (_removal, added_of)


def without_undone(lead: Lead, changes: Sequence[Told]) -> Lead:
    """Return what the lead says but for what is to be taken back."""
    undone = [each for each in changes if each.undone]
    fields = {(each.record, each.field) for each in undone if each.kind == EDITED}
    rows = {(each.kind, each.record) for each in undone}
    return replace(
        lead,
        rulings={
            row: {name: each for name, each in known.items() if (row, name) not in fields}
            for row, known in lead.rulings.items()
        },
        added={row: each for row, each in lead.added.items() if (ADDED, row) not in rows},
        removed={row: each for row, each in lead.removed.items() if (REMOVED, row) not in rows},
    )


def but_for_undone(
    rulings: Mapping[RowId, Mapping[str, Ruling]],
    before: Mapping[RowId, Mapping[str, Ruling]],
    changes: Iterable[Told],
) -> dict[RowId, dict[str, Ruling]]:
    """Return rulings with those ``before`` of fields that are to be taken back."""
    found = {row: dict(fields) for row, fields in rulings.items()}
    for each in changes:
        if each.undone and each.kind == EDITED and each.field in found.get(each.record, {}):
            del found[each.record][each.field]
            was = before.get(each.record, {}).get(each.field)
            found[each.record] |= {each.field: was} if was else {}
    return found
