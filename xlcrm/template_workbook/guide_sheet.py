"""The guide sheet: who fills what, how, with an example a field; worded by jinja2 from the spec."""

from __future__ import annotations

from collections.abc import Sequence

from xlcrm.findings import Language
from xlcrm.record_sheet import Book
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field, Table
from xlcrm.template_workbook import styles
from xlcrm.template_workbook.lists_sheet import mark_own_sheet
from xlcrm.wording import render

_WIDTHS = (20, 10, 52, 30)
_PARAGRAPH_HEIGHT = 34


def write_guide(
    wb: Book, tables: Sequence[tuple[Table, Sequence[Field]]], language: Language, purpose: str
) -> None:
    """Write the guide to ``tables`` and the fields of each that the workbook shows.

    ``purpose`` is what the workbook is for, and names the text.
    """
    sheet = wb.add_sheet(Words(language)("blank.guide"))
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    last = len(_WIDTHS) - 1
    header = False
    breaks: list[int] = []
    for row, line in enumerate(_lines(tables, language, purpose)):
        if line.startswith("|"):
            style = wb.format(styles.HEAD if header else styles.GUIDE_CELL)
            for column, text in enumerate(line[1:].split("|")):
                sheet.write_string(row, column, text, style)
            header = False
            continue
        head = line.startswith("#")
        if line.startswith("##"):
            breaks.append(row)
        style = wb.format(styles.GUIDE_HEAD if head else styles.GUIDE_TEXT)
        sheet.merge_range(row, 0, row, last, "", style)
        sheet.write_string(row, 0, line.lstrip("# "), style)
        sheet.set_row(row, 28 if head else _PARAGRAPH_HEIGHT)
        header = not head
    mark_own_sheet(wb, sheet, "guide", len(_WIDTHS))
    sheet.hide_gridlines(2)
    sheet.set_h_pagebreaks(breaks)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&A&R{Words(language)('blank.page')}")


def _lines(
    tables: Sequence[tuple[Table, Sequence[Field]]], language: Language, purpose: str
) -> list[str]:
    context = [
        {
            "label": table.labels[language],
            "guide": table.guide[language],
            "fields": [_field(field, language) for field in fields],
        }
        for table, fields in tables
    ]
    text = render(f"guide_{purpose}", language, tables=context)
    return [line for line in text.splitlines() if line.strip()]


def _field(field: Field, language: Language) -> dict[str, object]:
    return {
        "label": field.labels[language],
        "required": field.required,
        "help": field.help[language].replace("|", "/"),
        "example": field.example.replace("|", "/"),
    }
