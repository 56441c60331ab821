"""Draws the sheet of a dimension: its metrics in a table, and below it the lists they are."""

from __future__ import annotations

from typing import Any

from xlsxwriter.format import Format

from xlcrm.analysis_rows import AnalysisRow, Figure, shown_lines, text_width
from xlcrm.layout.listed import LISTS, listed_mark
from xlcrm.layout.wordings import WORDINGS, sentence_mark
from xlcrm.record_sheet import Book, CheckedWorksheet, holdable, palette
from xlcrm.report_workbook.dimensions_plan import DimensionPlan, Line, WholeList
from xlcrm.report_workbook.figure_cells import (
    CELL,
    write_change,
    write_figure,
    write_name,
    write_value,
)
from xlcrm.report_workbook.page import LINE_HEIGHT
from xlcrm.report_workbook.printing import print_across

WIDTHS = (30, 30, 24, 12, 12, 12, 12, 40, 40)  # characters of the columns
NARRATIVE, LAST = 4, len(WIDTHS) - 1  # the narrative stands across from there
SAID = 7  # where the lead writes, two columns; the mark is hidden behind them
MARKS = len(WIDTHS)


class DimensionPage:
    """A sheet in the making, top to bottom; ``_row`` is the next free row."""

    def __init__(self, book: Book, worksheet: CheckedWorksheet) -> None:
        self._book = book
        self._sheet = worksheet
        self._row = 0
        self._widths: tuple[float, ...] = WIDTHS
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}  # of thousands of cells

    def draw(self, plan: DimensionPlan) -> None:
        """Write everything."""
        # A name that is a link is not wrapped by LibreOffice, and bold.
        longest = max((text_width(row.name) for row in plan.rows if row.rests_on), default=0)
        self._widths = (max(WIDTHS[0], 1.1 * longest), *WIDTHS[1:])
        self._sheet.hide_gridlines(2)
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, width)
        self._sheet.set_column(MARKS, MARKS, 2, None, {"hidden": True})
        self._title(plan)
        self._head(plan.labels)
        self._sheet.freeze_panes(self._row, 1)
        for row in plan.rows:
            self._metric(plan, row)
        for each in plan.lists:
            self._list(each)
        place = f"='{self._sheet.name}'!$A$1"
        self._book.define_name(f"'{self._sheet.name}'!{WORDINGS}", place)
        if any(each.asked for each in plan.lists):
            self._book.define_name(f"'{self._sheet.name}'!{LISTS}", place)
        print_across(self._sheet)
        self._sheet.print_area(0, 0, self._row - 1, LAST)

    def _title(self, plan: DimensionPlan) -> None:
        band = {"bg_color": palette.HEADER_FILL, "font_color": palette.HEADER_TEXT, "bold": True}
        title = self._book.format({**band, "font_size": 16, "indent": 1, "valign": "vcenter"})
        span = self._book.format({**band, "align": "right", "indent": 1, "valign": "vcenter"})
        self._sheet.set_row(0, 30)
        self._sheet.merge_range(0, 0, 0, NARRATIVE - 1, plan.title, title)
        self._sheet.merge_range(0, NARRATIVE, 0, LAST, plan.span, span)
        self._row = 1

    def _head(self, labels: tuple[str, ...]) -> None:
        look = {"bold": True, "font_color": palette.SECTION_TEXT, "bg_color": palette.SECTION_FILL}
        head = self._cell(**look, align="center")
        self._sheet.set_row(self._row, 24)
        for column, label in enumerate(labels[:-1]):
            self._sheet.write_string(self._row, column, label, head)
        self._sheet.merge_range(self._row, NARRATIVE, self._row, LAST, labels[-1], head)
        self._row += 1

    def _metric(self, plan: DimensionPlan, row: AnalysisRow) -> None:
        across = sum(self._widths[NARRATIVE:])
        texts = ((row.name, self._widths[0]), (row.current.text, self._widths[1]),
                 (row.previous.text, self._widths[2]), (row.narrative, across))  # fmt: skip
        self._sheet.set_row(self._row, _height(*texts))
        write_name(self._sheet, (self._row, 0), row, self._cell(bold=True))
        self._figure(1, row.current, {"bold": True})
        self._figure(2, row.previous, {"font_color": palette.MUTED_TEXT})
        centred = CELL | {"align": "center"}
        write_change(self._book, self._sheet, (self._row, 3), row, centred)
        narrative = self._cell(**({"num_format": plan.by_lead} if row.by_lead else {}))
        self._sheet.merge_range(self._row, NARRATIVE, self._row, LAST, row.narrative, narrative)
        back = MARKS - NARRATIVE
        mark = sentence_mark(
            plan.period, row.key, row.subject, back, row.narrative, by_lead=row.by_lead
        )
        self._sheet.write_string(self._row, MARKS, mark)
        self._row += 1

    def _figure(self, column: int, figure: Figure, look: dict[str, Any]) -> None:
        style = self._cell(**look, align="center", num_format=figure.number_format)
        write_figure(self._sheet, self._row, column, figure, style)

    def _list(self, each: WholeList) -> None:
        heading = self._book.format(
            {"bold": True, "font_size": 12, "font_color": palette.TITLE_TEXT, "valign": "bottom"}
        )
        self._sheet.set_row(self._row, 30)
        self._sheet.write_string(self._row, 0, each.head.title, heading)
        self._row += 1
        if not each.lines:
            faint = self._book.format({"font_color": palette.MUTED_TEXT})
            self._sheet.write_string(self._row, 0, each.head.empty, faint)
            self._row += 1
            return
        head = self._cell(bold=True, font_color=palette.MUTED_TEXT)
        centred = self._cell(bold=True, font_color=palette.MUTED_TEXT, align="center")
        for column, label in enumerate(each.head.labels):
            look = centred if _is_centred(each, column) else head
            self._sheet.write_string(self._row, column, label, look)
        for column in range(len(each.head.labels), SAID if each.asked else 0):
            self._sheet.write_blank(self._row, column, None, head)
        for column, label in enumerate(each.asked, start=SAID):
            self._sheet.write_string(self._row, column, label, head)
        self._row += 1
        for line in each.lines:
            self._line(each, line)

    def _line(self, each: WholeList, line: Line) -> None:
        cells = zip(line.cells, self._widths, strict=False)
        texts = [(text, width) for text, width in cells if isinstance(text, str)]
        texts += [(text, self._widths[SAID]) for text in line.said]
        self._sheet.set_row(self._row, _height(*texts))
        for column, (value, look) in enumerate(zip(line.cells, each.head.formats, strict=True)):
            align = "center" if _is_centred(each, column) else "left"
            style = self._cell(num_format=look, align=align)
            write_value(self._sheet, (self._row, column), value, style)
        if line.listed:
            for column in range(len(line.cells), SAID):
                self._sheet.write_blank(self._row, column, None, self._cell())
            typed = self._cell(bg_color=palette.INPUT_FILL, num_format="@")
            for column, text in enumerate(line.said, start=SAID):
                if text:
                    self._sheet.write_string(self._row, column, str(holdable(text)), typed)
                else:
                    self._sheet.write_blank(self._row, column, None, typed)
            self._sheet.write_string(self._row, MARKS, listed_mark(line.listed))
        self._row += 1

    def _cell(self, **properties: object) -> Format:
        known, key = self._formats, tuple(properties.items())
        if key not in known:
            known[key] = self._book.format(CELL | properties)
        return known[key]


def _is_centred(each: WholeList, column: int) -> bool:
    """Whether a column of a list holds figures: those do that have a format of their own."""
    return each.head.formats[column] != "@"


def _height(*texts: tuple[str, float]) -> float:
    """Return the height in points at which texts, each with its width, show in full."""
    lines = max(shown_lines(text, width) for text, width in texts)
    return max(22, lines * LINE_HEIGHT + 7)
