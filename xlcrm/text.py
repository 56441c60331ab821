"""Normal forms of text that people type: width, spaces and invisible marks."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
_SPACES = re.compile(r"\s+")
_UNSEEN = re.compile(rf"{INVISIBLE.pattern[:-1]}\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_ODD = re.compile(rf"{_UNSEEN.pattern[:-1]}\s]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85]")
_LINE_ENDS = re.compile(r"[\t\n]")
_LABEL_NOISE = re.compile(r"[\s*:]+")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern whose compiling takes a millisecond, and that most runs never ask for."""
    return re.compile(pattern)


def clean(text: str) -> str:
    """Return ``text`` in one width, without invisible marks, its spaces single and none outside."""
    if not (text.isascii() or unicodedata.is_normalized("NFKC", text)):
        text = unicodedata.normalize("NFKC", text)
    if text.isalnum() or not _ODD.search(text):
        return text
    return _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()


def is_clean(text: str) -> bool:
    """Whether ``clean`` would change nothing, and there is no space in ``text`` at all."""
    return unicodedata.is_normalized("NFKC", text) and not _ODD.search(text)


def compact(text: str) -> str:
    """Return ``clean`` text without any space: for values in which a space means nothing."""
    return clean(text).replace(" ", "")


def fold(text: str) -> str:
    """Return the form in which two spellings of one name or word are equal."""
    return compact(text).casefold()


def label_key(text: str) -> str:
    """Return the form in which labels are compared: ``*``, colons and spaces mean nothing."""
    text = clean(text)
    return (text if text.isalnum() else _LABEL_NOISE.sub("", text)).casefold()


def prose(text: str) -> str:
    """Return free text as it was written, its line ends alike, its outer blanks gone, and without
    control characters."""
    return text.strip() if text.isprintable() else uncontrolled(text).strip()


def uncontrolled(text: str) -> str:
    """Return ``text`` without control characters: line ends are ``\\n``, tabs stay."""
    return _CONTROL.sub("", _LINE_END.sub("\n", text))


def is_controlled(text: str) -> bool:
    """Whether ``text`` has control characters that are no line ends."""
    return _CONTROL.search(_LINE_END.sub("\n", text)) is not None


def printable(text: str) -> str:
    """Return ``text`` safe for a terminal: no direction marks, controls as ``\\xNN`` escapes."""
    if text.isprintable() and not INVISIBLE.search(text):
        return text
    text = INVISIBLE.sub("", text)
    text = _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def escaped(text: str) -> str:
    """Return a file's name or path as text that any output holds, what is odd in it as escapes."""
    for pattern in (_CONTROL, _LINE_ENDS, INVISIBLE):
        text = pattern.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
