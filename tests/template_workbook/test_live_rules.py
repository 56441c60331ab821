"""The rules that show by colour, the line above a list, and lookups: what is written for them.

What they look like while a sheet is filled is for tests/real_app/test_live_sheets.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.examination import examine
from xlcrm.findings import Language
from xlcrm.layout.pages import ListPage
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options
from xlcrm.spec.loader import load_spec
from xlcrm.spec.model import Table
from xlcrm.spec.settings import Settings
from xlcrm.template_workbook import write_workbook
from xlcrm.template_workbook.legend import LOOKS
from xlcrm.template_workbook.live_rules import KINDS

SPEC = load_spec()
LOG, BASE, ISSUE = (
    SPEC.tables[key] for key in ("communication_log", "customer_base", "issue_tracking")
)
CREATED = datetime(2024, 5, 20)
LANGUAGES: tuple[Language, ...] = ("zh", "en")
# Functions that Excel 2010 does not have, or that lose their cells when rows are inserted.
FORBIDDEN = (
    "XLOOKUP FILTER LET SORT UNIQUE TEXTJOIN CONCAT IFS SWITCH UNICODE INDIRECT OFFSET REGEX"
)
TALK = {
    "record_id": "J007",
    "customer_id": "C001",
    "date": "2024-05-13",
    "channel": "电话",
    "content": "客户要求5月底前完成对接",
}
CUSTOMER = {"customer_id": "C001", "customer_name": "星辰科技", "customer_type": "潜在客户"}


def written(
    tmp_path: Path, *tables: Table, language: Language = "zh", spec: Any = SPEC, **given: Any
) -> Workbook:
    path = tmp_path / "a.xlsx"
    write_workbook(path, tables, spec, language, created=CREATED, **given)
    return openpyxl.load_workbook(path)


def rules(sheet: Worksheet) -> Iterator[tuple[int, str, str]]:
    """Yield (priority, fill, formula) of a sheet's conditional formats."""
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            fill = rule.dxf.fill.bgColor.rgb.replace("FF", "#", 1)
            yield rule.priority, fill, rule.formula[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", SPEC.tables.values(), ids=lambda table: table.key)
def test_rules_are_few_plain_and_in_a_fixed_order(
    table: Table, language: Language, tmp_path: Path
) -> None:
    tables = {each.key: each for each in (BASE, table)}.values()
    book = written(tmp_path, *tables, language=language)
    found = sorted(rules(book[table.labels[language]]))
    assert 0 < len(found) <= 26
    order = [LOOKS[kind]["bg_color"] for kind in KINDS]
    places = [order.index(fill) for _, fill, _ in found]
    assert places == sorted(places)
    for _, _, formula in found:
        assert not set(re.findall(r"[A-Z]+(?=\()", formula)) & set(FORBIDDEN.split())


def test_looks_are_told_apart_without_colour() -> None:
    """Two pairs apart: orange against blue, and what is late against a cell that is empty."""
    alike = [("wrong", "due"), ("late", "missing")]
    seen: dict[tuple[object, ...], list[str]] = {}
    for kind, look in LOOKS.items():
        is_dark = look["font_color"] == "#FFFFFF"
        cues = (is_dark, *(name in look for name in ("bold", "italic", "border")))
        seen.setdefault(cues, []).append(kind)
    assert [tuple(kinds) for kinds in seen.values() if len(kinds) > 1] == alike
    assert len({look["bg_color"] for look in LOOKS.values()}) == len(KINDS) == len(LOOKS)


def test_the_line_above_offers_the_next_id_of_the_own_range(tmp_path: Path) -> None:
    ids = ["J007", "J205", "J203", "J900", "x"]
    records = {LOG.key: [{**TALK, "record_id": each} for each in ids]}
    for numbers, offered in (((1, 999), "J901"), ((200, 299), "J206"), ((300, 399), "J300")):
        path = tmp_path / "a.xlsx"
        write_workbook(
            path, [LOG], SPEC, "zh", created=CREATED, records=records, numbers={LOG.key: numbers}
        )
        sheet = openpyxl.load_workbook(path, data_only=True)[LOG.labels["zh"]]
        assert sheet["A1"].value == offered


def test_where_real_contact_details_belong_they_are_not_marked(tmp_path: Path) -> None:
    codes = SPEC.tables["contact_codes"]
    sheet = written(tmp_path, codes)[codes.labels["zh"]]
    fills = {fill for _, fill, _ in rules(sheet)}
    assert LOOKS["wrong"]["bg_color"] in fills  # a code that stands twice
    assert LOOKS["private"]["bg_color"] not in fills


def test_a_legend_says_what_the_sheet_can_show(tmp_path: Path) -> None:
    book = written(tmp_path, BASE)
    line = [cell.value for cell in book[BASE.labels["zh"]][1] if cell.value]
    assert line[1:5] == ["含隐私", "填写有误", "待审核", "缺必填"]  # nothing falls due there


def test_customers_are_looked_up_where_the_workbook_has_them(tmp_path: Path) -> None:
    alone = written(tmp_path, LOG)
    assert "客户对照" not in [cell.value for cell in alone[LOG.labels["zh"]][3]]
    assert not [name for name in alone.defined_names if name.startswith(("choose", "customers"))]
    both = written(tmp_path, BASE, LOG)
    names = [name for name in both.defined_names if not name.startswith("list_")]
    assert sorted(names) == [
        "choose_customer_id",
        "choose_customer_name",
        "customers_customer_grade",
        "customers_customer_id",
        "customers_customer_name",
    ]
    core = written(tmp_path, BASE, LOG, core=True)
    labels = [cell.value for cell in core[LOG.labels["zh"]][3]]
    assert labels == [field.labels["zh"] for field in LOG.shown(core=True)]


def test_a_teams_hours_and_days_hold(tmp_path: Path) -> None:
    spec = load_spec(Settings({"entry_hours": 36, "remind_days": 3}))
    book = written(tmp_path, spec.tables[LOG.key], spec=spec)
    formulas = [formula for _, _, formula in rules(book.worksheets[1])]
    assert any("+36/24" in formula for formula in formulas)
    assert any("TODAY()+3" in formula for formula in formulas)
    told = " ".join(str(row[0].value) for row in book.worksheets[0].iter_rows(max_row=3))
    assert "36 小时" in told


def test_what_is_only_shown_is_neither_read_nor_merged(tmp_path: Path) -> None:
    """Neither rows of formulas alone nor display columns of filled rows give anything."""
    team = tmp_path / "team"
    team.mkdir()
    path = team / "a.xlsx"
    records = {BASE.key: [CUSTOMER], LOG.key: [TALK]}
    write_workbook(path, [BASE, LOG, ISSUE], SPEC, "zh", created=CREATED, records=records)
    reading = examine(path, path.name, SPEC)
    assert [record.values for record in reading.records] == [CUSTOMER, TALK]
    assert all(not record.extras for record in reading.records)
    result = merge(team, Options(date(2024, 5, 20), workers=1))
    master = openpyxl.load_workbook(result.document["master"])
    shown = {
        field.labels["zh"]
        for table in SPEC.tables.values()
        for field in table.fields
        if "beside" in field.options
    }
    words = {cell.value for sheet in master for row in sheet.iter_rows() for cell in row}
    assert not shown & words
    assert TALK["content"] in words


def test_a_persons_own_columns_can_be_filtered_too(tmp_path: Path) -> None:
    pages = [ListPage(LOG), ListPage(LOG, labels=["我的列", "又一列"], name="第二份")]
    for sheet in written(tmp_path, LOG, pages=pages).worksheets[1:3]:
        assert sheet.auto_filter.ref == f"A3:{sheet[3][-1].column_letter}5003"
        assert sheet[3][-1].value


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", SPEC.tables.values(), ids=lambda table: table.key)
def test_input_messages_are_two_short_lines_at_most(table: Table, language: Language) -> None:
    for field in table.fields:
        assert 0 < len(field.help[language]) <= 60, field.key
        assert field.help[language].count("\n") <= 1
