"""How much room a text takes, in the characters by which a column's width is counted.

One is a digit in the workbooks' font (Microsoft YaHei, 10 points); its Latin letters are narrower
or wider, a Han character is nearly two. A test holds the figures against a real font's.
"""

from __future__ import annotations

import re
from math import ceil

_WIDE_FROM = "\u2e80"  # Han characters, their punctuation and the full-width forms
_WIDTHS = {
    **dict.fromkeys("ijl|!'.,:;I()[]{}`- ft/r\"", 0.65),
    **dict.fromkeys("mwMW%@—☐☑★→", 1.65),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&+=<>~_#", 1.2),
    **dict.fromkeys("“”‘’…·", 1.9),  # as wide as Han characters in a font for Chinese
}
_HAN, _LETTER = 1.9, 1.05
_BOLD = 1.06
# A run of Latin text stays on one line, with the blank behind it; between others a line may end.
_PIECE = re.compile(r"[!-~]+ ?|.")


def text_width(text: str, *, bold: bool = False) -> float:
    """Return the width of a line of text in the workbooks' size."""
    wide = sum(_HAN if char >= _WIDE_FROM else _WIDTHS.get(char, _LETTER) for char in text)
    return wide * _BOLD if bold else wide


def text_lines(text: str, width: float, *, bold: bool = False) -> int:
    """Return the lines that a text takes where it may be so wide, at least one."""
    return sum(_lines(line, width, bold=bold) for line in text.split("\n"))


def _lines(line: str, width: float, *, bold: bool) -> int:
    lines, used = 1, 0.0
    for piece in _PIECE.findall(line):
        size = text_width(piece.rstrip(), bold=bold)
        if used and used + size > width:
            lines, used = lines + 1, 0.0
        if size > width:  # a word too long for a line is broken
            lines, size = lines + ceil(size / width) - 1, size % width
        used += size + text_width(" ") * piece.endswith(" ")
    return lines
