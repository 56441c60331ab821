"""Phrases that say nothing by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import filterfalse

from xlcrm.spec.names import declared_words
from xlcrm.text import compact

_PUNCTUATION = re.compile(r"[\W_]+")
_LISTS = ("vague", "fillers")


@cache
def _any_of(name: str) -> re.Pattern[str]:
    words = sorted(declared_words()[name], key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@cache
def _another() -> re.Pattern[str]:
    """Return what finds a Chinese character that stands in none of the words: most texts begin
    with one, and need no closer look."""
    words = declared_words()
    known = "".join(sorted({char for name in _LISTS for word in words[name] for char in word}))
    return re.compile(rf"(?![{re.escape(known)}])[\u4e00-\u9fff]")


def may_be_vague(texts: Iterable[str]) -> bool:
    """Whether it is worth asking ``is_vague`` of any of some texts."""
    return any(True for _ in filterfalse(_another().search, texts))


def is_vague(text: str) -> bool:
    """Whether a text says only that it went well, or that something is to happen some time."""
    if _another().search(text):
        return False
    rest, found = _any_of("vague").subn("", _PUNCTUATION.sub("", compact(text)))
    return bool(found) and not _any_of("fillers").sub("", rest)
