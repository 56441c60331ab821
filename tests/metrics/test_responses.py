"""avg_response_hours and slow_customers, condition by condition."""

from __future__ import annotations

from typing import Any

import pytest


def message(customer: str, sent: str, replied: str | None = None) -> tuple[Any, ...]:
    values = {"sent_at": sent} | ({"replied_at": replied} if replied else {})
    return ("log", customer, sent[:10], values)


AVERAGES = {
    "mean over the replies": (
        [
            message("C001", "2024-05-13T09:00", "2024-05-14T09:00"),  # 24
            message("C002", "2024-05-14T08:00", "2024-05-14T20:00"),  # 12
        ],
        18,
        2,
    ),
    "sent before the period, replied in it: in": (
        [message("C001", "2024-05-12T09:00", "2024-05-13T00:00")],
        15,
        1,
    ),
    "replied on Sunday 23:59: in": (
        [message("C001", "2024-05-19T22:59", "2024-05-19T23:59")],
        1,
        1,
    ),
    "sent in the period, replied in the next: out": (
        [
            message("C001", "2024-05-13T09:00", "2024-05-13T10:00"),
            message("C002", "2024-05-19T09:00", "2024-05-20T00:00"),
        ],
        1,
        1,
    ),
    "replied before it was sent: left out": (
        [
            message("C001", "2024-05-14T09:00", "2024-05-14T08:59"),
            message("C001", "2024-05-14T09:00", "2024-05-14T13:00"),
        ],
        4,
        1,
    ),
    "replied at once: in, zero": ([message("C001", "2024-05-14T09:00", "2024-05-14T09:00")], 0, 1),
    "a day alone is its midnight": ([message("C001", "2024-05-13T18:00", "2024-05-14")], 6, 1),
    "no reply in the period: no data": ([message("C001", "2024-05-14T09:00")], None, 0),
    "a reply without a sending time: no data": (
        [("log", "C001", "2024-05-14", {"replied_at": "2024-05-14T09:00"})],
        None,
        0,
    ),
}


@pytest.mark.parametrize(("rows", "hours", "count"), AVERAGES.values(), ids=AVERAGES)
def test_avg_response_hours(reckon: Any, rows: Any, hours: float | None, count: int) -> None:
    metric = reckon("avg_response_hours", rows)
    assert (metric.current, metric.rows) == (hours, count)


def test_its_change_is_relative_to_the_period_before(reckon: Any) -> None:
    rows = [
        message("C001", "2024-05-06T09:00", "2024-05-08T09:00"),  # 48
        message("C001", "2024-05-13T09:00", "2024-05-14T21:00"),  # 36
    ]
    metric = reckon("avg_response_hours", rows)
    assert (metric.current, metric.previous, metric.change) == (36, 48, -0.25)
    assert reckon("avg_response_hours", rows[1:]).change is None
    at_once = [message("C001", "2024-05-06T09:00", "2024-05-06T09:00"), rows[1]]
    assert reckon("avg_response_hours", at_once).change is None  # relative to nothing


SLOW = {
    "mean above 48 hours": (
        [message("C001", "2024-05-13T09:00", "2024-05-15T09:01")],
        [("C001", pytest.approx(48 + 1 / 60), 0)],
    ),
    "mean of exactly 48 hours: not slow": (
        [message("C001", "2024-05-13T09:00", "2024-05-15T09:00")],
        [],
    ),
    "a slow and a quick reply: the mean counts": (
        [
            message("C001", "2024-05-13T09:00", "2024-05-16T09:00"),  # 72
            message("C001", "2024-05-16T09:00", "2024-05-16T19:00"),  # 10
        ],
        [],
    ),
    "a reply before its sending is left out of the mean": (
        [
            message("C001", "2024-05-13T09:00", "2024-05-15T19:00"),  # 58
            message("C001", "2024-05-16T09:00", "2024-05-13T09:00"),
        ],
        [("C001", 58, 0)],
    ),
    "a slow reply of the next period: not yet": (
        [message("C001", "2024-05-18T09:00", "2024-05-21T09:00")],
        [],
    ),
    "unanswered for more than 48 hours at the end": (
        [message("C001", "2024-05-17T23:59")],
        [("C001", None, 1)],
    ),
    "unanswered for exactly 48 hours at the end: not slow": (
        [message("C001", "2024-05-18T00:00")],
        [],
    ),
    "answered after the end only: unanswered": (
        [message("C001", "2024-05-14T09:00", "2024-05-20T00:00")],
        [("C001", None, 1)],
    ),
    "answered before the end, late at night: answered": (
        [message("C001", "2024-05-17T23:59", "2024-05-19T23:59")],
        [],
    ),
    "sent before the period and unanswered: not this period's": (
        [
            message("C001", "2024-05-10T09:00"),
            message("C002", "2024-05-13T09:00", "2024-05-13T10:00"),
        ],
        [],
    ),
    "slowest first, unanswered counted": (
        [
            message("C001", "2024-05-14T09:00"),
            message("C001", "2024-05-15T09:00"),
            message("C002", "2024-05-13T09:00", "2024-05-15T21:00"),  # 60
        ],
        [("C002", 60, 0), ("C001", None, 2)],
    ),
    "no message in the period: no data": ([message("C001", "2024-05-10T09:00")], None),
}


@pytest.mark.parametrize(("rows", "expected"), SLOW.values(), ids=SLOW)
def test_slow_customers(reckon: Any, rows: Any, expected: Any) -> None:
    found = reckon("slow_customers", rows).current
    shown = found and [(row["customer"], row["hours"], row["unanswered"]) for row in found]
    assert shown == expected


def test_slow_customers_are_named_and_counted(reckon: Any) -> None:
    rows = [
        ("base", "C001", "", {"customer_id": "C001", "customer_name": "甲公司"}),
        message("C001", "2024-05-14T09:00"),
        message("乙公司", "2024-05-14T09:00"),
        message("C003", "2024-05-07T09:00", "2024-05-07T10:00"),
    ]
    metric = reckon("slow_customers", rows)
    named = [(row["customer"], row["name"]) for row in metric.current]
    assert named == [("C001", "甲公司"), ("乙公司", "乙公司")]
    assert (metric.previous, metric.change, metric.rows) == ([], 2, 2)


def test_the_slow_hours_are_the_teams(reckon: Any) -> None:
    rows = [message("C001", "2024-05-13T09:00", "2024-05-14T10:00")]
    metric = reckon("slow_customers", rows, slow_hours=24)
    assert len(metric.current) == 1
    assert metric.name == "响应超24小时客户"
