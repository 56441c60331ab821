"""The ledger's records in, the tables of facts out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import pandas as pd

from xlcrm.facts import model
from xlcrm.facts.actions import actions, entries, messages
from xlcrm.facts.customers import customers
from xlcrm.facts.issues import issues
from xlcrm.facts.lines import lines_of
from xlcrm.facts.model import Facts, table, table_of
from xlcrm.facts.needs import needs
from xlcrm.facts.scores import evaluations, scores
from xlcrm.facts.talks import Talk, communications, match_talks
from xlcrm.facts.timelines import changes
from xlcrm.records import LedgerRecord
from xlcrm.spec.model import Spec

_Dated = TypeVar("_Dated", model.Need, model.Score, model.Change)


def build_facts(records: Sequence[LedgerRecord], spec: Spec) -> Facts:
    """Return the facts that ``records`` tell of.

    Records come in source order: table by table, in each by source row. Their ``customer`` is
    resolved: the id where it is known, else the normalised name.
    """
    lines = lines_of(records, spec)
    talks = match_talks(lines, spec)
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "customers": lambda: table(model.Customer, customers(lines)),
        "communications": lambda: table_of(model.Communication, communications(talks, spec)),
        "messages": lambda: table(model.Message, list(messages(lines))),
        "actions": lambda: table(model.Action, list(actions(lines))),
        "needs": lambda: table(model.Need, _dated(needs(talks))),
        "issues": lambda: table(model.Issue, list(issues(lines))),
        "scores": lambda: table(model.Score, _dated(scores(talks, lines))),
        "type_changes": lambda: table(model.Change, _dated(_types(facts, talks, spec))),
        "stage_changes": lambda: table(model.Change, _dated(_stages(facts, talks, spec))),
        "evaluations": lambda: table(model.Evaluation, list(evaluations(lines, spec))),
        "entries": lambda: table(model.Entry, list(entries(lines, spec))),
    }
    facts = Facts(makers)
    return facts


def _types(facts: Facts, talks: Sequence[Talk], spec: Spec) -> list[model.Change]:
    base = dict(facts.customers["type"])
    return changes(talks, "type_after", spec.vocabularies["customer_type"], base)


def _stages(facts: Facts, talks: Sequence[Talk], spec: Spec) -> list[model.Change]:
    base = dict(facts.customers["stage"])
    return changes(talks, "stage_after", spec.vocabularies["need_stage"], base)


def _dated(rows: Iterable[_Dated]) -> list[_Dated]:
    """Return rows by date; on one day by record id, then source row."""
    return sorted(rows, key=lambda row: (row.date or "", row.rank))
