"""What a team may set; without settings the declarations hold as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Settings:
    """A team's settings: parameter values by key, off fields shown by table, customer aliases."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    customer_aliases: Mapping[str, str] = field(default_factory=dict)

    def to_state(self) -> dict[str, Any]:
        """Return plain JSON data; ``Settings(**data)`` is its inverse."""
        return asdict(self)
