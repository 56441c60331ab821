"""Sheets as people shape them: several tables one under the other, titles, headers of two rows,
merged cells, totals and notes, hidden parts, misspelt labels."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from structure_cases import (
    BASE,
    BOTH,
    FIRST,
    HEADER,
    J001,
    J002,
    LOG,
    ROWS,
    SECOND,
    names,
    told,
    values,
)

from xlcrm.filled_workbook.reading import read_file
from xlcrm.findings import Finding
from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings
from xlcrm.template_workbook import write_workbook


@pytest.mark.parametrize("row", [4, 5, 6, 60])
def test_lists_one_under_the_other(sheet: Any, row: int) -> None:
    reading = sheet({"A1": BASE, f"A{row}": LOG})
    assert names(reading) == [
        *BOTH,
        ("communication_log", f"A{row + 1}", "J001"),
        ("communication_log", f"A{row + 2}", "J002"),
    ]
    assert values(reading)[2:] == [J001, J002]
    assert told(reading) == []


def test_a_list_below_stands_further_right_and_has_its_title(sheet: Any) -> None:
    reading = sheet({"A1": "客户", "A2": BASE, "A6": "五月沟通", "D8": LOG})
    assert [cell for _, cell, _ in names(reading)] == ["A3", "A4", "D9", "D10"]
    assert told(reading) == []


def test_one_list_in_two_pieces_with_columns_of_their_own(sheet: Any) -> None:
    """A header that stands again begins anew; what is missing is said once a sheet."""
    short = "沟通日期 | 客户ID | 关键内容记录 | 沟通方式\n2024-05-22 | C001 | 已寄样品 | 邮件"
    reading = sheet({"A1": LOG, "A4": LOG.replace("J00", "J01"), "A9": short, "A12": short})
    assert [cell for _, cell, _ in names(reading)] == ["A2", "A3", "A5", "A6", "A10", "A13"]
    assert values(reading)[:3] == [J001, J002, {**J001, "record_id": "J011"}]
    assert reading.records[4].cell("date") == "A10"
    missing = [each.parameters["label"]["zh"] for each in reading.findings]  # type: ignore[index]
    assert sorted(missing) == sorted({*missing}) and len(missing) == 5


@pytest.mark.parametrize("titled", [True, False])
def test_forms_one_under_the_other_are_records_each(sheet: Any, titled: bool) -> None:
    texts = [text if titled else text.split("\n", 2)[2] for text in (FIRST, SECOND)]
    if not titled:  # then labels alone must do
        texts = [
            f"{text}客户情绪状态 | 满意\n问题描述 | 无\n优先级 | 高\n责任人 | 张伟"
            for text in texts
        ]
    reading = sheet({"A1": texts[0], "A9": texts[1]})
    assert [each["customer_name"] for each in values(reading)] == ["华东智造", "滨海医疗"]
    assert [each["feedback"] for each in values(reading)] == ["交付快", "价格高"]
    one, two = reading.records
    assert (one.place, one.cell("customer_name")) == ("", "B2" if titled else "B1")
    assert (two.place, two.cell("customer_name")) == ("9", "B10" if titled else "B9")


def test_a_label_that_stands_twice_on_a_form_does_not_divide_it(tmp_path: Path) -> None:
    """In English a section of the multi-channel record has the name of a field."""
    key, path = "multichannel_record", tmp_path / "a.xlsx"
    order = [field.key for field in load_spec().tables[key].fields][::-1]
    spec = load_spec(Settings(order={key: order}))
    values = {"customer_name": "华东智造", "status": "待跟进", "owner": "张伟", "theirs": "*总监"}
    tables, created = [spec.tables[key]], datetime(2024, 5, 20)
    write_workbook(path, tables, spec, "en", created=created, records={key: [values]})
    assert [record.values for record in read_file(path, path.name, spec).records] == [values]


@pytest.mark.parametrize("upper", ["list", "form"])
def test_a_form_and_a_list_on_one_sheet(sheet: Any, upper: str) -> None:
    places = {"A1": LOG, "A6": FIRST} if upper == "list" else {"A1": FIRST, "A7": LOG}
    reading = sheet(places)
    expected = [("revisit_record", "B7" if upper == "list" else "B2", "华东智造")]
    rows = (2, 3) if upper == "list" else (8, 9)
    logs = [("communication_log", f"A{row}", f"J00{n}") for n, row in enumerate(rows, 1)]
    assert names(reading) == (logs + expected if upper == "list" else expected + logs)
    assert told(reading) == []


def test_our_own_sheets_pasted_under_one_another(
    tmp_path: Path, write: Any, read: Any, samples: Any, spec: Any, said: Any
) -> None:
    records = samples()
    path = write(tmp_path / "a.xlsx", records)
    book = openpyxl.load_workbook(path)
    pasted = openpyxl.Workbook()
    target, row = pasted.active, 0
    for source in book.worksheets[1:-1]:
        for line in source.iter_rows():
            for cell in line:
                if cell.value is not None and not str(cell.value).startswith("="):
                    target.cell(
                        row + cell.row, cell.column, cell.value
                    ).number_format = cell.number_format
        row += max(line[0].row for line in source.iter_rows() if any(c.value for c in line)) + 1
    pasted.save(tmp_path / "b.xlsx")
    assert said(read(tmp_path / "b.xlsx")) == said(read(path))


HEADERS = {
    "a group above": ("基本 | | | 内容\n" + HEADER, ["A1:C1", "D1:I1"]),
    "a group above, not merged": ("基本 | | | 内容\n" + HEADER, []),
    "labels in two rows": (
        "记录 | 客户 | 沟通 | | | 关键内容 | 参与 | 客户 | 后续\n"
        "ID | ID | 日期 | 方式 | 主题 | 记录 | 人员 | 情绪 | 行动",
        ["C1:E1"],
    ),
    "some in two rows": (
        "记录ID | 客户ID | 沟通情况 | | | 关键内容记录 | 参与人员 | 客户情绪 | 后续行动\n"
        " | | 沟通日期 | 沟通方式 | 沟通主题",
        ["A1:A2", "B1:B2", "C1:E1", "F1:F2"],
    ),
}


@pytest.mark.parametrize("case", HEADERS)
def test_headers_of_two_rows(sheet: Any, case: str) -> None:
    header, merged = HEADERS[case]
    reading = sheet(f"{header}\n{ROWS}", lambda it: [it.merge_cells(each) for each in merged])
    assert values(reading) == [J001, J002]
    assert reading.records[0].cell("date") == "C3"
    assert told(reading) == []


@pytest.mark.parametrize("row", [5, 6, 60])
@pytest.mark.parametrize("case", HEADERS)
def test_headers_of_two_rows_below_another_list(sheet: Any, case: str, row: int) -> None:
    """What stands above the second header's lower row is no record of the first list."""
    header, merged = HEADERS[case]

    def merge(it: Worksheet) -> None:
        for each in merged:
            it.merge_cells(each.replace("1", str(row)).replace("2", str(row + 1)))

    reading = sheet({"A1": BASE, f"A{row}": f"{header}\n{ROWS}"}, merge)
    assert names(reading)[:2] == BOTH and values(reading)[2:] == [J001, J002]
    assert reading.records[2].cell("date") == f"C{row + 2}"
    assert told(reading) == []


