"""Timelines: how customers stepped from type to type, and from need stage to need stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from xlcrm.facts.lines import Line
from xlcrm.facts.model import Change
from xlcrm.facts.talks import Talk
from xlcrm.spec.types.choices import arrow_of
from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.timelines import Said, Step, steps

_Source: TypeAlias = tuple[Line, str]  # the line that says it, and its communication


def changes(
    talks: Iterable[Talk], column: str, vocabulary: Vocabulary, base: Mapping[str, str | None]
) -> Iterator[tuple[Line, Change]]:
    """Yield the changes of each customer, with the line that says it.

    ``base`` has each customer's value on the customer base. A row that says 维持, or what the
    customer was already, is no change.
    """
    said: dict[str, list[Said[_Source]]] = defaultdict(list)
    for talk in talks:
        held = talk.holder(column)
        if held is None or talk.first.customer is None or talk.first.day is None:
            continue
        line, key = held
        before, after, _ = arrow_of(str(line.values[key]))
        if after is not None:
            entry = Said(talk.first.day, line.rank, before, after, (line, talk.first.id))
            said[talk.first.customer].append(entry)
    for customer, entries in said.items():
        for step in steps(entries, vocabulary, base.get(customer)):
            yield _change(customer, step)


def _change(customer: str, step: Step[_Source]) -> tuple[Line, Change]:
    line, communication = step.said.source
    return line, Change(
        line.id,
        customer,
        step.said.day,
        step.before,
        step.said.after,
        step.is_assumed,
        communication,
        (line.id,),
    )
