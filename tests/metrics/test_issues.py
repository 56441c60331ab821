"""issue_close_rate, issue_days and issue_overdue, condition by condition."""

from __future__ import annotations

from typing import Any

import pytest


def issue(reported: str, completed: str = "", **values: Any) -> tuple[Any, ...]:
    done = {"completed_on": completed} if completed else {}
    return ("issue", "C001", reported, done | values)


REVISIT = ("revisit", "C001", "2024-05-14T09:00", {"issue": "导出 失败", "expected": "2024-05-16"})
MORE = {"confirmation": "需改进"}

# rows, close rate, days, overdue
CASES: dict[str, tuple[list[Any], float | None, float | None, int | None]] = {
    "done of those reported": (
        [issue("2024-05-13", "2024-05-15"), issue("2024-05-19")],
        0.5,
        2,
        0,
    ),
    "done on the last day: done; the day after: not yet": (
        [issue("2024-05-14", "2024-05-19"), issue("2024-05-14", "2024-05-20")],
        0.5,
        5,
        0,
    ),
    "reported before the period: days only": ([issue("2024-05-05", "2024-05-15")], None, 10, 0),
    "reported after it: nothing yet": ([issue("2024-05-20")], None, None, None),
    "done before the period: not its days": ([issue("2024-05-06", "2024-05-12")], None, None, 0),
    "improvement asked for: not done": (
        [issue("2024-05-13", "2024-05-15", due="2024-05-16", **MORE)],
        0,
        None,
        1,
    ),
    "improved to content: done": (
        [issue("2024-05-13", "2024-05-15", due="2024-05-16", second_result="满意", **MORE)],
        1,
        2,
        0,
    ),
    "improved, still not content: not done": (
        [issue("2024-05-13", "2024-05-15", second_result="需改进", **MORE)],
        0,
        None,
        0,
    ),
    "confirmed content: done": (
        [issue("2024-05-13", "2024-05-15", confirmation="满意")],
        1,
        2,
        0,
    ),
    "已完成 without a completion date: not done": (
        [issue("2024-05-13", progress="已完成", due="2024-05-16")],
        0,
        None,
        1,
    ),
    "due on the last day: overdue; the day after: not yet": (
        [issue("2024-05-06", due="2024-05-19"), issue("2024-05-06", due="2024-05-20")],
        None,
        None,
        1,
    ),
    "due in the period, done after it: overdue at its end": (
        [issue("2024-05-06", "2024-05-20", due="2024-05-16")],
        None,
        None,
        1,
    ),
    "due before the period and still open: overdue": (
        [issue("2024-04-01", due="2024-04-10")],
        None,
        None,
        1,
    ),
    "a revisit's issue is one": ([REVISIT], 0, None, 1),
    "unless the tracker has it": (
        [REVISIT, issue("2024-05-14", "2024-05-15", description="导出失败")],
        1,
        1,
        0,
    ),
    "another customer's of that description is another": (
        [REVISIT, ("issue", "C002", "2024-05-14", {"description": "导出失败"})],
        0,
        None,
        1,
    ),
    "no issue at all: no data": ([("log", "C001", "2024-05-14", {})], None, None, None),
}


@pytest.mark.parametrize(("rows", "rate", "days", "overdue"), CASES.values(), ids=CASES)
def test_issues(
    reckon: Any, rows: Any, rate: float | None, days: float | None, overdue: int | None
) -> None:
    assert reckon("issue_close_rate", rows).current == rate
    assert reckon("issue_days", rows).current == days
    assert reckon("issue_overdue", rows).current == overdue


def test_overdue_is_told_by_its_difference(reckon: Any) -> None:
    rows = [issue("2024-05-06", due=f"2024-05-{day}") for day in ("08", "14", "15")]
    metric = reckon("issue_overdue", rows)
    assert (metric.previous, metric.current, metric.change) == (1, 3, 2)
    assert metric.basis == {"issues": ("K1", "K2", "K3")}


def tagged(customer: str, day: str, *tags: str) -> tuple[Any, ...]:
    return ("issue", customer, day, {"issue_tags": list(tags)} if tags else {})


def test_top_issues_are_those_of_most_customers(reckon: Any) -> None:
    rows = [
        tagged("C001", "2024-05-13", "响应慢", "交付延期"),
        tagged("C001", "2024-05-14", "交付延期"),
        tagged("C002", "2024-05-19", "响应慢"),
        tagged("C003", "2024-05-15", "产品故障"),
        tagged("C004", "2024-05-15"),
        tagged("C005", "2024-05-20", "交付延期"),
        ("revisit", "C006", "2024-05-16T09:00", {"issue": "没人接电话", "issue_tags": ["丁"]}),
    ]
    # Of the five with any issue; ties by mentions, then by code points.
    assert reckon("top_issues", rows).current == [
        {"tag": "响应慢", "customers": 2, "mentions": 2, "share": 2 / 5},
        {"tag": "交付延期", "customers": 1, "mentions": 2, "share": 1 / 5},
        {"tag": "丁", "customers": 1, "mentions": 1, "share": 1 / 5},
    ]
    assert reckon("top_issues", [tagged("C004", "2024-05-15")]).current is None
