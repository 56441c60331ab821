"""How are we rated, dimension by dimension: by customers, and talk by talk by ourselves?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from xlcrm.facts.sources import SATISFACTION, TALK_EVALUATION
from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import NO_DATA, Figure, by_subject, ids, mean, within
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec

_POOR = "需改进"


def satisfaction_by_dimension(
    facts: Facts, period: Period, previous: Period, spec: Spec
) -> list[Metric]:
    """Per dimension: the mean of the scores that customers gave in the period."""
    fields = spec.tables[SATISFACTION].fields
    subjects = {each.key: each.labels for each in fields if each.type.name == "score"}

    def measure(of: Period, dimension: Any) -> Figure:
        return _mean(facts, of, "customer", dimension)

    return by_subject("satisfaction_by_dimension", measure, subjects, period, previous, spec)


def evaluation_avg(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Per dimension: the mean score of the evaluations of the period's talks; and how many of these
    evaluations are poor overall. That is said of those with every dimension.
    """
    rows = spec.tables[TALK_EVALUATION].grid_rows
    levels = spec.vocabularies["level"]
    subjects: dict[str, Mapping[str, str]] = {each.key: each.labels for each in rows}
    subjects[_POOR] = {language: levels.label(_POOR, language) for language in ("zh", "en")}
    enough = min(spec.parameter("level_from").values())

    def measure(of: Period, dimension: Any) -> Figure:
        if dimension != _POOR:
            return _mean(facts, of, "talk", dimension)
        given = _of(facts, of, "talk")
        overall = given.groupby(given["source"].str[0])["score"].agg(["mean", "size"])
        whole = overall[overall["size"] == len(rows)]
        if whole.empty:
            return NO_DATA
        poor = whole.index[whole["mean"] < enough]
        behind = given[given["source"].str[0].isin(poor)]
        details = {"hits": len(poor), "total": len(whole)}
        return Figure(len(poor), {"evaluations": ids(behind)}, details)

    return by_subject("evaluation_avg", measure, subjects, period, previous, spec)


def _mean(facts: Facts, period: Period, of: str, dimension: str) -> Figure:
    given = _of(facts, period, of)
    own = given[given["dimension"] == dimension]
    return mean("evaluations", own, own["score"])


def _of(facts: Facts, period: Period, of: str) -> pd.DataFrame:
    """Return the evaluations of a kind, ``customer`` or ``talk``, that are dated in a period."""
    given = within(facts, "evaluations", "date", period)
    return given[given["of"] == of]
