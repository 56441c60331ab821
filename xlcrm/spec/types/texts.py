"""Text: prose kept as written, numbered items, labelled parts, and masked contacts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from itertools import zip_longest
from typing import Any, ClassVar

from xlcrm.records import Value
from xlcrm.spec.types.base import (
    BLANK,
    LOST,
    SEAM,
    Cell,
    CellKind,
    FieldType,
    ReadContext,
    Reading,
    as_text,
    is_too_long,
    normalised,
)
from xlcrm.spec.types.codes import CreditCode
from xlcrm.text import clean, compiled, fold, prose
from xlcrm.values import dataclass

_CIRCLED = "".join(map(chr, range(0x2460, 0x2474)))  # ① to ⑳
_NUMBERED = (
    r"(?:^|\n)[ \t\u3000]*"
    r"(?:[(\uff08]?\d{1,2}[)\uff09.\uff0e\u3001]|[(\uff08]?[一二三四五六七八九十]{1,2}[)\uff09\u3001]"
    rf"|[{_CIRCLED}]|[-·•])(?!\d)[ \t\u3000]*"
)
_INLINE_NUMBER = rf"(?<=[;\uff1b。\s])[ \t]*(?:\d{{1,2}}[.\u3001)](?!\d)|[{_CIRCLED}])[ \t]*"
_CODED = re.compile(r"(.+?)\s*\(([0-9A-Za-z]{18})\)")
CUSTOMERS = "customers"  # the role of the table in which customers are looked up
PLACE = re.compile(r"\{([^{}.]+)(?:\.([^{}]+))?\}")
_EDGES = " \t\n\u3000;\uff1b"


class Text(FieldType):
    """Free text, kept as it was written."""

    name: ClassVar[str] = "text"
    width: ClassVar[int] = 36
    wraps: ClassVar[bool] = True

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        if is_too_long(raw):
            return LOST
        return Reading(prose(as_text(raw)) or None)

    def stands(self, column: str) -> bool:
        whole = f"{SEAM}{column}{SEAM}"
        trimmed = f" {SEAM}" not in whole and f"{SEAM} " not in whole
        return type(self).read is Text.read and trimmed


class Items(FieldType):
    """Numbered items, a line each: ``1. 缩短交付周期``."""

    name: ClassVar[str] = "items"
    width: ClassVar[int] = 36
    wraps: ClassVar[bool] = True

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        text = prose(as_text(raw))
        if not text:
            return BLANK
        items: Value = [item for piece in _pieces(text) if (item := piece.strip(_EDGES))]
        return Reading(items or None)

    def text(self, value: Value, language: str = "zh") -> str:
        assert isinstance(value, list)
        return "\n".join(f"{n}. {item}" for n, item in enumerate(value, 1))

    def compare_key(self, value: Value) -> Any:
        assert isinstance(value, list)
        return tuple(fold(item) for item in value)


def _pieces(text: str) -> list[str]:
    """Return a text of items cut at their numbers, else at its line ends."""
    if text[0] in _CIRCLED:
        return re.split(f"[{_CIRCLED}]", text)
    numbered, inline = map(compiled, (_NUMBERED, _INLINE_NUMBER))
    if not numbered.search(text):
        return text.split("\n")
    return [piece for line in numbered.split(text) for piece in inline.split(line)]


@dataclass(frozen=True)
class Split(FieldType):
    """One text of labelled parts: ``显性:…;隐性:…``. What stands before any label is ``rest``."""

    parts: tuple[Mapping[str, str], ...] = ()
    name: ClassVar[str] = "split"
    width: ClassVar[int] = 30
    wraps: ClassVar[bool] = True

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        text = prose(as_text(raw))
        if not text:
            return BLANK
        names = {
            fold(part[language]): part["key"] for part in self.parts for language in ("zh", "en")
        }
        heads = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        pattern = re.compile(
            rf"(?:^|(?<=[;\uff1b,\uff0c。\n]))\s*({heads})[^:\uff1a;\uff1b\-—\n]{{0,4}}?\s*[:\uff1a\-—]\s*",
            re.IGNORECASE,
        )
        value: dict[str, Any] = {}
        matches = list(pattern.finditer(text))
        before = text[: matches[0].start()] if matches else text
        if before := before.strip(_EDGES):
            value["rest"] = before
        for match, following in zip_longest(matches, matches[1:]):
            piece = text[match.end() : following.start() if following else None]
            key = names[fold(match[1])]
            piece = piece.strip(_EDGES)
            value[key] = f"{value[key]};{piece}" if key in value else piece
        return Reading({key: piece for key, piece in value.items() if piece} or None)

    def text(self, value: Value, language: str = "zh") -> str:
        assert isinstance(value, dict)
        pieces = [value["rest"]] if "rest" in value else []
        pieces += [f"{p[language]}:{value[p['key']]}" for p in self.parts if p["key"] in value]
        return ";".join(pieces)

    def compare_key(self, value: Value) -> Any:
        assert isinstance(value, dict)
        return tuple(sorted((key, fold(piece)) for key, piece in value.items()))


@dataclass(frozen=True)
class CodedName(FieldType):
    """A name that may have its credit code in brackets: ``名称(91…)``; the code is ``rest``.

    With a code that can't be one the text stays whole.
    """

    code_field: str = ""

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        reading = super().read(raw, context)
        match = _CODED.fullmatch(str(reading.value)) if reading.value else None
        if not match:
            return reading
        code = CreditCode().read(match[2], context)
        if code.value is None:
            return Reading(reading.value, (*reading.problems, *code.problems))
        return Reading(match[1], normalised(as_text(raw), match[1]), {self.code_field: code.value})


@dataclass(frozen=True)
class Contact(FieldType):
    """A person at the customer's, masked as the documents want it: ``*经理``.

    ``split_into`` names the fields of a text of parts: ``联系人:*经理,职位:采购总监``.
    """

    split_into: Mapping[str, str] = field(default_factory=dict)
    name: ClassVar[str] = "contact"

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        reading = super().read(raw, context)
        if not self.split_into or not isinstance(reading.value, str) or ":" not in reading.value:
            return reading
        found: dict[str, Value] = {}
        for piece in re.split(r"[,;]", reading.value):
            label, colon, text = piece.partition(":")
            key = self.split_into.get(label.strip())
            if not key or not colon:
                return reading
            found[key] = text.strip()
        contact = found.pop(next(iter(self.split_into.values())), None)
        return Reading(contact, normalised(as_text(raw), str(contact or "")), found)


class ContactInfo(FieldType):
    """A masked number, or a code that stands for it: ``138****5678``, ``客户联系方式-1``."""

    name: ClassVar[str] = "contact_info"
    width: ClassVar[int] = 18


@dataclass(frozen=True)
class Display(FieldType):
    """A cell that the sheet computes for the person who looks; written, never read.

    Places of its formula: ``{key}`` a cell of its own record, ``{customers.key}`` a column of the
    workbook's customer base, ``{list.key}`` a vocabulary's values, ``{vocabulary.value}`` a value
    as shown, ``{parameter.name}`` a parameter's.
    """

    formula: str = ""
    name: ClassVar[str] = "display"
    kind: ClassVar[CellKind] = "number"
    number_format: ClassVar[str] = "General"

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        return BLANK

    def places(self) -> list[tuple[str, str]]:
        """Return the pairs (name, rest) of its ``{name}`` and ``{name.rest}`` places."""
        return PLACE.findall(self.formula)


TICK_SIGNS, BOX_SIGNS = "☑☒✓✔√■●✅◉◼⬛🗹", "□☐○◯▢◻⬜❏❑"
_TICKED = frozenset([*TICK_SIGNS, "x", "是", "y", "yes", "true", "1"])
_UNTICKED = frozenset([*BOX_SIGNS, "", "否", "n", "no", "false", "0", "×"])
TICKED, UNTICKED = "☑", "☐"


def is_ticked(raw: Cell) -> bool | None:
    """Return whether a tick cell is ticked; None where its text is no tick at all."""
    if isinstance(raw, bool):
        return raw
    mark = clean(as_text(raw)).casefold()
    if mark.startswith("[") and mark.endswith("]"):
        mark = mark[1:-1].strip()
    if mark in _TICKED:
        return True
    return False if mark in _UNTICKED else None
