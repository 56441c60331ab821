"""Phrases that say nothing by themselves."""

from __future__ import annotations

import re
from functools import cache

from xlcrm.spec.names import declared_words
from xlcrm.text import compact

_PUNCTUATION = re.compile(r"[\W_]+")


@cache
def _any_of(name: str) -> re.Pattern[str]:
    words = sorted(declared_words()[name], key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def is_vague(text: str) -> bool:
    """Whether a text says only that it went well, or that something is to happen some time."""
    rest, found = _any_of("vague").subn("", _PUNCTUATION.sub("", compact(text)))
    return bool(found) and not _any_of("fillers").sub("", rest)
