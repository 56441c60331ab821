"""What records show only on a day, or beside their customers' base rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from xlcrm.findings import Finding
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.options import Options

Examined = Callable[..., list[Finding]]
Found = list[tuple[str, str | None]]

BASE = {"customer_id": "C001", "customer_name": "星辰科技", "customer_type": "潜在客户"}
LOG = {
    "record_id": "J001",
    "customer_id": "C001",
    "date": "2024-05-13",
    "channel": "电话",
    "content": "客户要求5月底前完成对接",
}
ISSUE = {
    "issue_id": "202405001",
    "customer_name": "星辰科技",
    "description": "报表导出失败",
    "reported_on": "2024-05-13",
    "issue_category": "产品",
    "owner": "技术部",
    "progress": "处理中",
}
MULTI = {
    "customer_name": "星辰科技",
    "time": "2024-05-13T14:30",
    "channel": "电话",
    "types": ["售后服务"],
    "content": "谈试用",
    "status": "待跟进",
    "owner": "张伟",
}
ACT = {"action": "甲", "owner": "张伟"}
log, issue, multi, base = (
    "communication_log",
    "issue_tracking",
    "multichannel_record",
    "customer_base",
)
FUTURE, OVERDUE = "future-date", "overdue"


@pytest.fixture
def told(examined: Examined, tmp_path: Path) -> Callable[..., Found]:
    """Gives code and field of what ``check`` says of these records on 20 May 2024."""

    def told(records: dict[str, Any]) -> Found:
        examined(records)
        found = check([tmp_path], Options(date(2024, 5, 20), workers=1)).findings
        return sorted((each.code, each.field) for each in found)

    return told


@pytest.mark.parametrize(
    ("table", "values", "expected"),
    [
        (log, {**LOG, "date": "2024-05-20", "replied_at": "2024-05-20T23:59"}, []),
        (log, {**LOG, "date": "2024-05-21"}, [(FUTURE, "date")]),
        (log, {**LOG, "next_contact": "2024-06-01"}, []),
        (issue, {**ISSUE, "completed_on": "2024-05-21"}, [(FUTURE, "completed_on")]),
        (multi, {**MULTI, "actions": [{**ACT, "due": "2024-06-01", "done": "2024-05-21"}]},
         [(FUTURE, "actions")]),
        (multi, {**MULTI, "actions": [{**ACT, "due": "2024-06-01", "done": "2024-05-20"}]}, []),
        # Due before the day, and nothing says it was done.
        (log, {**LOG, "action_due": "2024-05-19"}, [(OVERDUE, "action_due")]),
        (log, {**LOG, "action_due": "2024-05-20"}, []),
        (log, {**LOG, "action_due": "2024-05-19", "action_done": "2024-05-20"}, []),
        (log, {**LOG, "action_due": "2024-05-19", "status": "已确认"}, []),
        (issue, {**ISSUE, "due": "2024-05-19"}, [(OVERDUE, "due")]),
        (issue, {**ISSUE, "due": "2024-05-19", "progress": "已完成", "solution": "补丁",
                 "completed_on": "2024-05-20"}, []),
        (multi, {**MULTI, "actions": [{**ACT, "due": "2024-05-19"}]},
         [(OVERDUE, "actions")]),
        (multi, {**MULTI, "actions": [{**ACT, "due": "2024-05-19", "done": "2024-05-19"}]},
         []),
        # Content that says nothing.
        (log, {**LOG, "content": "客户表示还不错,尽快"}, [("vague-text", "content")]),
        (log, {**LOG, "content": "还不错,5月25日签约"}, []),
    ],
)  # fmt: skip
def test_on_a_day(
    table: str, values: dict[str, Any], expected: Found, told: Callable[..., Found]
) -> None:
    assert told({table: [values]}) == expected


@pytest.mark.parametrize(
    ("customer", "talk", "expected"),
    [
        ({"preferred_channel": "微信"}, {}, [("off-preference", "channel")]),
        ({"preferred_channel": "微信"}, {"channel": "企业微信"}, []),
        ({"preferred_channel": "电话"}, {}, []),
        ({"customer_grade": "VIP客户", "review_status": "已审核"}, {},
         [("needs-review", "review_status")]),
        ({"customer_grade": "VIP客户", "review_status": "待审核"}, {"review_status": "已审核"},
         [("needs-review", "review_status")]),
        ({"customer_grade": "普通客户"}, {}, []),
    ],
)  # fmt: skip
def test_beside_the_customers_base_row(
    customer: dict[str, Any], talk: dict[str, Any], expected: Found, told: Callable[..., Found]
) -> None:
    assert told({base: [BASE | customer], log: [LOG | talk]}) == expected


TALKS: dict[str, dict[str, Any]] = {
    log: LOG,
    "crm_record": {"customer_id": "C001", "customer_name": "星辰科技", "channel": "电话",
                   "last_interaction": "2024-05-13", "summary": "谈价格", "owner": "张伟"},
    "communication_record": {"customer_name": "星辰科技", "time": "2024-05-13T14:30",
                             "channel": "电话", "needs": ["降价"], "conclusions": "同意试用"},
    "revisit_record": {"customer_name": "星辰科技", "time": "2024-05-13T14:30", "channel": "电话",
                       "feedback": "系统稳定"},
    multi: {**MULTI, "status": "已确认"},
}  # fmt: skip


@pytest.mark.parametrize("table", TALKS)
def test_every_table_of_talks_knows_the_preferred_channel(
    table: str, told: Callable[..., Found]
) -> None:
    preferring = {base: [{**BASE, "preferred_channel": "面谈"}]}
    assert told({**preferring, table: [TALKS[table]]}) == [("off-preference", "channel")]
    visit = "面访" if table == "revisit_record" else "面谈(公司3楼)"
    assert told({**preferring, table: [{**TALKS[table], "channel": visit}]}) == []


def test_a_vip_row_without_a_column_for_its_review_stands_at_its_customer(
    examined: Examined, tmp_path: Path
) -> None:
    def cut(workbook: Workbook) -> None:
        sheet = workbook["沟通动态记录表"]
        sheet.defined_names.clear()
        sheet.delete_cols(30)

    examined({log: [LOG], base: [{**BASE, "customer_grade": "VIP客户"}]}, cut)
    found = check([tmp_path], Options(date(2024, 5, 20), workers=1)).findings
    places = [(each.table, each.cell) for each in found if each.code == "needs-review"]
    assert places == [(log, "B4"), (base, "X4")]


def test_one_name_under_two_ids(told: Callable[..., Found]) -> None:
    other = {**BASE, "customer_id": "C002", "customer_name": "星辰 科技"}
    found = told({base: [BASE, other]})
    assert [each for each in found if each[0] != "normalised"] == [
        ("duplicate-customer", "customer_name"),
        ("duplicate-customer", "customer_name"),
    ]
    assert told({base: [BASE, {**other, "customer_name": "月亮科技"}]}) == []
