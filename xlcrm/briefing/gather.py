"""What a customer's records say that matters before a talk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from xlcrm.facts.issues import issues
from xlcrm.facts.lines import History, Line
from xlcrm.facts.matters import ISSUE, NEED, Matter, last_talks, matters
from xlcrm.facts.model import Communication, Customer, Issue
from xlcrm.facts.needs import needs
from xlcrm.facts.scores import other_scores, talk_scores
from xlcrm.facts.talks import Talk, communications, match_talks
from xlcrm.privacy import mask
from xlcrm.records import LedgerRecord, Source
from xlcrm.sheet_words import declared
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.texts import CUSTOMERS
from xlcrm.text import fold
from xlcrm.values import dataclass

PROMISE = "promise"
_FIRST = "1. "  # an item that is the only one needs no number
_KEY_POINT = re.compile(r"★\s*([^★\n]+)")


class Point(NamedTuple):
    """A field of the customer's, with its value."""

    field: Field
    value: Any

    def text(self, language: str) -> str:
        """Return the value as people read it; what is private is masked."""
        return mask(self.field.type.text(self.value, language))


class KeyPoint(NamedTuple):
    """What somebody has marked with a star, and on which day (ISO)."""

    date: str | None
    text: str
    source: Source


class NeedSaid(NamedTuple):
    """A need as it was last told of: its tag or words, and how often it was."""

    tag: str
    date: str | None
    priority: str | None
    met: str | None
    mentions: int


class ScoreSaid(NamedTuple):
    """A score of the customer's, 1 to 5."""

    date: str | None
    score: float


@dataclass(frozen=True)
class Brief:
    """One customer as of a day. Lists have the newest first; ``promises`` is what is still to be
    done, what was promised to the customer before all else."""

    customer: Customer
    as_of: date
    base: Sequence[Point]
    preferences: Sequence[Point]
    people: Sequence[Sequence[Point]]
    talks: Sequence[Communication]
    promises: Sequence[Matter]
    issues: Sequence[Issue]
    scores: Sequence[ScoreSaid]
    needs: Sequence[NeedSaid]
    key_points: Sequence[KeyPoint]
    sources: Mapping[str, Source]

    @property
    def name(self) -> str:
        return self.customer.name

    @property
    def key(self) -> str:
        """The id, else the name."""
        return self.customer.customer_id or self.customer.name

    def place(self, fact: Any) -> str | None:
        """Return where a fact comes from, as people read it."""
        return str(self.sources[fact.source[0]]) if fact.source else None


def brief(history: History, customer: Customer, as_of: date) -> Brief:
    """Return what ``history``, the records of one customer, says of it."""
    talks = match_talks(history.lines(range(len(history.records))), history.spec)
    base, preferences = _points(history)
    return Brief(
        customer,
        as_of,
        base,
        preferences,
        list(_people(history)),
        _talks(talks, history),
        _open(history, as_of),
        sorted(_unsettled(history), key=lambda each: each.reported or "", reverse=True),
        _scores(talks, history),
        _needs(talks, history),
        _key_points(history),
        {record.id: record.sources[0] for record in history.records},
    )


def _points(history: History) -> tuple[list[Point], list[Point]]:
    """Return what the customer's base rows say, and of it apart what the customer prefers. Where
    several rows are of one customer, a field is taken from the first that has it."""
    table = history.spec.with_role(CUSTOMERS)
    preferred, left_out = declared("brief.preferences"), declared("brief.left_out")
    values: dict[str, Any] = {}
    for record in reversed(history.records):
        if table and record.table == table.key:
            values.update(record.values)
    found = list(_filled(table, values)) if table else []
    base = [each for each in found if each.field.key not in (*preferred, *left_out)]
    return base, [each for each in found if each.field.key in preferred]


def _filled(table: Table, values: Mapping[str, Any]) -> Iterator[Point]:
    return (Point(each, values[each.key]) for each in table.fields if each.key in values)


def _people(history: History) -> Iterator[list[Point]]:
    """Yield the customer's people, where the team keeps a table of them."""
    of = declared("brief.people")
    table = history.spec.tables.get(of["table"])
    for record in history.records:
        if table and record.table == table.key:
            yield [each for each in _filled(table, record.values) if each.field.key in of["fields"]]


def _talks(talks: Sequence[Talk], history: History) -> list[Communication]:
    columns = communications(talks, history.spec)
    rows = zip(*(columns[name] for name in Communication._fields), strict=True)
    found = (Communication(*row) for row in rows)
    return sorted(found, key=lambda each: (each.date or "", each.start or ""), reverse=True)


def _open(history: History, as_of: date) -> list[Matter]:
    """Return what is still to be done, issues and needs apart: promises first, and what is nearest
    to the day, before or after it."""

    def distance(matter: Matter) -> int:
        day = matter.due or matter.date
        return abs((date.fromisoformat(day) - as_of).days) if day else date.max.toordinal()

    last, _ = max(last_talks(history, as_of).values(), default=("", ""))
    found = [
        each
        for each in matters(history)
        if each.kind not in (ISSUE, NEED)
        and not each.is_settled
        and not (each.due and not each.is_marked and last >= each.due)
    ]
    return sorted(found, key=lambda each: (each.kind != PROMISE, distance(each)))


def _unsettled(history: History) -> Iterator[Issue]:
    return (each for each in issues(history) if not each.is_settled)


def _scores(talks: Sequence[Talk], history: History) -> list[ScoreSaid]:
    found = [*talk_scores(talks), *other_scores(history)]
    said = (ScoreSaid(score.date, score.score) for _, score in found)
    return sorted(said, key=lambda each: each.date or "", reverse=True)


def _needs(talks: Iterable[Talk], history: History) -> list[NeedSaid]:
    """Return the needs, each once, as they were last told of."""
    found: dict[str, NeedSaid] = {}
    told = sorted(needs(talks, history.spec), key=lambda pair: (pair[1].date or "", pair[0].rank))
    for _, need in told:
        text = need.text or ""
        tag = need.tag or (text if "\n" in text else text.removeprefix(_FIRST))
        if tag:
            was = found.pop(tag, NeedSaid(tag, None, None, None, 0))
            priority, met = need.priority or was.priority, need.met or was.met
            found[tag] = NeedSaid(tag, need.date, priority, met, was.mentions + 1)
    return list(reversed(found.values()))


def _key_points(history: History) -> list[KeyPoint]:
    """Return what is marked with a star in any text of the records, each once as it was last."""
    found = []
    for place, record in enumerate(history.records):
        texts = _texts(history.line(place), record)
        marked = (text for each in texts for text in _KEY_POINT.findall(each))
        found += [KeyPoint(history.days[place], mask(t.strip()), record.sources[0]) for t in marked]
    found.sort(key=lambda each: each.date or "")
    once = {fold(each.text): each for each in found}
    return sorted(once.values(), key=lambda each: each.date or "", reverse=True)


def _texts(line: Line, record: LedgerRecord) -> Iterator[str]:
    return (line.text(key) or "" for key in record.values)
