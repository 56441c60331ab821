"""Issues: those of the tracker, and those a revisit tells of that the tracker does not have."""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.facts.lines import Line, Told, day_of
from xlcrm.facts.model import Issue
from xlcrm.facts.sources import REVISITS, TRACKER
from xlcrm.text import fold

_WANTS_MORE, _CONTENT = "需改进", "满意"


def issues(history: Told) -> Iterator[Issue]:
    """Yield the issues. One is the tracker's where customer and description are the same there."""
    tables = history.of_tables((TRACKER, REVISITS))
    tracked = {(line.customer, _described(line, "description")) for line in tables[TRACKER]}
    for line in tables[TRACKER]:
        yield _tracked(line)
    for line in tables[REVISITS]:
        described = line.text("issue")
        if described and not (line.customer and (line.customer, fold(described)) in tracked):
            yield _told(line, described)


def revisits(history: Told) -> dict[str, list[str]]:
    """Return the days (ISO) on which each customer was revisited."""
    days: dict[str, list[str]] = {}
    for line in history.of_tables((REVISITS,))[REVISITS]:
        if line.customer and line.day:
            days.setdefault(line.customer, []).append(line.day)
    return days


def _described(line: Line, field: str) -> str:
    return fold(line.text(field) or "")


def _tracked(line: Line) -> Issue:
    completed = day_of(line.values.get("completed_on"))
    confirmation, second = line.text("confirmation"), line.text("second_result")
    return Issue(
        id=line.id,
        customer=line.customer,
        number=line.text("issue_id"),
        description=line.text("description"),
        reported=line.day,
        due=day_of(line.values.get("due")),
        completed=completed,
        confirmation=confirmation,
        second_result=second,
        is_settled=completed is not None and (confirmation != _WANTS_MORE or second == _CONTENT),
        progress=line.text("progress"),
        category=line.text("issue_category"),
        priority=line.text("priority"),
        owner=line.text("owner"),
        tags=line.texts("issue_tags"),
        source=(line.id,),
    )


def _told(line: Line, described: str) -> Issue:
    return Issue(
        id=line.id,
        customer=line.customer,
        number=None,
        description=described,
        reported=line.day,
        due=day_of(line.values.get("expected")),
        completed=None,
        confirmation=None,
        second_result=None,
        is_settled=False,
        progress=None,
        category=None,
        priority=line.text("priority"),
        owner=line.text("owner"),
        tags=line.texts("issue_tags"),
        source=(line.id,),
    )
