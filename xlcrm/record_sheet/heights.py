"""Heights of rows that hold wrapped text.

Excel fits a row that states no height when it opens the workbook; LibreOffice and viewers show all
such rows one line high, their text running into the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from xlcrm.record_sheet.sheet import Column
from xlcrm.record_sheet.values import content_of

LINE = 16.5  # points: the default row in the palette's font
_NARROWER = 0.95  # a text in the palette's font, of one or two characters' width a character
MOST_LINES = 8  # a longer text is read in its cell; the row must fit a screen


def row_heights(columns: Sequence[Column], cells: Sequence[Sequence[object]]) -> list[float | None]:
    """The heights, in points, of some records' rows; None where one line is enough.

    `cells` gives the values of each column. Raises ValueError for more or fewer than `columns`.
    """
    most = [1] * len(cells[0])
    for column, values in zip(columns, cells, strict=True):
        if column.wrap and not column.hidden and (tall := _tall(values, column.width)):
            most = [max(lines, tall.get(v, 1)) for lines, v in zip(most, values, strict=True)]
    return [LINE * min(lines, MOST_LINES) if lines > 1 else None for lines in most]


def _tall(values: Sequence[object], width: float) -> dict[object, int]:
    """The lines of the texts that take more than one; most of a column's texts repeat."""
    return {
        text: lines
        for text in set(values)
        if isinstance(content := content_of(text), str)
        and (2 * len(content) > width or "\n" in content)
        if (lines := _lines(content, width)) > 1
    }


def _lines(text: str, width: float) -> int:
    """The lines a text takes in a column of so many characters; a Han character counts for two."""
    return sum(
        max(1, ceil(_NARROWER * (len(line.encode("utf-8", "replace")) + len(line)) / 2 / width))
        for line in text.split("\n")
    )
