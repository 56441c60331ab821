"""What the lead has changed, as the master lists it and as it is read back from there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlcrm.ledger.fields import moment
from xlcrm.ledger.following import as_leads
from xlcrm.ledger.lead import (
    Added,
    Lead,
    Removal,
    Ruling,
    added_of,
    added_state,
    key_of,
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
            text, data = table.name_of(values) or "", list(added.key)
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
    rows, told = rows_of(master), {(each.kind, each.record): each.data for each in changes}
    rulings: dict[str, dict[str, Ruling]] = {}
    added = {
        row: Added(key_of(told.get((ADDED, row)) or [each.table, "row", row]), as_leads(each))
        for row, each in added_rows(master).items()
    }
    removed = {}
    for each in changes:
        if each.kind == EDITED:
            ruling = ruling_of(each.data) if each.data else None
            row = rows.get(each.record)
            if ruling is None and row:  # too long for a cell: its row has it
                ruling = Ruling(said(row, each.field), None)
            if ruling and row:
                table = spec.tables[row.table]
                now, was = (as_declared(w, table, each.field) for w in (ruling.said, ruling.before))
                ruling = ruling._replace(said=now, before=was)
                rulings.setdefault(each.record, {})[each.field] = ruling
        elif each.kind == REMOVED and each.data:
            removal, held = each.data
            removed[each.record] = Removal(*removal)
            added |= {each.record: added_of(held)} if held else {}
    return Lead(rulings, added, removed)


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
