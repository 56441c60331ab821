"""Known texts looked for in much text, all at once: to put others in their place, or to find any
that should not be there."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

_END = ""  # in a trie: a text ends here


class Texts:
    """Texts that are known, in upper or lower case, and for each what may stand instead."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = {text.casefold(): instead for text, instead in known.items() if text}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(_expression(_trie(self.known)) if self.known else "(?!)", re.IGNORECASE)

    def replaced(self, text: str) -> str:
        """Return a text without any of them; the longest that begins at a place counts."""
        return self._pattern.sub(lambda match: self.known.get(match[0].casefold(), ""), text)

    def stand_in(self, text: str) -> bool:
        """Whether any of them stands in a text."""
        return self._pattern.search(text) is not None


def leaking_part(workbook: bytes, texts: Texts) -> str | None:
    """Return the first part of a workbook in which any of the texts stands: in cells, names,
    comments, properties, whatever it is. None where none does."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        for name in package.namelist():
            content = package.read(name).decode("utf-8", "replace")
            if texts.stand_in(name) or texts.stand_in(html.unescape(content)):
                return name
    return None


def _trie(texts: Iterable[str]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for text in texts:
        node = root
        for char in text:
            node = node.setdefault(char, {})
        node[_END] = {}
    return root


def _expression(node: dict[str, Any]) -> str:
    """Return a regular expression for a trie: what texts share is looked for once."""
    chain = []
    while len(node) == 1 and _END not in node:
        ((char, node),) = node.items()
        chain.append(re.escape(char))
    begun = "".join(chain)
    rest = {char: below for char, below in node.items() if char != _END}
    if not rest:
        return begun
    branches = "|".join(re.escape(char) + _expression(below) for char, below in rest.items())
    return f"{begun}(?:{branches}){'?' if _END in node else ''}"
