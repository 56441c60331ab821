"""Private values in text: where they stand, and the masked form in which they may be shown.

The documents allow no reachable number or address in a shared table; ``138****5678`` and codes are
what they want instead. A finding masks every text it holds with :func:`mask`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from xlcrm.text import INVISIBLE


class PrivateValue(NamedTuple):
    """A private value within a text: finding code, the half-open span, and the masked form."""

    code: str
    start: int
    end: int
    masked: str


_SEPARATED = r"[ \-]?"
_PHONE = re.compile(
    rf"(?<![\d*])(?:\+?86{_SEPARATED})?1[3-9]\d{_SEPARATED}\d{{4}}{_SEPARATED}\d{{4}}(?![\d*])"
)
_LANDLINE = re.compile(r"(?<![\d*-])\(?0(?:10|2\d|[3-9]\d{2})\)?[ \-]?[2-9]\d{6,7}(?![\d*])")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}")
_ID_CARD = re.compile(r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])")
_BANK_CARD = re.compile(r"(?<![\dA-Za-z])(?:62|4|5)\d{14,17}(?![\dA-Za-z])")
_SHORTEST = len("a@b.co")
_WIDE = str.maketrans({chr(0xFF01 + n): chr(0x21 + n) for n in range(94)} | {"\u3000": " "})
# Every private value has an @ or ten digits with at most a bracket and a space between two.
_AT = "@\uff20"
_DIGITS = re.compile(r"[0-9\uff10-\uff19][0-9\uff10-\uff19) \-\uff09\u3000\uff0d]{9}")  # soon told
_TEN_DIGITS = re.compile(
    r"[0-9\uff10-\uff19](?:[) \-\uff09\u3000\uff0d]{0,2}+[0-9\uff10-\uff19]){9}"
)


def may_hold_private(text: str) -> bool:
    """Whether it is worth looking for private values in ``text``."""
    return _may_stand_in(text) or bool(INVISIBLE.search(text))


def _may_stand_in(text: str) -> bool:
    if any(sign in text for sign in _AT):
        return True
    return bool(_DIGITS.search(text) and _TEN_DIGITS.search(text))


def find_private(text: str) -> Iterator[PrivateValue]:
    """Yield the private values in ``text``, leftmost first; spans are those of ``text`` itself."""
    if len(text) < _SHORTEST:
        return
    if INVISIBLE.search(text):
        seen = [n for n, char in enumerate(text) if not INVISIBLE.match(char)]
        for code, start, end, masked in find_private("".join(text[n] for n in seen)):
            yield PrivateValue(code, seen[start], seen[end - 1] + 1, masked)
        return
    if not _may_stand_in(text):
        return
    text = text.translate(_WIDE)
    found: list[PrivateValue] = []
    for code, pattern in _KINDS:
        for match in pattern.finditer(text):
            value = match.group()
            taken = any(match.start() < p.end and p.start < match.end() for p in found)
            if not taken and _holds(code, value):
                found.append(PrivateValue(code, *match.span(), _masked(code, value)))
    yield from sorted(found, key=lambda private: private.start)


def mask(text: str) -> str:
    """Return ``text`` with every private value in its masked form."""
    pieces, done = [], 0
    for private in find_private(text):
        pieces += [text[done : private.start], private.masked]
        done = private.end
    return "".join([*pieces, text[done:]]) if pieces else text


_KINDS = (
    ("private-email", _EMAIL),
    ("private-id-card", _ID_CARD),
    ("private-bank-card", _BANK_CARD),
    ("private-phone", _PHONE),
    ("private-phone", _LANDLINE),
)


def _holds(code: str, value: str) -> bool:
    """Whether the check digit holds, where a number has one: other long numbers are no secret."""
    if code == "private-id-card":
        from stdnum.cn import ric  # late: stdnum is needed by the rare long number alone

        return bool(ric.is_valid(value))
    if code == "private-bank-card":
        from stdnum import luhn

        return bool(luhn.is_valid(value))
    return True


def _masked(code: str, value: str) -> str:
    if code == "private-email":
        name, _, domain = value.partition("@")
        return f"{name[:1]}***@{domain}"
    digits = [place for place, char in enumerate(value) if char.isalnum()]
    if code != "private-phone":
        keep = {*digits[:4], *digits[-4:]}
    elif len(digits) >= 11 and value[digits[0]] != "0":
        keep = {*digits[:-8], *digits[-4:]}
    else:
        keep = {*digits[:-4]}
    return "".join("*" if n in digits and n not in keep else c for n, c in enumerate(value))