def test_merged_cells_count_for_each_row_they_span(sheet: Any) -> None:
    rows = ROWS.replace("J002 | C002 | 2024-05-21", "J002 | | ") + "\n| | | | | 没有自己的编号"

    def merge(it: Worksheet) -> None:
        it.merge_cells("B2:B3")
        it.merge_cells("C2:C6")  # further down than the records

    reading = sheet(f"{HEADER}\n{rows}", merge)
    same = {"customer_id": "C001", "date": "2024-05-20"}
    third = {"date": "2024-05-20", "content": "没有自己的编号"}
    assert values(reading) == [J001, {**J002, **same}, third]
    assert told(reading) == [("normalised", "B2", "C001"), ("normalised", "C2", "2024-05-20")]
    assert "B2:B3" in reading.findings[0].message("zh")
    assert "C2:C6" in reading.findings[1].message("en")


def test_a_merged_mistake_is_told_at_each_row(sheet: Any, codes: Any) -> None:
    rows = ROWS.replace("电话", "飞鸽").replace("微信", "")
    reading = sheet(f"{HEADER}\n{rows}", lambda it: it.merge_cells("D2:D3"))
    assert [each.raw for each in reading.records] == [{"channel": "飞鸽"}] * 2
    assert codes(reading) == ["normalised D2", "not-in-list D2", "not-in-list D3"]


TOTALS = """
合计 | | | | | 2 条
五月小计(条): 2
平均 | | | | 4.5
Total
"""
NOTES = """
备注:以上为五月记录
填表人:张伟 | | 审核人:李娜
签字
"""


def test_totals_and_notes_are_no_records_and_said(sheet: Any) -> None:
    reading = sheet(f"{LOG.strip()}\n{TOTALS.strip()}\n{NOTES.strip()}")
    assert values(reading) == [J001, J002]
    said = [("A4", "合计"), ("A5", "五月小计(条): 2"), ("A6", "平均"), ("A7", "Total")]
    said += [("A8", "备注:以上为五月记录"), ("A9", "填表人:张伟"), ("A10", "签字")]
    assert told(reading) == [("normalised", cell, text) for cell, text in said]
    assert "合计" in reading.findings[0].message("zh")


