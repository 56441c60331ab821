"""Customers at risk and won back, evaluations, and what each of our own people does."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from statistics import mean
from typing import Any

from oracle_facts import Customer, Talk, Team
from oracle_metrics import LOW, is_in_time
from oracle_periods import Span, named, share
from oracle_sheets import Row, confirmed, deadline, meant, moment, number, plain
from oracle_steps import upward_by_owner
from oracle_words import (
    ASPECTS,
    AT_RISK,
    CHANNELS,
    CRM,
    DORMANT,
    EVALUATED,
    FALLING,
    FEWER,
    GRADED,
    ISSUES,
    LADDER,
    LOG,
    LOST,
    LOW_SCORE,
    RECORD,
    SCORES,
    SETTLED,
    VIEWS,
)

DORMANT_DAYS = 90
MANY = 4
POOR, LEAST = "需改进", 2.5


def at_risk(team: Team, span: Span) -> list[dict[str, Any]] | None:
    talked = any(talk.day and talk.day <= span.last and talk.customer for talk in team.talks)
    graded = any(c.grade and c.is_there(span.last) for c in team.customers.values())
    if not (talked or graded or any(span.has(score.day) for score in team.scores)):
        return None
    rows = []
    for customer in team.customers.values():
        reasons = [] if _is_lost(customer, span) else sorted(_reasons(team, span, customer))
        if reasons:
            rows.append(named(team, customer.key) | {"reasons": reasons})
    return rows


def _is_lost(customer: Customer, span: Span) -> bool:
    return customer.types.before(span.last + timedelta(days=1)) == LOST


def _reasons(team: Team, span: Span, customer: Customer) -> set[str]:
    days = [talk.day for talk in team.talks if talk.customer == customer.key and talk.day]
    past = [day for day in days if day <= span.last]
    now, before = (sum(map(each.has, days)) for each in (span, span.before))
    trends = [_trend(talk) for talk in _talks_with(team, span, customer)]
    scores = [s.value for s in team.scores if s.customer == customer.key and span.has(s.day)]
    reasons = {
        # In the words of the definition.
        GRADED: customer.grade == AT_RISK and customer.is_there(span.last),
        DORMANT: bool(past) and (span.last - max(past)).days >= DORMANT_DAYS,
        FEWER: span.is_over and before >= MANY and now < before / 2,
        FALLING: "下降" in trends,
        LOW_SCORE: any(score < LOW for score in scores),
    }
    return {reason for reason, holds in reasons.items() if holds}


def _talks_with(team: Team, span: Span, customer: Customer) -> list[Talk]:
    own = (talk for talk in team.talks if talk.customer == customer.key)
    return [talk for talk in own if span.has(talk.day)]


def _trend(talk: Talk) -> str | None:
    row = talk.first("trend")
    return plain(row["trend"]).partition(":")[0] if row else None


def reactivated(team: Team, span: Span) -> int | None:
    if not any(talk.day and talk.day <= span.last and talk.customer for talk in team.talks):
        return None
    return sum(_is_back(team, span, customer) for customer in team.customers.values())


def _is_back(team: Team, span: Span, customer: Customer) -> bool:
    days = {talk.day for talk in team.talks if talk.customer == customer.key and talk.day}
    for day in filter(span.has, days):
        earlier = [other for other in days if other < day]
        if earlier and (day - max(earlier)).days > DORMANT_DAYS:
            return True
    changes = (change for change in customer.types.changes if span.has(change.day))
    return any(change.before == LOST and change.after in LADDER[1:] for change in changes)


def repurchase_rate(team: Team, span: Span) -> float | None:
    bought = [c.deals for c in team.customers.values() if c.deals and c.deals >= 1]
    return share(bought, lambda deals: deals >= 2)


def satisfaction_by_dimension(team: Team, span: Span) -> dict[str, float | None]:
    given = [row for row in team.rows if row.table == SCORES and span.has(row.day)]
    return {aspect: _mean(number(row[aspect]) for row in given) for aspect in ASPECTS}


def evaluation_avg(team: Team, span: Span) -> dict[str, float | None]:
    views = [row["views"] for row in team.rows if row.table == VIEWS and span.has(row.day)]
    found = {dimension: _mean(view.get(dimension) for view in views) for dimension in EVALUATED}
    # Overall is the unweighted mean, blank until all four are there.
    overall = [mean(view.values()) for view in views if len(view) == len(EVALUATED)]
    return found | {POOR: sum(score < LEAST for score in overall) if overall else None}


def _mean(values: Any) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if known else None


def by_owner(team: Team, span: Span) -> list[dict[str, Any]] | None:
    talks: dict[str, list[Talk]] = {}
    for talk in team.talks:
        if span.has(talk.day):
            talks.setdefault(talk.rows[0].owner, []).append(talk)
    overdue = Counter(_overdue_owners(team, span.last))
    upward = Counter(upward_by_owner(team, span))
    entries, scores = _entries(team, span), _scores(team, span)
    return [
        {
            "owner": owner,
            "talks": len(talks.get(owner, ())),
            "customers": len({talk.customer for talk in talks.get(owner, ())} - {None}),
            "overdue": overdue[owner],
            "timely": mean(entries[owner]) if owner in entries else None,
            "upward": upward[owner],
            "score": mean(scores[owner]) if owner in scores else None,
        }
        for owner in {*talks, *overdue, *entries, *upward, *scores}
    ] or None


def _entries(team: Team, span: Span) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in team.rows:
        if row.table != RECORD and span.has(row.day) and row["recorded"]:
            found.setdefault(row.owner, []).append(is_in_time(row))
    return found


def _scores(team: Team, span: Span) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for score in team.scores:
        if span.has(score.day):
            found.setdefault(score.row.owner, []).append(score.value)
    return found


def _overdue_owners(team: Team, day: date) -> list[str]:
    """Return whose actions are due on a day or before and not done by it."""
    return [
        owner
        for row in team.rows
        for owner, due, done in _actions(row)
        if due and due <= day and not (done and done <= day)
    ]


def _actions(row: Row) -> Any:
    """Yield owner, day due and day done of a record's actions that may be overdue."""
    if row.table in (LOG, CHANNELS) and meant(row["status"], SETTLED):
        return
    if row.table in (LOG, CRM):
        due = deadline(row["action_due"], row.day)
        if due is None and "日前" in plain(row["answer"]):
            due = deadline(row["answer"], row.day)  # in words, where the column is blank
        yield row.owner, due, _day(row["action_done"])
    if row.table in (RECORD, CHANNELS):
        for action in row["actions"]:
            due = action.get("完成时间", action.get("截止日期"))
            owner = plain(action.get("负责人")) or row.owner
            yield owner, deadline(due, row.day), _day(action.get("实际完成时间"))
    if row.table == ISSUES and not confirmed(row["second_result"]):
        owner = plain(row["action_owner"]) or row.owner
        yield owner, deadline(row["action_due"], row.day), None


def _day(value: Any) -> date | None:
    found = moment(value)
    return found[0] if found else None
