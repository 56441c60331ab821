"""Figures as they were published, and what has become of them since: 补录影响."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from xlcrm.metrics.declarations import declarations
from xlcrm.metrics.figures import change_of
from xlcrm.metrics.model import Metric
from xlcrm.values import dataclass

Key = tuple[str, str | None]  # of a metric: its key and its Chinese subject


class Reported(NamedTuple):
    """A figure as it was reported (unrounded, as JSON data), and the number of facts behind it."""

    value: Any
    rows: int


_NO_DATA = Reported(None, 0)


@dataclass(frozen=True)
class Edition:
    """What a period's report said when it was published, on the day ``on`` (ISO); ``version`` names
    the program, declarations and settings it was reckoned with."""

    on: str
    version: str
    figures: Mapping[Key, Reported]

    def figure(self, metric: Metric) -> Reported | None:
        """Return a metric's figure; None for a metric that was not reported at all.

        A subject that came up later had no data then.
        """
        if not any(key == metric.key for key, _ in self.figures):
            return None
        found: Reported = self.figures.get((metric.key, metric.subject), _NO_DATA)
        return found


class Late(NamedTuple):
    """A figure as it was published, and as the data has it now."""

    published: Reported
    known: Reported

    @property
    def is_changed(self) -> bool:
        return not same(self.published.value, self.known.value)


def late(metric: Metric, edition: Edition | None) -> Late | None:
    """Return what became of a metric's current figure since it was published, if it was."""
    said = edition.figure(metric) if edition else None
    return Late(said, Reported(metric.current, metric.rows)) if said else None


def late_before(metric: Metric, edition: Edition | None) -> Late | None:
    """Return what became of the earlier figure since it was published, if it was."""
    has_one = declarations().metrics[metric.key].has_earlier
    said = edition.figure(metric) if edition and has_one else None
    rows = sum(map(len, metric.previous_basis.values()))
    return Late(said, Reported(metric.previous, rows)) if said else None


def against(metric: Metric, effect: Late | None) -> Metric:
    """Return a metric compared with the earlier figure as it was published."""
    if effect is None or not effect.is_changed:
        return metric
    value = effect.published.value
    change = change_of(metric.change_kind, metric.current, value)
    # The facts are those of today's figure, not of the one that was published.
    return replace(
        metric,
        previous=value,
        change=change,
        previous_basis={},
        previous_details={},
        is_against_published=True,
    )


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, whatever the order in which their sums were taken."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return bool(one == other)
