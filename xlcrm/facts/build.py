"""The ledger's records in, the tables of facts out."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from xlcrm.facts import model
from xlcrm.facts.actions import actions, entries, messages
from xlcrm.facts.customers import customers
from xlcrm.facts.issues import issues
from xlcrm.facts.lines import lines_of
from xlcrm.facts.model import Facts, table
from xlcrm.facts.needs import needs
from xlcrm.facts.scores import evaluations, scores
from xlcrm.facts.talks import communications, match_talks
from xlcrm.facts.timelines import changes
from xlcrm.records import LedgerRecord
from xlcrm.spec.model import Spec

_Dated = TypeVar("_Dated", model.Need, model.Score, model.Change)


def build_facts(records: Sequence[LedgerRecord], spec: Spec) -> Facts:
    """Return the facts that ``records`` tell of.

    Records come in source order: table by table, in each by source row. Their ``customer`` is
    resolved: the id where it is known, else the normalised name.
    """
    with _without_collection():
        return _facts(records, spec)


def _facts(records: Sequence[LedgerRecord], spec: Spec) -> Facts:
    lines = lines_of(records, spec)
    talks = match_talks(lines, spec)
    known = customers(lines)
    lists = spec.vocabularies
    types = changes(
        talks, "type_after", lists["customer_type"], {each.id: each.type for each in known}
    )
    stages = changes(
        talks, "stage_after", lists["need_stage"], {each.id: each.stage for each in known}
    )
    return Facts(
        customers=table(model.Customer, known),
        communications=table(model.Communication, communications(talks, spec)),
        messages=table(model.Message, list(messages(lines))),
        actions=table(model.Action, list(actions(lines))),
        needs=table(model.Need, _dated(needs(talks))),
        issues=table(model.Issue, list(issues(lines))),
        scores=table(model.Score, _dated(scores(talks, lines))),
        type_changes=table(model.Change, _dated(types)),
        stage_changes=table(model.Change, _dated(stages)),
        evaluations=table(model.Evaluation, list(evaluations(lines, spec))),
        entries=table(model.Entry, list(entries(lines, spec))),
    )


def _dated(rows: Iterable[_Dated]) -> list[_Dated]:
    """Return rows by date; on one day by record id, then source row."""
    return sorted(rows, key=lambda row: (row.date or "", row.rank))


@contextmanager
def _without_collection() -> Iterator[None]:
    """Hold garbage collection off: looking through the growing rows doubles the time they take."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
