"""What is on the agenda of a day, by the parameters that a team may set."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import get_args

from xlcrm.agenda.days import comes_round
from xlcrm.agenda.owners import Heirs
from xlcrm.facts.customers import customers
from xlcrm.facts.lines import History
from xlcrm.facts.matters import Matter, last_talks, matters
from xlcrm.facts.model import Customer
from xlcrm.facts.occasions import ANNIVERSARY, BIRTHDAY, RENEWAL, Occasion, occasions
from xlcrm.findings import Language, Localised
from xlcrm.privacy import mask
from xlcrm.records import Source
from xlcrm.sheet_words import Words, declared, how_far
from xlcrm.spec.model import Spec
from xlcrm.text import fold
from xlcrm.values import dataclass

_Fact = Matter | Customer | Occasion
DUE, OVERDUE, REVISIT = "due", "overdue", "revisit"


@dataclass(frozen=True)
class Item:
    """Something for the day. ``kind`` is one of those that ``due.kind`` declares, ``day`` when it
    is or was due, ``customer`` the id, else the name. ``uid`` stays the same from run to run,
    whatever becomes of the day; private values in ``what`` are masked."""

    kind: str
    day: date
    customer: str | None
    name: str | None
    owner: str | None
    what: Localised
    source: Source | None
    uid: str

    @property
    def place(self) -> str:
        """Where it comes from, as people read it."""
        return str(self.source or "")

    def when(self, as_of: date, words: Words) -> str:
        """Return how far off its day is, in words."""
        return how_far(words, (self.day - as_of).days)


@dataclass(frozen=True)
class _Day:
    """The day for which an agenda is made, and who is who on it."""

    history: History
    as_of: date
    customers: Mapping[str, Customer]
    talks: Mapping[str, tuple[str, str]]
    heirs: Heirs

    @property
    def spec(self) -> Spec:
        return self.history.spec

    @property
    def until(self) -> date:
        """The last day that is brought up ahead."""
        return self.as_of + timedelta(days=self.spec.parameter("remind_days"))

    def is_lost(self, customer: str | None) -> bool:
        """Whether a customer has left, by the customer's type."""
        known = self.customers.get(customer or "")
        choice = self.spec.vocabularies["customer_type"].find((known and known.type) or "")
        return choice is not None and choice.lost

    def item(self, kind: str, day: date, fact: _Fact, what: Localised, part: str = "") -> Item:
        """Return an item that a fact gives rise to; ``part`` tells it from others of the fact."""
        known = self.customers.get((fact.id if isinstance(fact, Customer) else fact.customer) or "")
        code, name = (known.customer_id, known.name) if known else (None, None)
        owners = [fact.owner, known.owner if known else None]
        if isinstance(fact, Occasion):  # what comes round is the customer's, not the record's
            owners.reverse()
        owner = self.heirs.of(next(filter(None, owners), None))
        sign = hashlib.sha256(f"{fact.id} {part}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        record = self.history.by_id[fact.source[0]] if fact.source else None
        source = record.sources[0] if record else None
        return Item(kind, day, code or name, name, owner, what, source, sign)


def agenda(history: History, as_of: date) -> list[Item]:
    """Return what is due on ``as_of`` or within ``remind_days`` of it, what is overdue, and what
    else the day asks for: by kind as they are declared, then by day and customer."""
    day = _Day(
        history,
        as_of,
        {each.id: each for each in customers(history)},
        last_talks(history, as_of),
        Heirs(history.spec.members, as_of),
    )
    found = [*_matters(day), *_revisits(day), *_occasions(day)]
    once = {(e.kind, e.day, e.customer, fold(e.what["zh"])): e for e in reversed(found)}
    order = list(declared("due.kind"))
    return sorted(
        once.values(), key=lambda e: (order.index(e.kind), e.day, e.customer or "", e.what["zh"])
    )


def _matters(day: _Day) -> Iterator[Item]:
    for each in matters(day.history):
        if each.due is None or _is_over(each, day):
            continue
        due = date.fromisoformat(each.due)
        if due <= day.until:
            kind = OVERDUE if due < day.as_of else DUE
            what = told(each.kind if each.what else f"{each.kind}_unnamed", what=each.what)
            yield day.item(kind, due, each, what)


def _is_over(matter: Matter, day: _Day) -> bool:
    """Whether a matter is done; where no record can say so, a talk on its day or later tells of
    what is left of it."""
    if matter.is_settled or matter.is_marked:
        return matter.is_settled
    last, _ = day.talks.get(matter.customer or "", ("", ""))
    return last >= (matter.due or "")


def _revisits(day: _Day) -> Iterator[Item]:
    """Yield the customers whose last talk lies back as many days as their grade allows, or as make
    a customer dormant. Whoever has left is not waited for."""
    spec, grades = day.spec, day.spec.vocabularies["customer_grade"]
    every, others = spec.parameter("revisit_days"), spec.parameter("revisit_days_default")
    dormant = spec.parameter("dormant_days")
    for each in day.customers.values():
        last, told_by = day.talks.get(each.id, ("", ""))
        since = last or each.there_from
        between = every.get(each.grade, others)
        days = min(between, dormant)
        due = date.fromisoformat(since) + timedelta(days=days) if since else day.as_of
        if due > day.until or day.is_lost(each.id):
            continue
        gone = (day.as_of - date.fromisoformat(since)).days if since else 0
        by_grade = "revisit" if each.grade else "revisit_ungraded"
        word = "dormant" if gone >= dormant or between > dormant else by_grade
        grade = {name: grades.label(each.grade or "", name) for name in get_args(Language)}
        what = told(word if last else "never", last=last, days=days, gone=gone, grade=grade)
        source = each.source or (told_by,) * bool(told_by)
        yield day.item(REVISIT, due, each._replace(source=source), what, REVISIT)


def _occasions(day: _Day) -> Iterator[Item]:
    for each in occasions(day.history):
        for when, words in _days_of(each, day):
            word = each.kind if each.what or each.kind != BIRTHDAY else "birthday_unnamed"
            what = told(word, what=each.what, **words)
            year = str(when.year) if each.kind in (BIRTHDAY, ANNIVERSARY) else ""
            yield day.item(each.kind, when, each, what, year)


def _days_of(each: Occasion, day: _Day) -> Iterator[tuple[date, dict[str, object]]]:
    """Yield the days on which an occasion is on the agenda, each with what is told of it."""
    if each.kind == BIRTHDAY:
        for when in comes_round(each.day, day.as_of, day.until):
            yield when, {"day": each.day}
        return
    first = date.fromisoformat(each.day)
    if each.kind == ANNIVERSARY:
        for when in comes_round(each.day[5:], day.as_of, day.until):
            if when.year > first.year:
                yield when, {"years": when.year - first.year, "day": each.day}
    elif each.kind == RENEWAL:
        ahead = timedelta(days=day.spec.parameter("renewal_days"))
        if first <= day.as_of + ahead and not day.is_lost(each.customer):
            yield first, {}
    else:
        yield first, {}


def told(word: str, **given: object) -> Localised:
    """Return ``due.what.<word>`` in every language; a value may itself be in several, and what is
    private in one is masked."""
    made = {}
    for name in get_args(Language):
        values = {key: _in(each, name) for key, each in given.items()}
        made[name] = Words(name)(f"due.what.{word}", **values)
    return made


def _in(value: object, language: Language) -> object:
    if isinstance(value, Mapping):
        return value.get(language, "")
    return mask(value) if isinstance(value, str) else value
