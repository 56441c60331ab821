"""Steps of customers: from type to type, from stage to stage, by channel, tag and source."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from oracle_facts import Change, Customer, Talk, Team
from oracle_periods import Span, share
from oracle_sheets import channel_class, meant
from oracle_words import LADDER, LOST, STAGES, TAKES_PART


def conversion(team: Team, span: Span) -> dict[str, float | None]:
    known = any(talk.first("type_after") for talk in team.talks)
    return _steps(team, span, "types", LADDER, known)


def stage_conversion(team: Team, span: Span) -> dict[str, float | None]:
    known = any(talk.first("stage_after") for talk in team.talks)
    return _steps(team, span, "stages", tuple(STAGES), known)


def _steps(
    team: Team, span: Span, kind: str, ladder: tuple[str, ...], known: bool
) -> dict[str, float | None]:
    return {
        f"{a}→{b}": _step(team, span, kind, ladder, a) if known else None
        for a, b in pairwise(ladder)
    }


def _step(team: Team, span: Span, kind: str, ladder: tuple[str, ...], a: str) -> float | None:
    were, moved = 0, 0
    for customer in team.customers.values():
        passed = _passed(customer, span, kind, ladder, a)
        were += passed or _was(customer, span, kind, a)
        moved += passed  # each customer counts once
    return moved / were if were else None


def _passed(customer: Customer, span: Span, kind: str, ladder: tuple[str, ...], a: str) -> bool:
    """Whether it went on from a: a jump passes every step between."""
    return any(
        change.before in ladder
        and change.after in ladder
        and ladder.index(change.before) <= ladder.index(a) < ladder.index(change.after)
        for change in _changes(customer, span, kind)
    )


def _changes(customer: Customer, span: Span, kind: str) -> list[Change]:
    return [change for change in getattr(customer, kind).changes if span.has(change.day)]


def _was(customer: Customer, span: Span, kind: str, a: str) -> bool:
    """Whether it was a at the period's start, or where it is first there in it, or became a."""
    became = any(a in (change.before, change.after) for change in _changes(customer, span, kind))
    entered = max(customer.there_from or span.first, span.first)
    before = getattr(customer, kind).before(entered)
    return became or (entered <= span.last and before == a)


def stage_loss(team: Team, span: Span) -> dict[str, float | None]:
    told = [any(talk.first(name) for talk in team.talks) for name in ("stage_after", "type_after")]
    found: dict[str, float | None] = {}
    for stage in STAGES:
        # Customers who became 流失 in the period while at the stage.
        gone = {
            customer.key
            for customer in team.customers.values()
            for change in _changes(customer, span, "types")
            if change.after == LOST and _stage_after(customer, change) == stage
        }
        were = gone | {
            customer.key
            for customer in team.customers.values()
            if _was(customer, span, "stages", stage)
            or _passed(customer, span, "stages", tuple(STAGES), stage)
        }
        found[stage] = len(gone) / len(were) if were and all(told) else None
    return found


def _stage_after(customer: Customer, lost: Change) -> str | None:
    """Return the stage at the end of the day on which a customer was lost."""
    timeline = customer.stages
    past = [change for change in timeline.changes if change.day <= lost.day]
    if past:
        return past[-1].after
    return timeline.changes[0].before if timeline.changes else timeline.base


def _upward(team: Team, span: Span) -> list[tuple[str, Talk]]:
    """Return the customers and talks of the changes later on 潜在→意向→成交."""
    return [
        (customer.key, change.talk)
        for customer in team.customers.values()
        for change in _changes(customer, span, "types")
        if change.before in LADDER
        and change.after in LADDER
        and LADDER.index(change.before) < LADDER.index(change.after)
    ]


def upward_by_owner(team: Team, span: Span) -> list[str]:
    return [talk.rows[0].owner for _, talk in _upward(team, span)]


def channel_conversion(team: Team, span: Span) -> dict[str | None, float | None]:
    known = any(talk.first("type_after") for talk in team.talks)
    talks: dict[str, list[bool]] = {}
    went = [talk for _, talk in _upward(team, span)]
    for talk in team.talks:
        row = talk.first("channel")
        kind = row and channel_class(row["channel"])
        if span.has(talk.day) and kind:
            talks.setdefault(kind, []).append(any(talk is each for each in went))
    return {kind: share(each, bool) if known else None for kind, each in talks.items()}


def tag_conversion(team: Team, span: Span) -> dict[str | None, float | None]:
    known = any(talk.first("type_after") for talk in team.talks)
    contacted = {talk.customer for talk in team.talks if span.has(talk.day)} - {None}
    went = {customer for customer, _ in _upward(team, span)}
    tagged: dict[str, list[bool]] = {}
    for key in contacted:
        for tag in team.customers[key].tags:
            tagged.setdefault(tag, []).append(key in went)
    return {tag: share(each, bool) if known else None for tag, each in tagged.items()}


def campaign(team: Team, span: Span) -> dict[str | None, float | None]:
    """Share of 参加 per 活动名称, of the talks that say whether."""
    asked: dict[str, list[bool]] = {}
    for talk in team.talks:
        name, answer = talk.first("campaign"), talk.first("participation")
        if span.has(talk.day) and name and answer:
            takes_part = meant(answer["participation"], TAKES_PART) is not None
            asked.setdefault(str(name["campaign"]), []).append(takes_part)
    return {name: share(each, bool) for name, each in asked.items()}


def source_new(team: Team, span: Span) -> dict[str | None, float | None]:
    """Customers first there in the period."""
    return {
        source: sum(c.there_from is not None and c.there_from >= span.first for c in own)
        for source, own in _of_sources(team, span).items()
    }


def source_conversion(team: Team, span: Span) -> dict[str | None, float | None]:
    """Customers ever 成交 by its end ÷ customers there by its end."""
    return {
        source: share(own, lambda customer: _ever_bought(customer, span))
        for source, own in _of_sources(team, span).items()
    }


def _of_sources(team: Team, span: Span) -> dict[str | None, list[Customer]]:
    found: dict[str | None, list[Customer]] = {}
    for customer in team.customers.values():
        if customer.origin and customer.is_there(span.last):
            found.setdefault(customer.origin, []).append(customer)
    return found


def _ever_bought(customer: Customer, span: Span) -> bool:
    bought, changes = LADDER[-1], customer.types.changes
    if not changes:
        return customer.types.base == bought
    past = [change for change in changes if change.day <= span.last]
    return changes[0].before == bought or any(bought in (c.before, c.after) for c in past)


Subjects = dict[str | None, Any]
