"""Who wants to take part in our campaigns?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import Figure, by_subject, named, rate, within
from xlcrm.metrics.model import Metric
from xlcrm.periods import Period
from xlcrm.spec.model import Spec

_TAKES_PART = "参加"


def campaign(facts: Facts, period: Period, previous: Period, spec: Spec) -> list[Metric]:
    """Per campaign: the talks of the period whose customer takes part, of those that say whether.

    There is none where no team member tells of campaigns in either period.
    """

    def asked(of: Period) -> pd.DataFrame:
        talks = within(facts, "communications", "date", of)
        return talks.dropna(subset=["campaign", "participation"])

    def measure(of: Period, name: Any) -> Figure:
        own = asked(of)
        own = own[own["campaign"] == name]
        return rate("communications", own, own["participation"] == _TAKES_PART)

    names = (name for each in (period, previous) for name in asked(each)["campaign"].unique())
    subjects = named(names, spec.vocabularies["participation"])
    return by_subject("campaign", measure, subjects, period, previous, spec) if subjects else []
