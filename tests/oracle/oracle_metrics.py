"""Each metric by its definition, reckoned in the plainest way from the team's facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from statistics import mean
from typing import Any

from oracle_facts import Customer, Score, Team, polarity
from oracle_sheets import Row, moment
from oracle_words import LADDER, NEGATIVE, RECORD

SLOW = timedelta(hours=48)
LOW = 3


@dataclass(frozen=True)
class Span:
    """A period: whole days, both included."""

    first: date
    last: date
    months: int
    window: date  # the first day of what a monthly mean is taken over

    def has(self, day: date | datetime | None) -> bool:
        if isinstance(day, datetime):
            day = day.date()
        return day is not None and self.first <= day <= self.last

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time())


def week(year: int, number: int) -> Span:
    monday = date.fromisocalendar(year, number, 1)
    sunday = monday + timedelta(days=6)
    # For a week: over the 30 days ending with its last day.
    return Span(monday, sunday, 1, sunday - timedelta(days=29))


def months(year: int, month: int, count: int) -> Span:
    """Return the period of ``count`` months from one that may lie before or after the year."""
    first, after = _month(year, month), _month(year, month + count)
    return Span(first, after - timedelta(days=1), count, first)


def _month(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def avg_response_hours(team: Team, span: Span) -> float | None:
    hours = [
        (replied - sent).total_seconds() / 3600
        for _, sent, replied in team.messages()
        if span.has(replied)  # 客户回复时间 is in the period
        if replied >= sent  # rows whose 客户回复 is before 我方发出 left out
    ]
    return mean(hours) if hours else None


def slow_customers(team: Team, span: Span) -> list[dict[str, Any]] | None:
    answered: dict[str, list[float]] = {}
    waiting: dict[str, int] = {}
    any_data = False
    for customer, sent, replied in team.messages():
        if span.has(replied) and replied >= sent:
            answered.setdefault(customer, []).append((replied - sent).total_seconds() / 3600)
        if (
            span.has(sent)  # a message sent in the period
            and span.end - sent > SLOW  # more than 48 h before its end
            and (replied is None or replied >= span.end)  # and not answered by its end
        ):
            waiting[customer] = waiting.get(customer, 0) + 1
        any_data = any_data or span.has(sent) or (span.has(replied) and replied >= sent)
    if not any_data:
        return None
    means = {customer: mean(hours) for customer, hours in answered.items()}
    # Whose mean over those replies is above 48 h, or who have such a message.
    slow = {customer for customer, hours in means.items() if hours > 48} | set(waiting)
    return [
        _named(team, customer)
        | {"hours": means.get(customer), "unanswered": waiting.get(customer, 0)}
        for customer in slow
    ]


def contact_frequency(team: Team, span: Span) -> float | None:
    # Communications ÷ distinct customers contacted ÷ months.
    talked = [
        talk.customer for talk in team.talks if talk.day and span.window <= talk.day <= span.last
    ]
    return len(talked) / len(set(talked)) / span.months if talked else None


def top_needs(team: Team, span: Span) -> list[dict[str, Any]] | None:
    raised = [need for need in team.needs if span.has(need.day) and need.tag]
    everyone = {need.customer for need in raised}  # the customers who raised any tag
    rows = []
    for tag in {need.tag for need in raised}:
        own = [need for need in raised if need.tag == tag]
        who = {need.customer for need in own}
        share = len(who) / len(everyone)
        rows.append({"tag": tag, "customers": len(who), "mentions": len(own), "share": share})
    # By distinct customers, ties by mentions, then by name in code-point order.
    rows.sort(key=lambda row: (-row["customers"], -row["mentions"], row["tag"]))
    return rows[:3] or None


def _needs_known(team: Team, span: Span) -> list[str]:
    """Return 需求满足情况 of each need of the period that has one: (customer, tag) once."""
    latest: dict[Any, str] = {}
    known = [need for need in team.needs if span.has(need.day) and need.met]
    # The latest filled value counts: by date, then record id, then source row.
    for n, need in enumerate(sorted(known, key=lambda need: (need.day, need.rank))):
        latest[(need.customer, need.tag) if need.tag else n] = need.met
    return list(latest.values())


def need_match_rate(team: Team, span: Span) -> float | None:
    known = _needs_known(team, span)
    return _share(known, lambda value: value in ("已满足", "部分满足"))


def need_met_rate(team: Team, span: Span) -> float | None:
    return _share(_needs_known(team, span), lambda value: value == "已满足")


def conversion(team: Team, span: Span) -> dict[str, float | None]:
    return {f"{a}→{b}": _conversion(team, span, a) for a, b in pairwise(LADDER)}


def _conversion(team: Team, span: Span, a: str) -> float | None:
    if not any(talk.first("type_after") for talk in team.talks):
        return None
    step = LADDER.index(a)
    were, moved = 0, 0
    for customer in team.customers.values():
        changes = [change for change in customer.changes if span.has(change.day)]
        # A jump passes every step between.
        passed = any(
            change.before in LADDER
            and change.after in LADDER
            and LADDER.index(change.before) <= step < LADDER.index(change.after)
            for change in changes
        )
        # Was a at its start, or became a in it.
        became = any(a in (change.before, change.after) for change in changes)
        were += passed or became or _is_at_start(customer, span, a)
        moved += passed  # each customer counts once
    return moved / were if were else None


def _is_at_start(customer: Customer, span: Span, a: str) -> bool:
    """Whether it is a at the period's start, or where it is first there in the period."""
    there = customer.there_from or span.first
    return there <= span.last and customer.type_before(max(there, span.first)) == a


