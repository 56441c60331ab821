"""Cells of figures and of their changes, with formulas where there are some."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell

from xlcrm.analysis_rows import AnalysisRow, Figure
from xlcrm.record_sheet import Book, CheckedWorksheet, palette

CELL: dict[str, Any] = {
    "valign": "vcenter", "text_wrap": True, "bottom": 1, "border_color": palette.BORDER,
}  # fmt: skip
_UP, _DOWN, _LEVEL, _UNKNOWN = "↑", "↓", "→", "-"


def write_value(
    sheet: CheckedWorksheet, place: tuple[int, int], value: str | float | date, style: Format
) -> None:
    """Write a text, a number or a day."""
    if isinstance(value, str):
        sheet.write_string(*place, value, style)
    elif isinstance(value, date):
        sheet.write_datetime(*place, datetime.combine(value, time()), style)
    else:
        sheet.write_number(*place, value, style)


def write_figure(
    sheet: CheckedWorksheet, row: int, column: int, figure: Figure, style: Format
) -> None:
    """Write a figure; with its formula, where it has one, and the value which that has now."""
    if figure.formula:
        # As an array formula it is reckoned alike by every version of every program.
        sheet.write_array_formula(
            row, column, row, column, f"{{={figure.formula}}}", style, figure.cell
        )
    elif figure.number is None:
        sheet.write_string(row, column, figure.text, style)
    else:
        sheet.write_number(row, column, figure.number, style)


def write_name(
    sheet: CheckedWorksheet, place: tuple[int, int], row: AnalysisRow, style: Format
) -> None:
    """Write a metric's name, which leads to the facts that its figure rests on."""
    if row.rests_on:
        sheet.write_url(*place, f"internal:{row.rests_on}", style, row.name)
    else:
        sheet.write_string(*place, row.name, style)


def write_change(
    book: Book,
    sheet: CheckedWorksheet,
    place: tuple[int, int],
    row: AnalysisRow,
    look: dict[str, Any],
) -> None:
    """Write the change of the two figures left of it, coloured by what it means."""
    at, column = place
    if not row.current.formula or row.change_kind == "none":
        sheet.write_string(at, column, row.change, book.format({**look, **palette.MOODS[row.mood]}))
        return
    now, before = (xl_rowcol_to_cell(at, column - n, col_abs=True) for n in (2, 1))
    sheet.write_formula(at, column, _change(row, now, before), book.format(look), row.change)
    for arrow, sign in ((_UP, 1), (_DOWN, -1)):
        mood = {1: "good", 0: "plain", -1: "bad"}[sign * row.better]
        if palette.MOODS[mood]:
            rule = {"type": "text", "criteria": "begins with", "value": arrow}
            sheet.conditional_format(
                at, column, at, column, {**rule, "format": book.format(palette.MOODS[mood])}
            )


def _change(row: AnalysisRow, now: str, before: str) -> str:
    """Return the formula of a change as `metrics.display` shows it."""
    moved, unit = f"({now}-{before})", ""
    if row.change_kind != "difference":
        unit = "%"
        moved = (
            f"({now}-{before})/{before}*100" if row.change_kind == "relative" else f"{moved}*100"
        )
    size = f"ROUND(ABS({moved}),1)"
    shown = f'IF({size}=0,"{_LEVEL}",IF({moved}>0,"{_UP}","{_DOWN}")&{size}&"{unit}")'
    return f'=IF(OR(ISTEXT({now}),ISTEXT({before})),"{_UNKNOWN}",IFERROR({shown},"{_UNKNOWN}"))'
