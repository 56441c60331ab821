"""Every field that is declared off: switched on, it is shown, filled, read, merged and checked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.spec.loader import load_spec

SPEC = load_spec()
# What every record needs, by table and label.
RECORDS: dict[str, dict[str, Any]] = {
    "customer_base": {"客户ID": "C001", "客户名称": "星辰科技", "客户类型": "意向客户"},
    "communication_log": {
        "记录ID": "J001",
        "客户名称": "星辰科技",
        "沟通日期": date(2024, 5, 14),
        "沟通方式": "电话",
        "关键内容记录": "客户要求5月底前完成对接",
    },
    "crm_record": {
        "客户名称": "星辰科技",
        "最近互动时间": date(2024, 5, 14),
        "互动类型": "电话",
        "互动内容摘要": "客户要求5月底前完成对接",
        "跟进责任人": "张伟",
    },
    "communication_record": {
        "客户名称": "星辰科技",
        "沟通时间": "2024-05-14 14:30-15:10",
        "沟通方式": "电话",
        "客户需求": "降低成本",
        "关键结论": "客户同意试用",
    },
    "multichannel_record": {
        "所属公司": "星辰科技",
        "沟通时间": "2024-05-14 14:30-15:10",
        "沟通渠道": "电话",
        "沟通类型": "售后服务",
        "沟通核心内容": "客户要求5月底前完成对接",
        "客户情绪": "平静",
        "当前状态": "已确认",
        "负责人": "张伟",
    },
}
# By field: what is typed, what the master shows, and a value that is none with its code.
OFF: dict[str, dict[str, tuple[Any, Any, Any, str]]] = {
    "customer_base": {
        "main_business": ("工业传感器", "工业传感器", None, ""),
        "employees": (200, 200, "很多", "bad-number"),
        "revenue": ("3500万元", 3500, "不清楚", "bad-number"),
        "occupation": ("教师", "教师", None, ""),
        "interests": ("羽毛球、阅读", "羽毛球、阅读", None, ""),
        "expected_amount": ("12万", 120000, "不少", "bad-number"),
        "expected_close": ("2024年6月30日", datetime(2024, 6, 30), "年底吧", "bad-date"),
        "contract_end": (date(2025, 5, 31), datetime(2025, 5, 31), "明年的", "bad-date"),
        "lost_reason": ("价格高于竞品", "价格高于竞品", None, ""),
    },
    "communication_log": {
        "urgency": ("紧急", "紧急", "火急", "not-in-list"),
        "good_case": ("√", "☑", "也许", "ambiguous-tick"),
    },
    "crm_record": {"service_plan": ("专人驻场两周", "专人驻场两周", None, "")},
    "communication_record": {
        "key_questions": ("1. 预算多少\n2. 谁来决定", "1. 预算多少\n2. 谁来决定", None, ""),
        "materials": ("报价单、案例集", "报价单、案例集", None, ""),
        "good_case": ("☑", "☑", "也许", "ambiguous-tick"),
    },
    "multichannel_record": {
        "campaign": ("春季沙龙", "春季沙龙", None, ""),
        "participation": ("参加", "参加", "看情况", "not-in-list"),
        "urgency": ("日常", "日常", "火急", "not-in-list"),
        "good_case": ("☑", "☑", "也许", "ambiguous-tick"),
    },
}


def test_every_off_field_is_tried() -> None:
    declared = {
        key: {field.key for field in table.fields if field.level == "off"}
        for key, table in SPEC.tables.items()
    }
    assert {key: set(fields) for key, fields in OFF.items()} == {
        key: fields for key, fields in declared.items() if fields
    }


@pytest.mark.parametrize("key", OFF)
def test_an_off_field_switched_on_goes_the_whole_way(key: str, team: Any) -> None:
    table = SPEC.tables[key]
    sheet = table.labels["zh"]
    labels = {name: table.by_key[name].labels["zh"] for name in OFF[key]}
    before = team.blank("先.xlsx", sheet)
    team.edit(*(("字段", {"表": sheet, "字段键": name}, {"显示": "是"}) for name in labels))
    (team.root / "先.xlsx").unlink()

    book = team.blank("张伟.xlsx", sheet)
    for name, label in labels.items():
        assert label in texts(book.book[sheet]), name
        assert label not in texts(before.book[sheet]), name
    good = {labels[name]: typed for name, (typed, *_) in OFF[key].items()}
    fill(book, table.layout, sheet, {**RECORDS[key], **good})
    book.save()
    assert [each for each in team.findings() if each["severity"] != "info"] == []
    (row,) = team.rows(sheet)
    for name, (_, shown, *_) in OFF[key].items():
        assert row[labels[name]] == shown, name

    wrong = {name: (value, code) for name, (_, _, value, code) in OFF[key].items() if code}
    again = {labels[name]: value for name, (value, _) in wrong.items()}
    cells = fill(book, table.layout, sheet, again)
    book.save()
    errors = [each for each in team.findings() if each["severity"] == "error"]
    assert {(each["cell"], each["field"], each["code"]) for each in errors} == {
        (cells[labels[name]], name, code) for name, (_, code) in wrong.items()
    }


def texts(sheet: Worksheet) -> set[Any]:
    return {cell.value for row in sheet.iter_rows() for cell in row}


def fill(book: Any, layout: str, sheet: str, cells: dict[str, Any]) -> dict[str, str]:
    """Fill cells of the first record by their labels; return the addresses."""
    page = book.book[sheet]
    if layout == "list":
        return dict(zip(cells, book.fill(sheet, book.first, cells), strict=True))
    places = {label: beside(page, label) for label in cells}
    for label, value in cells.items():
        page[places[label]] = value
    return places


def beside(sheet: Worksheet, label: str) -> str:
    """The cell to the right of a form's label; action rows with the same one stand above."""
    *_, cell = (cell for row in sheet.iter_rows() for cell in row if cell.value == label)
    spans = (span for span in sheet.merged_cells.ranges if cell.coordinate in span)
    column = next((span.max_col for span in spans), cell.column) + 1
    return str(sheet.cell(cell.row, column).coordinate)
