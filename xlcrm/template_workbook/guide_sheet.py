"""The guide sheet: who fills what, how, with an example a field; worded by jinja2 from the spec.

A line of the text is a title (``#``), a table's title (``##``), a heading (``###``), a colour
(``~kind|word|meaning``), a cell row (``|``, the first of several being their header), a sheet to
go to (``>label|text``), or a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from xlcrm.findings import Language
from xlcrm.layout.text_size import text_lines
from xlcrm.record_sheet import Book, CheckedWorksheet
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.types.base import ReadContext
from xlcrm.template_workbook import styles
from xlcrm.template_workbook.legend import LOOKS
from xlcrm.template_workbook.lists_sheet import mark_own_sheet
from xlcrm.template_workbook.live_rules import KINDS, Kind
from xlcrm.template_workbook.making import Making
from xlcrm.template_workbook.protection import protect
from xlcrm.wording import render

_WIDTHS = (26, 10, 54, 34)
_LINE, _MARGIN = 16.5, 4  # points of a line of text, and around a row's
_PADDING = 2  # characters beside a cell's text
_SIDE, _ABOVE, _BELOW = 0.4, 0.5, 0.7  # inches of a page's margins
# Points of a page's rows: what an A4 page, 8.27 by 11.69 inches, holds of rows that are scaled to
# its width. A character is 7 pixels of 96 an inch wide; a bit is left for fonts that differ.
_PAGE = 0.95 * 72 * (11.69 - _ABOVE - _BELOW) * (sum(_WIDTHS) * 7 / 96) / (8.27 - 2 * _SIDE)
_LAST = len(_WIDTHS) - 1
_PARAMETER = re.compile(r"\{(\w+)\}")
_HEADINGS: Mapping[str, tuple[Mapping[str, Any], float]] = {
    "#": (styles.GUIDE_TITLE, 34),
    "##": (styles.GUIDE_HEAD, 30),
    "###": (styles.GUIDE_PART, 26),
}


def write_guide(wb: Book, tables: Sequence[tuple[Table, Sequence[Field]]], making: Making) -> None:
    """Write the guide to ``tables`` and the fields of each that the workbook shows."""
    words = Words(making.language)
    sheet = wb.add_sheet(words("blank.guide"))
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    writer = _Writer(wb, sheet)
    for line in _lines(tables, making):
        writer.write(line)
    mark_own_sheet(wb, sheet, "guide", len(_WIDTHS), writer.printed)
    sheet.hide_gridlines(2)
    sheet.set_h_pagebreaks(writer.page_breaks())
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(_SIDE, _SIDE, _ABOVE, _BELOW)
    sheet.set_footer(f"&L&A&R{words('blank.page')}")
    protect(sheet)


class _Writer:
    """Writes the guide's lines one below another."""

    def __init__(self, wb: Book, sheet: CheckedWorksheet) -> None:
        self.wb, self.sheet = wb, sheet
        self.row = 0
        self.heights: list[float] = []
        self.parts: list[int] = [0]  # the rows with which the introduction and the tables begin
        self.printed: set[str] = set()
        self._is_header = True

    def write(self, line: str) -> None:
        """Write a line in the look of its kind."""
        sign, text = line[0], line[1:]
        mark, _, title = line.partition(" ")
        if mark in _HEADINGS:
            self._heading(mark, title)
        elif sign == "|":
            self._cells(text.split("|"))
        elif sign == "~":
            kind, word, meaning = text.split("|")
            self._pair(word, meaning, {**styles.LEGEND, **LOOKS[_kind(kind)]})
        elif sign == ">":
            label, meaning = text.split("|")
            self._pair(label, meaning, styles.GUIDE_LINK)
            self.sheet.write_url(
                self.row, 0, f"internal:'{label}'!A1", self.wb.format(styles.GUIDE_LINK), label
            )
        else:
            self._across(line, styles.GUIDE_TEXT, 0)
        self._is_header = sign != "|"
        self.row += 1

    def page_breaks(self) -> list[int]:
        """Return the rows before which a page ends, so that a table that fits one is on one."""
        breaks, used = [], 0.0
        for first, end in pairwise([*self.parts, self.row]):
            height = sum(self.heights[first:end])
            if first and used + height > _PAGE:
                breaks.append(first)
                used = 0.0
            used += height
        return breaks

    def _set_height(self, points: float) -> None:
        self.sheet.set_row(self.row, points)
        self.heights.append(points)

    def _heading(self, mark: str, title: str) -> None:
        style, height = _HEADINGS[mark]
        if mark == "##":
            self.parts.append(self.row)
        self._merge(title, style, 0)
        self._set_height(height)

    def _cells(self, texts: Sequence[str]) -> None:
        self._set_height(max(map(_height, texts, _WIDTHS)))
        for column, text in enumerate(texts):
            style = styles.HEAD if self._is_header else styles.GUIDE_CELL
            if column == 0 and not self._is_header:
                style = styles.GUIDE_REQUIRED if texts[1] else styles.GUIDE_LABEL
            self._print(column, text, style)

    def _pair(self, word: str, meaning: str, style: Mapping[str, Any]) -> None:
        self._across(meaning, styles.GUIDE_CELL, 1)
        self._print(0, word, style)

    def _across(self, text: str, style: Mapping[str, Any], first: int) -> None:
        self._merge(text, style, first)
        self._set_height(_height(text, sum(_WIDTHS[first:])))

    def _merge(self, text: str, style: Mapping[str, Any], first: int) -> None:
        self.sheet.merge_range(self.row, first, self.row, _LAST, "", self.wb.format(style))
        self._print(first, text, style)

    def _print(self, column: int, text: str, style: Mapping[str, Any]) -> None:
        self.sheet.write_string(self.row, column, text, self.wb.format(style))
        self.printed.add(text)


