"""An action in words, which may name its owner and its deadline for fields left blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from xlcrm.records import Value
from xlcrm.spec.action_words import deadline_in, may_name, owner_in
from xlcrm.spec.types.base import Cell, Problem, ReadContext, Reading
from xlcrm.spec.types.dates import Due
from xlcrm.spec.types.texts import Text
from xlcrm.values import dataclass


@dataclass(frozen=True)
class ActionText(Text):
    """Free text of what is to be done: ``张伟于5月25日前发送报价``.

    ``words_into`` names the fields for its ``due`` and ``owner``.
    """

    words_into: Mapping[str, str] = field(default_factory=dict)

    def needs_context(self, text: str) -> bool:
        return may_name(text)

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        reading = super().read(raw, context)
        return reading._replace(rest=_named(reading.value, self.words_into, context))


@dataclass(frozen=True)
class ActionDue(Due):
    """A deadline whose text may name the owner of what is to be done."""

    words_into: Mapping[str, str] = field(default_factory=dict)

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        reading = super().read(raw, context)
        text = raw if isinstance(raw, str) else None
        return reading._replace(rest=_named(text, self.words_into, context))


def _named(text: Value | None, into: Mapping[str, str], context: ReadContext) -> dict[str, Reading]:
    """Return what an action's words give for other fields, each with the note of it."""
    found: dict[str, Reading] = {}
    if not isinstance(text, str) or not may_name(text):
        return found
    owner = owner_in(text) if "owner" in into else None
    if owner:
        found[into["owner"]] = Reading(owner, (_read_as(owner),))
    due = deadline_in(text, context) if "due" in into else None
    if due:
        note = _read_as(due.day)
        if due.year_assumed:
            note = Problem("year-assumed", None, {"read": due.day})
        elif due.calendar_assumed:
            note = Problem("calendar-assumed", None, {"year": due.day[:4]})
        found[into["due"]] = Reading(due.day, (note,))
    return found


def _read_as(text: str) -> Problem:
    return Problem("normalised", None, {"read": text})
