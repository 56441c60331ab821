"""Sentences in a report or master: of which figure each is, and whether a person has changed it."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

from xlcrm.layout.marks import PREFIX

WORDINGS = f"{PREFIX}wordings"  # the name by which a sheet with such sentences is known
_BEGINS = f"{PREFIX}worded."


class Sentence(NamedTuple):
    """What a metric of a period is said to show, ``back`` columns before its mark; ``digest`` is of
    the text as it was written, ``by_lead`` whether that was the lead's already."""

    period: str
    metric: str
    subject: str | None
    back: int
    digest: str
    by_lead: bool


def sentence_mark(
    period: str, metric: str, subject: str | None, back: int, text: str, *, by_lead: bool
) -> str:
    """Return the text that stands, hidden, behind the cell of a sentence."""
    said = Sentence(period, metric, subject, back, digest_of(text), by_lead)
    return _BEGINS + json.dumps(said, ensure_ascii=False)


def read_sentence(text: object) -> Sentence | None:
    """Return which sentence a cell's text marks; None for any other text."""
    if not (isinstance(text, str) and text.startswith(_BEGINS)):
        return None
    try:
        found = Sentence(*json.loads(text.removeprefix(_BEGINS)))
    except (ValueError, TypeError):
        return None
    return found if isinstance(found.back, int) and found.back > 0 else None


def digest_of(text: str) -> str:
    """Return by what a text is known, however programs write its spaces and line ends."""
    said = "".join(text.split()).encode("utf-8", "surrogatepass")
    return hashlib.blake2s(said, digest_size=8).hexdigest()