def _kind(name: str) -> Kind:
    return next(kind for kind in KINDS if kind == name)


def _height(text: str, width: float) -> float:
    """Return the points of a row in which a text has so much room."""
    return text_lines(text, width - _PADDING) * _LINE + _MARGIN


def _lines(tables: Sequence[tuple[Table, Sequence[Field]]], making: Making) -> list[str]:
    language, spec = making.language, making.spec
    context = [
        {
            "label": table.labels[language],
            "guide": _filled_in(table.guide[language], spec),
            "fields": [_field(field, language) for field in fields if field.is_input],
        }
        for table, fields in tables
    ]
    words = Words(language)
    legend = [
        {
            "kind": kind,
            "word": words(f"blank.legend.{kind}"),
            "meaning": _filled_in(words.get(f"blank.meaning.{_case(kind, spec)}") or "", spec),
        }
        for kind in KINDS
    ]
    text = render(
        f"guide_{spec.purpose}",
        language,
        tables=context,
        legend=legend,
        parameters={key: _number(each.value) for key, each in spec.parameters.items()},
    )
    return [line for line in text.splitlines() if line.strip()]


def _case(kind: Kind, spec: Spec) -> str:
    """Return a kind's name, or its case by which days off don't count."""
    is_skipping = kind == "late" and spec.parameter("entry_skip_nonworking")
    return "late_skipping" if is_skipping else kind


def _filled_in(text: str, spec: Spec) -> str:
    """Return a text with the values of the parameters that it names: ``{entry_hours}``."""
    return _PARAMETER.sub(lambda match: _number(spec.parameter(match[1])), text)


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _field(field: Field, language: Language) -> dict[str, object]:
    return {
        "label": field.labels[language],
        "required": field.required,
        "help": field.help[language].replace("|", "/"),
        "example": _example(field, language).replace("|", "/"),
    }


def _example(field: Field, language: Language) -> str:
    """Return the example declared for a language, else the Chinese one as its type writes it."""
    if language in field.example:
        return field.example[language]
    value = field.type.read(field.example.get("zh", ""), ReadContext()).value
    return "" if value is None else field.type.text(value, language)
