"""Colours: what each kind of rule looks like, its rules on a sheet, and the words beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xlcrm.record_sheet import Book, CheckedWorksheet
from xlcrm.record_sheet import palette as p
from xlcrm.template_workbook.live_rules import Kind, LiveRule

# Never by colour alone: lightness, weight, slant and border tell them apart as well. No underline:
# LibreOffice saves that out of its order, at which Excel may offer to repair the file.
LOOKS: Mapping[Kind, Mapping[str, Any]] = {
    "private": {"bg_color": p.PRIVATE_FILL, "font_color": p.PRIVATE_TEXT, "bold": True},
    "wrong": {"bg_color": p.ERROR_FILL, "font_color": p.ERROR_TEXT, "bold": True},
    "overdue": {
        "bg_color": p.OVERDUE_FILL,
        "font_color": p.OVERDUE_TEXT,
        "bold": True,
        "italic": True,
    },
    "due": {"bg_color": p.INFO_FILL, "font_color": p.INFO_TEXT, "bold": True},
    "late": {
        "bg_color": p.WARNING_FILL,
        "font_color": p.WARNING_TEXT,
        "border": 1,
        "border_color": p.WARNING_TEXT,
    },
    "review": {"bg_color": p.REVIEW_FILL, "font_color": p.REVIEW_TEXT, "italic": True},
    "missing": {
        "bg_color": p.MISSING_FILL,
        "font_color": p.MISSING_TEXT,
        "border": 1,
        "border_color": p.MISSING_BORDER,
    },
}


def colour(wb: Book, sheet: CheckedWorksheet, rules: Iterable[LiveRule]) -> None:
    """Let cells take the look of the first rule that holds."""
    for rule in rules:
        areas = " ".join(rule.areas)
        options = {
            "type": "formula",
            "criteria": f"={rule.formula}",
            "format": wb.format(LOOKS[rule.kind]),
            "stop_if_true": True,
            "multi_range": areas,
        }
        sheet.conditional_format(areas.split()[0], options)
