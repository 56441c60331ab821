"""Blank workbooks as openpyxl, an XML reader and a validator see them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator

from xlcrm.findings import Language
from xlcrm.layout.lists import list_plan
from xlcrm.record_sheet import palette
from xlcrm.spec.loader import load_spec
from xlcrm.spec.model import CUSTOMER_FIELDS, Field, Table
from xlcrm.template_workbook import write_workbook

SPEC = load_spec()
CREATED = datetime(2024, 5, 20, 8, 0)
LISTS = [table for table in SPEC.tables.values() if table.layout == "list"]
FORMS = [table for table in SPEC.tables.values() if table.layout == "form"]
VARIANTS: list[tuple[Language, bool]] = [(a, b) for a in ("zh", "en") for b in (False, True)]
HEADER, FIRST, LAST = 3, 4, 5003  # rows: 5,000 below the header; 300 have display cells


@dataclass
class Blank:
    """A blank workbook of all tables, as it was written and as openpyxl reads it."""

    path: Path
    language: Language
    core: bool
    book: Workbook

    def sheet(self, table: Table) -> Worksheet:
        return self.book[table.labels[self.language]]

    def shown(self, table: Table) -> list[Field]:
        """The fields that people fill."""
        wanted = ("core",) if self.core else ("core", "ext")
        return [field for field in table.fields if field.level in wanted and field.is_input]

    def column(self, field: Field, table: Table) -> str:
        """The letter of a list's column."""
        cells = self.sheet(table)[HEADER]
        return next(str(c.column_letter) for c in cells if c.value == field.labels[self.language])


