"""What the lead has said in a master since it was written, joined to what was known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from xlcrm.customers import Related, answered
from xlcrm.ledger.edits import with_edits
from xlcrm.ledger.lead import (
    APART,
    BOTH,
    OWN,
    TAKE,
    WHOLE,
    Lead,
    RowId,
    Ruling,
    Typed,
    as_told,
    ruling_of,
)
from xlcrm.ledger.news import with_news
from xlcrm.ledger.recovery import note_of, row_of
from xlcrm.ledger.said import BLANK, Said, as_declared, sign
from xlcrm.master_workbook.decisions import Decision, read_decisions
from xlcrm.master_workbook.lead_list import NAME as LEAD_LIST
from xlcrm.master_workbook.lead_list import read_changes
from xlcrm.master_workbook.likely_list import NAME as LIKELY_LIST
from xlcrm.master_workbook.likely_list import read_answers
from xlcrm.master_workbook.row_list import NAME as ROW_LIST
from xlcrm.master_workbook.row_list import read_row_list
from xlcrm.pipeline.lead_changes import but_for_undone, told_by, without_undone
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.picture import Written
from xlcrm.records import FileReading, Value
from xlcrm.spec.model import Field, Spec
from xlcrm.spec.types.base import ReadContext
from xlcrm.spec.types.texts import Text

Fields = dict[str, dict[str, Any]]


def lead_work(
    master: FileReading, known: Lead | None, written: Written | None, options: Options
) -> Lead:
    """Return all that the lead has said by now; ``known`` is what was known when the master was
    written, and ``written`` what was written into its tables; both are None where that is lost:
    the master tells what it holds of it, and its tables are compared later."""
    spec, when = options.spec, master.modified
    decisions = list(read_decisions(master.lists.get("conflicts", [])))
    changes = list(read_changes(master.lists.get(LEAD_LIST, [])))
    lead = (
        known if known is not None else with_told(told_by(master, changes, spec), decisions, spec)
    )
    answers = (Related(*each) for each in read_answers(master.lists.get(LIKELY_LIST, [])))
    lead = replace(lead, related=answered(lead.related, answers))
    before = lead.rulings
    if written is None:
        lead = replace(lead, notes=lead_notes(master))
    else:
        lead = edited(lead, master, written, options.spec, sure=True)
    return decided(without_undone(lead, changes), decisions, when, spec, before)


def edited(
    lead: Lead,
    master: FileReading,
    written: Written,
    spec: Spec,
    *,
    sure: bool,
    unchanged: Collection[str] = (),
) -> Lead:
    """Return what the lead says with what was typed into the tables of a master; ``sure`` says
    whether ``written`` is what was written there, or what files say today, of which some are known
    to be ``unchanged`` since."""
    signs = None if sure else read_row_list(master.lists.get(ROW_LIST, []))
    said = with_edits(lead, master, written.ledger, spec, written.base, signs, unchanged)
    if sure:
        return said
    # What was taken back still stands in its cells.
    changes = read_changes(master.lists.get(LEAD_LIST, []))
    return replace(said, rulings=but_for_undone(said.rulings, lead.rulings, changes))


def heard_again(
    lead: Lead, heard: FileReading, master: FileReading, written: Written, spec: Spec
) -> Lead:
    """Return what the lead says with what has been typed into a master whose state is lost since it
    was ``heard``; ``written`` is what files say today."""
    rows = read_row_list(master.lists.get(ROW_LIST, []))
    # A row that has been put in stands there as it was typed, whatever became of it elsewhere.
    bare = replace(lead, added={row: each for row, each in lead.added.items() if row in rows})
    then, now = (edited(bare, each, written, spec, sure=False) for each in (heard, master))
    return with_news(lead, then, now, lambda *_: False)


def lead_notes(master: FileReading) -> dict[str, str]:
    """Return the lead's notes by row key."""
    rows = ((row_of(record)[0], note_of(record)) for record in master.records)
    return {key: note for key, note in rows if key and note}


def with_told(lead: Lead, decisions: Iterable[Decision], spec: Spec) -> Lead:
    """Return what the lead says with the decisions that a master tells of, whose state is lost."""
    rulings = {row: dict(fields) for row, fields in lead.rulings.items()}
    for each in decisions:
        table = spec.tables.get(each.data["table"])
        ruling = as_told(ruling_of, each.data["ruling"])
        if ruling and table:
            what = as_declared(ruling.said, table, each.field)
            rulings.setdefault(each.row, {})[each.field] = ruling._replace(said=what)
    return replace(lead, rulings=rulings)