@pytest.mark.parametrize("before", range(40, 60, 3))
def test_a_note_is_repeated_without_a_number_that_stands_in_it(sheet: Any, before: int) -> None:
    """However much of the number is still in the part of the note that is repeated."""
    note = f"备注:{'请勿外传' * 15}"[:before] + " 13800138000"
    noted, private = sheet(f"{LOG.strip()}\n{note}").findings
    assert private.code == "private-phone"
    for finding in (noted, private):
        assert "0013" not in f"{finding.value}{finding.message('zh')}"


def test_totals_between_records_and_computed_ones(sheet: Any) -> None:
    first, second = ROWS.split("\n")

    def compute(it: Worksheet) -> None:
        it["E6"], it["F6"] = "总计", "=COUNTA(F2:F5)"
        it["C7"] = "=MAX(C2:C5)"  # alone: no record, and nothing to be said

    reading = sheet("\n".join([HEADER, first, "小计 | | | | | 1", second]), compute)
    assert values(reading) == [J001, J002]
    assert told(reading) == [("normalised", "A3", "小计"), ("normalised", "E6", "总计")]


def test_what_may_be_a_record_is_one_whatever_it_is_called(sheet: Any) -> None:
    """An id, a customer's or a date tell a record; a note above others' is none of ours to skip."""
    rows = "合计 | C001 | | 电话 | 报价 | 见附件\n备注 | | 2024-05-21 | 微信\n说明:改期\n" + ROWS
    reading = sheet(f"{HEADER}\n{rows}")
    assert [each.row for each in reading.records] == [1, 2, 3, 4, 5]
    assert reading.records[2].raw == {"record_id": "说明:改期"}


def test_a_line_across_the_columns_is_no_record(sheet: Any) -> None:
    first, second = ROWS.split("\n")
    text = "\n".join([HEADER, "华东区", first, "华北区", second])

    def merge(it: Worksheet) -> None:
        it.merge_cells("A2:I2")
        it.merge_cells("A4:C4")

    reading = sheet(text, merge)
    assert values(reading) == [J001, J002]
    assert told(reading) == [("normalised", "A2", "华东区"), ("normalised", "A4", "华北区")]


def test_hidden_parts_are_read_and_said_once_a_sheet(sheet: Any) -> None:
    def hide(it: Worksheet) -> None:
        for row in (1, 3, 4):
            it.row_dimensions[row].hidden = True
        for column in "DI":
            it.column_dimensions[column].hidden = True

    reading = sheet(f"\n{LOG.strip()}", hide)
    reading = sheet({"A1": "五月沟通", "A2": LOG}, hide)
    assert values(reading) == [J001, J002]
    (finding,) = reading.findings
    assert (finding.code, finding.cell, finding.severity) == ("normalised", None, "info")
    assert "3-4、D:" in finding.message("zh")


def test_a_filtered_list_and_a_hidden_sheet(sheet: Any) -> None:
    def filtered(it: Worksheet) -> None:
        it.auto_filter.ref = "A1:I3"
        it.row_dimensions[2].hidden = True

    def hidden(it: Worksheet) -> None:
        it.parent.create_sheet("另一张")
        it.sheet_state = "hidden"

    for change in (filtered, hidden):
        reading = sheet(LOG, change)
        assert values(reading) == [J001, J002]
        assert told(reading) == [("normalised", None, None)]


def test_what_stands_left_right_and_above(sheet: Any) -> None:
    """Cells beside a record go with it under their column's letter; titles are left alone."""
    reading = sheet({"A1": "部门 | 华东\n期间 | 5月", "C4": LOG, "A5": "重点", "N6": "已抄送"})
    assert values(reading) == [J001, J002]
    assert [each.extras for each in reading.records] == [{"A": "重点"}, {"N": "已抄送"}]
    assert told(reading) == [("unknown-column", "A4", "A"), ("unknown-column", "N4", "N")]


def test_records_above_the_header_are_read_too(sheet: Any) -> None:
    """As when the header was sorted with the rows."""
    first, second = ROWS.split("\n")
    reading = sheet("\n".join(["沟通记录", first, HEADER, second]))
    assert values(reading) == [J001, J002]
    assert told(reading) == []


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("沟通方示", "沟通方式"),
        ("勾通日期", "沟通日期"),
        ("沟通题主", "沟通主题"),
        ("关键内容纪录", "关键内容记录"),
        ("客户ID(必填)", "客户ID"),
        ("参与人", "参与人员"),
    ],
)
def test_a_misspelt_label_is_read_where_it_is_certain(sheet: Any, written: str, label: str) -> None:
    reading = sheet(LOG.replace(label, written))
    assert values(reading) == [J001, J002]
    (finding,) = reading.findings
    assert (finding.code, finding.value) == ("normalised", written)
    assert f"“{label}”" in finding.message("zh")


