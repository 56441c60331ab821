"""The names of firms: what is left of one when its form, places and brackets are taken away."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from xlcrm.spec.names import declared_words, firm_forms
from xlcrm.text import clean

_BRACKETS = re.compile(r"[(\[{〔【〈《「]([^()\[\]{}〔〕【】〈〉《》「」]*)[)\]}〕】〉》」]")
_WORDS = re.compile(r"[^\W_]+")
_TELLING = 2  # characters besides the words of trades by which a firm is told from others


class FirmName(NamedTuple):
    """``core`` is a name without the form of its firm; ``apart`` what sets firms of one core apart:
    places, and whatever else stood in brackets."""

    core: str
    apart: frozenset[str]

    @property
    def tells(self) -> bool:
        """Whether the core says more than a place and trades: of 上海科技 that is no more."""
        rest = _trades().sub("", self.core)
        beyond = rest.removeprefix(_first_place(rest))
        return len(rest) >= _TELLING and beyond not in _nothing()

    def may_be(self, other: FirmName) -> bool:
        """Whether both may be of one firm: 星辰科技(上海) may be 星辰科技, not 星辰科技(北京)."""
        alike = self.core == other.core and self.tells
        return alike and (self.apart <= other.apart or other.apart <= self.apart)


@cache
def firm_name(text: str) -> FirmName:
    """Return a firm's name in its parts; width, case, spaces and signs mean nothing."""
    text = clean(text).casefold()
    apart = {_stripped("".join(_WORDS.findall(each)))[0] for each in _BRACKETS.findall(text)}
    words = _WORDS.findall(_BRACKETS.sub(" ", text))
    while len(words) > 1 and words[-1] in declared_words()["firm_forms_latin"]:
        words.pop()
    core, places = _stripped("".join(words))
    named = {_first_place(each) or each for each in apart if each}
    return FirmName(core, frozenset(places) | named - set(firm_forms()))


def _stripped(name: str) -> tuple[str, list[str]]:
    """Return a name without its form and its places, which are told apart; never nothing."""
    found: list[str] = []
    while True:
        shorter = without_form(name)
        if place := _first_place(shorter):
            rest = shorter.removeprefix(place)
            ends = (rest.removeprefix(end) for end in _place_ends() if rest.startswith(end))
            if rest := next(ends, rest):
                found.append(place)
                shorter = rest
        if place := _last_place(shorter):
            head = shorter.removesuffix(place)
            if head != without_form(head):  # 星辰有限公司上海 is what is left of its 分公司
                found.append(place)
                shorter = head
        if shorter == name:
            return name, found
        name = shorter


def without_form(name: str) -> str:
    """Return a name without the last form that it ends with; one that is nothing else stays."""
    forms = firm_forms()
    if not name.endswith(forms):
        return name
    return name.removesuffix(
        next((each for each in forms if name.endswith(each) and name != each), "")
    )


def _first_place(name: str) -> str:
    """Return the place that a name begins with; nothing where it begins with none."""
    return next(filter(name.startswith, _places(0).get(name[:1], ())), "")


def _last_place(name: str) -> str:
    """Return the place that a name ends with, likewise."""
    return next(filter(name.endswith, _places(-1).get(name[-1:], ())), "")


@cache
def _trades() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, _longest("trades"))))


@cache
def _places(at: int) -> Mapping[str, list[str]]:
    """Return the places by their first character (0) or their last (-1), the longest first."""
    found = defaultdict(list)
    for place in _longest("places"):
        found[place[at]].append(place)
    return dict(found)


@cache
def _place_ends() -> tuple[str, ...]:
    return tuple(map(str, declared_words()["place_ends"]))


@cache
def _nothing() -> frozenset[str]:
    """Return what tells no firm where it stands behind a place."""
    return frozenset(("", *_place_ends(), *declared_words()["firm_forms_latin"]))


@cache
def _longest(key: str) -> tuple[str, ...]:
    """Return a list of words, the longest first."""
    return tuple(sorted(declared_words()[key].split(), key=len, reverse=True))
