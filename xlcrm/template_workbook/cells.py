"""One cell, written as what it is: text is text always, an error value stays one."""

from __future__ import annotations

from datetime import date
from typing import Any

from xlcrm.layout.pages import Broken
from xlcrm.record_sheet import CheckedWorksheet
from xlcrm.record_sheet.values import settle
from xlcrm.spec.types.base import Cell


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
