"""Draws the master's analysis sheet: every metric in document E's six columns."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.format import Format

from xlcrm.analysis_rows import AnalysisRow, Figure, leading_first, shown_lines
from xlcrm.layout.marks import OWN_SHEET, mark
from xlcrm.layout.wordings import WORDINGS, sentence_mark
from xlcrm.master_workbook.plan import MasterContents
from xlcrm.record_sheet import Book, CheckedWorksheet, palette
from xlcrm.sheet_words import Words

WIDTHS = (15, 30, 20, 20, 12, 62)
MARKS = len(WIDTHS)  # hidden
LINE_HEIGHT = 16  # points
HEADER_ROW = 1  # below the hidden row of marks


def draw_analysis(
    book: Book, worksheet: CheckedWorksheet, contents: MasterContents, words: Words
) -> None:
    """Write a row a metric, document E's four first; a change is coloured by what it means."""
    leading, others = leading_first(contents.analysis)
    for column, width in enumerate(WIDTHS):
        worksheet.set_column(column, column, width)
    worksheet.write_string(0, 0, mark(OWN_SHEET, "analysis"))
    worksheet.set_row(0, None, None, {"hidden": True})
    _header(book, worksheet, contents, words)
    for row, each in enumerate((*leading, *others), start=HEADER_ROW + 1):
        _row(book, worksheet, row, each, contents.analysis_period, words)
    worksheet.set_column(MARKS, MARKS, 2, None, {"hidden": True})
    book.define_name(f"'{worksheet.name}'!{WORDINGS}", f"='{worksheet.name}'!$A$1")
    worksheet.freeze_panes(HEADER_ROW + 1, 2)
    worksheet.set_landscape()
    worksheet.set_paper(9)
    worksheet.fit_to_pages(1, 0)
    worksheet.repeat_rows(HEADER_ROW)


def _header(
    book: Book, worksheet: CheckedWorksheet, contents: MasterContents, words: Words
) -> None:
    labels = [words(f"analysis.{key}") for key in ("dimension", "name")]
    labels += [
        f"{words('analysis.current.week')}\n{contents.analysis_period}".strip(),
        f"{words('analysis.previous.week')}\n{contents.previous_period}".strip(),
        words("analysis.change.week"),
        words("analysis.narrative"),
    ]
    style = book.format(
        {
            "bold": True,
            "font_color": palette.HEADER_TEXT,
            "bg_color": palette.HEADER_FILL,
            "align": "center",
            "valign": "vcenter",
            "text_wrap": True,
        }
    )
    worksheet.set_row(HEADER_ROW, 36)
    for column, label in enumerate(labels):
        worksheet.write_string(HEADER_ROW, column, label, style)


def _row(
    book: Book,
    worksheet: CheckedWorksheet,
    row: int,
    each: AnalysisRow,
    period: str,
    words: Words,
) -> None:
    texts = (each.dimension, each.name, each.current.text, each.previous.text, "", each.narrative)
    worksheet.set_row(row, row_height(texts, WIDTHS))
    worksheet.write_string(row, 0, each.dimension, _style(book, font_color=palette.MUTED_TEXT))
    worksheet.write_string(row, 1, each.name, _style(book, bold=True))
    _figure(book, worksheet, row, 2, each.current)
    _figure(book, worksheet, row, 3, each.previous)
    change = _style(book, **{"align": "center", **palette.MOODS[each.mood]})
    worksheet.write_string(row, 4, each.change, change)
    own = {"num_format": words("analysis.by_lead")} if each.by_lead else {}
    worksheet.write_string(row, 5, each.narrative, _style(book, **own))
    said = sentence_mark(period, each.key, each.subject, 1, each.narrative, by_lead=each.by_lead)
    worksheet.write_string(row, MARKS, said)


def _figure(book: Book, worksheet: CheckedWorksheet, row: int, column: int, figure: Figure) -> None:
    style = _style(book, align="center", num_format=figure.number_format)
    if figure.number is None:
        worksheet.write_string(row, column, figure.text, style)
    else:
        worksheet.write_number(row, column, figure.number, style)


def _style(book: Book, **properties: object) -> Format:
    shared = {"valign": "vcenter", "text_wrap": True, "bottom": 1, "border_color": palette.BORDER}
    return book.format({**shared, **properties})


def row_height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Return the height in points at which every text of a row shows in full."""
    lines = max(shown_lines(text, width) for text, width in zip(texts, widths, strict=True))
    return max(22, lines * LINE_HEIGHT + 6)
