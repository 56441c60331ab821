"""Facts as tables: of everything, or as far as questions about a span of days need them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import cache, cached_property

import pandas as pd

from xlcrm.facts.model import KINDS
from xlcrm.values import dataclass

# Of these kinds, facts of a span leave out what no question about its days can need.
OF_SPAN = frozenset(("communications", "messages", "actions", "needs", "scores", "entries"))


@dataclass(frozen=True)
class Span:
    """The days from ``first`` to ``last``, both included; of communications from ``talks_from``."""

    first: date
    last: date
    talks_from: date

    def __post_init__(self) -> None:
        if not self.talks_from <= self.first <= self.last:
            raise ValueError(f"{self} is no span")

    def first_of(self, kind: str) -> date:
        """Return the first day of a kind of fact."""
        return self.talks_from if kind == "communications" else self.first


def chosen(facts: pd.DataFrame, hits: pd.Series[bool]) -> pd.DataFrame:
    """Return the facts for which ``hits`` holds.

    They are given to pandas as an array: of a series it would first make an index of all ids.
    """
    return facts[hits.to_numpy(dtype=bool)]


class Facts:
    """A table a kind of fact, indexed by fact id; its columns are the row's fields.

    A table is made when it is first asked for. Facts of a ``span`` of days are

    - whole, whatever the span: customers, issues, type and stage changes, evaluations, the days of
      talks and revisits, and what talks tell of a column at all;
    - of the span: communications dated in it or in the days that it has for them before; needs and
      entries dated in it; messages that were sent, replied to or open in it, and the first one
      ever; actions that were overdue in it; scores dated in it, with each customer's last one
      before it.

    Those of the span are asked for within a period, by id, or as last scores: asking for other days
    than the span's, or for the whole table, raises ValueError. ``here`` returns what there is.
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

    def __init__(
        self,
        makers: Mapping[str, Callable[[], pd.DataFrame]],
        revisits: Callable[[], Mapping[str, list[str]]],
        talk_days: Callable[[], Mapping[str, list[str]]],
        tells: Callable[[str], bool],
        earliest: Callable[[str], str | None],
        of: Callable[[Span], Facts],
        span: Span | None = None,
    ) -> None:
        """``makers`` has for each of KINDS what makes its table; ``span`` None: of everything."""
        self._makers = makers
        self._make_revisits = revisits
        self._make_talk_days = talk_days
        self._tells = cache(tells)
        self._earliest = earliest
        self._of = of
        self._span = span
        self._tables: dict[str, pd.DataFrame] = {}
        self._within: dict[tuple[str, str, date, date], pd.DataFrame] = {}

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name not in KINDS:
            raise AttributeError(name)
        if self._span and name in OF_SPAN:
            raise ValueError(f"{name} are of {self._span} alone: ask for them within a period")
        return self.here(name)

    @property
    def are_whole(self) -> bool:
        """Whether these are the facts of everything."""
        return self._span is None

    def of(self, span: Span) -> Facts:
        """Return the facts of other days, without the texts that people read; the facts of
        everything are those of any day."""
        return self if self.are_whole else self._of(span)

    def here(self, kind: str) -> pd.DataFrame:
        """Return the facts of a kind that there are here, be they of a span or of everything."""
        if kind not in self._tables:
            self._tables[kind] = self._makers[kind]()
        return self._tables[kind]

    def within(self, kind: str, column: str, first: date, last: date) -> pd.DataFrame:
        """Return the facts whose day or moment ``column`` is from ``first`` to ``last``'s end."""
        key = (kind, column, first, last)
        if key not in self._within:
            self._refuse_outside(kind, first, last)
            table = self.here(kind)
            times, end = table[column], pd.Timestamp(last + timedelta(days=1))
            self._within[key] = chosen(table, (times >= pd.Timestamp(first)) & (times < end))
        return self._within[key]

    def among(self, kind: str, ids: Iterable[str]) -> pd.DataFrame:
        """Return the facts of some ids, in their order. Raises KeyError for one there is not."""
        return self.here(kind).loc[list(ids)]

    def last_scores(self, before: date) -> pd.DataFrame:
        """Return each customer's last score before a day, in date order."""
        self._refuse_outside("scores", before, before)
        scores = self.here("scores").dropna(subset="customer")  # in date order
        earlier = chosen(scores, scores["date"] < pd.Timestamp(before))
        return earlier.drop_duplicates("customer", keep="last")

    def tells(self, column: str) -> bool:
        """Whether any talk, whenever it was, has a column."""
        return self._tells(column)

    def earliest(self, column: str) -> str | None:
        """Return the earliest moment (ISO) that any talk has in a column; None where none has."""
        return self._earliest(column)

    def unanswered(self, day: date) -> pd.DataFrame:
        """Return the messages sent on a day or before and not answered by its end."""
        self._refuse_outside("messages", day, day)
        messages, end = self.here("messages"), pd.Timestamp(day + timedelta(days=1))
        is_answered = messages["replied"] < end
        return chosen(messages, (messages["sent"] < end) & ~is_answered)

    def overdue(self, day: date) -> pd.DataFrame:
        """Return the actions that are awaited, due on a day or before, and not done by it."""
        self._refuse_outside("actions", day, day)
        actions, end = self.here("actions"), pd.Timestamp(day + timedelta(days=1))
        is_done = actions["done"] < end
        return chosen(actions, actions["is_awaited"] & (actions["due"] < end) & ~is_done)

    @cached_property
    def talk_days(self) -> Mapping[str, list[str]]:
        """The days (ISO) on which each customer was talked to, each once, in their order."""
        return self._make_talk_days()

    def named(self, customer: str) -> dict[str, str]:
        """Return a customer as reports do: ``customer`` (the id, else the name) and ``name``."""
        customer_id, name = self._names.get(customer, (None, customer))
        return {"customer": customer_id or name, "name": name}

    def revisits(self, customer: str) -> list[str]:
        """Return the days (ISO) on which a customer was revisited."""
        return self._revisits.get(customer, [])

    def _refuse_outside(self, kind: str, first: date, last: date) -> None:
        span = self._span
        if span and kind in OF_SPAN and not span.first_of(kind) <= first <= last <= span.last:
            raise ValueError(f"{kind} are of {span} alone: {first} to {last} lies outside")

    @cached_property
    def _revisits(self) -> Mapping[str, list[str]]:
        return self._make_revisits()

    @cached_property
    def _names(self) -> dict[str, tuple[str | None, str]]:
        known = self.customers
        pairs = zip(known["customer_id"], known["name"], strict=True)
        return dict(zip(known.index, pairs, strict=True))
