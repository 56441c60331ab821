"""The ledger's records in, the tables of facts out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeVar

import pandas as pd

from xlcrm.facts import model
from xlcrm.facts.actions import actions, entries, messages
from xlcrm.facts.customers import customers
from xlcrm.facts.issues import issues, revisits
from xlcrm.facts.lines import History, Line, Told
from xlcrm.facts.model import table, table_of
from xlcrm.facts.needs import needs
from xlcrm.facts.scores import evaluations, last_scored, other_scores, talk_scores
from xlcrm.facts.tables import Facts, Span
from xlcrm.facts.talks import (
    Talk,
    communications,
    earliest,
    match_talks,
    talk_days,
    tells,
    told_on,
)
from xlcrm.facts.timelines import changes
from xlcrm.records import LedgerRecord
from xlcrm.spec.model import Spec

_Row = TypeVar("_Row", Line, Talk)
_Dated = TypeVar("_Dated", model.Need, model.Score, model.Change)


def build_facts(
    records: Sequence[LedgerRecord], spec: Spec, span: Span | None = None, *, texts: bool = True
) -> Facts:
    """Return the facts that ``records`` tell of; with ``span`` as far as its days need them.

    Records come in source order: table by table, in each by source row. Their ``customer`` is
    resolved: the id where it is known, else the normalised name. Without ``texts`` communications
    lack those that people read and no figure rests on.
    """
    return facts_of(History(records, spec), span, texts=texts)


def facts_of(history: Told, span: Span | None = None, *, texts: bool = True) -> Facts:
    """Return the facts that records tell of, as ``build_facts``."""
    spec, lines = history.spec, history.between(span)
    talks = match_talks(lines, spec)
    if span:
        near_lines, near_talks = _from(span.first, lines), _from(span.first, talks)
    else:
        near_lines, near_talks = lines, talks

    def changed(column: str, vocabulary: str, base: str) -> pd.DataFrame:
        return _changes(history, column, vocabulary, dict(facts.customers[base]))

    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "customers": lambda: table(model.Customer, customers(history)),
        "communications": lambda: table_of(
            model.Communication, communications(talks, spec, texts=texts)
        ),
        "messages": lambda: table(model.Message, list(messages(history, span))),
        "actions": lambda: table(model.Action, list(actions(history, span))),
        "needs": lambda: table(model.Need, _dated(needs(near_talks, spec))),
        "issues": lambda: table(model.Issue, list(issues(history))),
        "scores": lambda: table(model.Score, _dated(_scores(history, near_talks, span))),
        "type_changes": lambda: changed("type_after", "customer_type", "type"),
        "stage_changes": lambda: changed("stage_after", "need_stage", "stage"),
        "evaluations": lambda: table(model.Evaluation, list(evaluations(history))),
        "entries": lambda: table(model.Entry, list(entries(near_lines, spec))),
    }
    facts = Facts(
        makers,
        lambda: revisits(history),
        lambda: talk_days(history),
        lambda column: tells(history, column),
        lambda column: earliest(history, column),
        lambda other: facts_of(history, other, texts=False),
        span,
    )
    return facts


def _from(first: date, rows: Iterable[_Row]) -> list[_Row]:
    """Return the rows dated ``first`` or later."""
    return [row for row in rows if row.day and row.day >= first.isoformat()]


def _scores(
    history: Told, talks: Sequence[Talk], span: Span | None
) -> Iterator[tuple[Line, model.Score]]:
    """Yield all scores; with ``span`` those of its talks and the last ones before it."""
    yield from talk_scores(talks)
    if span:
        earlier = history.on(last_scored(history, span))
        yield from talk_scores(match_talks(earlier, history.spec))
    yield from other_scores(history)


def _changes(
    history: Told, column: str, vocabulary: str, base: Mapping[str, str | None]
) -> pd.DataFrame:
    spec = history.spec
    talks = match_talks(history.on(told_on(history, column)), spec)
    found = changes(talks, column, spec.vocabularies[vocabulary], base)
    return table(model.Change, _dated(found))


def _dated(rows: Iterable[tuple[Line, _Dated]]) -> list[_Dated]:
    """Return rows by date; on one day as the lines that say them are ranked."""
    ranked = sorted(rows, key=lambda row: (row[1].date or " ") + row[0].rank)  # undated first
    return [fact for _, fact in ranked]