def decided(
    lead: Lead,
    decisions: Iterable[Decision],
    when: str,
    spec: Spec,
    before: Mapping[RowId, Mapping[str, Ruling]],
) -> Lead:
    """Return what the lead says with what was decided in a master saved at ``when``; ``before`` is
    what was ruled before anything was typed into its tables."""
    rulings: Fields = {row: dict(fields) for row, fields in lead.rulings.items()}
    unread: Fields = {}
    removed = dict(lead.removed)
    for each in decisions:
        ruling = ruling_by(each, when, spec) if each.choice else None
        if each.choice is None or (each.choice and ruling is None):
            unread.setdefault(each.row, {})[each.field] = Typed(each.decision, each.own)
        elif not each.changed:
            continue
        elif each.field == WHOLE:
            if each.row not in removed:
                continue  # taken back on the list of changes
            if each.choice == TAKE and versions_of(each, None)[each.number - 1][1]:
                sides = each.data["sides"]
                removed[each.row] = removed[each.row]._replace(sides=sides, when=when)
            elif each.choice:
                del removed[each.row]
        elif ruling:
            fields = rulings.setdefault(each.row, {})
            typed, was = fields.get(each.field), before.get(each.row, {}).get(each.field)
            if typed and typed != was and not _agree(typed, ruling, each, spec):
                # Both are the lead's word: which of them holds is asked.
                fields[each.field] = typed._replace(sides={}, choice="")
            else:
                fields[each.field] = ruling
        else:
            rulings.get(each.row, {}).pop(each.field, None)
    return replace(lead, rulings=rulings, unread=unread, removed=removed)


def _agree(one: Ruling, other: Ruling, decision: Decision, spec: Spec) -> bool:
    table = spec.tables[decision.data["table"]]
    mine, theirs = (sign(each.said, table, decision.field) for each in (one, other))
    return mine == theirs


def ruling_by(decision: Decision, when: str, spec: Spec) -> Ruling | None:
    """Return what a decision says of its field; None where that can't be understood."""
    table = spec.tables.get(decision.data["table"])
    field = table.by_key.get(decision.field) if table else None
    versions, sides = versions_of(decision, field), decision.data["sides"]
    choice, said, before = decision.choice or "", None, BLANK
    if choice == TAKE and decision.number <= len(versions):
        said = versions[decision.number - 1][0]
    elif choice == OWN:
        said = own_value(decision.own, field)
    elif choice == BOTH and decision.field != WHOLE:
        said = _joined([what for what, _ in versions], field)
        theirs = [what for what, leads in versions if not leads and what != BLANK]
        if said is None and len(theirs) > 1:
            choice, said, before = APART, theirs[0], theirs[0]
    return None if said is None else Ruling(said, sides, choice, before, when)


def versions_of(decision: Decision, field: Field | None) -> list[tuple[Said, bool]]:
    """Return the versions of a conflict, and whether each is the lead's."""
    kept = decision.data["versions"]
    if kept is not None:
        return [(Said(*what), leads) for what, leads in kept]
    texts = (decision.texts.get(f"version-{n}", "") for n in range(1, len(decision.texts)))
    return [(own_value(text, field) or Said(text=text), False) for text in texts if text]


def own_value(text: str, field: Field | None) -> Said | None:
    """Return what a text says of a field, or of a column that the table does not have; None where
    it is no value of the field's."""
    if field is None:
        return Said(text=text)
    value = field.type.read(text, ReadContext()).value
    return None if value is None else Said(value)


def _joined(versions: list[Said], field: Field | None) -> Said | None:
    """Return several versions as one: texts below each other, several values together; None where
    the field holds but one value."""
    filled = [each for each in versions if each != BLANK]
    if len(filled) < 2:
        return filled[0] if filled else BLANK
    shown = [each.shown for each in filled]
    texts = [each for each in shown if isinstance(each, str)]
    if len(texts) == len(shown) and (field is None or isinstance(field.type, Text)):
        text = "\n".join(dict.fromkeys(texts))
        return Said(text=text) if field is None else Said(text)
    if all(isinstance(each, list) for each in shown):
        items: list[Any] = [item for each in shown if isinstance(each, list) for item in each]
        together: Value = [item for n, item in enumerate(items) if item not in items[:n]]
        return Said(together)
    return None
