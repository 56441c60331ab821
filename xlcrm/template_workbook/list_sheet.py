"""A list sheet: the line above, hidden marks, header, formats and rules for thousands of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, groupby, repeat
from math import ceil

from xlcrm.findings import Language
from xlcrm.layout.lists import (
    DISPLAY_ROWS,
    FIRST_ROW,
    HEADER_ROW,
    LINE_ROW,
    MARK_ROW,
    ROWS,
    ListPlan,
)
from xlcrm.layout.marks import header_marks, mark
from xlcrm.layout.pages import HEADER, Broken, ListPage, Row
from xlcrm.layout.remarks import CHECK_RESULT, ROW_KEY
from xlcrm.layout.text_size import text_width
from xlcrm.record_sheet import Book, Column, Formula, RecordSheet, WrittenSheet
from xlcrm.records import column_letters
from xlcrm.sheet_words import Words
from xlcrm.spec.model import CUSTOMER_FIELDS, Field
from xlcrm.spec.types.base import FieldType
from xlcrm.template_workbook import styles
from xlcrm.template_workbook.cells import write_note
from xlcrm.template_workbook.checked import TONES, Checked
from xlcrm.template_workbook.conditions import blank
from xlcrm.template_workbook.formulas import display_formula
from xlcrm.template_workbook.legend import colour
from xlcrm.template_workbook.line_above import next_id_width, write_line
from xlcrm.template_workbook.live_rules import Ground, Spot, is_searched, live_rules
from xlcrm.template_workbook.making import Making, choice_name, column_name
from xlcrm.template_workbook.protection import UNLOCKED, protect
from xlcrm.template_workbook.validations import cell_rule

_LINE_HEIGHT, _HEADER_HEIGHT = 24, 34
_PAGE_WIDTH = 230  # characters that an A4 page holds at a size that can be read
_NUMBERS = ("integer", "number")
_BUTTON = 3.5  # characters of the button by which a column is filtered
_CHECK_WIDTH = 24
_FIRST = FIRST_ROW + 1  # as formulas count


def write_list(
    wb: Book,
    plan: ListPlan,
    making: Making,
    page: ListPage,
    checked: Checked | None,
    *,
    is_base: bool,
) -> None:
    """Write a list sheet with the rows and the further columns of ``page``.

    ``checked`` holds what was found on it, ``is_base`` says whether the workbook's customers are
    chosen from it.
    """
    columns = [_column(field, plan, making) for field in plan.fields]
    columns += [_extra_column(label) for label in page.labels]
    written = wb.add_record_sheet(
        RecordSheet(
            page.name or plan.table.labels[making.language],
            columns,
            _rows(plan, making, page, checked),
            first_row=HEADER_ROW,
            frozen_columns=_frozen(plan),
            autofilter=False,
        )
    )
    last = max(FIRST_ROW + ROWS, FIRST_ROW + len(page.rows))
    _write_header(wb, written, plan, making.language)
    for column, label in enumerate(page.labels, len(plan.fields)):  # a person's own are theirs
        written.worksheet.write_string(HEADER_ROW, column, label, wb.format(styles.OWN_HEADER))
    _write_notes(written, plan, page, checked)
    _write_cell_rules(written, plan, making, last)
    rules = live_rules(_ground(plan, making, last))
    colour(wb, written.worksheet, rules)
    if is_base:
        _name_columns(wb, written, plan, making, last)
    write_line(wb, written.worksheet, plan, making, [rule.kind for rule in rules], page.rows)
    written.worksheet.autofilter(HEADER_ROW, 0, last - 1, len(columns) - 1)
    written.worksheet.format_rest(len(columns), wb.format(UNLOCKED))
    # Ids are text and formulas unlocked on purpose: no green corners for them.
    area = f"A{_FIRST}:{column_letters(len(columns) - 1)}{last}"
    written.worksheet.ignore_errors({"number_stored_as_text": area, "formula_unlocked": area})
    protect(written.worksheet)
    _set_up_page(written, plan, columns, making.language)


def _rows(
    plan: ListPlan, making: Making, page: ListPage, checked: Checked | None
) -> Iterator[Sequence[object]]:
    """Yield the records' rows; display columns compute in the first rows, filled or not."""
    cells = {key: f"${column_letters(n)}{{row}}" for key, n in plan.columns.items()}
    formulas: dict[str, object] = {
        field.key: Formula(formula)
        for field in plan.fields
        if not field.is_input and (formula := display_formula(field, cells, making))
    }
    height = max(len(page.rows), DISPLAY_ROWS if formulas else 0)
    shown = chain(repeat(formulas, DISPLAY_ROWS), repeat({}))
    every = chain(page.rows, repeat(Row({})))
    extras = range(len(page.labels))
    slots = list(plan.slots(page.labels))
    for number, row, computed in zip(range(height), every, shown, strict=False):
        shown_cells = (computed.get(f.key) or row.cells.get(f.key) for f in plan.fields)
        every_cell = [
            Formula(str(cell), str(cell)) if isinstance(cell, Broken) else cell
            for cell in chain(shown_cells, (row.extras.get(n) for n in extras))
        ]
        is_checked = checked and number < len(page.rows)
        yield checked.row(number, slots, every_cell) if checked and is_checked else every_cell


