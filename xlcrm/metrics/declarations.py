"""What the metrics are called, and how their figures are told: ``templates/metrics.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from functools import cache
from typing import Any, cast

from xlcrm import resources
from xlcrm.metrics.model import ChangeKind, Unit
from xlcrm.spec.model import Spec
from xlcrm.values import dataclass


@dataclass(frozen=True)
class Declaration:
    """A metric as declared; its name may hold ``{subject}`` and ``{parameter}`` keys.

    ``needs`` are the fields (``table.field``) that it rests on, in groups: without any of a group
    it has no data, and so has a row without any of those that its table has of a group. Of the
    fields of ``blank_counts`` (keys, in whichever table) a blank says something too. ``subjects``
    are those whose name, unit or direction is another. What is as of the merge, whatever the
    period, ``has_earlier`` figures not.
    """

    key: str
    dimension: str
    dimensions: Mapping[str, str]
    names: Mapping[str, str]
    unit: Unit
    change: ChangeKind
    better: int
    needs: tuple[frozenset[str], ...] = ()
    blank_counts: frozenset[str] = frozenset()
    subjects: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    has_earlier: bool = True

    def of(self, subject: str | None) -> Declaration:
        """Return the declaration of one of the metric's subjects."""
        return replace(self, **self.subjects.get(subject or "", {}))

    def can_be_told(self, spec: Spec) -> bool:
        """Whether the tables have what it rests on; a team may have dropped it."""
        return all(any(map(spec.has_field, group)) for group in self.needs)


@dataclass(frozen=True)
class Declarations:
    """The metrics in their order, the dimensions in theirs, the phases' first dimensions, and why
    customers are named.
    """

    metrics: Mapping[str, Declaration]
    dimensions: tuple[str, ...]
    phases: Mapping[str, str]
    reasons: Mapping[str, Mapping[str, str]]


@cache
def declarations() -> Declarations:
    """Return what is declared. Raises KeyError for a metric that lacks one of its attributes."""
    data = resources.declared("metrics.toml")
    dimensions = data["dimensions"]
    metrics = {
        key: Declaration(
            key,
            entry["dimension"],
            dimensions[entry["dimension"]],
            entry["name"],
            cast(Unit, entry["unit"]),
            cast(ChangeKind, entry["change"]),
            entry["better"],
            tuple(frozenset(group) for group in entry.get("needs", ())),
            frozenset(entry.get("blank_counts", ())),
            entry.get("subjects", {}),
            entry.get("earlier", True),
        )
        for key, entry in data["metrics"].items()
    }
    return Declarations(metrics, tuple(dimensions), data["phases"], data["reasons"])
