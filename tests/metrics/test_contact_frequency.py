"""contact_frequency, condition by condition."""

from __future__ import annotations

from typing import Any

import pytest


def talk(customer: str, day: str, **values: Any) -> tuple[Any, ...]:
    return ("log", customer, day, values)


CASES = {
    "talks by customers, month by month": (
        "2024-05",
        [talk("C001", "2024-05-01"), talk("C001", "2024-05-31"), talk("C002", "2024-05-02")],
        1.5,
    ),
    "a quarter has three months": (
        "2024-Q2",
        [talk("C001", "2024-04-01"), talk("C001", "2024-05-01"), talk("C001", "2024-06-30")],
        1,
    ),
    "a year has twelve": ("2024", [talk("C001", "2024-01-01")] * 6, 0.5),
    "outside the period: out": (
        "2024-05",
        [talk("C001", "2024-04-30"), talk("C001", "2024-05-31"), talk("C002", "2024-06-01")],
        1,
    ),
    "a week is judged by the 30 days that end with it": (
        "2024-W20",
        [
            talk("C001", "2024-04-19"),
            talk("C001", "2024-04-20"),
            talk("C001", "2024-05-19"),
            talk("C001", "2024-05-20"),
        ],
        2,
    ),
    "the same talk on two tables is one": (
        "2024-05",
        [talk("C001", "2024-05-14"), ("crm", "C001", "2024-05-14", {"summary": "同一次"})],
        1,
    ),
    "a talk with no known customer: out": (
        "2024-05",
        [talk("C001", "2024-05-14"), talk("", "2024-05-14")],
        1,
    ),
    "no talk: no data": ("2024-05", [("issue", "C001", "2024-05-14", {})], None),
}


@pytest.mark.parametrize(("period", "rows", "expected"), CASES.values(), ids=CASES)
def test_contact_frequency(reckon: Any, period: str, rows: Any, expected: float | None) -> None:
    assert reckon("contact_frequency", rows, period).current == expected


def test_a_week_is_compared_with_the_window_of_the_week_before(reckon: Any) -> None:
    rows = [talk("C001", "2024-04-13"), talk("C001", "2024-05-10"), talk("C001", "2024-05-14")]
    metric = reckon("contact_frequency", rows)
    assert (metric.current, metric.previous, metric.change) == (2, 2, 0)
