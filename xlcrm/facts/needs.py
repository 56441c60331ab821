"""Needs, as the records state them; a metric makes them one a customer, tag and period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlcrm.facts.lines import Line, choice_of
from xlcrm.facts.model import Need
from xlcrm.facts.sources import ANSWERS, NEED_TEXTS
from xlcrm.facts.talks import Talk


def needs(talks: Iterable[Talk]) -> Iterator[Need]:
    """Yield a need for each tag of each row, and one for need text that no tag stands beside.

    Text of a talk whose needs are tagged on another of its rows is that row's need in words.
    """
    for talk in talks:
        is_named = any(line.values.get("need_tags") for line in talk.lines)
        for line in talk.lines:
            tags = line.texts("need_tags")
            if tags:
                need = _need(line)
                for n, tag in enumerate(tags, 1):
                    yield need._replace(id=f"{line.id}#{n}", tag=tag)
            if not is_named and _text(line):
                is_named = True
                yield _need(line)


def _need(line: Line) -> Need:
    """Return the need of a row without a tag."""
    met, priority = line.text("need_met"), line.text("need_priority")
    return Need(
        id=line.id,
        customer=line.customer,
        date=line.day,
        tag=None,
        met=choice_of(met) if met else None,
        priority=choice_of(priority) if priority else None,
        text=_text(line),
        is_responded=any(line.values.get(key) for key in ANSWERS),
        rank=line.rank,
        source=(line.id,),
    )


def _text(line: Line) -> str | None:
    keys = NEED_TEXTS.get(line.record.table, ())
    return "\n".join(text for key in keys if (text := line.text(key))) or None
