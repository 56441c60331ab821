"""What is known of the names of people: surnames, titles, and how a name is masked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from xlcrm import resources
from xlcrm.text import compact, compiled, fold
from xlcrm.values import dataclass

_HAN = r"[\u4e00-\u9fff]{2,4}"
_SIGNS = re.compile(r"[\W_]+")
_BRACKETED = re.compile(r"\([^()]*\)")


@dataclass(frozen=True)
class _Names:
    surnames: frozenset[str]
    plain: frozenset[str]
    compound: tuple[str, ...]
    titles: tuple[str, ...]
    units: tuple[str, ...]


@cache
def declared_words() -> Mapping[str, Any]:
    """Return the lists of ``templates/words.toml``."""
    return resources.declared("words.toml")


@cache
def _names() -> _Names:
    words = declared_words()
    return _Names(
        frozenset(words["surnames"]),
        frozenset(words["plain_surnames"]),
        tuple(words["compound_surnames"]),
        tuple(words["titles"]),
        tuple(words["units"]),
    )


@cache
def firm_forms() -> tuple[str, ...]:
    """Return what a firm's name ends with that says its form, as 有限公司, the longest first."""
    return tuple(sorted(map(str, declared_words()["firm_forms"]), key=len, reverse=True))


@cache
def _nothing() -> frozenset[str]:
    return frozenset(map(fold, declared_words()["nothing"]))


def is_nothing(text: str) -> bool:
    """Whether ``text`` only says that there is nothing to say, as 无 or 暂无."""
    return _SIGNS.sub("", fold(text)) in _nothing()


def is_whole_name(text: str) -> bool:
    """Whether ``text`` is a person's name as it is: two to four Han characters after a surname."""
    name = _BRACKETED.sub("", compact(text))
    if "*" in name or not compiled(_HAN).fullmatch(name) or _is_titled(name):
        return False
    return name[0] in _names().surnames or name.startswith(_names().compound)


def is_plain_name(text: str) -> bool:
    """Whether ``text`` can hardly be anything but a name: its surname begins no usual word."""
    plain = len(text) <= 3 and text[0] in _names().plain
    return is_whole_name(text) and (plain or text.startswith(_names().compound))


def _is_titled(name: str) -> bool:
    """Whether a title stands in a name (``王总经理``), or it is a part of a firm (``安全部``)."""
    names = _names()
    within = any(len(title) > 1 and title in name for title in names.titles)
    return within or name.endswith((*names.titles, *names.units))


def masked_name(text: str) -> str:
    """Return a name of which the surname alone is left."""
    name = compact(text)
    kept = 2 if name.startswith(_names().compound) else 1
    return name[:kept] + "*" * len(_BRACKETED.sub("", name)[kept:]) + _bracketed(name)


def _bracketed(name: str) -> str:
    match = _BRACKETED.search(name)
    return match[0] if match else ""
