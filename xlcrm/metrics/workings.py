"""What stands between facts and figures, a value a fact: the columns beside the facts of a report,
from which its formulas go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
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
Workings = Mapping[str, Mapping[str, Callable[[], Working]]]  # by kind and column

_DAY_ZERO = pd.Timestamp(1899, 12, 30)  # from which a sheet counts days
_AFTER, _BEFORE = 1, 99  # the steps that stand for a value on no ladder: none is taken


def workings(facts: Facts, spec: Spec) -> Workings:
    """Return by kind of fact what reckons that which holds for every period: when a fact was in the
    order of time, and the steps of changes, counted from 1."""
    return {
        "needs": {"when": partial(_when, facts, "needs")},
        **{of.kind: _of_changes(facts, of, spec) for of in (TYPES, STAGES)},
    }


def period_workings(facts: Facts, period: Period, spec: Spec) -> Workings:
    """Return by kind of fact what reckons that which a period makes of each: the needs that count
    and the responded ones (2), what customers were at its start, and who ever bought by its end."""
    return {
        "needs": {
            "judged": partial(_judged, facts, period),
            "stated": partial(_stated, facts, period),
        },
        "customers": {
            "type": lambda: at_entry(facts, period, TYPES).to_dict(),
            "stage": lambda: at_entry(facts, period, STAGES).to_dict(),
            "bought": partial(_bought, facts, period, spec),
        },
    }


def _when(facts: Facts, kind: str) -> Working:
    days = (facts.here(kind)["date"] - _DAY_ZERO) / pd.Timedelta(days=1)
    return {key: day + n / 1e7 for n, (key, day) in enumerate(days.items(), 1)}


def _of_changes(facts: Facts, of: Timeline, spec: Spec) -> Mapping[str, Callable[[], Working]]:
    values = ladder(spec.vocabularies[of.vocabulary])
    position = {value: n for n, value in enumerate(values, 1)}

    def place(column: str, other: int) -> Working:
        changes = facts.here(of.kind)[column]
        return {key: position.get(value, other) for key, value in changes.items()}

    def upward() -> Working:
        after = place("after", _AFTER)
        return {key: int(after[key] > step) for key, step in place("before", _BEFORE).items()}

    return {
        "when": partial(_when, facts, of.kind),
        "step_from": partial(place, "before", _BEFORE),
        "step_to": partial(place, "after", _AFTER),
        "upward": upward,
    }


def _judged(facts: Facts, period: Period) -> Working:
    counted = set(judged(facts, period).index)
    return {each: int(each in counted) for each in facts.here("needs").index}


def _bought(facts: Facts, period: Period, spec: Spec) -> Working:
    buyers = ever(facts, period, ladder(spec.vocabularies[TYPES.vocabulary])[-1])
    return {each: int(each in buyers) for each in facts.customers.index}


def _stated(facts: Facts, period: Period) -> Working:
    """Return which needs count once a customer and tag, the last of them: 1, or 2 with a response
    to any."""
    found = dict.fromkeys(facts.here("needs").index, 0)
    stated = within(facts, "needs", "date", period).dropna(subset="customer")
    own = stated[stated["tag"].isna()]
    found |= {key: 1 + int(is_responded) for key, is_responded in own["is_responded"].items()}
    tagged = stated[stated["tag"].notna()]
    is_answered = tagged.groupby(["customer", "tag"])["is_responded"].transform("any")
    last = ~tagged.duplicated(["customer", "tag"], keep="last")
    return found | {key: 1 + int(each) for key, each in is_answered[last].items()}
