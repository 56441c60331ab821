"""How fast do customers answer us, on average?"""

from __future__ import annotations

import pandas as pd

from xlcrm.facts.tables import Facts, chosen
from xlcrm.metrics.figures import Figure, mean, metric, within
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec


def avg_response_hours(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Mean hours from our message to the reply, over the replies that came in the period."""

    def measure(of: Period) -> Figure:
        came = replies(facts, of)
        return mean("messages", came, came["hours"])

    return [metric("avg_response_hours", measure, period, previous, spec)]


def replies(facts: Facts, period: Period) -> pd.DataFrame:
    """Return the messages replied to in the period; a reply before the sending is left out."""
    came = within(facts, "messages", "replied", period)
    return chosen(came, came["hours"].notna())
