"""Known texts looked for in much text, all at once: to put others in their place, or to find any
that should not be there."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from xml.etree import ElementTree

_MOMENT = re.compile(r"(?:\d{4}-\d{2}-\d{2}(?:T[\d:]+)?/?){1,2}")
_HEAD = 2  # characters by which texts are looked up: none may be shorter
# Attributes of a workbook's parts that hold what people see or have named.
_SEEN = frozenset(
    (
        *("name", "displayName", "title", "descr", "tooltip", "location", "display", "caption"),
        *("prompt", "promptTitle", "error", "errorTitle", "Target"),
    )
)


class Found(NamedTuple):
    """Where a known text stands in another."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Texts:
    """Texts of two characters at least, in upper or lower case, and what may stand instead of each.

    One that begins or ends with a letter or digit of ASCII is not found within such a word.
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = {_lower(text): instead for text, instead in known.items() if len(text) > 1}
        lengths: dict[str, set[int]] = defaultdict(set)
        for text in self.known:
            lengths[text[:_HEAD]].add(len(text))
        self._lengths = {head: sorted(each, reverse=True) for head, each in lengths.items()}

    def replaced(self, text: str) -> str:
        """Return a text without any of them; the longest that begins at a place counts. One that is
        a moment as it is kept, or a span, stays: it names nobody."""
        if _MOMENT.fullmatch(text):
            return text
        pieces, done = [], 0
        for each in self._all(text):
            if each.start >= done:
                pieces += [text[done : each.start], self.known[each.text]]
                done = each.end
        return "".join([*pieces, text[done:]]) if pieces else text

    def stand_in(self, text: str) -> bool:
        """Whether any of them stands in a text."""
        return next(self._all(text), None) is not None

    def found_in(self, text: str) -> set[str]:
        """Return those, in lower case, that stand in a text."""
        return {each.text for each in self._all(text)}

    def _all(self, text: str) -> Iterator[Found]:
        """Yield all of them in a text, one within another too; at each place the longest first."""
        low, lengths = _lower(text), self._lengths
        for start in [n for n in range(len(low) - 1) if low[n : n + _HEAD] in lengths]:
            for length in lengths[low[start : start + _HEAD]]:
                part = low[start : start + length]
                if part in self.known and _is_whole(low, start, start + len(part)):
                    yield Found(start, part)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a part of a text is no part of a word or number of ASCII."""
    before, after = text[max(start - 1, 0) : start + 1], text[end - 1 : end + 1]
    return not any(len(pair) > 1 and pair.isascii() and pair.isalnum() for pair in (before, after))


def _lower(text: str) -> str:
    """Return a text in lower case, character by character, so that places stay."""
    low = text.casefold()
    return low if len(low) == len(text) else "".join(map(_folded, text))


def _folded(char: str) -> str:
    low = char.casefold()
    return low if len(low) == 1 else char


def leaking_part(workbook: bytes, texts: Texts) -> str | None:
    """Return the first part of a workbook in which any of the texts stands: in cells, names,
    comments, properties, whatever people may see. None where none does."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        for name in package.namelist():
            if texts.stand_in("\n".join({name, *_said(package.read(name))})):
                return name
    return None


def _said(part: bytes) -> Iterable[str]:
    """Yield the texts of a part: those of its elements, and of attributes what is no format's."""
    for element in ElementTree.fromstring(part).iter():
        yield from filter(None, (element.text, element.tail))
        for name, text in element.attrib.items():
            if name in _SEEN or not text.isascii():
                yield text
