"""A list sheet: hidden marks, header, formats and rules for thousands of rows."""

from __future__ import annotations

from collections.abc import Sequence

from xlcrm.findings import Language
from xlcrm.layout.lists import FIRST_ROW, HEADER_ROW, MARK_ROW, ROWS, ListPlan
from xlcrm.layout.marks import header_marks, mark
from xlcrm.record_sheet import Book, Column, RecordSheet
from xlcrm.records import Values, column_letters
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field
from xlcrm.template_workbook import styles
from xlcrm.template_workbook.validations import cell_rule

_HEADER_HEIGHT = 32
_PAGE_WIDTH = 190  # characters that an A4 page holds at a size that can be read
_CHARACTER = {"zh": 2.1, "en": 1.1}  # column widths a label's character needs


def write_list(wb: Book, plan: ListPlan, language: Language, records: Sequence[Values]) -> None:
    """Write a list sheet with ``records`` in it, or none."""
    rows = ([_cell(field, values, language) for field in plan.fields] for values in records)
    written = wb.add_record_sheet(
        RecordSheet(
            plan.table.labels[language],
            [_column(field, language) for field in plan.fields],
            rows,
            first_row=HEADER_ROW,
            frozen_columns=_frozen(plan),
            autofilter=False,
        )
    )
    sheet = written.worksheet
    for column, text in enumerate(header_marks(plan.table.key, plan.columns)):
        sheet.write_string(MARK_ROW, column, text)
    sheet.set_row(MARK_ROW, None, None, {"hidden": True})
    sheet.set_row(HEADER_ROW, _HEADER_HEIGHT)
    last_row = max(FIRST_ROW + ROWS, written.last_row)
    for column, field in enumerate(plan.fields):
        if field.required:
            label = field.labels[language]
            sheet.write_string(HEADER_ROW, column, label, wb.format(styles.REQUIRED_HEADER))
        if rule := cell_rule(field, language):
            sheet.data_validation(FIRST_ROW, column, last_row - 1, column, rule)
        letters = column_letters(column)
        name = f"'{written.name}'!{mark(plan.table.key, field.key)}"
        wb.define_name(name, f"='{written.name}'!${letters}${HEADER_ROW + 1}")
    sheet.autofilter(HEADER_ROW, 0, last_row - 1, len(plan.fields) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(_pages_wide(plan, language), 0)
    sheet.repeat_columns(0, max(0, _frozen(plan) - 1))
    sheet.repeat_rows(HEADER_ROW)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(f"&L&A&R{Words(language)('blank.page')}")


def _pages_wide(plan: ListPlan, language: Language) -> int:
    """Return over how many pages side by side the columns go, so that print stays readable."""
    return max(1, round(sum(_column(field, language).width for field in plan.fields) / _PAGE_WIDTH))


def _column(field: Field, language: Language) -> Column:
    label = field.labels[language]
    width = max(field.options.get("width", field.type.width), len(label) * _CHARACTER[language] + 2)
    return Column(
        field.key,
        label,
        width,
        field.type.kind,
        wrap=field.type.wraps,
        num_format=field.type.number_format,
    )


def _cell(field: Field, values: Values, language: Language) -> object:
    value = values.get(field.key)
    return None if value is None else field.type.cell(value, language)


def _frozen(plan: ListPlan) -> int:
    """Return how many columns stay in sight: the id and, where it stands next, the customer."""
    return 1 if plan.table.id == plan.fields[0].key else 0
