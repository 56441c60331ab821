"""Rows of a record sheet by xlsxwriter's own calls: slow, and what the fast way is held to."""

from __future__ import annotations

import datetime as dt

from xlcrm.record_sheet.heights import row_heights
from xlcrm.record_sheet.hooks import CheckedWorksheet
from xlcrm.record_sheet.sheet import RecordSheet
from xlcrm.record_sheet.styles import ColumnStyles
from xlcrm.record_sheet.values import Formula, Link, Settled, Toned, Variant, content_of, settle


def write_rows_plain(
    worksheet: CheckedWorksheet, sheet: RecordSheet, styles: ColumnStyles
) -> tuple[int, int]:
    """Write the records; returns (rows, links left out). Raises what the fast way does."""
    count = unlinked = 0
    for count, record in enumerate(sheet.rows, start=1):
        (height,) = row_heights(sheet.columns, [[value] for value in record])
        if height is not None:
            worksheet.set_row(sheet.first_row + count, height)
        for index, (column, value) in enumerate(zip(sheet.columns, record, strict=True)):
            settled = settle(column.kind, content_of(value))
            at, tone = (sheet.first_row + count, index), _tone(value)
            if settled is not None:
                unlinked += not _write_cell(worksheet, at, styles, *settled, tone)
            elif tone:
                worksheet.write_blank(*at, None, styles.get(index, "own", tone))
    return count, unlinked


def _tone(value: object) -> str:
    return value.tone if isinstance(value, Toned) else ""


def _write_cell(
    worksheet: CheckedWorksheet,
    at: tuple[int, int],
    styles: ColumnStyles,
    variant: Variant,
    content: Settled,
    tone: str,
) -> bool:
    """Write one cell; False where a link had to be left out."""
    style = styles.get(at[1], variant, tone)
    if isinstance(content, Formula):
        worksheet.write_formula(*at, f"={content.at(at[0])}", style, content.error)
    elif isinstance(content, Link):
        if worksheet.links_left <= 0:
            worksheet.write_string(*at, content.text, styles.get(at[1], "text"))
            return False
        worksheet.write_url(*at, f"internal:{content.target}", style, content.text)
    elif isinstance(content, str):
        worksheet.write_string(*at, content, style)
    elif isinstance(content, bool):
        worksheet.write_boolean(*at, content, style)
    elif isinstance(content, dt.date):
        worksheet.write_datetime(*at, content, style)
    else:
        worksheet.write_number(*at, content, style)
    return True
