"""How the cells of a record sheet look: one format a column, and its variants for odd values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from xlsxwriter.format import Format

from xlcrm.record_sheet import palette
from xlcrm.record_sheet.sheet import Column
from xlcrm.record_sheet.values import Variant

# Text columns have the text format, so that an identifier typed anew stays text.
NUM_FORMATS: Final[Mapping[str, str]] = {
    "text": "@",
    "link": "@",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
    "integer": "0",
    "number": "General",
    "percent": "0.0%",
    "general": "General",
    "formula": "General",
}

HEADER: Final[Mapping[str, object]] = {
    "bold": True,
    "font_color": palette.HEADER_TEXT,
    "bg_color": palette.HEADER_FILL,
    "align": "center",
    "valign": "vcenter",
    "text_wrap": True,
    "border": 1,
    "border_color": palette.BORDER,
}


class ColumnStyles:
    """The formats of a sheet's columns; `make` turns properties into a Format of the workbook."""

    def __init__(
        self, columns: Sequence[Column], make: Callable[[Mapping[str, object]], Format]
    ) -> None:
        self._columns = columns
        self._make = make
        self._made: dict[tuple[int, Variant, str], Format] = {}

    def get(self, index: int, variant: Variant = "own", tone: str = "") -> Format:
        """The format of a cell in column `index`. Raises KeyError for a tone it doesn't have."""
        key = (index, variant, tone)
        if key not in self._made:
            column = self._columns[index]
            toned = column.tones[tone] if tone else {}
            self._made[key] = self._make({**_properties(column, variant), **toned})
        return self._made[key]

    def header(self) -> Format:
        """The format of the header's cells."""
        return self._make(HEADER)


def _properties(column: Column, variant: Variant) -> dict[str, object]:
    own = variant == "own"
    num_format = column.num_format if own else None
    shown_as = column.kind if own else variant
    properties: dict[str, object] = {
        "num_format": num_format or NUM_FORMATS[shown_as],
        "valign": "top",
    }
    if column.kind in ("date", "datetime"):
        properties["align"] = "center"
    if column.wrap:
        properties["text_wrap"] = True
    if column.fill:
        properties["bg_color"] = column.fill
    if shown_as == "link":
        properties["font_color"] = palette.LINK_TEXT
        properties["underline"] = 1
    return {**properties, **column.look}
