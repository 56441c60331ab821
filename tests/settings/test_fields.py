"""The sheet of fields: what a changed field is in new workbooks, in those of before, and after."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

LOG, BASE, REVISIT, EVALUATION = (
    "沟通动态记录表",
    "客户基础信息库",
    "客户回访沟通记录表",
    "客户满意度评估表",
)
TALK = {
    "记录ID": "J001",
    "客户ID": "C001",
    "沟通日期": date(2024, 5, 14),
    "沟通方式": "电话",
    "关键内容记录": "客户要求5月底前完成数据对接",
}


def known(key: str, table: str = LOG, **cells: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    return "字段", {"表": table, "字段键": key}, cells


def added(key: str, label: str, kind: str, table: str = LOG, **cells: Any) -> tuple[str, Any]:
    return "字段", {"表": table, "字段键": key, "名称": label, "类型": kind, **cells}


def beside(sheet: Worksheet, label: str) -> Any:
    """The cell to the right of a form's label."""
    (cell,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == label)
    spans = (span for span in sheet.merged_cells.ranges if cell.coordinate in span)
    return sheet.cell(cell.row, next((span.max_col for span in spans), cell.column) + 1)


def test_fields_move_and_come_and_go(team: Any) -> None:
    team.edit(
        known("content", 位置=3),
        known("emotion", 显示="否"),
        known("urgency", 显示="是"),
        known("topic", 名称="主题词", 英文名称="Subject"),
        added("budget", "客户预算", "数字", 英文名称="Budget", 位置=1, 必填="是"),
    )
    header = team.blank("a.xlsx", LOG).header(LOG)
    assert header[:4] == ["客户预算", "记录ID", "客户ID", "关键内容记录"]
    assert "客户情绪" not in header and "沟通紧急程度" in header and "主题词" in header
    team.run("new", LOG, "--settings", team.root, "-o", "e.xlsx", "--lang", "en")
    sheet = load_workbook("e.xlsx")["Communication Log"]
    labels = {cell.value for row in sheet.iter_rows(max_row=4) for cell in row}
    assert {"Budget", "Subject"} <= labels
    team.run("new", LOG, "--settings", team.root, "-o", "c.xlsx", "--core", "--lang", "zh")
    assert "客户预算" not in type(team.settings)(Path("c.xlsx")).header(LOG)


@pytest.mark.parametrize(
    ("kind", "extra", "good", "bad", "code"),
    [
        ("短文字", {}, " 华东 ", None, ""),
        ("长文字", {}, "第一行\n第二行", None, ""),
        ("数字", {}, 12.5, "许多", "bad-number"),
        ("整数", {}, 3, 3.5, "out-of-range"),
        ("评分", {}, 4.5, 6, "out-of-range"),
        ("日期", {}, date(2024, 5, 15), "某天", "bad-date"),
        ("日期时间", {}, "2024-05-15 10:00", "某时", "bad-time"),
        ("单选", {"选项列表": "优先级"}, "高", "极高", "not-in-list"),
        ("多选", {"选项列表": "优先级"}, "高、中", "极高", "not-in-list"),
        ("多选", {}, "甲、乙", None, ""),
        ("勾选", {}, "☑", "不知道", "ambiguous-tick"),
        ("条目", {}, "1. 甲\n2. 乙", None, ""),
        ("月日", {}, "5月20日", "某月", "bad-date"),
        ("期限", {}, "2024-05-20前交稿", None, ""),
        ("时段", {}, "2024-05-14 14:30-15:10", "一会儿", "bad-time"),
        ("联系人", {}, "*经理", None, ""),
        ("联系方式", {}, "138****5678", None, ""),
        ("信用代码", {}, "91350100M000100Y43", "9135", "bad-credit-code"),
    ],
)
def test_an_added_field_holds_its_type(
    team: Any, kind: str, extra: Any, good: Any, bad: Any, code: str
) -> None:
    team.edit(added("extra", "新字段", kind, **extra))
    book = team.blank("张伟.xlsx", LOG)
    book.add(LOG, {**TALK, "新字段": good})
    cell = book.add(LOG, {**TALK, "记录ID": "J002", "新字段": bad})[-1]
    book.save()
    errors = [each for each in team.findings() if each["severity"] == "error"]
    wrong = {each["code"] for each in errors if each["cell"] == cell}
    assert {each["cell"] for each in errors} == ({cell} if bad else set())
    assert wrong == ({code} if bad else set())
    first, second = team.rows(LOG)
    assert first["新字段"] is not None
    assert second["新字段"] == (None if bad is None else str(bad))


