"""One field, three ways: what was settled last, what each source said then, what each says now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Outcome(NamedTuple, Generic[T]):
    """What a field is settled to be. In a conflict ``value`` is None and ``rivals`` are the values
    that stand against each other; else none do."""

    value: T | None
    rivals: frozenset[T] = frozenset()


def settle(now: Mapping[str, T], then: Mapping[str, T], settled: T | None) -> Outcome[T]:
    """Return what becomes of a field of which sources, by name, say something now.

    ``then`` is what they said when it was settled last: a source that it lacks is new and has no
    ancestor; ``settled`` is None where nothing was settled yet. ``now`` is not empty.

    Nobody changed: it stays. All who changed say one value: that. A source without an ancestor has
    no say against what was settled, but where nobody stands by that any more. Everything else is a
    conflict.
    """
    changed = {value for name, value in now.items() if name in then and value != then[name]}
    new = {value for name, value in now.items() if name not in then and value != settled}
    rivals = frozenset(changed | new)
    if not rivals:
        return Outcome(settled)
    if len(rivals) == 1:
        (value,) = rivals
        if changed or set(now.values()) == rivals:
            return Outcome(value)
        return Outcome(None, rivals if settled is None else rivals | {settled})
    return Outcome(None, rivals)
