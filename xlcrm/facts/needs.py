"""Needs, as the records state them; a metric makes them one a customer, tag and period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xlcrm.facts.lines import Line
from xlcrm.facts.model import Need
from xlcrm.facts.sources import ANSWERS, NEED_TEXTS
from xlcrm.facts.talks import Talk
from xlcrm.spec.model import Spec
from xlcrm.spec.types.choices import bare


def needs(talks: Iterable[Talk], spec: Spec) -> Iterator[tuple[Line, Need]]:
    """Yield a need for each tag of each row, and one for need text that no tag stands beside.

    Tags that the team decided to be one are one. Text of a talk whose needs are tagged on another
    of its rows is that row's need in words.
    """
    for talk in talks:
        is_named = any(line.values.get("need_tags") for line in talk.lines)
        for line in talk.lines:
            if line.values.get("need_tags"):
                tags = map(spec.need_tag, line.texts("need_tags"))
                yield from _needs(line, tuple(dict.fromkeys(tags)))
            elif not is_named and _text(line):
                is_named = True
                yield from _needs(line, (None,))


def _needs(line: Line, tags: Sequence[str | None]) -> Iterator[tuple[Line, Need]]:
    """Yield a need of a row for each of its tags; None for one that has words alone."""
    met, priority, values = line.text("need_met"), line.text("need_priority"), line.values
    words, is_responded = _text(line), any(map(values.get, ANSWERS))
    for n, tag in enumerate(tags, 1):
        need = Need(
            id=f"{line.id}#{n}" if tag else line.id,
            customer=line.customer,
            date=line.day,
            tag=tag,
            met=bare(met) if met else None,
            priority=bare(priority) if priority else None,
            text=words,
            is_responded=is_responded,
            source=(line.id,),
        )
        yield line, need


def _text(line: Line) -> str | None:
    keys = NEED_TEXTS.get(line.record.table, ())
    return "\n".join(text for key in keys if (text := line.text(key))) or None
