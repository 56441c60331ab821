"""What a metric is, and what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from xlcrm.periods import Period
from xlcrm.values import dataclass

ChangeKind = Literal["relative", "points", "difference", "none"]
Unit = Literal["hours", "days", "rate", "score", "count", "per-month", "list"]


@dataclass(frozen=True)
class Metric:
    """A metric's figures for a period and the one before it, unrounded; None is "no data".

    A rate is a fraction, so is its change in points and a relative change. List metrics hold lists
    of mappings; their change is the difference of lengths where ``change_kind`` says so.
    ``basis`` names the facts that the current figure rests on: fact ids (row labels of the fact
    tables) by kind of fact, ``previous_basis`` those of the earlier figure. ``details`` carries
    what the narrative needs besides (a rate's ``hits`` and ``total``), ``previous_details`` that of
    the earlier figure. ``better`` says which direction is good: 1 higher, -1 lower, 0 neither.
    ``dimension``, ``name`` and ``subject`` are Chinese; ``labels`` has all three by language.
    ``subject_key`` is the subject as facts have it. ``is_against_published``: the earlier figure is
    the one that was published, and the facts say another by now.
    """

    key: str
    dimension: str
    name: str
    unit: Unit
    current: Any
    previous: Any
    change: float | None
    change_kind: ChangeKind
    subject: str | None = None
    better: int = 0
    basis: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    previous_basis: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    previous_details: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    period: Period | None = None
    previous_period: Period | None = None
    subject_key: str | None = None
    is_against_published: bool = False

    @property
    def rows(self) -> int:
        """Return the number of facts that the current figure rests on."""
        return sum(len(ids) for ids in self.basis.values())
