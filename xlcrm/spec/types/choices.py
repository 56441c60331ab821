"""Choices from a vocabulary: one, one with a remark, one after an arrow, or many."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar, Literal

from xlcrm.records import Value
from xlcrm.spec.types.base import (
    BLANK,
    Cell,
    FieldType,
    Problem,
    ReadContext,
    Reading,
    Validation,
    as_text,
    normalised,
)
from xlcrm.spec.types.texts import BOX_SIGNS, TICK_SIGNS, TICKED, UNTICKED, is_ticked
from xlcrm.spec.vocabulary import Choice as Word
from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.text import clean, compiled, fold
from xlcrm.values import dataclass

UNCHANGED, _UNCHANGED_EN = "维持", "Unchanged"
_MANY = 10_000  # different values of choices, at most, that a team writes
_ARROW = re.compile(r"\s*(?:→|->|=>|—>|⇒|➔|➜)\s*")
_SPACED_ARROW = re.compile(r"\s*→\s*")
_REMARK = re.compile(r"([^(]*?)\s*\((.*)\)")
_COLON = re.compile(r"([^:]*?)\s*[:,;]\s*(.*)")
_TICK_MARKS = TICK_SIGNS + BOX_SIGNS
_TICK_PAIR = rf"([{_TICK_MARKS}]|\[\s?[xX{_TICK_MARKS}]?\s?\])\s*([^{_TICK_MARKS}\[\]]+)"
_BOXES = frozenset(_TICK_MARKS + "[")  # what every box begins with
_WORD = rf"[^{_TICK_MARKS}\s:,;、/]"
# From a word's beginning alone: a long text without a mark isn't searched from each letter.
_TICK_BEHIND = rf"(?<!{_WORD})({_WORD}+)([{_TICK_MARKS}])(?=[\s,;、/]|$)"
_BRACKETED = r"[\[【(《「“\"]([^\]】)》」”\"]*)[\]】)》」”\"]"
_SEPARATORS = re.compile(r"[\[\]【】、,;/\n]+")


@lru_cache(_MANY)
def bare(value: str) -> str:
    """Return a choice without its remark; of an arrow value what stands behind the arrow."""
    return _head(value).rpartition("→")[2]


def remark_of(value: str) -> str:
    """Return the remark of a choice, or an empty text."""
    match = re.search(r"\((.*)\)$|:(.*)$", value, re.DOTALL)
    return (match[1] or match[2] or "") if match else ""


def arrow_of(value: str) -> tuple[str | None, str | None, str]:
    """Return (from, to, remark) of a change: from is None without an arrow, to where unchanged."""
    before, arrow, _ = _head(value).partition("→")
    target = bare(value)
    return (before if arrow else None), (None if target == UNCHANGED else target), remark_of(value)


def _head(value: str) -> str:
    """Return what stands before a remark."""
    return re.split(r"[(:]", value, maxsplit=1)[0]


def not_in_list(vocabulary: Vocabulary, word: str) -> Problem:
    """Return the problem of a word that no choice is, with the choice that it may be.

    ``value`` of its parameters is the part of the cell for which the suggestion stands.
    """
    return Problem("not-in-list", vocabulary.nearest(word), {"value": word})


@dataclass(frozen=True)
class Choice(FieldType):
    """One value of a vocabulary. ``remark`` says how a remark may follow it."""

    vocabulary: Vocabulary
    remark: Literal["", "brackets", "colon"] = ""
    name: ClassVar[str] = "choice"

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        written = as_text(raw)
        text = clean(written)
        if not text:
            return BLANK
        ticks = tick_pairs(text)
        if ticks is None:
            return self._read_word(written, text)
        ticked = [word for is_on, word in ticks if is_on]
        if len(ticked) > 1:
            return Reading(None, (Problem("ambiguous-tick"),))
        if not ticked and all(self.vocabulary.find(word) for _, word in ticks):
            return BLANK
        return self._read_word(written, ticked[0] if ticked else text)

    def _read_word(self, written: str, text: str) -> Reading:
        choice, remark = self.vocabulary.find(text), ""
        if not choice:
            head, remark = self._split(_unbracket(text))
            choice = self.vocabulary.find(head)
        if choice:
            value = self._join(choice.value, remark)
            shown = {value.casefold(), self._join(choice.english, remark).casefold()}
            same = written.strip().casefold() in shown
            return Reading(value, () if same else normalised(written, value))
        if self.vocabulary.open:
            text = _unbracket(text)
            return Reading(text, normalised(written, text))
        word = head if remark else text
        return Reading(None, (not_in_list(self.vocabulary, word),))

    def _split(self, text: str) -> tuple[str, str]:
        if not self.remark:
            return text, ""
        match = _REMARK.fullmatch(text) or (
            _COLON.fullmatch(text) if self.remark == "colon" else None
        )
        return (match[1], match[2]) if match else (text, "")

    def _join(self, value: str, remark: str) -> str:
        if not remark:
            return value
        return f"{value}:{remark}" if self.remark == "colon" else f"{value}({remark})"

    def text(self, value: Value, language: str = "zh") -> str:
        text = str(value)
        head = bare(text) if self.remark else text
        return self.vocabulary.label(head, language) + text[len(head) :]

    @property
    def validation(self) -> Validation | None:
        strict = not (self.vocabulary.open or self.remark)
        return Validation("list", source=self.vocabulary.key, strict=strict)


class Change(Choice):
    """A step to another value: ``意向客户`` or ``潜在客户→意向客户``; 维持 is no step."""

    name: ClassVar[str] = "change"

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        written = as_text(raw)
        text = clean(written)
        if not text:
            return BLANK
        if text.startswith(UNCHANGED) or text.casefold().startswith(_UNCHANGED_EN.casefold()):
            same = text in (UNCHANGED, _UNCHANGED_EN)
            return Reading(UNCHANGED, () if same else normalised(written, UNCHANGED))
        start, target = self._sides(text)
        head, remark = self._head(target)
        choice = self.vocabulary.find(head)
        origin = self.vocabulary.find(start) if start else None
        if not choice or (start and not origin):
            wrong = head if not choice else start
            return Reading(None, (not_in_list(self.vocabulary, wrong),))
        value = (
            (f"{origin.value}→" if origin else "")
            + choice.value
            + (f"({remark})" if remark else "")
        )
        shown = _SPACED_ARROW.sub("→", written.strip()).casefold()
        same = shown in {self.text(value, language).casefold() for language in ("zh", "en")}
        return Reading(value, () if same else normalised(written, value))

    def _sides(self, text: str) -> tuple[str, str]:
        head, bracket, remark = text.partition("(")
        sides = _ARROW.split(head)
        return (sides[0], sides[-1] + bracket + remark) if len(sides) > 1 else ("", text)

    def _head(self, text: str) -> tuple[str, str]:
        """Return the choice and what follows it."""
        if self.vocabulary.find(text):
            return text, ""
        match = re.fullmatch(r"([^(,;:。]*?)\s*(?:\((.*)\)|[,;:。]\s*(.*))", text)
        return (match[1], match[2] or match[3] or "") if match else (text, "")

    def text(self, value: Value, language: str = "zh") -> str:
        start, target, remark = arrow_of(str(value))
        if target is None:
            return UNCHANGED if language == "zh" else _UNCHANGED_EN
        label = self.vocabulary.label
        text = (f"{label(start, language)}→" if start else "") + label(target, language)
        return text + (f"({remark})" if remark else "")

    @property
    def validation(self) -> Validation | None:
        return Validation("list", source=self.vocabulary.key, strict=False)


@dataclass(frozen=True)
class Many(FieldType):
    """Several values of a vocabulary, in the order written; without one, several words."""

    vocabulary: Vocabulary | None = None
    name: ClassVar[str] = "many"
    width: ClassVar[int] = 20
    wraps: ClassVar[bool] = True

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        written = as_text(raw)
        if not clean(written):
            return BLANK
        ticked = ticked_words(clean(written))
        words = _words(written if ticked is None else "\n".join(ticked))
        values: list[str] = []
        for word in words:
            choice = self.vocabulary.find(word) if self.vocabulary else None
            if not choice and self.vocabulary and not self.vocabulary.open:
                return Reading(None, (not_in_list(self.vocabulary, word),))
            value = choice.value if choice else word
            if value not in values:
                values.append(value)
        if not values:
            return BLANK
        as_read = ticked is None and all(self._as_written(word, written) for word in words)
        notes = () if as_read else normalised(written, self.text(list(values)))
        return Reading(list(values), notes)

    def _as_written(self, word: str, written: str) -> bool:
        """Whether a word was read to the letter: neither as an alias nor cleaned."""
        return word in written and (not self._word(word) or self._is_label(word))

    def _word(self, word: str) -> Word | None:
        return self.vocabulary.find(word) if self.vocabulary else None

    def _is_label(self, word: str) -> bool:
        return bool(self.vocabulary and self.vocabulary.is_label(word))

    def text(self, value: Value, language: str = "zh") -> str:
        assert isinstance(value, list)
        label = self.vocabulary.label if self.vocabulary else (lambda word, _: word)
        return ("、" if language == "zh" else "; ").join(label(word, language) for word in value)

    def compare_key(self, value: Value) -> Any:
        assert isinstance(value, list)
        return frozenset(fold(word) for word in value)

    @property
    def validation(self) -> Validation | None:
        if not self.vocabulary:
            return None
        return Validation("list", source=self.vocabulary.key, strict=False)


class Tick(FieldType):
    """A single tick: ☑ or ☐."""

    name: ClassVar[str] = "tick"
    width: ClassVar[int] = 8

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        ticked = is_ticked(raw if not isinstance(raw, float) else bool(raw))
        if ticked is None:
            return Reading(None, (Problem("ambiguous-tick"),))
        return Reading(True) if ticked else BLANK

    def text(self, value: Value, language: str = "zh") -> str:
        return TICKED if value else UNTICKED

    @property
    def validation(self) -> Validation | None:
        return Validation("tick")


def ticked_words(text: str) -> list[str] | None:
    """Return the words ticked in a text such as ``■高 □中``; None where nothing is a tick box."""
    pairs = tick_pairs(text)
    return None if pairs is None else [word for is_on, word in pairs if is_on]


def tick_pairs(text: str) -> list[tuple[bool, str]] | None:
    """Return the words beside tick boxes, each with whether it is ticked; None without any box.

    Boxes stand before their words; a text that begins with a word has them behind: ``高√ 中 低``.
    """
    if _BOXES.isdisjoint(text):
        return None  # as of most texts
    pairs = [(mark, word) for word, mark in compiled(_TICK_BEHIND).findall(text)]
    pairs = pairs or compiled(_TICK_PAIR).findall(text)
    pairs = [(mark, word.strip(" ,;、/")) for mark, word in pairs]
    if not any(word for _, word in pairs):
        return None
    return [(bool(is_ticked(mark)), word) for mark, word in pairs if word]


def _unbracket(text: str) -> str:
    match = compiled(_BRACKETED).fullmatch(text)
    return match[1].strip() if match else text


def _words(written: str) -> list[str]:
    lines = "\n".join(clean(line) for line in written.splitlines())
    return [word.strip() for word in _SEPARATORS.split(lines) if word.strip()]
