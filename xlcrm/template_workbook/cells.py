"""One cell, written as what it is: text is text always, an error value stays one."""

from __future__ import annotations

from datetime import date
from math import ceil
from typing import Any

from xlcrm.layout.pages import Broken, Note
from xlcrm.record_sheet import CheckedWorksheet, palette
from xlcrm.record_sheet.values import settle
from xlcrm.spec.types.base import Cell

# Pixels, and characters of Chinese that a line of a note holds.
_NOTE = {"width": 230, "font_name": palette.FONT_NAME, "font_size": 9}
_LINE, _LINE_HEIGHT, _TALLEST = 17, 17, 340


def write_note(sheet: CheckedWorksheet, at: tuple[int, int], note: Note) -> None:
    """Write a note on a cell, in a box in which most of it is seen."""
    lines = sum(ceil((len(line) + 1) / _LINE) for line in note.text.split("\n"))
    height = min(_TALLEST, _LINE_HEIGHT * (lines + 1))
    sheet.add_note(*at, note.text, note.author, {**_NOTE, "height": height})


def write_cell(sheet: CheckedWorksheet, at: tuple[int, int], content: Cell, style: Any) -> None:
    """Write a cell. Raises WriteFailed for text that no cell holds."""
    if isinstance(content, Broken):
        sheet.write_formula(*at, f"={content}", style, str(content))
        return
    settled = settle("text", content)
    if settled is None:
        sheet.write_blank(*at, None, style)
        return
    _, value = settled
    if isinstance(value, bool):
        sheet.write_boolean(*at, value, style)
    elif isinstance(value, str):
        sheet.write_string(*at, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(*at, value, style)
    else:
        assert isinstance(value, date)
        sheet.write_datetime(*at, value, style)
