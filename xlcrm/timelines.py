"""How customers step from value to value of a list: one rule for checking and for the facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.values import dataclass

_NUMBER = re.compile(r"\d+")
_Source = TypeVar("_Source")


@dataclass(frozen=True, slots=True)
class Said(Generic[_Source]):
    """What ``source`` says on a day (ISO): a customer is ``after`` now, was ``before`` if it says.

    ``rank`` orders what was said on one day: by record id, then by source row.
    """

    day: str
    rank: Any
    before: str | None
    after: str
    source: _Source


@dataclass(frozen=True, slots=True)
class Step(Generic[_Source]):
    """A change of value. ``before`` is None where unknown, and may be assumed."""

    said: Said[_Source]
    before: str | None
    is_assumed: bool


def steps(
    said: Iterable[Said[_Source]], vocabulary: Vocabulary, base: str | None
) -> Iterator[Step[_Source]]:
    """Yield the changes of one customer in date order; ``base`` is its customer base's value.

    A change comes from what its arrow says, else from the change before it. A first one without an
    arrow is assumed to come from the step before it. What the customer was already is no change.
    """
    now: str | None = None
    is_first = True
    for entry in sorted(said, key=lambda entry: (entry.day, entry.rank)):
        before, is_assumed = entry.before or now, False
        if before is None and is_first:
            before = _step_before(entry.after, vocabulary, base)
            is_assumed = before is not None
        is_first, now = False, entry.after
        if before != entry.after:
            yield Step(entry, before, is_assumed)


def ladder(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the upward order of a vocabulary's values, without those for lost customers."""
    return tuple(choice.value for choice in vocabulary.choices if not choice.lost)


def id_order(value: Any) -> str:
    """Order record ids as people count them (J2 before J10); rows without one come after them."""
    return "0" + _NUMBER.sub(_in_order, str(value)) if value else "1"


def _in_order(number: re.Match[str]) -> str:
    """Return a number so that as text it comes after a smaller one, and before any other text."""
    digits = number[0].lstrip("0")
    return f"\1{len(digits):05}{digits}"


def _step_before(after: str, vocabulary: Vocabulary, base: str | None) -> str | None:
    """Return where a first change without an arrow is taken to come from; None: unknown."""
    upward = ladder(vocabulary)
    if after in upward:
        position = upward.index(after)
        return upward[position - 1] if position else None
    choice = vocabulary.by_value.get(after)
    return base if choice and choice.lost and base != after else None
