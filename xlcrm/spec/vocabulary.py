"""Vocabularies: the values of a list, the words that are read as them, and the nearest of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from xlcrm.text import fold


@dataclass(frozen=True)
class Choice:
    """A value of a vocabulary with its English label and the other words read as it.

    One that is not ``shown`` is read and not offered; from the day ``until`` (ISO) on it no longer
    holds.
    """

    value: str
    english: str
    aliases: tuple[str, ...] = ()
    polarity: str | None = None
    group: str | None = None
    lost: bool = False
    shown: bool = True
    until: str | None = None

    @property
    def is_offered(self) -> bool:
        """Whether dropdowns and forms offer it."""
        return self.shown and self.until is None


@dataclass(frozen=True)
class Vocabulary:
    """A list of values, in their order. An open one takes any value and suggests these."""

    key: str
    labels: Mapping[str, str]
    choices: tuple[Choice, ...]
    open: bool = False
    ignore_suffix: str = ""
    by_value: Mapping[str, Choice] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_value", {choice.value: choice for choice in self.choices})

    @cached_property
    def _known(self) -> Mapping[str, Choice]:
        known: dict[str, Choice] = {}
        for choice in self.choices:
            for word in choice.aliases:
                known[fold(word)] = choice
        for choice in self.choices:
            known[fold(choice.english)] = choice
            known[fold(choice.value)] = choice
        return known

    def labels_in(self, language: str) -> tuple[str, ...]:
        """Return the values that are offered, as a workbook in ``language`` shows them."""
        offered = (choice.value for choice in self.choices if choice.is_offered)
        return tuple(self.label(value, language) for value in offered)

    @cached_property
    def ends(self) -> Mapping[str, str]:
        """The days (ISO) from which values no longer hold, by value."""
        return {choice.value: choice.until for choice in self.choices if choice.until}

    def label(self, value: str, language: str) -> str:
        """Return a value as shown in ``language``; a value of the team's own is shown as it is."""
        choice = self.by_value.get(value)
        return choice.english if choice and language == "en" else value

    def find(self, text: str) -> Choice | None:
        """Return the choice that ``text`` means: the value, its English label or an alias."""
        choice = self.by_value.get(text)
        if choice:
            return choice
        word = fold(text)
        choice = self._known.get(word)
        if not choice and self.ignore_suffix and word.endswith(self.ignore_suffix):
            choice = self._known.get(word.removesuffix(self.ignore_suffix))
        return choice

    def is_label(self, text: str) -> bool:
        """Whether ``text`` is a value or label to the letter, so that nothing was interpreted."""
        choice = self.find(text)
        return choice is not None and text in (choice.value, choice.english)

    def nearest(self, text: str) -> str | None:
        """Return the one value clearly nearest to ``text`` by its values and aliases, else None."""
        from rapidfuzz import fuzz  # late: needed where something is wrong

        word = fold(text)
        scores: dict[str, float] = {}
        for known, choice in self._known.items():
            if not choice.is_offered:
                continue
            score = _likeness(fuzz.ratio(word, known), word, known)
            scores[choice.value] = max(score, scores.get(choice.value, 0))
        ranked = sorted(scores, key=scores.__getitem__, reverse=True)
        if not ranked or scores[ranked[0]] < _NEAR:
            return None
        clear = len(ranked) == 1 or scores[ranked[0]] - scores[ranked[1]] >= _MARGIN
        return ranked[0] if clear else None

    def group(self, value: str) -> str:
        """Return the class that ``value`` belongs to; a value without one is its own class."""
        choice = self.find(value)
        return (choice.group or choice.value) if choice else value

    def polarity(self, text: str) -> str | None:
        """Return the polarity of free text: its known words, longest first; negative outweighs."""
        words = sorted(self._known.items(), key=lambda pair: -len(pair[0]))
        rest, found = fold(text), set()
        for word, choice in words:
            if choice.polarity and word in rest:
                found.add(choice.polarity)
                rest = rest.replace(word, "\0")
        return next((each for each in ("negative", "positive", "neutral") if each in found), None)


_NEAR = 50.0
_MARGIN = 10.0
_NEGATION = re.compile("不|未|没|非(?!常)|无|not")


def _likeness(ratio: float, word: str, known: str) -> float:
    """Raise the likeness of words of which one holds the other, or that share one of two letters.

    The more of a word a known one covers the liker they are: ``企业微信群`` is 企业微信, not 微信.
    ``未完成`` is nothing like 完成.
    """
    if word in known and len(word) >= 2:
        return max(ratio, 80.0)
    if bool(_NEGATION.search(word)) != bool(_NEGATION.search(known)):
        return 0.0
    if known in word and len(word) >= 2:
        return max(ratio, 60.0 + 40.0 * len(known) / len(word))
    if len(word) == len(known) == 2 and set(word) & set(known):
        in_place = word[0] == known[0] or word[1] == known[1]
        return max(ratio, 60.0 if in_place else 55.0)
    return ratio
