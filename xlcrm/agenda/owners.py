"""Who sees to what a member of the team has left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xlcrm.text import fold


class Heirs:
    """Who has taken over from whom by a day, as the team's settings have it."""

    def __init__(self, members: Sequence[Mapping[str, Any]], day: date) -> None:
        self._members = {fold(str(each["name"])): each for each in members}
        self._day = day.isoformat()

    def of(self, name: str | None) -> str | None:
        """Return who answers for what ``name`` owns: whoever has taken over from a leaver in the
        end; anybody else answers themselves."""
        member = self._members.get(fold(name or ""), {})
        heir = member.get("successor")
        if heir and str(member.get("leaves", "")) <= self._day:
            return self.of(str(heir))
        return name
