"""What stands between facts and figures, a value a fact: the columns beside the facts of a report,
from which its formulas go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from xlcrm.facts.tables import Facts
from xlcrm.metrics.figures import within
from xlcrm.metrics.needs_met import judged
from xlcrm.metrics.sources import ever
from xlcrm.metrics.steps import STAGES, TYPES, Timeline, at_entry
from xlcrm.periods import Period
from xlcrm.spec.model import Spec
from xlcrm.timelines import ladder

Working = Mapping[Any, Any]  # by the fact's id; None is nothing

_DAY_ZERO = pd.Timestamp(1899, 12, 30)  # from which a sheet counts days
_AFTER, _BEFORE = 1, 99  # the steps that stand for a value on no ladder: none is taken


def workings(facts: Facts, spec: Spec) -> Mapping[str, Mapping[str, Working]]:
    """Return by kind of fact what holds for every period: when a fact was in the order of time, and
    the steps of changes, counted from 1."""
    return {
        "needs": {"when": _when(facts.needs)},
        "type_changes": {"when": _when(facts.type_changes), **_steps(facts, TYPES, spec)},
        "stage_changes": {"when": _when(facts.stage_changes), **_steps(facts, STAGES, spec)},
    }


def period_workings(
    facts: Facts, period: Period, spec: Spec
) -> Mapping[str, Mapping[str, Working]]:
    """Return by kind of fact what a period makes of each: the needs that count and the responded
    ones (2), what customers were at its start, and who ever bought by its end."""
    bought = ladder(spec.vocabularies["customer_type"])[-1]
    buyers, everybody = ever(facts, period, bought), facts.customers.index
    counted = set(judged(facts, period).index)
    return {
        "needs": {
            "judged": {each: int(each in counted) for each in facts.needs.index},
            "stated": _stated(facts, period),
        },
        "customers": {
            "type": at_entry(facts, period, TYPES).to_dict(),
            "stage": at_entry(facts, period, STAGES).to_dict(),
            "bought": {each: int(each in buyers) for each in everybody},
        },
    }


def _when(facts: pd.DataFrame) -> Working:
    days = (facts["date"] - _DAY_ZERO) / pd.Timedelta(days=1)
    return {key: day + n / 1e7 for n, (key, day) in enumerate(days.items(), 1)}


def _steps(facts: Facts, timeline: Timeline, spec: Spec) -> dict[str, Working]:
    values = ladder(spec.vocabularies[timeline.vocabulary])
    position = {value: n for n, value in enumerate(values, 1)}
    changes = getattr(facts, timeline.kind)
    before, after = (
        {key: position.get(value, other) for key, value in changes[column].items()}
        for column, other in (("before", _BEFORE), ("after", _AFTER))
    )
    upward = {key: int(after[key] > step) for key, step in before.items()}
    return {"step_from": before, "step_to": after, "upward": upward}


def _stated(facts: Facts, period: Period) -> Working:
    """Return which needs count once a customer and tag, the last of them: 1, or 2 with a response
    to any."""
    found = dict.fromkeys(facts.needs.index, 0)
    stated = within(facts, "needs", "date", period).dropna(subset="customer")
    own = stated[stated["tag"].isna()]
    found |= {key: 1 + int(is_responded) for key, is_responded in own["is_responded"].items()}
    tagged = stated[stated["tag"].notna()]
    is_answered = tagged.groupby(["customer", "tag"])["is_responded"].transform("any")
    last = ~tagged.duplicated(["customer", "tag"], keep="last")
    return found | {key: 1 + int(each) for key, each in is_answered[last].items()}
