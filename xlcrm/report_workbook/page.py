"""Draws the report's first sheet: an A4 page to be printed or sent by itself, with the leading
figures, the charts and what they rest on; below it all other figures and the named lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter.format import Format

from xlcrm.analysis_rows import AnalysisRow, Figure, shown_lines
from xlcrm.layout.wordings import WORDINGS, sentence_mark
from xlcrm.record_sheet import Book, CheckedWorksheet, palette
from xlcrm.report_workbook.charts import Place, chart
from xlcrm.report_workbook.figure_cells import (
    CELL,
    write_change,
    write_figure,
    write_name,
    write_value,
)
from xlcrm.report_workbook.plan import NamedList, ReportPlan
from xlcrm.sheet_words import Words

WIDTHS = (11, 28, 26, 18, 9, 49)  # characters of the six columns: more print smaller
LAST = len(WIDTHS) - 1
MARKS = len(WIDTHS)  # hidden
CHARTS_ACROSS = 3
CHART_ROWS, ROW_PIXELS, GAP = 9, 22, 4
LINE_HEIGHT = 15  # points


class Page:
    """The first sheet in the making, top to bottom; ``_row`` is the next free row."""

    def __init__(self, book: Book, worksheet: CheckedWorksheet) -> None:
        self._book = book
        self._sheet = worksheet
        self._row = 0

    def draw(self, plan: ReportPlan, places: Sequence[Place], words: Words) -> None:
        """Write everything; the values of the plan's panels stand at ``places``."""
        self._sheet.hide_gridlines(2)
        for column, width in enumerate(WIDTHS):
            self._sheet.set_column(column, column, width)
        self._sheet.set_column(MARKS, MARKS, 2, None, {"hidden": True})
        self._book.define_name(f"'{self._sheet.name}'!{WORDINGS}", f"='{self._sheet.name}'!$A$1")
        self._title(plan)
        self._head(plan)
        self._sheet.freeze_panes(self._row, 0)
        for row in plan.leading:
            self._metric(plan, row, leads=True, opens=True)
        if plan.panels:
            has_trend = not all(panel.bars for panel in plan.panels)
            self._charts(
                plan, places, words("report.trend_title" if has_trend else "report.bars_title")
            )
        for each in plan.rests_on:
            self._list(each, words)
        self._sheet.set_h_pagebreaks([self._row])
        self._others(plan, words("report.others"))
        for each in plan.lists:
            self._list(each, words)
        self._print_setup(plan)

    def _title(self, plan: ReportPlan) -> None:
        band = {"bg_color": palette.HEADER_FILL, "font_color": palette.HEADER_TEXT, "indent": 1}
        title = self._format(**band, bold=True, font_size=18, valign="vcenter")
        span = self._format(**band, align="right", valign="vcenter", font_size=11, bold=True)
        faint = {**band, "font_color": palette.SECTION_FILL, "align": "right", "valign": "top"}
        self._sheet.set_row(0, 34)
        self._sheet.set_row(1, 20)
        self._sheet.merge_range(0, 0, 1, 2, plan.title, title)
        self._sheet.merge_range(0, 3, 0, LAST, plan.span, span)
        self._sheet.merge_range(1, 3, 1, LAST, plan.against, self._format(**faint))
        self._sheet.set_row(2, 6)
        self._row = 3

    def _head(self, plan: ReportPlan) -> None:
        head = self._format(
            bold=True, font_color=palette.SECTION_TEXT, bg_color=palette.SECTION_FILL,
            align="center", valign="vcenter", bottom=2, border_color=palette.TITLE_TEXT,
        )  # fmt: skip
        self._sheet.set_row(self._row, 24)
        for column, label in enumerate(plan.labels):
            self._sheet.write_string(self._row, column, label, head)
        self._row += 1

    def _others(self, plan: ReportPlan, title: str) -> None:
        self._heading(title)
        self._head(plan)
        shown = None
        for row in plan.others:
            self._metric(plan, row, leads=False, opens=row.dimension != shown)
            shown = row.dimension

    def _metric(self, plan: ReportPlan, row: AnalysisRow, *, leads: bool, opens: bool) -> None:
        """Write a metric; document E's rows are larger, and a dimension is said aloud once."""
        look = {"bg_color": palette.INPUT_FILL} if leads else {}
        size = 12 if leads else palette.FONT_SIZE
        texts = (row.dimension, row.name, row.current.text, row.previous.text, "", row.narrative)
        self._sheet.set_row(self._row, _height(texts, leads))
        colour = palette.TITLE_TEXT if opens else palette.MUTED_TEXT
        dimension = self._cell(**look, font_color=colour, bold=opens)
        self._sheet.write_string(self._row, 0, row.dimension, dimension)
        write_name(self._sheet, (self._row, 1), row, self._cell(**look, bold=leads))
        self._figure(2, row.current, look | {"bold": leads, "font_size": size})
        self._figure(3, row.previous, look | {"font_color": palette.MUTED_TEXT})
        centred = CELL | look | {"align": "center", "font_size": size}
        write_change(self._book, self._sheet, (self._row, 4), row, centred)
        own = {"num_format": plan.by_lead} if row.by_lead else {}
        self._sheet.write_string(self._row, LAST, row.narrative, self._cell(**look, **own))
        mark = sentence_mark(
            plan.period, row.key, row.subject, 1, row.narrative, by_lead=row.by_lead
        )
        self._sheet.write_string(self._row, MARKS, mark)
        self._row += 1

    def _figure(self, column: int, figure: Figure, look: dict[str, Any]) -> None:
        # Words are smaller than a figure: a list of needs is long.
        size = {"font_size": palette.FONT_SIZE} if figure.number is None else {}
        style = self._cell(
            **{**look, **size, "align": "center", "num_format": figure.number_format}
        )
        write_figure(self._sheet, self._row, column, figure, style)

    def _charts(self, plan: ReportPlan, places: Sequence[Place], title: str) -> None:
        self._heading(title)
        width = sum(7 * width + 5 for width in WIDTHS)  # pixels, as Excel reckons
        pitch = width // CHARTS_ACROSS
        for number, (panel, place) in enumerate(zip(plan.panels, places, strict=True)):
            down, across = divmod(number, CHARTS_ACROSS)
            start, is_last = across * pitch + GAP, across == CHARTS_ACROSS - 1
            # The last one ends where the last column does, however wide a program makes it.
            size = width - start if is_last else pitch - GAP, CHART_ROWS * ROW_PIXELS - GAP
            made = chart(self._book, panel, place, size)
            offset = {"x_offset": start, "y_offset": GAP}
            options = {**offset, "object_position": 1}
            self._sheet.insert_chart(self._row + down * CHART_ROWS, 0, made, options)
        self._row += CHART_ROWS * -(-len(plan.panels) // CHARTS_ACROSS)

    def _list(self, each: NamedList, words: Words) -> None:
        self._heading(each.title)
        if not each.rows:
            note = self._format(font_color=palette.MUTED_TEXT, valign="vcenter")
            self._sheet.write_string(self._row, 0, each.empty, note)
            self._row += 1
            return
        head = self._format(font_color=palette.MUTED_TEXT, bottom=1, border_color=palette.BORDER)
        centred = self._format(
            font_color=palette.MUTED_TEXT, bottom=1, border_color=palette.BORDER, align="center"
        )
        for column, label in enumerate(each.labels):
            self._sheet.write_string(self._row, column, label, head if column < 2 else centred)
        self._row += 1
        for entry in each.rows:
            texts = [value if isinstance(value, str) else "" for value in entry]
            if (lines := _lines(texts)) > 1:
                self._sheet.set_row(self._row, lines * LINE_HEIGHT + 4)
            for column, (value, look) in enumerate(zip(entry, each.formats, strict=True)):
                align = "left" if column < 2 else "center"
                style = self._cell(num_format=look, align=align)
                write_value(self._sheet, (self._row, column), value, style)
            self._row += 1
        if each.more:
            more = self._format(font_color=palette.MUTED_TEXT, italic=True)
            self._sheet.write_string(self._row, 0, words("report.more", count=each.more), more)
            self._row += 1

    def _heading(self, text: str) -> None:
        style = self._format(
            bold=True, font_size=12, font_color=palette.TITLE_TEXT, valign="bottom", bottom=2,
            border_color=palette.TITLE_TEXT,
        )  # fmt: skip
        self._sheet.set_row(self._row, 26)
        self._sheet.write_string(self._row, 0, text, style)
        for column in range(1, len(WIDTHS)):
            self._sheet.write_blank(self._row, column, None, style)
        self._row += 1

    def _cell(self, **properties: object) -> Format:
        return self._book.format(CELL | properties)

    def _format(self, **properties: object) -> Format:
        return self._book.format(properties)

    def _print_setup(self, plan: ReportPlan) -> None:
        self._sheet.set_portrait()
        self._sheet.set_paper(9)
        self._sheet.set_margins(0.3, 0.3, 0.45, 0.45)
        self._sheet.center_horizontally()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.print_area(0, 0, self._row - 1, LAST)
        self._sheet.set_footer(f"&C&8{plan.title} {plan.span}  &P / &N".replace("·", "-"))


def _height(texts: Sequence[str], leads: bool) -> float:
    """Return the height in points at which every text of a row shows in full."""
    return max(30 if leads else 23, _lines(texts) * LINE_HEIGHT + (10 if leads else 7))


def _lines(texts: Sequence[str]) -> int:
    """Return how many lines the texts of the first columns take."""
    return max(shown_lines(text, width) for text, width in zip(texts, WIDTHS, strict=False))
