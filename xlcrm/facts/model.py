"""What kinds of facts there are: a row of each, and the tables of them all.

Days and moments are ISO text in the rows and datetime64 in the tables. ``id`` is the fact's id, the
row label of its table: the id of the ledger record it comes from, with ``#n`` for the parts of one.
``source`` names every ledger record behind it, ``customer`` is the resolved customer's key.
Needs, scores and changes stand in date order; on one day by record id, then source row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

Texts = tuple[str, ...]


class Customer(NamedTuple):
    """A customer; its id is the customer's key. ``there_from`` None: from the beginning."""

    id: str
    customer_id: str | None
    name: str
    type: str | None
    stage: str | None
    grade: str | None
    size: str | None
    industry: str | None
    origin: str | None
    tags: Texts
    owner: str | None
    preferred_channel: str | None
    deals: int | None
    first_contact: str | None
    there_from: str | None
    source: Texts


class Communication(NamedTuple):
    """A talk, on however many tables it was entered."""

    id: str
    customer: str | None
    date: str | None
    start: str | None
    end: str | None
    channel: str | None
    channel_class: str | None
    topic: str | None
    content: str | None
    emotion: str | None
    polarity: str | None
    type_after: str | None
    stage_after: str | None
    category: str | None
    status: str | None
    next_contact: str | None
    trend: str | None
    campaign: str | None
    participation: str | None
    owner: str | None
    is_revisit: bool
    source: Texts


class Message(NamedTuple):
    """A message of ours. ``hours`` to the reply; None without one, or one before the sending."""

    id: str
    customer: str | None
    sent: str
    replied: str | None
    hours: float | None
    owner: str | None
    source: Texts


class Action(NamedTuple):
    """A follow-up action of a record; ``status`` is the record's.

    ``is_awaited``: its table asks when it was done, and nothing settled it without saying when.
    """

    id: str
    customer: str | None
    date: str | None
    action: str | None
    owner: str | None
    due: str | None
    done: str | None
    status: str | None
    is_awaited: bool
    source: Texts


class Need(NamedTuple):
    """A need as one record states it; ``tag`` None: need text that no tag stands beside."""

    id: str
    customer: str | None
    date: str | None
    tag: str | None
    met: str | None
    priority: str | None
    text: str | None
    is_responded: bool
    source: Texts


class Issue(NamedTuple):
    """A customer's issue. ``is_settled``: completed, and no improvement is asked for any more."""

    id: str
    customer: str | None
    number: str | None
    description: str | None
    reported: str | None
    due: str | None
    completed: str | None
    confirmation: str | None
    second_result: str | None
    is_settled: bool
    progress: str | None
    category: str | None
    priority: str | None
    owner: str | None
    tags: Texts
    source: Texts


class Score(NamedTuple):
    """A customer's satisfaction score, 1 to 5."""

    id: str
    customer: str | None
    date: str | None
    score: float
    owner: str | None
    source: Texts


class Change(NamedTuple):
    """A step of a customer to another type or stage; ``before`` None: from where is unknown."""

    id: str
    customer: str
    date: str
    before: str | None
    after: str
    is_assumed: bool
    communication: str
    source: Texts


class Evaluation(NamedTuple):
    """One dimension of an evaluation. ``of`` is ``customer`` (theirs of us) or ``talk`` (ours)."""

    id: str
    customer: str | None
    date: str | None
    of: str
    dimension: str
    score: float | None
    level: str | None
    source: Texts


class Entry(NamedTuple):
    """When a record was entered, for those that have to be within the entry limit."""

    id: str
    customer: str | None
    date: str
    recorded: str
    is_in_time: bool
    owner: str | None
    source: Texts


_TIMES = frozenset(
    (
        *("first_contact", "there_from", "date", "start", "end", "next_contact", "sent", "replied"),
        *("due", "done", "reported", "completed", "recorded"),
    )
)


KINDS = (
    "customers",
    "communications",
    "messages",
    "actions",
    "needs",
    "issues",
    "scores",
    "type_changes",
    "stage_changes",
    "evaluations",
    "entries",
)


def table(kind: type[Any], rows: Sequence[Any]) -> pd.DataFrame:
    """Return rows of one kind as a table, in their order."""
    return table_of(kind, dict(zip(kind._fields, zip(*rows, strict=True), strict=False)))


def table_of(kind: type[Any], columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Return the columns of one kind as a table; where there are none, all of them empty."""
    names = [name for name in kind._fields if name != "id" and (name in columns or not columns)]
    index = pd.Index(columns.get("id", ()), dtype="object", name="id")
    data = {name: _column(name, columns.get(name, ()), index) for name in names}
    return pd.DataFrame(data)


def columns_of(facts: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the columns of a table as plain values, the ids first: moments as datetimes, None for
    what is not there."""
    return {"id": facts.index.tolist()} | {str(name): _plain(facts[name]) for name in facts}


def _plain(column: pd.Series[Any]) -> list[Any]:
    if column.dtype.kind == "M":
        return list(column.to_numpy("datetime64[us]").tolist())  # what is no time becomes None
    if column.dtype.kind == "f":
        return [value if value == value else None for value in column.tolist()]
    return column.tolist()


def _column(name: str, values: Sequence[Any], index: pd.Index[Any]) -> pd.Series[Any]:
    if name in _TIMES:
        if not any(values):  # what numpy would look at one by one
            return pd.Series(np.full(len(values), "NaT", dtype="datetime64[s]"), index)
        return pd.Series(np.array(values, dtype="datetime64[s]"), index)
    if name in ("hours", "score"):
        return pd.Series(list(values), index, dtype="float64")
    if name.startswith("is_"):
        return pd.Series(list(values), index, dtype="bool")
    return pd.Series(list(values), index, dtype="object")
