"""Timelines: how customers stepped from type to type, and from need stage to need stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from xlcrm.facts.lines import Line, arrow_in
from xlcrm.facts.model import Change
from xlcrm.facts.talks import Talk
from xlcrm.spec.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class _Said:
    """What a talk says: the customer is ``after`` now, and was ``before`` if it says."""

    day: str
    rank: int
    before: str | None
    after: str
    line: Line
    communication: str


def ladder(vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the upward order of a vocabulary's values, without those for lost customers."""
    return tuple(choice.value for choice in vocabulary.choices if not choice.lost)


def changes(
    talks: Iterable[Talk], column: str, vocabulary: Vocabulary, base: Mapping[str, str | None]
) -> list[Change]:
    """Return the changes of each customer in date order; on one day by record id, then source row.

    ``base`` has each customer's value on the customer base. A row that says 维持, or what the
    customer was already, is no change.
    """
    said: dict[str, list[_Said]] = defaultdict(list)
    for talk in talks:
        held = talk.holder(column)
        if held is None or talk.first.customer is None or talk.first.day is None:
            continue
        line, key = held
        before, after, _ = arrow_in(str(line.values[key]))
        if after is not None:
            entry = _Said(talk.first.day, line.rank, before, after, line, talk.first.id)
            said[talk.first.customer].append(entry)
    return [
        change
        for customer, entries in said.items()
        for change in _timeline(customer, entries, vocabulary, base.get(customer))
    ]


def _timeline(
    customer: str, entries: list[_Said], vocabulary: Vocabulary, base: str | None
) -> Iterator[Change]:
    now: str | None = None
    is_first = True
    for entry in sorted(entries, key=lambda entry: (entry.day, entry.rank)):
        before, is_assumed = entry.before or now, False
        if before is None and is_first:
            before = _step_before(entry.after, vocabulary, base)
            is_assumed = before is not None
        is_first, now = False, entry.after
        if before != entry.after:
            yield Change(
                entry.line.id,
                customer,
                entry.day,
                before,
                entry.after,
                is_assumed,
                entry.communication,
                entry.rank,
                (entry.line.id,),
            )


def _step_before(after: str, vocabulary: Vocabulary, base: str | None) -> str | None:
    """Return where a first change without an arrow is taken to come from; None: unknown."""
    steps = ladder(vocabulary)
    if after in steps:
        position = steps.index(after)
        return steps[position - 1] if position else None
    choice = vocabulary.by_value.get(after)
    return base if choice and choice.lost and base != after else None