def _write_header(wb: Book, written: WrittenSheet, plan: ListPlan, language: Language) -> None:
    sheet = written.worksheet
    for column, text in enumerate(header_marks(plan.table.key, plan.columns)):
        sheet.write_string(MARK_ROW, column, text)
    sheet.set_row(LINE_ROW, _LINE_HEIGHT, wb.format(styles.LINE))
    sheet.set_row(MARK_ROW, None, None, {"hidden": True})
    sheet.set_row(HEADER_ROW, _HEADER_HEIGHT)
    for column, field in enumerate(plan.fields):
        style = styles.REQUIRED_HEADER if field.required else styles.DISPLAY_HEADER
        if field.required or not field.is_input:
            sheet.write_string(HEADER_ROW, column, field.labels[language], wb.format(style))
        name = f"'{written.name}'!{mark(plan.table.key, field.key)}"
        wb.define_name(name, f"='{written.name}'!${column_letters(column)}${HEADER_ROW + 1}")


def _write_notes(
    written: WrittenSheet, plan: ListPlan, page: ListPage, checked: Checked | None
) -> None:
    columns = plan.slots(page.labels)
    for row, theirs in enumerate([page.notes, *(row.notes for row in page.rows)], HEADER):
        notes = checked.notes(row, theirs) if checked else theirs
        for slot, note in notes.items():
            write_note(written.worksheet, (FIRST_ROW + row, columns[slot]), note)


def _write_cell_rules(written: WrittenSheet, plan: ListPlan, making: Making, last: int) -> None:
    for column, field in enumerate(plan.fields):
        choice = making.choice_of(field, plan.table)
        rule = cell_rule(field, making.language, choice) if field.is_input else None
        if rule:
            written.worksheet.data_validation(FIRST_ROW, column, last - 1, column, rule)


def _ground(plan: ListPlan, making: Making, last: int) -> Ground:
    letters = {field.key: column_letters(n) for n, field in enumerate(plan.fields)}
    inputs = [(field, letters[field.key]) for field in plan.fields if field.is_input]
    spots = {
        field.key: Spot(f"${at}{_FIRST}", f"{at}{_FIRST}:{at}{last}", blank(f"${at}{_FIRST}"),
                        f"{at}{_FIRST}")
        for field, at in inputs
    }  # fmt: skip
    runs = [f"${a}{_FIRST}:${b}{_FIRST}" for a, b in _runs(plan, lambda field: field.is_input)]
    texts = [f"{a}{_FIRST}:{b}{last}" for a, b in _runs(plan, is_searched)]
    at = letters.get(plan.table.id or "")
    return Ground(
        plan.table,
        making,
        spots,
        f"COUNTA({','.join(runs)})>0",
        (texts[0].partition(":")[0] if texts else "", texts),
        # From the label on: a row that is inserted right below it is counted too.
        f"${at}${HEADER_ROW + 1}:${at}${last}" if at else "",
    )


def _runs(plan: ListPlan, wanted: Callable[[Field], bool]) -> Iterator[tuple[str, str]]:
    """Yield the letters of the first and last column of each run of wanted ones."""
    for is_wanted, group in groupby(enumerate(plan.fields), lambda pair: wanted(pair[1])):
        columns = [column for column, _ in group]
        if is_wanted:
            yield column_letters(columns[0]), column_letters(columns[-1])


def _name_columns(
    wb: Book, written: WrittenSheet, plan: ListPlan, making: Making, last: int
) -> None:
    """Name the columns of the customer base that others look into, and choose from.

    Both begin at the label, so that a row inserted right below it belongs to them.
    """
    for key in sorted(making.customers):
        at = column_letters(plan.columns[key])
        whole = f"'{written.name}'!${at}${HEADER_ROW + 1}:${at}${last}"
        wb.define_name(column_name(key), f"={whole}")
        if key in CUSTOMER_FIELDS:
            end = f"INDEX({whole},MAX(2,COUNTA({whole})))"
            wb.define_name(choice_name(key), f"=INDEX({whole},2):{end}")


def _set_up_page(
    written: WrittenSheet, plan: ListPlan, columns: Sequence[Column], language: Language
) -> None:
    sheet = written.worksheet
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(ceil(sum(each.width for each in columns) / _PAGE_WIDTH), 0)
    sheet.repeat_columns(0, max(0, _frozen(plan) - 1))
    sheet.repeat_rows(HEADER_ROW)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(f"&L&A&R{Words(language)('blank.page')}")


def _column(field: Field, plan: ListPlan, making: Making) -> Column:
    label = field.labels[making.language]
    if field.key in (CHECK_RESULT, ROW_KEY):
        hidden, look = field.key == ROW_KEY, styles.INPUT_COLUMN
        return Column(
            field.key, label, _CHECK_WIDTH, wrap=True, hidden=hidden, look=look, tones=TONES
        )
    width = max(field.options.get("width", field.type.width), _label_width(label))
    if field.key == plan.table.id:
        width = max(width, next_id_width(plan.table, making))
    if not field.is_input:
        number_format = field.options.get("number_format")
        look = styles.DISPLAY_COLUMN
        return Column(field.key, label, width, "formula", num_format=number_format, look=look)
    return Column(
        field.key,
        label,
        width,
        field.type.kind,
        wrap=field.type.wraps,
        num_format=field.type.number_format,
        look=styles.NUMBER_COLUMN if field.type.kind in _NUMBERS else styles.INPUT_COLUMN,
        tones=TONES,
    )


def _extra_column(label: str) -> Column:
    width = max(FieldType.width, _label_width(label))
    return Column(label, label, width, "number", look=styles.INPUT_COLUMN, tones=TONES)


def _label_width(label: str) -> float:
    return text_width(label, bold=True) + _BUTTON


def _frozen(plan: ListPlan) -> int:
    """Return how many columns stay in sight: the id, and the customer where it stands next."""
    for column, field in enumerate(plan.fields):
        leads = field.key in (plan.table.id, *CUSTOMER_FIELDS, CHECK_RESULT)
        leads = leads or "beside" in field.options
        if not leads:
            return column
    return 0
