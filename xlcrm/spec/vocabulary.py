"""Vocabularies: the values of a list, the words that are read as them, and the nearest of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property

from xlcrm.text import compiled, fold
from xlcrm.values import dataclass


@dataclass(frozen=True)
class Choice:
    """A value of a vocabulary with its English label and the other words read as it.

    One that is not ``shown`` is read and not offered; from the day ``until`` (ISO) on it no longer
    holds. A record with one that is ``withheld`` is not for everybody's eyes.
    """

    value: str
    english: str
    aliases: tuple[str, ...] = ()
    polarity: str | None = None
    group: str | None = None
    lost: bool = False
    shown: bool = True
    until: str | None = None
    withheld: bool = False

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
        word = fold(text).translate(_LOOK_ALIKES)
        certain = self.find(word)
        if certain and certain.is_offered:
            return certain.value
        best: dict[str, tuple[float, bool]] = {}
        for known, choice in self._known.items():
            if choice.is_offered:
                likeness = self._likeness(word, known, choice)
                best[choice.value] = max(likeness, best.get(choice.value, likeness))
        ranked = sorted(best, key=best.__getitem__, reverse=True)
        if not ranked:
            return None
        score, is_meant = best[ranked[0]]
        clear = len(ranked) == 1 or score - best[ranked[1]][0] >= _MARGIN
        return ranked[0] if is_meant and score >= _NEAR and clear else None

    def _likeness(self, word: str, known: str, choice: Choice) -> tuple[float, bool]:
        """Return how like two words are (0 to 100), and whether one may mean the other at all.

        Where one holds the other they are liker, the more of the word is covered: ``企业微信群`` is
        企业微信, not 微信. Where the rest names another value too, neither is meant: ``微信视频``.
        """
        from rapidfuzz import fuzz  # late: needed where something is wrong

        ratio, is_meant = fuzz.ratio(word, known), not _contradicts(word, known, choice.value)
        if word in known and len(word) >= 2:
            return max(ratio, 80.0), is_meant
        if not is_meant:
            return 0.0, False
        if known in word and len(word) >= 2:
            is_meant = not self._is_of_another(word.replace(known, "", 1), choice)
            return max(ratio, 60.0 + 40.0 * len(known) / len(word)), is_meant
        if len(word) == len(known) == 2 and set(word) & set(known):
            in_place = word[0] == known[0] or word[1] == known[1]
            return max(ratio, 60.0 if in_place else 55.0), True
        return ratio, True

    def _is_of_another(self, rest: str, choice: Choice) -> bool:
        """Whether what a word says beside a choice is a part of another one's value."""
        others = (each.value for each in self.choices if each is not choice)
        return len(rest) >= 2 and any(rest in other and not _states(other) for other in others)

    def group(self, value: str) -> str:
        """Return the class that ``value`` belongs to; a value without one is its own class."""
        choice = self.find(value)
        return (choice.group or choice.value) if choice else value

    @cached_property
    def has_polarity(self) -> bool:
        """Whether its words say how somebody is disposed."""
        return any(choice.polarity for choice in self.choices)

    def polarity(self, text: str) -> str | None:
        """Return the polarity of free text: its known words, longest first; negative outweighs."""
        words = sorted(self._known.items(), key=lambda pair: -len(pair[0]))
        rest, found = fold(text), set()
        for word, choice in words:
            if choice.polarity and word in rest:
                found.add(choice.polarity)
                rest = rest.replace(word, "\0")
        return next((each for each in ("negative", "positive", "neutral") if each in found), None)


_NEAR = 55.0
_MARGIN = 10.0
_LOOK_ALIKES = str.maketrans("己巳末徽", "已已未微")
_NEGATION = "不|未|没|非(?!常)|无|not|^un(?!der)|^dis"
_QUALIFIED = "全|可能|也许|或许|maybe"
_NUMBERS = "[0-9]+|[一二两三四五六七八九十]+"
_STATES = {"done": "^已", "pending": "^待", "ongoing": "正在|中$"}


def _states(text: str) -> str:
    """Return whether a word says that something is done, pending or going on; else blank."""
    return next((name for name, form in _STATES.items() if compiled(form).search(text)), "")


def _contradicts(word: str, known: str, value: str) -> bool:
    """Whether a word says what a value doesn't mean, however like their letters are.

    ``未完成`` is nothing like 完成, ``待确认`` not 已确认, ``全部满足`` not 部分满足.
    """
    for pattern in map(compiled, (_NEGATION, _QUALIFIED)):
        if bool(pattern.search(word)) != bool(pattern.search(known)):
            return True
    states, numbers = (_states(word), _states(value)), (_numbers(word), _numbers(known))
    return any(one and other and one != other for one, other in (states, numbers))


def _numbers(text: str) -> str:
    return " ".join(compiled(_NUMBERS).findall(text))
