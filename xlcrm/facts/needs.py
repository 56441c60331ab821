"""Needs, as the records state them; a metric makes them one a customer, tag and period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

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

    @cache
    def tags_in(*values: Any) -> Sequence[str]:
        return tuple(dict.fromkeys(spec.need_tag(str(each)) for each in values))

    for talk in talks:
        tagged = [line for line in talk.lines if line.record.values.get("need_tags")]
        for line in tagged:
            told: Any = line.record.values["need_tags"]
            yield from _needs(line, tags_in(*told) if isinstance(told, list) else tags_in(told))
        if not tagged and (worded := next(filter(_text, talk.lines), None)):
            yield from _needs(worded, (None,))


def _needs(line: Line, tags: Sequence[str | None]) -> list[tuple[Line, Need]]:
    """Return a need of a row for each of its tags; None for one that has words alone."""
    met, priority, record = line.text("need_met"), line.text("need_priority"), line.record
    met, priority = met and bare(met), priority and bare(priority)
    words, is_responded = _text(line), any(map(record.values.get, ANSWERS))
    key, customer, day, source = record.id, record.customer, line.day, (record.id,)
    own = [f"{key}#{n}" if tag else key for n, tag in enumerate(tags, 1)]
    return [
        (line, Need(each, customer, day, tag, met, priority, words, is_responded, source))
        for each, tag in zip(own, tags, strict=True)
    ]


def _text(line: Line) -> str | None:
    keys = NEED_TEXTS.get(line.record.table)
    if keys is None:
        return None
    return "\n".join(text for key in keys if (text := line.text(key))) or None
