"""Each metric by its definition, reckoned in the plainest way from the team's facts."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from statistics import mean
from typing import Any

from oracle_facts import Score, Team, polarity
from oracle_periods import Span, named, share
from oracle_sheets import Row, moment
from oracle_words import NEGATIVE, RECORD

SLOW = timedelta(hours=48)
LOW = 3


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
        named(team, customer)
        | {"hours": means.get(customer), "unanswered": waiting.get(customer, 0)}
        for customer in slow
    ]


def unanswered(team: Team, span: Span) -> int | None:
    sent = [(sent, replied) for _, sent, replied in team.messages() if sent < span.end]
    if not sent:
        return None
    return sum(replied is None or replied >= span.end for _, replied in sent)


def never_contacted(team: Team, span: Span) -> int | None:
    there = [customer for customer in team.customers.values() if customer.is_there(span.last)]
    if not there:
        return None
    talked = {talk.customer for talk in team.talks if talk.day and talk.day <= span.last}
    return sum(customer.key not in talked for customer in there)


def contact_frequency(team: Team, span: Span) -> float | None:
    # Communications ÷ distinct customers contacted ÷ months.
    talked = [
        talk.customer for talk in team.talks if talk.day and span.window <= talk.day <= span.last
    ]
    return len(talked) / len(set(talked)) / span.months if talked else None


def top_needs(team: Team, span: Span) -> list[dict[str, Any]] | None:
    raised = [need for need in team.needs if span.has(need.day) and need.tag]
    # The customers who raised any tag.
    return _top([(need.customer, need.tag) for need in raised], {need.customer for need in raised})


def top_issues(team: Team, span: Span) -> list[dict[str, Any]] | None:
    reported = [issue for issue in team.issues if span.has(issue.reported)]
    tagged = [(issue.customer, tag) for issue in reported for tag in issue.tags]
    # Share of the customers with any issue in the period.
    return _top(tagged, {issue.customer for issue in reported})


def _top(tagged: list[tuple[Any, Any]], everyone: set[Any]) -> list[dict[str, Any]] | None:
    rows = []
    for tag in {tag for _, tag in tagged}:
        own = [customer for customer, other in tagged if other == tag]
        share = len({*own}) / len(everyone)
        rows.append({"tag": tag, "customers": len({*own}), "mentions": len(own), "share": share})
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
    return share(known, lambda value: value in ("已满足", "部分满足"))


def need_met_rate(team: Team, span: Span) -> float | None:
    return share(_needs_known(team, span), lambda value: value == "已满足")


def need_response_rate(team: Team, span: Span) -> float | None:
    answered: dict[Any, bool] = {}
    for n, need in enumerate(need for need in team.needs if span.has(need.day)):
        # (customer, tag) once a period; one record that answers it is enough.
        key = (need.customer, need.tag) if need.tag else n
        answered[key] = answered.get(key, False) or need.is_answered
    return share(answered.values(), bool)


def satisfaction(team: Team, span: Span) -> float | None:
    scores = [score.value for score in team.scores if span.has(score.day)]
    return mean(scores) if scores else None


def negative_share(team: Team, span: Span) -> float | None:
    moods = [polarity(talk) for talk in team.talks if span.has(talk.day)]
    return share([mood for mood in moods if mood], lambda mood: mood == NEGATIVE)


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
            rows.append(named(team, customer) | _step(team, before, own[-1]))
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
    return share(reported, lambda issue: issue.is_done(span.last))


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
    return share(rows, is_in_time)


def is_in_time(row: Row) -> bool:
    """At most 24 hours after the talk's end; of which only the day is known: its 24:00."""
    day, at, _ = moment(row["recorded"])
    if at is None:
        return day <= row.day + timedelta(days=1)  # a date alone: up to the next calendar day
    end = row.end or datetime.combine(row.day + timedelta(days=1), time())
    return at <= end + timedelta(hours=24)
