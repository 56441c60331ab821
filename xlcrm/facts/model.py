"""What kinds of facts there are: a row of each, and the tables of them all.

Days and moments are ISO text in the rows and datetime64 in the tables. ``id`` is the fact's id, the
row label of its table: the id of the ledger record it comes from, with ``#n`` for the parts of one.
``source`` names every ledger record behind it, ``customer`` is the resolved customer's key.
Needs, scores and changes stand in date order; on one day ``rank`` orders them: by record id, then
source row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

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
    """A follow-up action of a record; ``status`` is the record's."""

    id: str
    customer: str | None
    date: str | None
    action: str | None
    owner: str | None
    due: str | None
    done: str | None
    status: str | None
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
    rank: int
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
    rank: int
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
    rank: int
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


class Facts:
    """A table a kind of fact, indexed by fact id; its columns are the row's fields.

    A table is made when it is first asked for.
    """

    customers: pd.DataFrame
    communications: pd.DataFrame
    messages: pd.DataFrame
    actions: pd.DataFrame
    needs: pd.DataFrame
    issues: pd.DataFrame
    scores: pd.DataFrame
    type_changes: pd.DataFrame
    stage_changes: pd.DataFrame
    evaluations: pd.DataFrame
    entries: pd.DataFrame

    def __init__(self, makers: Mapping[str, Callable[[], pd.DataFrame]]) -> None:
        """``makers`` has for each of KINDS what makes its table."""
        self._makers = makers

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name not in KINDS:
            raise AttributeError(name)
        table = self._makers[name]()
        setattr(self, name, table)
        return table

    def named(self, customer: str) -> dict[str, str]:
        """Return a customer as reports do: ``customer`` (the id, else the name) and ``name``."""
        customer_id, name = self._names.get(customer, (None, customer))
        return {"customer": customer_id or name, "name": name}

    def revisits(self, customer: str) -> list[pd.Timestamp]:
        """Return the days on which a customer was revisited."""
        return self._revisits.get(customer, [])

    @cached_property
    def _revisits(self) -> dict[str, list[pd.Timestamp]]:
        talks = self.communications[self.communications["is_revisit"]].dropna(subset="date")
        days: dict[str, list[pd.Timestamp]] = {}
        for customer, day in zip(talks["customer"], talks["date"], strict=True):
            days.setdefault(customer, []).append(day)
        return days

    @cached_property
    def _names(self) -> dict[str, tuple[str | None, str]]:
        known = self.customers
        pairs = zip(known["customer_id"], known["name"], strict=True)
        return dict(zip(known.index, pairs, strict=True))


def table(kind: type[Any], rows: Sequence[Any]) -> pd.DataFrame:
    """Return rows of one kind as a table, in their order."""
    return table_of(kind, dict(zip(kind._fields, zip(*rows, strict=True), strict=False)))


def table_of(kind: type[Any], columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Return the columns of one kind as a table; without any row none is needed."""
    data = {name: _column(name, columns.get(name, ())) for name in kind._fields}
    return pd.DataFrame(data).set_index("id")


def _column(name: str, values: Sequence[Any]) -> pd.Series[Any]:
    if name in _TIMES:
        return pd.Series(pd.to_datetime(list(values), format="ISO8601"), dtype="datetime64[s]")
    if name in ("hours", "score"):
        return pd.Series(list(values), dtype="float64")
    if name == "rank":
        return pd.Series(list(values), dtype="int64")
    if name.startswith("is_"):
        return pd.Series(list(values), dtype="bool")
    return pd.Series(list(values), dtype="object")