@pytest.fixture(
    scope="module", params=VARIANTS, ids=lambda v: f"{v[0]}-{'core' if v[1] else 'full'}"
)
def blank(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Blank:
    language, core = request.param
    path = tmp_path_factory.mktemp("blank") / "all.xlsx"
    write(path, language, core=core)
    return Blank(path, language, core, openpyxl.load_workbook(path))


def write(path: Path, language: Language = "zh", *, core: bool = False) -> None:
    tables = list(SPEC.tables.values())
    write_workbook(path, tables, SPEC, language, created=CREATED, core=core)


def rule_of(sheet: Worksheet, cell: str) -> DataValidation | None:
    found = [rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref]
    assert len(found) <= 1
    return found[0] if found else None


def named(book: Workbook, formula: str) -> list[object]:
    """The values of the range that a dropdown's defined name refers to."""
    ((sheet, reference),) = book.defined_names[formula.removeprefix("=")].destinations
    return [cell.value for (cell,) in book[sheet][reference]]


def cells(sheet: Worksheet) -> Iterator[Cell | MergedCell]:
    for row in sheet.iter_rows():
        yield from row


@pytest.mark.parametrize("table", LISTS, ids=lambda table: table.key)
def test_a_lists_header_holds_the_labels_marked_where_required(blank: Blank, table: Table) -> None:
    sheet = blank.sheet(table)
    fields = list_plan(table, core=blank.core).fields
    assert [cell.value for cell in sheet[HEADER]] == [f.labels[blank.language] for f in fields]
    fills = [cell.fill.fgColor.rgb.replace("FF", "#", 1) for cell in sheet[HEADER]]
    for field, fill in zip(fields, fills, strict=True):
        assert (fill == palette.REQUIRED_HEADER_FILL) is field.required
        assert (fill == palette.DISPLAY_HEADER_FILL) is not field.is_input
    assert sheet.freeze_panes.endswith(str(FIRST))


@pytest.mark.parametrize("table", LISTS, ids=lambda table: table.key)
def test_a_lists_columns_are_marked_in_a_hidden_row_and_by_names(
    blank: Blank, table: Table
) -> None:
    sheet = blank.sheet(table)
    fields = list_plan(table, core=blank.core).fields
    marks = [f"xlcrm.{table.key}.{field.key}" for field in fields]
    assert sheet.row_dimensions[2].hidden
    assert [cell.value for cell in sheet[2]] == marks
    names = {name: each.attr_text for name, each in sheet.defined_names.items() if "xlcrm" in name}
    assert names == {
        mark: f"'{sheet.title}'!${get_column_letter(n)}${HEADER}" for n, mark in enumerate(marks, 1)
    }


@pytest.mark.parametrize("table", LISTS, ids=lambda table: table.key)
def test_a_lists_rules_reach_five_thousand_rows(blank: Blank, table: Table) -> None:
    sheet = blank.sheet(table)
    for field in blank.shown(table):
        at = blank.column(field, table)
        check_rule(blank, sheet, field, f"{at}{FIRST}", table)
        assert rule_of(sheet, f"{at}{FIRST}") is rule_of(sheet, f"{at}{LAST}")
        assert rule_of(sheet, f"{at}{HEADER}") is rule_of(sheet, f"{at}{LAST + 1}") is None


def check_rule(blank: Blank, sheet: Worksheet, field: Field, cell: str, table: Table) -> None:
    """What a cell of `field` offers and refuses, by the type that is declared."""
    rule = rule_of(sheet, cell)
    assert rule is not None
    assert rule.prompt == field.help[blank.language]
    assert len(rule.prompt) <= 255
    if field.key in CUSTOMER_FIELDS and not table.role:
        assert (rule.type, rule.formula1) == ("list", f"choose_{field.key}")
        assert not rule.showErrorMessage
        return
    wanted = field.type.validation
    kinds = {"list": "list", "date": "date", "integer": "whole", "decimal": "decimal"}
    assert rule.type == (kinds[wanted.kind] if wanted else None)
    if wanted and wanted.kind == "list":
        vocabulary = SPEC.vocabularies[str(wanted.source)]
        assert named(blank.book, rule.formula1) == list(vocabulary.labels_in(blank.language))
        # What an open list, a remark or several values need is never refused.
        closed = field.type.name == "choice" and not (
            vocabulary.open or field.options.get("remark")
        )
        assert bool(rule.showErrorMessage) is closed
    if wanted and wanted.kind == "date":
        assert rule.errorStyle == "warning"


def test_only_display_cells_are_written_below_a_lists_header(blank: Blank) -> None:
    with zipfile.ZipFile(blank.path) as archive:
        for table in LISTS:
            number = blank.book.sheetnames.index(table.labels[blank.language]) + 1
            xml = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
            fields = list_plan(table, core=blank.core).fields
            shown = [n for n, field in enumerate(fields, 1) if not field.is_input]
            last = HEADER + 300 if shown else HEADER
            below = re.findall(r'<c r="([A-Z]+)(\d+)" s="\d+"><f>[^<]+</f></c>', xml)
            wanted = {(get_column_letter(n), str(r)) for n in shown for r in range(FIRST, last + 1)}
            assert set(below) == wanted
            assert re.findall(r'<row r="(\d+)"', xml) == [str(n + 1) for n in range(last)]
            assert f'<dimension ref="A1:{get_column_letter(len(fields))}{last}"/>' in xml


def test_columns_are_formatted_for_what_is_typed(blank: Blank) -> None:
    table = SPEC.tables["issue_tracking"]
    sheet = blank.sheet(table)
    formats = {
        field.key: sheet.column_dimensions[blank.column(field, table)].number_format
        for field in blank.shown(table)
    }
    assert formats["issue_id"] == formats["customer_name"] == "@"
    assert formats["reported_on"] == "yyyy-mm-dd"
    assert formats["satisfaction"] == "General"


@pytest.mark.parametrize("table", FORMS, ids=lambda table: table.key)
def test_a_form_shows_every_label_marks_every_slot_and_knows_its_rules(
    blank: Blank, table: Table
) -> None:
    sheet = blank.sheet(table)
    words = {str(cell.value) for cell in cells(sheet) if cell.value}
    assert table.labels[blank.language] in words
    marks = {mark for cell in sheet["A"] for mark in str(cell.value or "").split()}
    assert sheet.column_dimensions["A"].hidden
    names = {name for name in sheet.defined_names if name.startswith("xlcrm.")}
    assert marks == names
    every = list_plan(table, core=blank.core).fields
    for field in every:
        label = field.options["row"] if "grid" in field.options else field.labels
        assert label[blank.language] in words
        slots = [name for name in names if name.split(".")[2] == field.key]
        assert slots
        for slot in slots if field.is_input else ():
            place = sheet.defined_names[slot].attr_text.rpartition("!")[2].replace("$", "")
            check_slot(blank, sheet, field, slot, place, table)


def check_slot(
    blank: Blank, sheet: Worksheet, field: Field, slot: str, place: str, table: Table
) -> None:
    if field.options.get("ticks"):
        rule = rule_of(sheet, place)
        assert rule is not None and rule.formula1 == '"☑,☐"'
        assert sheet[place].value == "☐"
    elif field.type.name == "actions":
        rule = rule_of(sheet, place)
        dated = slot.rpartition(".")[2] in ("due", "done")
        assert (rule.type if rule else None) == ("date" if dated else None)
    else:
        assert sheet[place].value is None
        check_rule(blank, sheet, field, place, table)


def test_sheets_are_set_up_for_a4(blank: Blank) -> None:
    for table in SPEC.tables.values():
        sheet = blank.sheet(table)
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        if table.layout == "list":
            assert sheet.page_setup.orientation == "landscape"
            assert sheet.print_title_rows == f"${HEADER}:${HEADER}"
        else:
            assert sheet.page_setup.orientation == "portrait"
            assert "$B$1" in sheet.print_area


def test_a_choice_list_is_a_column_and_the_guide_names_required_fields(blank: Blank) -> None:
    guide = blank.book.worksheets[0]
    told = [[cell.value for cell in row] for row in guide.iter_rows()]
    for table in SPEC.tables.values():
        for field in blank.shown(table):
            if not field.is_input:
                continue
            rows = [row for row in told if row[0] == field.labels[blank.language]]
            assert any(row[2] == field.help[blank.language].replace("|", "/") for row in rows)
            assert any(bool(row[1]) is field.required for row in rows)


def test_it_is_small_and_clean(blank: Blank) -> None:
    assert blank.path.stat().st_size < 130_000  # all tables: the standard ones are below 100
    assert OpenXmlValidator().validate(blank.path).errors == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_standard_workbook_is_small(language: Language, tmp_path: Path) -> None:
    tables = [SPEC.tables[key] for key in SPEC.parameter("standard_tables")]
    write_workbook(tmp_path / "a.xlsx", tables, SPEC, language, created=CREATED)
    assert (tmp_path / "a.xlsx").stat().st_size < 100_000


@pytest.mark.parametrize("table", SPEC.tables.values(), ids=lambda table: table.key)
def test_a_workbook_of_one_table_is_clean(table: Table, tmp_path: Path) -> None:
    path = tmp_path / "one.xlsx"
    write_workbook(path, [table], SPEC, "zh", created=CREATED, core=True)
    assert openpyxl.load_workbook(path).sheetnames[1] == table.labels["zh"]
    assert OpenXmlValidator().validate(path).errors == []


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
