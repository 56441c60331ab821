"""A form sheet: the document's arrangement on one A4 page, with or without a record in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from xlcrm.layout.forms import (
    FIRST_UNIT,
    LABEL_COLUMN,
    LAST_COLUMN,
    MARK_COLUMN,
    FormCell,
    FormPlan,
)
from xlcrm.layout.marks import mark
from xlcrm.layout.pages import FormPage
from xlcrm.record_sheet import Book, CheckedWorksheet
from xlcrm.records import address, column_letters
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field
from xlcrm.spec.types.actions import DATES, Actions
from xlcrm.spec.types.dates import Day, DayTime
from xlcrm.spec.types.texts import UNTICKED
from xlcrm.template_workbook import styles
from xlcrm.template_workbook.cells import write_cell, write_note
from xlcrm.template_workbook.form_ground import form_ground
from xlcrm.template_workbook.formulas import display_formula
from xlcrm.template_workbook.legend import colour
from xlcrm.template_workbook.live_rules import live_rules
from xlcrm.template_workbook.making import Making
from xlcrm.template_workbook.protection import UNLOCKED, protect
from xlcrm.template_workbook.validations import cell_rule, tick_rule, type_rule

_LINE_HEIGHT = 19
_WORDED = ("printed", "label")  # cells whose words are longer in English
_LABEL_WIDTH = 16  # characters of an English label that its column holds
_LABEL_WIDTH, _UNIT_WIDTH = 15, 6.6
_STYLE: Mapping[str, Mapping[str, Any]] = {
    "title": styles.TITLE,
    "note": styles.NOTE,
    "section": styles.SECTION,
    "label": styles.LABEL,
    "head": styles.HEAD,
    "number": styles.HEAD,
    "choice": styles.CHOICE,
    "printed": styles.PRINTED,
    "tick": styles.TICK,
    "value": styles.INPUT,
}


def write_form(wb: Book, plan: FormPlan, making: Making, page: FormPage) -> None:
    """Write one form sheet with the cells of ``page``."""
    _FormWriter(wb, plan, making, page).write()


class _FormWriter:
    def __init__(self, wb: Book, plan: FormPlan, making: Making, page: FormPage) -> None:
        self.wb, self.plan, self.making, self.language = wb, plan, making, making.language
        name = page.name or plan.table.labels[self.language]
        self.sheet: CheckedWorksheet = wb.add_sheet(name)
        self.page, self.contents = page, page.cells
        self.cells = {slot: address(cell.row, cell.column) for slot, cell in plan.slots.items()}

    def write(self) -> None:
        heights: dict[int, int] = defaultdict(lambda: 1)
        for cell in self.plan.cells:
            heights[cell.row] = max(heights[cell.row], cell.lines, self._lines(cell))
            self._write_cell(cell)
        for row, lines in heights.items():
            self.sheet.set_row(row, _LINE_HEIGHT * lines + (9 if row == 0 else 3))
        for slot, note in self.page.notes.items():
            cell = self.plan.slots[slot]
            write_note(self.sheet, (cell.row, cell.column), note)
        self._write_marks()
        colour(self.wb, self.sheet, live_rules(form_ground(self.plan, self.making)))
        self._set_up_page()
        protect(self.sheet)

    def _lines(self, cell: FormCell) -> int:
        """Return the lines that what is filled in a cell needs: merged cells don't grow."""
        content = self.contents.get(cell.slot or "")
        per_line = max(1, int(cell.width * _UNIT_WIDTH / 2))
        if cell.role in _WORDED and cell.lines == 1 and self.language == "en" and cell.text:
            content = cell.text[self.language]
            per_line = _LABEL_WIDTH if cell.role == "label" else per_line * 2
        if not isinstance(content, str):
            return 1
        return min(20, sum(-(-len(line) // per_line) or 1 for line in content.split("\n")))

    def _write_cell(self, cell: FormCell) -> None:
        style = self.wb.format(self._style(cell))
        last = cell.column + cell.width - 1
        if cell.width > 1:
            self.sheet.merge_range(cell.row, cell.column, cell.row, last, "", style)
        self._write_content(cell, style)
        rule = self._rule(cell)
        if rule:
            self.sheet.data_validation(cell.row, cell.column, cell.row, cell.column, rule)

    def _write_content(self, cell: FormCell, style: Any) -> None:
        content = self._content(cell)
        if cell.field and not cell.field.is_input and cell.role == "value":
            formula = display_formula(cell.field, self.cells, self.making) or '""'
            self.sheet.write_formula(cell.row, cell.column, f"={formula}", style, "")
        elif content is None:
            self.sheet.write_blank(cell.row, cell.column, None, style)
        else:
            write_cell(self.sheet, (cell.row, cell.column), content, style)

    def _content(self, cell: FormCell) -> Any:
        if cell.role == "note":
            return self._note()
        if cell.role == "tick":
            return self.contents.get(cell.slot or "", UNTICKED)
        if cell.slot:
            return self.contents.get(cell.slot)
        return cell.text[self.language] if cell.text else None

    def _note(self) -> str:
        words = Words(self.language)
        hints = ["blank.required_hint", "blank.form_hint"]
        if any(isinstance(field.type, Actions) for field in self.plan.table.fields):
            hints.append("blank.actions_hint")
        return " ".join(words(hint) for hint in hints)

    def _style(self, cell: FormCell) -> Mapping[str, Any]:
        field = cell.field
        if cell.role == "label" and field and field.required:
            return styles.REQUIRED_LABEL
        if cell.role == "value" and field and not field.is_input:
            return {**styles.DISPLAY, "num_format": field.options.get("number_format", "General")}
        if cell.role == "value" and field:
            look = styles.NARROW_INPUT if cell.width == 1 else styles.INPUT
            return {**look, "num_format": self._number_format(cell, field)}
        if cell.role == "printed" and cell.lines == 1:
            return styles.HEAD
        return _STYLE[cell.role]

    def _number_format(self, cell: FormCell, field: Field) -> str:
        """Return the format of what is to be filled in, or of a date that stands there already."""
        content, (_, _, part) = self.contents.get(cell.slot or ""), (cell.slot or "").partition(".")
        if part.rpartition(".")[2] in DATES or type(content) is date:
            return Day.number_format
        return DayTime.number_format if isinstance(content, datetime) else field.type.number_format

    def _rule(self, cell: FormCell) -> dict[str, Any] | None:
        if cell.role == "tick":
            return tick_rule()
        if cell.role != "value" or not cell.field or not cell.field.is_input:
            return None
        if isinstance(cell.field.type, Actions):
            part = (cell.slot or "").rpartition(".")[2]
            return type_rule(Day(), self.language) if part in DATES else None
        choice = self.making.choice_of(cell.field, self.plan.table)
        return cell_rule(cell.field, self.language, choice)

    def _write_marks(self) -> None:
        """Write the marks twice: beside the rows in a hidden column, and as the sheet's names."""
        rows: dict[int, list[str]] = defaultdict(list)
        for slot, cell in self.plan.slots.items():
            text = mark(self.plan.table.key, slot)
            rows[cell.row].append(text)
            place = f"${column_letters(cell.column)}${cell.row + 1}"
            self.wb.define_name(f"'{self.sheet.name}'!{text}", f"='{self.sheet.name}'!{place}")
        for row, texts in rows.items():
            self.sheet.write_string(row, MARK_COLUMN, " ".join(texts))

    def _set_up_page(self) -> None:
        self.sheet.set_column(MARK_COLUMN, MARK_COLUMN, None, None, {"hidden": True})
        # What is not printed is free: rows and columns that people add too.
        free = self.wb.format(UNLOCKED)
        self.sheet.set_column(LABEL_COLUMN, LABEL_COLUMN, _LABEL_WIDTH, free)
        self.sheet.set_column(FIRST_UNIT, LAST_COLUMN, _UNIT_WIDTH, free)
        self.sheet.format_rest(LAST_COLUMN + 1, free)
        self.sheet.hide_gridlines(2)
        self.sheet.set_portrait()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 1)
        self.sheet.print_area(0, LABEL_COLUMN, self.plan.height - 1, LAST_COLUMN)
        self.sheet.center_horizontally()
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self.sheet.set_footer(f"&L&A&R{Words(self.language)('blank.page')}")