def test_a_renamed_field_is_known_by_its_old_label_and_by_its_mark(team: Any) -> None:
    marked, bare = team.blank("甲.xlsx", LOG), team.blank("乙.xlsx", LOG)
    marked.add(LOG, {**TALK, "客户情绪": "满意"})
    marked.save()
    page = bare.book.create_sheet("抄来的表")  # labels alone, made by hand
    page.append([*TALK, "客户情绪", "后续行动"])
    page.append([*{**TALK, "记录ID": "J002"}.values(), "不满", "发送方案"])
    del bare.book[LOG]
    bare.save()
    team.edit(known("emotion", 名称="情绪状态"), known("topic", 名称="客户情绪"))
    rows = {row["记录ID"]: row for row in team.rows(LOG)}
    assert rows["J001"]["情绪状态"] == "满意" and rows["J001"]["客户情绪"] is None
    assert rows["J002"]["客户情绪"] == "不满"  # what the label means today


def test_a_renamed_field_of_a_list_made_by_hand(team: Any) -> None:
    book = team.blank("乙.xlsx", LOG)
    page = book.book.create_sheet("抄来的表")
    page.append([*TALK, "客户情绪", "后续行动"])
    page.append([*TALK.values(), "不满", "发送方案"])
    del book.book[LOG]
    book.save()
    team.edit(known("emotion", 名称="情绪状态"))
    (row,) = team.rows(LOG)
    assert row["情绪状态"] == "不满"


def test_a_hidden_field_is_still_read(team: Any) -> None:
    book = team.blank("张伟.xlsx", LOG)
    book.add(LOG, {**TALK, "客户情绪": "满意"})
    book.save()
    team.edit(known("emotion", 显示="否"))
    assert "客户情绪" not in team.blank("b.xlsx", LOG).header(LOG)
    (row,) = team.rows(LOG)
    assert row["客户情绪"] == "满意"


def test_a_dropped_field_is_kept_as_an_extra_column(team: Any) -> None:
    book = team.blank("张伟.xlsx", LOG)
    book.add(LOG, {**TALK, "行动截止日期": "某天", "后续行动": "李娜负责,2024-05-20前发送方案"})
    book.save()
    before = {each["code"] for each in team.findings()}
    assert "bad-date" in before
    team.edit(known("action_due", 显示="删除"))
    codes = {each["code"] for each in team.findings()}
    assert not codes & {"bad-date", "unknown-column", "missing-column", "action-incomplete"}
    (row,) = team.rows(LOG)
    assert row["行动截止日期"] == "某天" and row["后续行动"].endswith("发送方案")


def test_forms_follow_too(team: Any) -> None:
    older = team.blank("甲.xlsx", REVISIT)
    sheet = older.book[REVISIT]
    for label, value in {
        "客户名称": "星辰科技",
        "本次沟通时间": "2024-05-14 10:00",
        "沟通方式": "电话",
        "客户反馈内容": "系统稳定",
        "备注": "下月再访",
        "联系人": "*经理",
    }.items():
        beside(sheet, label).value = value
    older.save()
    team.edit(
        known("notes", REVISIT, 显示="删除"),
        known("contact", REVISIT, 名称="对接人"),
        added("budget", "客户预算", "数字", REVISIT),
    )
    newer = team.blank("乙.xlsx", REVISIT)
    sheet = newer.book[REVISIT]
    printed = {cell.value for row in sheet.iter_rows() for cell in row}
    assert {"对接人", "客户预算"} <= printed and not {"备注", "联系人"} & printed
    for label, value in {
        "客户名称": "远航物流",
        "本次沟通时间": "2024-05-15 10:00",
        "沟通方式": "电话",
        "客户反馈内容": "系统稳定",
        "客户预算": 50,
    }.items():
        beside(sheet, label).value = value
    newer.save()
    assert not [each for each in team.findings() if each["severity"] == "error"]
    rows = {row["客户名称"]: row for row in team.rows(REVISIT)}
    assert rows["星辰科技"]["对接人"] == "*经理" and rows["星辰科技"]["备注"] == "下月再访"
    assert rows["远航物流"]["客户预算"] == 50 and rows["远航物流"]["备注"] is None


def test_a_row_without_key_is_known_by_its_label(team: Any) -> None:
    team.edit(
        known("emotion", 字段键=None, 显示="否"),
        ("字段", {"表": LOG, "名称": "区域", "类型": "短文字"}),
    )
    header = team.blank("a.xlsx", LOG).header(LOG)
    assert "客户情绪" not in header and "区域" in header


def test_a_row_left_out_changes_nothing(team: Any) -> None:
    book = team.settings
    sheet = book.book["字段"]
    sheet.delete_rows(book.find("字段", {"表": LOG, "字段键": "emotion"}))
    book.save()
    team.run("new", LOG, "-o", "plain.xlsx", "--lang", "zh")
    team.blank("b.xlsx", LOG)
    assert (team.root / "b.xlsx").read_bytes() == Path("plain.xlsx").read_bytes()


def test_rows_sorted_otherwise_change_nothing(team: Any) -> None:
    book = team.settings
    for name in ("字段", "选项", "参数"):
        rows = book.rows(name)
        for n, row in enumerate(reversed(rows)):
            book.fill(name, n + book.first, row)
    book.save()
    team.run("new", "-o", "plain.xlsx", "--lang", "zh")
    team.blank("b.xlsx")
    assert (team.root / "b.xlsx").read_bytes() == Path("plain.xlsx").read_bytes()
