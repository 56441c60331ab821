"""Needs, as the records state them; a metric makes them one a customer, tag and period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

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
    tag_of = cache(spec.need_tag)
    for talk in talks:
        is_named = any(line.values.get("need_tags") for line in talk.lines)
        for line in talk.lines:
            if line.values.get("need_tags"):
                tags = map(tag_of, line.texts("need_tags"))
                yield from _needs(line, tuple(dict.fromkeys(tags)))
            elif not is_named and _text(line):
                is_named = True
                yield from _needs(line, (None,))


def _needs(line: Line, tags: Sequence[str | None]) -> Iterator[tuple[Line, Need]]:
    """Yield a need of a row for each of its tags; None for one that has words alone."""
    met, priority, record = line.text("need_met"), line.text("need_priority"), line.record
    met, priority = met and bare(met), priority and bare(priority)
    words, is_responded = _text(line), any(map(record.values.get, ANSWERS))
    key, customer, day, source = record.id, record.customer, line.day, (record.id,)
    for n, tag in enumerate(tags, 1):
        own = f"{key}#{n}" if tag else key
        yield line, Need(own, customer, day, tag, met, priority, words, is_responded, source)


def _text(line: Line) -> str | None:
    keys = NEED_TEXTS.get(line.record.table, ())
    return "\n".join(text for key in keys if (text := line.text(key))) or None
