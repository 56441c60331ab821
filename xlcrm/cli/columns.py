"""Texts in columns, as wide as a console shows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from xlcrm.text import printable


def columns_of(text: str) -> int:
    """Return how many columns of a console a text takes."""
    return sum(1 + (unicodedata.east_asian_width(each) in "WFA") for each in text)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of texts as lines whose columns stand below one another."""
    widths = [max(map(columns_of, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            text + " " * (width - columns_of(text)) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def on_a_line(text: str) -> str:
    """Return a text on one line, safe for a terminal."""
    return printable(" ".join(text.split()))
