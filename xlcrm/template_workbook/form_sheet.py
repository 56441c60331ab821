"""A form sheet: the document's arrangement on one A4 page, with or without a record in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from xlcrm.layout.forms import (
    LABEL_COLUMN,
    LABEL_WIDTH,
    LAST_COLUMN,
    MARK_COLUMN,
    UNIT_WIDTH,
    FormCell,
    FormPlan,
)
from xlcrm.layout.marks import mark
from xlcrm.layout.pages import FormPage
from xlcrm.layout.remarks import CHECK_RESULT, ROW_KEY
from xlcrm.layout.text_size import text_lines, text_width
from xlcrm.record_sheet import Book, CheckedWorksheet
from xlcrm.records import address, column_letters
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field
from xlcrm.spec.types.actions import DATES, Actions
from xlcrm.spec.types.dates import Day, DayTime
from xlcrm.spec.types.texts import UNTICKED
from xlcrm.template_workbook import styles
from xlcrm.template_workbook.cells import write_cell, write_note
from xlcrm.template_workbook.checked import TONES, Checked
from xlcrm.template_workbook.form_ground import form_ground
from xlcrm.template_workbook.formulas import display_formula
from xlcrm.template_workbook.legend import colour
from xlcrm.template_workbook.live_rules import live_rules
from xlcrm.template_workbook.making import Making
from xlcrm.template_workbook.protection import UNLOCKED, protect
from xlcrm.template_workbook.validations import cell_rule, tick_rule, type_rule

_LINE_HEIGHT, _MARGIN = 19, 3  # points, of a line to write on and around them
_TEXT_HEIGHT = 1.65  # of a line of text, in its size
_TITLE_MARGIN = 9
_HIGHEST = 400  # points; a row can't have more than 409
_DEFAULT_SIZE = 10
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


def write_form(
    wb: Book, plan: FormPlan, making: Making, page: FormPage, checked: Checked | None
) -> None:
    """Write one form sheet with the cells of ``page``; ``checked`` holds what was found on it."""
    _FormWriter(wb, plan, making, page, checked).write()


class _FormWriter:
    def __init__(
        self, wb: Book, plan: FormPlan, making: Making, page: FormPage, checked: Checked | None
    ) -> None:
        self.wb, self.plan, self.making, self.language = wb, plan, making, making.language
        name = page.name or plan.table.labels[self.language]
        self.sheet: CheckedWorksheet = wb.add_sheet(name)
        self.page, self.contents, self.checked = page, page.cells, checked
        self.widths = {n: self._width(n) for n in range(LABEL_COLUMN, LAST_COLUMN + 1)}
        self.cells = {slot: address(cell.row, cell.column) for slot, cell in plan.slots.items()}

    def write(self) -> None:
        heights: dict[int, float] = defaultdict(float)
        for cell in self.plan.cells:
            heights[cell.row] = max(heights[cell.row], self._height(cell))
            self._write_cell(cell)
        for row, height in heights.items():
            self.sheet.set_row(row, min(height, _HIGHEST))
        notes = self.checked.notes(0, self.page.notes) if self.checked else self.page.notes
        places = {**self.plan.slots, CHECK_RESULT: self.plan.note}
        for slot, note in notes.items():
            cell = places[str(slot)]
            write_note(self.sheet, (cell.row, cell.column), note)
        self._write_marks()
        colour(self.wb, self.sheet, live_rules(form_ground(self.plan, self.making)))
        self._set_up_page()
        protect(self.sheet)

    def _height(self, cell: FormCell) -> float:
        """Return the points that a cell needs for what stands in it: merged cells don't grow."""
        room = _LINE_HEIGHT * cell.lines + (_TITLE_MARGIN if cell.role == "title" else _MARGIN)
        content = self._content(cell)
        if not isinstance(content, str) or not content:
            return room
        style = self._style(cell)
        size: float = style.get("font_size", _DEFAULT_SIZE)
        columns = range(cell.column, cell.column + cell.width)
        width = sum(self.widths[column] for column in columns) - style.get("indent", 0)
        lines = text_lines(content, width * _DEFAULT_SIZE / size, bold=style.get("bold", False))
        return max(room, lines * size * _TEXT_HEIGHT + _MARGIN)

    def _width(self, column: int) -> float:
        """Return a column's characters: of a cell of one column they fit what is chosen in it."""
        if column == LABEL_COLUMN:
            return LABEL_WIDTH
        alone = (c.field for c in self.plan.cells if c.column == column and _is_alone(c))
        lists = (getattr(field.type, "vocabulary", None) for field in alone if field)
        words = (word for each in lists if each for word in each.labels_in(self.language))
        return max([UNIT_WIDTH, *(text_width(part) + 1 for word in words for part in word.split())])

    def _write_cell(self, cell: FormCell) -> None:
        style = self.wb.format(self._style(cell))
        last_row, last = cell.row + cell.rows - 1, cell.column + cell.width - 1
        if (last_row, last) != (cell.row, cell.column):
            self.sheet.merge_range(cell.row, cell.column, last_row, last, "", style)
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
        if self.checked:
            return words("returned.form", state=self.checked.state(0).text)
        if self.page.hint is not None:
            return self.page.hint
        hints = ["blank.required_hint", "blank.colours_hint", "blank.form_hint"]
        if any(isinstance(field.type, Actions) for field in self.plan.table.fields):
            hints.append("blank.actions_hint")
        return words("blank.between_hints").join(map(words, hints))

    def _style(self, cell: FormCell) -> Mapping[str, Any]:
        return {**self._plain_style(cell), **TONES.get(self._tone(cell), {})}

    def _tone(self, cell: FormCell) -> str:
        if not self.checked:
            return ""
        if cell.role == "note":
            return self.checked.state(0).tone
        return (cell.slot and self.checked.tone(0, cell.slot)) or ""

    def _plain_style(self, cell: FormCell) -> Mapping[str, Any]:
        field = cell.field
        if cell.role == "label" and field and field.required:
            return styles.REQUIRED_LABEL
        if cell.role == "value" and field and not field.is_input:
            return {**styles.DISPLAY, "num_format": field.options.get("number_format", "General")}
        if cell.role == "value" and field:
            wide = styles.TALL_INPUT if cell.lines > 1 else styles.INPUT
            look = styles.NARROW_INPUT if cell.width == 1 else wide
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
        if self.checked:
            ours = (CHECK_RESULT, f"{ROW_KEY}:{self.checked.key(0)}")
            rows[self.plan.note.row] += (mark(self.plan.table.key, slot) for slot in ours)
        for row, texts in rows.items():
            self.sheet.write_string(row, MARK_COLUMN, " ".join(texts))

    def _set_up_page(self) -> None:
        self.sheet.set_column(MARK_COLUMN, MARK_COLUMN, None, None, {"hidden": True})
        # What is not printed is free: rows and columns that people add too.
        free = self.wb.format(UNLOCKED)
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, width, free)
        self.sheet.format_rest(LAST_COLUMN + 1, free)
        self.sheet.hide_gridlines(2)
        self.sheet.set_portrait()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 1)
        self.sheet.print_area(0, LABEL_COLUMN, self.plan.height - 1, LAST_COLUMN)
        self.sheet.center_horizontally()
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self.sheet.set_footer(f"&L&A&R{Words(self.language)('blank.page')}")


def _is_alone(cell: FormCell) -> bool:
    """Whether a cell to be filled is one column wide."""
    return cell.role == "value" and cell.width == 1
