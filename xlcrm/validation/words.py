"""What checks know of words: names of people, and phrases that say nothing."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from xlcrm import resources
from xlcrm.text import compact

_HAN = re.compile(r"[\u4e00-\u9fff]{2,4}")
_BRACKETED = re.compile(r"\([^)]*\)")
_PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class _Words:
    surnames: frozenset[str]
    compound: tuple[str, ...]
    titles: tuple[str, ...]
    vague: re.Pattern[str]
    fillers: re.Pattern[str]


@cache
def _words() -> _Words:
    text = resources.templates().joinpath("words.toml").read_text(encoding="utf-8")
    declared = tomllib.loads(text)
    return _Words(
        frozenset(declared["surnames"]),
        tuple(declared["compound_surnames"]),
        tuple(declared["titles"]),
        _any_of(declared["vague"]),
        _any_of(declared["fillers"]),
    )


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


def is_whole_name(text: str) -> bool:
    """Whether ``text`` is a person's name as it is: two to four Han characters after a surname."""
    name = _BRACKETED.sub("", compact(text))
    if "*" in name or not _HAN.fullmatch(name):
        return False
    words = _words()
    if name.endswith(words.titles):
        return False
    return name[0] in words.surnames or name.startswith(words.compound)


def masked_name(text: str) -> str:
    """Return a name of which the surname alone is left."""
    name = compact(text)
    return name[:1] + "*" * (len(name) - 1)


def is_vague(text: str) -> bool:
    """Whether a text says only that it went well, or that something is to happen some time."""
    words = _words()
    rest, found = words.vague.subn("", _PUNCTUATION.sub("", compact(text)))
    return bool(found) and not words.fillers.sub("", rest)