def satisfaction(team: Team, span: Span) -> float | None:
    scores = [score.value for score in team.scores if span.has(score.day)]
    return mean(scores) if scores else None


def negative_share(team: Team, span: Span) -> float | None:
    moods = [polarity(talk) for talk in team.talks if span.has(talk.day)]
    return _share([mood for mood in moods if mood], lambda mood: mood == NEGATIVE)


def low_satisfaction(team: Team, span: Span) -> list[dict[str, Any]] | None:
    now = [score for score in team.scores if span.has(score.day)]
    if not now:
        return None
    rows = []
    for customer in {score.customer for score in now}:
        own = [score for score in now if score.customer == customer]
        earlier = [s for s in team.scores if s.customer == customer and s.day < span.first]
        before = earlier[-1] if earlier else None
        # A score below 3 in the period, or the last before it was below 3 and one is in it.
        if any(score.value < LOW for score in own) or (before and before.value < LOW):
            rows.append(_named(team, customer) | _step(team, before, own[-1]))
    return rows


def _step(team: Team, before: Score | None, after: Score) -> dict[str, Any]:
    revisits = [
        row.day.isoformat()
        for row in team.revisits
        if before and row.customer == after.customer and before.day <= row.day <= after.day
    ]
    value = before.value if before else None
    return {"before": value, "after": after.value, "revisited": max(revisits, default=None)}


def issue_close_rate(team: Team, span: Span) -> float | None:
    reported = [issue for issue in team.issues if span.has(issue.reported)]
    return _share(reported, lambda issue: issue.is_done(span.last))


def issue_days(team: Team, span: Span) -> float | None:
    days = [
        (issue.completed - issue.reported).days
        for issue in team.issues
        if span.has(issue.completed) and issue.is_done(span.last) and issue.reported
    ]
    return mean(days) if days else None


def issue_overdue(team: Team, span: Span) -> int | None:
    known = [issue for issue in team.issues if issue.reported and issue.reported <= span.last]
    if not known:
        return None
    return sum(
        issue.due is not None and issue.due <= span.last and not issue.is_done(span.last)
        for issue in team.issues
    )


def timely_entry_rate(team: Team, span: Span) -> float | None:
    # Records dated in the period with 录入时间, document A's form apart.
    rows = [r for r in team.rows if r.table != RECORD and span.has(r.day) and r["recorded"]]
    return _share(rows, _is_in_time)


def _is_in_time(row: Row) -> bool:
    """At most 24 hours after the talk's end; of which only the day is known: its 24:00."""
    day, at, _ = moment(row["recorded"])
    if at is None:
        return day <= row.day + timedelta(days=1)  # a date alone: up to the next calendar day
    end = row.end or datetime.combine(row.day + timedelta(days=1), time())
    return at <= end + timedelta(hours=24)


def _share(values: Iterable[Any], counts: Callable[[Any], bool]) -> float | None:
    values = list(values)
    return sum(map(counts, values)) / len(values) if values else None


def _named(team: Team, customer: str) -> dict[str, str]:
    return {"customer": customer, "name": team.customers[customer].name}


RELATIVE, DIFFERENCE, NONE = "relative", "difference", "none"

# Every metric, with the kind of its change.
METRICS: dict[Callable[[Team, Span], Any], str] = {
    avg_response_hours: RELATIVE,
    slow_customers: DIFFERENCE,
    contact_frequency: RELATIVE,
    top_needs: NONE,
    need_match_rate: DIFFERENCE,
    need_met_rate: DIFFERENCE,
    conversion: DIFFERENCE,
    satisfaction: DIFFERENCE,
    negative_share: DIFFERENCE,
    low_satisfaction: DIFFERENCE,
    issue_close_rate: DIFFERENCE,
    issue_days: RELATIVE,
    issue_overdue: DIFFERENCE,
    timely_entry_rate: DIFFERENCE,
}


def change(kind: str, now: Any, before: Any) -> float | None:
    """Return 本-上, of a relative change (本-上)/上; None where a side is, or 上 is 0."""
    if kind == NONE or now is None or before is None:
        return None
    if isinstance(now, list):
        return len(now) - len(before)
    if kind == RELATIVE:
        return (now - before) / before if before else None
    return now - before


def everything(team: Team, span: Span, previous: Span) -> dict[tuple[str, str | None], Any]:
    """Return current, previous and change of every metric, by its key and subject."""
    found: dict[tuple[str, str | None], Any] = {}
    for metric, kind in METRICS.items():
        now, before = metric(team, span), metric(team, previous)
        if not isinstance(now, dict):
            now, before = {None: now}, {None: before}
        for subject in now:
            values = now[subject], before[subject]
            found[metric.__name__, subject] = (*values, change(kind, *values))
    return found
