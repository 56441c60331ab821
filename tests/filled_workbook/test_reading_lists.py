"""Lists as people rearrange them: found again by marks, by names, or by labels alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.records import FileReading

LOG = "communication_log"
ROWS: list[dict[str, Any]] = [
    {
        "record_id": f"J00{n}",
        "customer_id": f"C00{n}",
        "date": f"2024-05-2{n}",
        "channel": "电话",
        "topic": f"第{n}次沟通",
        "content": "客户要求5月底前完成数据对接",
        "emotion": "积极",
        "satisfaction": 4.5,
    }
    for n in (1, 2, 3)
]
Change = Callable[[Worksheet], None]


@pytest.fixture
def changed(tmp_path: Path, write: Any, read: Any) -> Callable[..., FileReading]:
    """Reads the log after a change that openpyxl makes to its sheet, or to the workbook."""

    def apply(change: Change, *, rows: list[dict[str, Any]] = ROWS, core: bool = False) -> Any:
        path = write(tmp_path / "a.xlsx", {LOG: rows}, core=core)
        book = openpyxl.load_workbook(path)
        change(book["沟通动态记录表"])
        book.save(path)
        return read(path)

    return apply


def values(reading: FileReading) -> list[dict[str, Any]]:
    return [record.values for record in reading.records]


def names_gone(sheet: Worksheet) -> None:
    sheet.defined_names.clear()


def marks_gone(sheet: Worksheet) -> None:
    for cell in sheet[2]:
        cell.value = None


def both_gone(sheet: Worksheet) -> None:
    names_gone(sheet)
    sheet.delete_rows(2)


def renamed(sheet: Worksheet) -> None:
    sheet.title = "张伟的沟通"


def columns_turned_round(sheet: Worksheet) -> None:
    names_gone(sheet)
    for row in sheet.iter_rows():
        for cell, value in zip(row, [cell.value for cell in row][::-1], strict=True):
            cell.value = value


def columns_turned_round_without_marks(sheet: Worksheet) -> None:
    columns_turned_round(sheet)
    marks_gone(sheet)


def titles_above(sheet: Worksheet) -> None:
    names_gone(sheet)
    sheet.insert_rows(1, 3)
    sheet["A2"] = "华东大区 2024年5月沟通记录"
    sheet["B3"] = "负责人:张伟"


def title_and_gap_below_the_marks(sheet: Worksheet) -> None:
    names_gone(sheet)
    sheet.insert_rows(3, 2)
    sheet["B3"] = "华东大区 2024年5月沟通记录"


def titles_above_without_marks(sheet: Worksheet) -> None:
    both_gone(sheet)
    titles_above(sheet)


def blank_rows_between(sheet: Worksheet) -> None:
    sheet.insert_rows(5, 2)
    sheet["A6"] = "  "


def sorted_with_its_labels(sheet: Worksheet) -> None:
    _in_order(sheet, 4, 5, 6, 2, 3)


def sorted_with_its_labels_downwards(sheet: Worksheet) -> None:
    _in_order(sheet, 3, 2, 4, 5, 6)


def _in_order(sheet: Worksheet, *rows: int) -> None:
    """Put rows in another order from the second on: a sheet without protection lets people."""
    names_gone(sheet)
    cells = [[cell.value for cell in sheet[row]] for row in rows]
    for row, values_of_row in enumerate(cells, 2):
        for column, value in enumerate(values_of_row, 1):
            sheet.cell(row, column).value = value


def column_inserted(sheet: Worksheet) -> None:
    names_gone(sheet)
    sheet.insert_cols(2)


@pytest.mark.parametrize(
    "change",
    [
        names_gone,
        marks_gone,
        both_gone,
        renamed,
        columns_turned_round,
        columns_turned_round_without_marks,
        titles_above,
        title_and_gap_below_the_marks,
        titles_above_without_marks,
        blank_rows_between,
        sorted_with_its_labels,
        sorted_with_its_labels_downwards,
        column_inserted,
    ],
)
def test_a_rearranged_list_reads_the_same(changed: Any, change: Change) -> None:
    reading = changed(change)
    assert values(reading) == ROWS
    # Sorted, a record stands in the row of the marks, which nobody sees.
    hidden = ["normalised"] if change is sorted_with_its_labels else []
    assert [each.code for each in reading.findings] == hidden


def test_labels_alone_tell_every_list(
    tmp_path: Path, spec: Any, samples: Any, write: Any, read: Any, said: Any
) -> None:
    records = {k: v for k, v in samples().items() if spec.tables[k].layout == "list"}
    for language in ("zh", "en"):
        path = write(tmp_path / f"{language}.xlsx", records, language)
        book = openpyxl.load_workbook(path)
        for n, sheet in enumerate(book.worksheets[1:-1]):
            both_gone(sheet)
            sheet.title = f"Sheet{n}"
        book.save(path)
        assert said(read(path)) == records


def test_a_label_with_a_mark_may_be_renamed_and_an_alias_is_known_without(
    changed: Any,
) -> None:
    def to_own_words(sheet: Worksheet) -> None:
        sheet["G3"] = "说了什么"

    def to_alias(sheet: Worksheet) -> None:
        both_gone(sheet)
        sheet["H2"] = " 客户情绪状态*"

    def to_own_words_without_marks(sheet: Worksheet) -> None:
        marks_gone(sheet)
        to_own_words(sheet)

    for change in (to_own_words, to_own_words_without_marks, to_alias):
        assert values(changed(change)) == ROWS


def test_a_cell_may_give_other_fields_too_and_their_own_cells_win(
    tmp_path: Path, write: Any, read: Any
) -> None:
    base = [{"customer_name": "甲"}, {"customer_name": "乙", "contact_title": "总经理"}]
    code = "91350100M000100Y43"
    path = write(tmp_path / "a.xlsx", {"customer_base": base, "crm_record": base[:1]})
    book = openpyxl.load_workbook(path)
    contacts, crm = book["客户基础信息库"], book["客户关系管理记录表"]
    contacts["E3"] = "联系人信息"
    contacts["E4"] = contacts["E5"] = "联系人:*经理,职位:采购总监"
    crm["A4"] = f"甲({code})"
    book.save(path)
    assert values(read(path)) == [
        {"customer_name": "甲", "contact": "*经理", "contact_title": "采购总监"},
        {"customer_name": "乙", "contact": "*经理", "contact_title": "总经理"},
        {"customer_name": "甲", "credit_code": code},
    ]


def test_columns_of_their_own_are_kept_and_named(changed: Any, codes: Any) -> None:
    def add(sheet: Worksheet) -> None:
        sheet.insert_cols(1)
        names_gone(sheet)
        for row, text in ((3, "地区"), (4, "上海"), (6, "北京")):
            sheet.cell(row, 1, text)
        sheet.cell(3, sheet.max_column + 1, "地区")
        sheet.cell(5, sheet.max_column, 7)

    reading = changed(add)
    assert values(reading) == ROWS
    extras = [record.extras for record in reading.records]
    assert extras == [{"地区": "上海"}, {"地区 2": "7"}, {"地区": "北京"}]
    assert codes(reading) == ["unknown-column A3", "unknown-column AG3"]


def test_a_missing_column_is_told_where_it_is_core(changed: Any, codes: Any) -> None:
    def drop(sheet: Worksheet) -> None:
        names_gone(sheet)
        labels = [cell.value for cell in sheet[3]]
        for label in ("满意度评分", "沟通主题"):
            sheet.delete_cols(labels.index(label) + 1)

    reading = changed(drop)
    kept = [{k: v for k, v in r.items() if k not in ("topic", "satisfaction")} for r in ROWS]
    assert values(reading) == kept
    assert codes(reading) == ["missing-column"]
    assert "沟通主题" in reading.findings[0].message("zh")


def test_of_two_columns_with_one_label_the_first_is_read(changed: Any, codes: Any) -> None:
    def double(sheet: Worksheet) -> None:
        both_gone(sheet)
        sheet.cell(2, sheet.max_column + 1, "沟通主题")
        sheet.cell(3, sheet.max_column, "另一个主题")

    reading = changed(double)
    assert values(reading) == ROWS
    assert codes(reading) == ["duplicate-header AF2"]


def test_an_error_and_a_formula_without_a_value_are_named_and_blank_nothing(
    changed: Any, codes: Any
) -> None:
    def spoil(sheet: Worksheet) -> None:
        sheet["F4"] = "#N/A"
        sheet["F4"].data_type = "e"
        sheet["G5"] = "=G4&TODAY()"

    reading = changed(spoil)
    assert codes(reading) == ["error-value F4", "error-value G5", "formula-in-input G5"]
    first, second, third = reading.records
    assert first.values == {key: value for key, value in ROWS[0].items() if key != "topic"}
    assert first.raw == {"topic": "#N/A"}
    assert second.values == {key: value for key, value in ROWS[1].items() if key != "content"}
    assert second.raw == {"content": "=G4&TODAY()"}
    assert third.values == ROWS[2]


def test_a_row_of_an_error_alone_is_not_lost(changed: Any, codes: Any) -> None:
    def spoil(sheet: Worksheet) -> None:
        sheet["G10"] = "#REF!"
        sheet["G10"].data_type = "e"

    reading = changed(spoil)
    assert len(reading.records) == 4
    assert (reading.records[3].raw, reading.records[3].place) == ({"content": "#REF!"}, "10")
    assert codes(reading) == ["error-value G10"]


def test_a_formula_with_its_value_is_read_and_told(
    tmp_path: Path, write: Any, read: Any, codes: Any, soffice: Any
) -> None:
    path = write(tmp_path / "a.xlsx", {LOG: ROWS})
    book = openpyxl.load_workbook(path)
    sheet = book["沟通动态记录表"]
    sheet["F5"] = '=F4&"(续)"'
    for row in (9, 10):  # formulas filled down beyond the last record
        sheet[f"C{row}"] = f"=C{row - 1}+1"
        sheet[f"F{row}"] = f'=IF(A{row}="","",A{row})'
    book.save(path)
    reading = read(soffice.convert(path, "xlsx"))
    assert [record.values.get("topic") for record in reading.records] == [
        "第1次沟通",
        "第1次沟通(续)",
        "第3次沟通",
    ]
    assert codes(reading) == ["formula-in-input F5"]


def test_values_typed_as_people_do_are_read_and_told(changed: Any, codes: Any) -> None:
    def type_in(sheet: Worksheet) -> None:
        for cell, value in {
            "C4": "5月21日",
            "C5": "2024年5月22日",
            "D4": "致电",
            "D5": "微信语音",
            "B6": 3,
            "C6": 45435,
            "H6": "积极 ",
        }.items():
            sheet[cell] = value

    reading = changed(type_in)
    assert [record.values.get("date") for record in reading.records] == [
        "2024-05-21",
        "2024-05-22",
        "2024-05-23",
    ]
    assert [record.values.get("channel") for record in reading.records] == ["电话", None, "电话"]
    assert reading.records[1].raw == {"channel": "微信语音"}
    assert reading.records[2].raw == {"customer_id": "3"}
    assert codes(reading) == [
        "bad-id B6",
        "normalised C5",
        "normalised D4",
        "not-in-list D5",
        "year-assumed C4",
    ]
    suggestions = {finding.cell: finding.suggestion for finding in reading.findings}
    assert (suggestions["D5"], suggestions["B6"]) == ("微信", "C003")
    bad = next(finding for finding in reading.findings if finding.cell == "D5")
    assert (bad.file, bad.sheet, bad.table, bad.field, bad.record, bad.value) == (
        "a.xlsx",
        "沟通动态记录表",
        LOG,
        "channel",
        "J002",
        "微信语音",
    )


def test_a_deadline_counts_from_its_own_rows_date(changed: Any) -> None:
    rows = [{**ROWS[0], "action_due": "2024-05-21"}, {**ROWS[1], "action_due": "2024-05-21"}]

    def type_in(sheet: Worksheet) -> None:
        (column,) = [cell.column for cell in sheet[3] if cell.value == "行动截止日期"]
        sheet.cell(4, column, "3日内")
        sheet.cell(5, column, "2个工作日内")

    dues = [record.values["action_due"] for record in changed(type_in, rows=rows).records]
    assert dues == ["2024-05-24", "2024-05-24"]  # from 21 May, and from 22 May


def test_sheets_that_are_no_table(tmp_path: Path, write: Any, read: Any, codes: Any) -> None:
    path = write(tmp_path / "a.xlsx", {LOG: ROWS})
    book: Workbook = openpyxl.load_workbook(path)
    book.create_sheet("空白")
    mine = book.create_sheet("我的清单", 0)
    for row in (["买咖啡", 3], ["订会议室", 1]):
        mine.append(row)
    book.save(path)
    reading = read(path)
    assert values(reading) == ROWS
    assert [(f.code, f.sheet) for f in reading.findings] == [("unknown-sheet", "我的清单")]


def test_two_sheets_of_one_table_are_both_read(tmp_path: Path, write: Any, read: Any) -> None:
    path = write(tmp_path / "a.xlsx", {LOG: ROWS})
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book["沟通动态记录表"]).title = "六月"
    book.save(path)
    reading = read(path)
    assert [record.block.sheet for record in reading.records] == ["沟通动态记录表"] * 3 + [
        "六月"
    ] * 3


def test_a_1904_workbook_tells_the_same_days(tmp_path: Path, write: Any, read: Any) -> None:
    path = write(tmp_path / "a.xlsx", {LOG: ROWS})
    book = openpyxl.load_workbook(path)
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(path)
    assert values(read(path)) == ROWS


def test_a_date_cells_time_is_told_by_its_format(tmp_path: Path, write: Any, read: Any) -> None:
    """Midnight in a cell that shows the hour is a time; in one that shows a day it is a day."""
    row = {**ROWS[0], "recorded_at": "2024-05-21T00:00"}
    path = write(tmp_path / "a.xlsx", {LOG: [row, row]})
    book = openpyxl.load_workbook(path)
    sheet = book["沟通动态记录表"]
    (column,) = [cell.column for cell in sheet[3] if cell.value == "录入时间"]
    sheet.cell(5, column).number_format = "yyyy-mm-dd"
    book.save(path)
    found = [record.values["recorded_at"] for record in read(path).records]
    assert found == ["2024-05-21T00:00", "2024-05-21"]


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, read: Any) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"not a workbook")
    reading = read(tmp_path / "a.xlsx")
    assert reading.records == []
    assert reading.rejected == reading.findings[0].code == "not-a-workbook"
