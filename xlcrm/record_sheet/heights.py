"""Heights of rows that hold wrapped text.

Excel fits a row that states no height when it opens the workbook; LibreOffice and viewers show all
such rows one line high, their text running into the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from xlcrm.record_sheet.sheet import Column

LINE = 16.5  # points: the default row in the palette's font
MOST_LINES = 8  # a longer text is read in its cell; the row must fit a screen


def row_heights(columns: Sequence[Column], block: Sequence[Sequence[object]]) -> list[float | None]:
    """The heights, in points, of some records' rows; None where one line is enough."""
    most = [1] * len(block)
    for index, column in enumerate(columns):
        if column.wrap and not column.hidden:
            for number, record in enumerate(block):
                text = record[index]
                if text.__class__ is str and (2 * len(text) > column.width or "\n" in text):
                    most[number] = max(most[number], _lines(text, column.width))
    return [LINE * min(lines, MOST_LINES) if lines > 1 else None for lines in most]


def _lines(text: str, width: float) -> int:
    """The lines a text takes in a column of so many characters; a Han character counts for two."""
    return sum(
        max(1, ceil((len(line.encode("utf-8", "replace")) + len(line)) / 2 / width))
        for line in text.split("\n")
    )
