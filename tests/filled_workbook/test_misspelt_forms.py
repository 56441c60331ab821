"""A form's label that is misspelt: read where it is certain what is meant, else suggested."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xlcrm.pipeline.checks import CheckResult, check
from xlcrm.pipeline.options import Options

OPTIONS = Options(date(2024, 5, 22))
VISIT = """
客户回访沟通记录表
客户名称 | 华东智造 | 联系人 | *经理
本次沟通时间 | 2024-05-20 14:30
沟通方式 | 电话
客户反馈内容 | 希望加快响应
问题描述 | 报表导出失败 | 责任人 | 张伟
预计解决时间 | 2024-05-24
"""
RECORD = {
    "customer_name": "华东智造",
    "contact": "*经理",
    "time": "2024-05-20T14:30",
    "channel": "电话",
    "feedback": "希望加快响应",
    "issue": "报表导出失败",
    "owner": "张伟",
    "expected": "2024-05-24",
}
Checked = Callable[..., CheckResult]


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    """Checks a workbook whose sheet is typed by hand: a line a row, ``|`` between cells."""

    def run(text: str, into: Path | None = None) -> CheckResult:
        book = openpyxl.Workbook()
        for line in text.strip().split("\n"):
            book.active.append([cell.strip() or None for cell in line.split("|")])
        book.save(tmp_path / "张伟.xlsx")
        return check([tmp_path / "张伟.xlsx"], OPTIONS, into)

    return run


def record(result: CheckResult) -> dict[str, Any]:
    ((found,),) = (reading.records for reading in result.readings)
    return found.values


def told(result: CheckResult) -> list[tuple[str, str | None, str | None, str | None]]:
    """What is said of labels: with its cell, what is written, and what is suggested."""
    details = (each for each in result.findings if each.parameters.get("detail") == "label")
    return [(each.code, each.cell, each.value, each.suggestion) for each in details]


@pytest.mark.parametrize(
    ("written", "label", "cell"),
    [
        ("客户反溃内容", "客户反馈内容", "A5"),
        ("本次勾通时间:", "本次沟通时间", "A3"),
        ("责任仁", "责任人", "C6"),
        ("联系人(采购)", "联系人", "C2"),
        ("预计解决日间", "预计解决时间", "A7"),
    ],
)
def test_it_is_read_where_it_is_certain(
    checked: Checked, written: str, label: str, cell: str
) -> None:
    result = checked(VISIT.replace(label, written))
    assert record(result) == RECORD
    assert told(result) == [("normalised", cell, written, None)]
    (said,) = (each for each in result.findings if each.value == written)
    assert f"“{written}”已读作“{label}”" in said.message("zh")
    assert f"“{written}” was read as “" in said.message("en")


def test_a_label_beside_a_blank_value_is_not_taken_for_the_value(checked: Checked) -> None:
    result = checked(VISIT.replace("报表导出失败", "").replace("责任人", "责任仁"))
    expected = {key: value for key, value in RECORD.items() if key != "issue"}
    assert record(result) == expected


@pytest.mark.parametrize(
    ("text", "missing", "unsure"),
    [
        (
            VISIT.replace("预计解决时间", "预计解决日间").replace("2024-05-24", "尽快"),
            "expected",
            "A7",
        ),
        (VISIT.replace("问题描述 |", "问题描诉 |") + "问题苗述 | 白屏", "issue", "A6"),
    ],
)
def test_one_that_is_not_certain_is_suggested(
    checked: Checked, text: str, missing: str, unsure: str
) -> None:
    result = checked(text)
    assert missing not in record(result)
    first = told(result)[0]
    assert (first[0], first[1]) == ("unknown-column", unsure) and first[3]
    said = next(each for each in result.findings if each.cell == unsure)
    assert "旁边的内容没有读取" in said.message("zh") and f"是否为“{first[3]}”" in said.message(
        "zh"
    )
    assert "what is beside it was not read" in said.message("en")


@pytest.mark.parametrize(
    "line",
    [
        "首次沟通时间 | 2024-01-01",  # as near to the last as to this talk
        "联系人2 | *总监",
        "备忘 | 责任人员",
        "客户反馈意见 | 另一句",  # two characters away
    ],
)
def test_a_label_of_ones_own_is_named(checked: Checked, line: str) -> None:
    """What is beside it is no field's, and would be missed in the master."""
    result = checked(f"{VISIT}{line} | 满意度评价 | 好")
    own = line.split(" |")[0]
    assert record(result) == RECORD
    assert told(result) == [
        ("unknown-column", "A8", own, None),
        ("unknown-column", "C8", "满意度评价", None),
    ]


def test_what_is_no_label_is_not_taken_for_one(checked: Checked) -> None:
    """A title with a date, what stands behind a value, a note alone in its row."""
    text = VISIT.replace("客户回访沟通记录表", "客户回访沟通记录表 | 五月 | 第3号")
    text = text.replace("希望加快响应", "希望加快响应 | 另见邮件") + "请当天填写"
    result = checked(text)
    assert record(result) == RECORD and told(result) == []


def test_a_value_that_looks_like_a_label_is_a_value(checked: Checked) -> None:
    result = checked(VISIT.replace("| 联系人 | *经理", "").replace("希望加快响应", "客户情绪状况"))
    assert record(result)["feedback"] == "客户情绪状况" and told(result) == []


def test_what_goes_back_has_the_right_label_and_what_is_not_sure_beside(
    checked: Checked, tmp_path: Path
) -> None:
    text = VISIT.replace("客户反馈内容", "客户反溃内容")
    text = text.replace("预计解决时间", "预计解决日间").replace("2024-05-24", "尽快")
    (returned,) = checked(text, tmp_path / "退回").returned or ()
    assert returned.workbook and not returned.lost
    again = check([returned.workbook], OPTIONS)
    expected = {key: value for key, value in RECORD.items() if key != "expected"}
    assert record(again) == expected and told(again) == []
    left = openpyxl.load_workbook(returned.workbook)["表外内容"]
    assert [cell.value for cell in left["C"][1:]] == ["预计解决日间", "尽快"]
