"""Findings of what the lead has typed into the master."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from xlcrm.customers import Related
from xlcrm.findings import Finding, Language
from xlcrm.ledger.lead import LEAD
from xlcrm.ledger.model import Conflict, Ledger
from xlcrm.master_workbook.lists import decision_place
from xlcrm.master_workbook.pages import place
from xlcrm.master_workbook.plan import table_columns
from xlcrm.pipeline.options import Options
from xlcrm.records import Block, Record, Records
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.base import Problem, ReadContext
from xlcrm.validation.rows import check_records


def unread_decisions(conflicts: Sequence[Conflict], options: Options) -> Iterator[Finding]:
    """Yield what stands in the cells of decisions and is not understood."""
    words = Words(options.language)
    for number, each in enumerate(conflicts):
        decision, own = each.typed
        if not (decision or own):
            continue
        wrong = _problem(each, own, options.spec) if own else _no_choice("decision")
        yield Finding(
            wrong.code,
            LEAD,
            *decision_place(conflicts, number, words, own=bool(own)),
            each.table,
            each.field or None,
            each.record_text,
            own or decision,
            wrong.suggestion,
            wrong.parameters,
        )


def unread_answers(related: Sequence[Related], options: Options) -> Iterator[Finding]:
    """Yield answers on customers that are neither yes nor no."""
    for each in related:
        if each.same is None and each.typed:
            labels = {lang: Words(lang)("master.likely.same") for lang in get_args(Language)}
            place = (LEAD, Words(options.language)("master.sheet.likely"), None, None, None)
            names = f"{each.one} / {each.other}"
            yield Finding("not-in-list", *place, names, each.typed, None, {"label": labels})


def lead_findings(stands: Mapping[str, Record], ledger: Ledger, spec: Spec) -> Iterator[Finding]:
    """Yield what is wrong in the rows that the lead has added, and in the cells typed over;
    ``stands`` is ``in_master``."""
    lead = ledger.lead
    for row, record in stands.items():
        rulings = lead.rulings.get(row, {})
        typed = {name for name, each in rulings.items() if not each.choice}
        fields = None if row in lead.added else typed
        found = [
            *_unread(record, spec.tables[record.table]),
            *check_records([Records.of([record])], spec),
        ]
        yield from (each for each in found if fields is None or each.field in fields)


def in_master(ledger: Ledger, options: Options) -> dict[str, Record]:
    """Return the records on which the lead has worked as they stand in the master, by row."""
    lead, found = ledger.lead, {}
    worked = lead.rulings.keys() | lead.added.keys()
    for key, records in ledger.records.items() if worked else ():
        table = options.spec.tables[key]
        shown = table_columns(table, records)
        columns = {each.key: number for number, each in enumerate(shown.fields)}
        for number, each in enumerate(records):
            if each.id in worked:
                sheet, row = place(table.labels[options.language], number)
                block = Block(LEAD, sheet, table.key, columns)
                found[each.id] = Record(block, row, each.values, each.raw, each.extras)
    return found


def _unread(record: Record, table: Table) -> Iterator[Finding]:
    """Yield why texts of a record are no values of their fields."""
    for key, text in record.raw.items():
        each = table.by_key.get(key)
        for problem in each.type.read(text, ReadContext()).problems if each else ():
            words = {"label": each.labels, **problem.parameters} if each else {}
            name = table.name_of(record.values)
            yield Finding(
                problem.code,
                LEAD,
                record.block.sheet,
                record.cell(key),
                table.key,
                key,
                name,
                text,
                problem.suggestion,
                words,
            )


def _no_choice(key: str) -> Problem:
    labels = {each: Words(each)(f"master.conflict.{key}") for each in get_args(Language)}
    return Problem("not-in-list", None, {"label": labels})


def _problem(conflict: Conflict, text: str, spec: Spec) -> Problem:
    """Return why a text is no value of a field."""
    each = spec.tables[conflict.table].by_key.get(conflict.field)
    problems = each.type.read(text, ReadContext()).problems if each else ()
    if not (each and problems):
        return _no_choice("own_value")
    return problems[0]._replace(parameters={"label": each.labels, **problems[0].parameters})
