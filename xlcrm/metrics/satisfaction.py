"""How satisfied are customers, and in what mood are they?"""

from __future__ import annotations

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import Figure, mean, metric, rate, within
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def satisfaction(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Mean of all scores dated in the period."""

    def measure(of: Period) -> Figure:
        given = within(facts, "scores", "date", of)
        return mean("scores", given, given["score"])

    return [metric("satisfaction", measure, period, previous, spec)]


def negative_share(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Talks in a negative mood, of the talks whose mood says which it is."""

    def measure(of: Period) -> Figure:
        talks = within(facts, "communications", "date", of).dropna(subset="polarity")
        return rate("communications", talks, talks["polarity"] == "negative")

    return [metric("negative_share", measure, period, previous, spec)]
