"""Which issues do most customers have?"""

from __future__ import annotations

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import NO_DATA, Figure, ids, metric, within
from xlcrm.metrics.model import Metric
from xlcrm.metrics.ranking import top
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def top_issues(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """The three issue tags that most customers have among the issues reported in the period.

    A tag's share is of the customers with any issue in it, tagged or not.
    """

    def measure(of: Period) -> Figure:
        reported = within(facts, "issues", "reported", of).dropna(subset="customer")
        tagged = reported[reported["tags"].map(bool).astype(bool)]
        if tagged.empty:
            return NO_DATA
        everyone = int(reported["customer"].nunique())
        mentions = tagged[["customer", "tags"]].explode("tags").rename(columns={"tags": "tag"})
        return Figure(top(mentions, everyone), {"issues": ids(reported)}, {"customers": everyone})

    return [metric("top_issues", measure, period, previous, spec)]
