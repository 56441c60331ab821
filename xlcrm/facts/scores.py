"""Scores: what customers think of us, and evaluations by dimension."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from xlcrm.facts.lines import Line, by_table, day_of
from xlcrm.facts.model import Evaluation, Score
from xlcrm.facts.sources import SATISFACTION, SCORE_DAYS, TALK_EVALUATION, TRACKER
from xlcrm.facts.talks import Talk
from xlcrm.spec.model import Spec


def scores(talks: Iterable[Talk], lines: Sequence[Line]) -> Iterator[Score]:
    """Yield a score a talk, and those of issues and of satisfaction evaluations.

    The evaluation of a talk is our own view, and no customer's score.
    """
    for talk in talks:
        held = talk.holder("satisfaction")
        if held:
            yield _score(held[0], held[0].values["satisfaction"], held[0].day)
    tables = by_table(lines, (TRACKER, SATISFACTION))
    for line in tables[TRACKER]:
        if "satisfaction" in line.values:
            days = (day_of(line.values.get(field)) for field in SCORE_DAYS)
            yield _score(line, line.values["satisfaction"], next(filter(None, days), None))
    for line in tables[SATISFACTION]:
        if "overall" in line.values:
            yield _score(line, line.values["overall"], line.day)


def evaluations(lines: Sequence[Line], spec: Spec) -> Iterator[Evaluation]:
    """Yield each dimension of each evaluation; a talk's level without a score counts as one."""
    tables = by_table(lines, (SATISFACTION, TALK_EVALUATION))
    counts = spec.parameter("level_score")
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


def _score(line: Line, score: Any, day: str | None) -> Score:
    return Score(line.id, line.customer, day, float(score), line.rank, (line.id,))


def _evaluation(line: Line, of: str, dimension: str, score: Any, level: str | None) -> Evaluation:
    fact = f"{line.id}#{dimension}"
    return Evaluation(fact, line.customer, line.day, of, dimension, float(score), level, (line.id,))
