"""What stands on the sheets fits where it stands, as a real font sets it and Excel draws it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
from font_width import font_lines, font_width
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.findings import Language
from xlcrm.layout.text_size import text_width
from xlcrm.spec.loader import load_settings_spec, load_spec
from xlcrm.spec.model import Spec
from xlcrm.template_workbook import write_workbook
from xlcrm.template_workbook.legend import LOOKS

SPEC = load_spec()
SETTINGS = load_settings_spec(SPEC)
LANGUAGES: tuple[Language, ...] = ("zh", "en")
FORMS = {table.key for table in SPEC.tables.values() if table.layout == "form"}
HEADER = 3
CHARACTER, PADDING = 7, 5  # pixels: of a digit in the workbooks' font, and beside a column's
INDENT, BUTTON = 9, 17  # pixels: of a cell's text, and of the button of a filter
POINTS = 72 / 96  # of a pixel
LINE = 1.45  # sizes: from one line of text to the next
HAN = re.compile("[\u3400-\u9fff]+")


class Room(NamedTuple):
    """What a cell, or what is merged, has for its text, in points."""

    width: float
    height: float


def written(
    tmp_path: Path, language: Language, spec: Spec = SPEC, *, core: bool = False
) -> Workbook:
    path = tmp_path / "a.xlsx"
    tables = list(spec.tables.values())
    write_workbook(path, tables, spec, language, created=datetime(2024, 5, 20), core=core)
    return openpyxl.load_workbook(path)


def pixels(sheet: Worksheet, column: int) -> float:
    """The width of a column, counted from 1, whatever columns its declaration is shared with."""
    for each in sheet.column_dimensions.values():
        if each.min and each.min <= column <= each.max:
            return float(each.width) * CHARACTER + PADDING
    raise AssertionError(f"{sheet.title}: column {column} has no width")


def texts(sheet: Worksheet) -> Iterator[tuple[Cell, Room]]:
    """The texts of a form or guide that can be seen, with their room."""
    merged = {(area.min_row, area.min_col): area for area in sheet.merged_cells.ranges}
    for row in sheet.iter_rows():
        for cell in row:
            if not isinstance(cell, Cell) or cell.data_type != "s":
                continue
            if sheet.column_dimensions[cell.column_letter].hidden:
                continue
            area = merged.get((cell.row, cell.column))
            columns = range(cell.column, (area.max_col if area else cell.column) + 1)
            rows = range(cell.row, (area.max_row if area else cell.row) + 1)
            width = sum(pixels(sheet, n) for n in columns) - PADDING
            width -= INDENT * int(cell.alignment.indent)
            height = sum(float(sheet.row_dimensions[n].height) for n in rows)
            yield cell, Room(width * POINTS, height)


def check(cell: Cell, room: Room) -> None:
    """No word is broken, no line is cut off, nothing is set smaller than it is said to be."""
    size, bold, text = float(cell.font.size), bool(cell.font.bold), str(cell.value)
    where = f"{cell.parent.title}!{cell.coordinate}: {text}"
    assert not cell.alignment.shrink_to_fit, where
    for word in (each for each in text.split() if each.isascii()):
        assert font_width(word, size, bold=bold) <= room.width, where
    if font_width(text, size, bold=bold) > room.width or "\n" in text:
        assert cell.alignment.wrap_text, where
    assert font_lines(text, room.width, size, bold=bold) * size * LINE <= room.height, where


@pytest.mark.parametrize("core", [False, True], ids=["full", "core"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_printed_on_a_form_fits(language: Language, core: bool, tmp_path: Path) -> None:
    book = written(tmp_path, language, core=core)
    for key in FORMS:
        for cell, room in texts(book[SPEC.tables[key].labels[language]]):
            check(cell, room)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_choice_beside_its_box_takes_one_line_and_is_set_as_any_other(
    language: Language, tmp_path: Path
) -> None:
    sheet = written(tmp_path, language)[SPEC.tables["revisit_record"].labels[language]]
    shown = {str(cell.value): (cell, room) for cell, room in texts(sheet)}
    for key in ("revisit_emotion", "priority", "next_step", "revisit_topic"):
        for label in SPEC.vocabularies[key].labels_in(language):
            cell, room = shown[label]
            assert cell.offset(column=-1).value == "☐"
            assert cell.font.size == 10
            assert font_width(label, 10) <= room.width


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_chosen_in_a_narrow_cell_breaks_between_words(
    language: Language, tmp_path: Path
) -> None:
    table = SPEC.tables["communication_evaluation"]
    sheet = written(tmp_path, language)[table.labels[language]]
    for key in ("goal_level", "efficiency_level", "expertise_level", "customer_level"):
        name = f"xlcrm.{table.key}.{key}"
        place = sheet.defined_names[name].attr_text.rpartition("!")[2].replace("$", "")
        room = (pixels(sheet, sheet[place].column) - PADDING) * POINTS
        for label in SPEC.vocabularies["level"].labels_in(language):
            assert all(font_width(word, 10) <= room for word in label.split()), label


@pytest.mark.parametrize("spec", [SPEC, SETTINGS], ids=["filled", "settings"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lists_label_stands_clear_of_the_filters_button(
    language: Language, spec: Spec, tmp_path: Path
) -> None:
    book = written(tmp_path, language, spec)
    for table in spec.tables.values():
        if table.layout == "list":
            for cell in book[table.labels[language]][HEADER]:
                label = font_width(str(cell.value), 10, bold=True) / POINTS
                assert label + BUTTON <= pixels(cell.parent, cell.column), cell.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_next_free_id_fits_above_its_column(language: Language, tmp_path: Path) -> None:
    sheet = written(tmp_path, language)[SPEC.tables["issue_tracking"].labels[language]]
    word = re.findall('"(.*)"', sheet["A1"].number_format)[0]
    shown = f"{word}202405001"
    size = float(sheet["A1"].font.size)
    assert font_width(shown, size, bold=True) <= (pixels(sheet, 1) - PADDING) * POINTS


@pytest.mark.parametrize("spec", [SPEC, SETTINGS], ids=["filled", "settings"])
def test_every_colour_of_a_list_is_in_the_line_above_it_however_few_its_columns(
    spec: Spec, tmp_path: Path
) -> None:
    book = written(tmp_path, "zh", spec)
    kinds = {str(look["bg_color"]).replace("#", "FF") for look in LOOKS.values()}
    for table in spec.tables.values():
        sheet = book[table.labels["zh"]]
        if table.layout == "list":
            used = {
                rule.dxf.fill.bgColor.rgb
                for area in sheet.conditional_formatting
                for rule in area.rules
            }
            assert {cell.fill.fgColor.rgb for cell in sheet[1]} & kinds == used
            assert any("橙色标题" in str(cell.value) for cell in sheet[1])


@pytest.mark.parametrize("spec", [SPEC, SETTINGS], ids=["filled", "settings"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guides_rows_hold_their_words(language: Language, spec: Spec, tmp_path: Path) -> None:
    for cell, room in texts(written(tmp_path, language, spec).worksheets[0]):
        check(cell, room)


def test_small_tables_share_a_page_of_the_guide_and_large_ones_have_their_own(
    tmp_path: Path,
) -> None:
    small, large = (len(SETTINGS.tables), len(SPEC.tables))
    assert 0 < len(written(tmp_path, "zh", SETTINGS).worksheets[0].row_breaks.brk) < small - 2
    guide = written(tmp_path, "zh").worksheets[0]
    assert large - 3 <= len(guide.row_breaks.brk) <= large
    titles = {table.labels["zh"] for table in SPEC.tables.values()}
    assert all(guide.cell(each.id + 1, 1).value in titles for each in guide.row_breaks.brk)


def test_an_english_guide_has_english_examples(tmp_path: Path) -> None:
    guide = written(tmp_path, "en").worksheets[0]
    words = [str(cell.value) for row in guide.iter_rows(max_col=4) for cell in row if cell.value]
    assert {word for text in words for word in HAN.findall(text)} == {"农历"}
    assert {"Meeting (3F)", "High potential; Budget-sensitive", "Prospect→Interested"} <= {*words}


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
def test_the_measure_of_texts_is_near_a_real_fonts(bold: bool) -> None:
    digit = CHARACTER * POINTS
    for table in SPEC.tables.values():
        for text in (text for each in table.fields for text in each.labels.values()):
            wide = font_width(text, 10, bold=bold) / digit
            assert 0.93 <= text_width(text, bold=bold) / wide <= 1.25, text
