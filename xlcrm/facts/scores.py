"""Scores: what customers think of us, and evaluations by dimension."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from xlcrm.facts.lines import Line, Pair, Told, day_of
from xlcrm.facts.model import Evaluation, Score
from xlcrm.facts.sources import SATISFACTION, SCORE_DAYS, TALK_EVALUATION, TRACKER
from xlcrm.facts.tables import Span
from xlcrm.facts.talks import Talk, told_on

_TOLD = "satisfaction"


def talk_scores(talks: Iterable[Talk]) -> Iterator[tuple[Line, Score]]:
    """Yield the score of each talk that has one, with the line that says it.

    The evaluation of a talk is our own view, and no customer's score.
    """
    for talk in talks:
        held = talk.holder(_TOLD)
        if held:
            line, key = held
            yield _score(line, line.values[key], line.day)


def other_scores(history: Told) -> Iterator[tuple[Line, Score]]:
    """Yield the scores of issues and of satisfaction evaluations, with their lines."""
    tables = history.of_tables((TRACKER, SATISFACTION))
    for line in tables[TRACKER]:
        if _TOLD in line.values:
            days = (day_of(line.values.get(field)) for field in SCORE_DAYS)
            yield _score(line, line.values[_TOLD], next(filter(None, days), None))
    for line in tables[SATISFACTION]:
        if "overall" in line.values:
            yield _score(line, line.values["overall"], line.day)


def last_scored(history: Told, span: Span) -> set[Pair]:
    """Return the last day before a span on which talks with a customer have a score."""
    first = span.first.isoformat()
    last: dict[str, str] = {}
    for customer, day in told_on(history, _TOLD):
        if day < first and day > last.get(customer, ""):
            last[customer] = day
    return set(last.items())


def evaluations(history: Told) -> Iterator[Evaluation]:
    """Yield each dimension of each evaluation; a talk's level without a score counts as one."""
    tables = history.of_tables((SATISFACTION, TALK_EVALUATION))
    counts = history.spec.parameter("level_score")
    for line in tables[SATISFACTION]:
        for field in line.table.fields:
            if field.type.name == "score" and field.key in line.values:
                yield _evaluation(line, "customer", field.key, line.values[field.key], None)
    for line in tables[TALK_EVALUATION]:
        for row in line.table.grid_rows:
            level = line.text(f"{row.key}_level")
            score = line.values.get(f"{row.key}_score", counts.get(level))
            if score is not None:
                yield _evaluation(line, "talk", row.key, score, level)


def _score(line: Line, score: Any, day: str | None) -> tuple[Line, Score]:
    return line, Score(line.id, line.customer, day, float(score), line.owner, (line.id,))


def _evaluation(line: Line, of: str, dimension: str, score: Any, level: str | None) -> Evaluation:
    fact = f"{line.id}#{dimension}"
    return Evaluation(fact, line.customer, line.day, of, dimension, float(score), level, (line.id,))
