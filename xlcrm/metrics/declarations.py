"""What the metrics are called, and how their figures are told: ``templates/metrics.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

from xlcrm import resources
from xlcrm.metrics.model import ChangeKind, Unit


@dataclass(frozen=True)
class Declaration:
    """A metric as declared; its name may hold ``{subject}`` and ``{parameter}`` keys.

    ``needs`` are the fields (``table.field``) without which it has less data, or none.
    """

    key: str
    dimension: str
    dimensions: Mapping[str, str]
    names: Mapping[str, str]
    unit: Unit
    change: ChangeKind
    better: int
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Declarations:
    """The metrics in their order, the dimensions in theirs, and the phases' first dimensions."""

    metrics: Mapping[str, Declaration]
    dimensions: tuple[str, ...]
    phases: Mapping[str, str]


@cache
def declarations() -> Declarations:
    """Return what is declared. Raises KeyError for a metric that lacks one of its attributes."""
    text = resources.templates().joinpath("metrics.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
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
            frozenset(entry.get("needs", ())),
        )
        for key, entry in data["metrics"].items()
    }
    return Declarations(metrics, tuple(dimensions), data["phases"])