@pytest.mark.parametrize(
    ("written", "label", "suggested"),
    [
        ("沟通力式", "沟通方式", "沟通方式"),  # but what stands below is no channel
        ("方式", "沟通方式", None),
        ("会面渠道", "沟通方式", None),
    ],
)
def test_a_label_that_is_not_certain_is_suggested_at_most(
    sheet: Any, written: str, label: str, suggested: str | None
) -> None:
    text = LOG.replace(label, written).replace("电话", "红色").replace("微信", "绿色")
    reading = sheet(text)
    assert [each.extras for each in reading.records] == [{written: "红色"}, {written: "绿色"}]
    found = {each.code: each for each in reading.findings}
    assert set(found) == {"unknown-column", "missing-column"}
    assert found["unknown-column"].suggestion == suggested


def test_a_label_as_near_to_another_is_none(sheet: Any) -> None:
    reading = sheet(LOG.replace("客户ID", "客录ID"))
    assert [each.extras for each in reading.records] == [{"客录ID": "C001"}, {"客录ID": "C002"}]
    found = {each.code: each for each in reading.findings}
    assert found["unknown-column"].suggestion is None


def test_a_field_has_one_column(sheet: Any) -> None:
    """A label nearly the one that is there already is a column of their own; of two that may be
    one field's none is taken."""
    reading = sheet(LOG.replace("参与人员", "沟通方示").replace("客户情绪", "客户ID2"))
    assert values(reading) == [J001, J002]
    assert [each[2] for each in told(reading) if each[0] == "unknown-column"] == [
        "沟通方示",
        "客户ID2",
    ]
    reading = sheet(LOG.replace("沟通方式", "沟通方示").replace("参与人员", "沟通方武"))
    assert all("channel" not in each for each in values(reading))
    unknown: list[Finding] = [each for each in reading.findings if each.code == "unknown-column"]
    assert [each.suggestion for each in unknown] == ["沟通方式", "沟通方式"]


def test_of_two_equal_headers_the_right_one_is_kept_beside(sheet: Any) -> None:
    text = LOG.replace("参与人员", "沟通主题").replace("五月底前报价", "五月底前报价 | 样品")
    reading = sheet(text)
    assert values(reading) == [J001, J002]
    assert [each.extras for each in reading.records] == [{"沟通主题 2": "样品"}, {}]
    assert told(reading)[0] == ("duplicate-header", "G1", "沟通主题")
    assert "E" in reading.findings[0].message("zh")


def test_errors_in_their_own_columns_are_named_too(sheet: Any) -> None:
    def spoil(it: Worksheet) -> None:
        it["J1"], it["J2"], it["J3"] = "折扣", "#DIV/0!", "=1/4"
        it["J2"].data_type = "e"

    reading = sheet(LOG, spoil)
    assert values(reading) == [J001, J002]
    assert [each.extras for each in reading.records] == [{"折扣": "#DIV/0!"}, {"折扣": "=1/4"}]
    assert told(reading)[1:] == [("error-value", "J2", "#DIV/0!"), ("error-value", "J3", "=1/4")]


def test_characters_that_nobody_sees(sheet: Any, codes: Any) -> None:
    """They are kept out of names, ids and choices, and control characters of all text."""
    text = LOG.replace("沟通方式", "沟\u200b通方式").replace("J001", "J\u200b001")
    text = text.replace("C001", "C0\u202e01").replace("电话", "电\u2066话_x0000_")
    text = text.replace("五月底前报价", "五月_x0007_底前_x001B_[31m\u202e报价_x000B_第二行")
    reading = sheet(
        text.replace("参与人员", "我的_x0008_列").replace("J002 | C002", "J002 | C0\x8502")
    )
    first, second = values(reading)
    assert first == {**J001, "content": "五月底前[31m\u202e报价\n第二行"}
    assert second == J002
    found = [code for code in codes(reading) if not code.startswith("missing")]
    assert found == [
        "normalised A2",
        "normalised B2",
        "normalised B3",
        "normalised D2",
        "normalised F2",
        "unknown-column G1",
    ]
    said = "".join(each.message("zh") + each.place() + str(each.value) for each in reading.findings)
    assert not {"\x00", "\x07", "\x08", "\x1b", "\x85", "\u200b", "\u202e", "\u2066"} & {*said}
    assert "看不见的字符" in said


def test_their_own_columns_hold_no_control_characters(sheet: Any) -> None:
    reading = sheet(
        LOG.replace("参与人员", "我的_x0008_列").replace("底前报价", "报价 | 一_x0007_二")
    )
    assert [each.extras for each in reading.records] == [{"我的\\x08列": "一二"}, {}]
