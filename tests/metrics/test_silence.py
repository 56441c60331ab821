"""unanswered and never_contacted, condition by condition."""

from __future__ import annotations

from typing import Any

import pytest


def message(sent: str, replied: str = "") -> tuple[Any, ...]:
    values = {"sent_at": sent} | ({"replied_at": replied} if replied else {})
    return ("log", "C001", sent[:10], values)


# rows, unanswered at the end of 2024-W20 (19 May)
UNANSWERED: dict[str, tuple[list[Any], int | None]] = {
    "no message ever": ([("log", "C001", "2024-05-14", {})], None),
    "answered": ([message("2024-05-14T09:00", "2024-05-15T09:00")], 0),
    "answered on Sunday at 23:59": ([message("2024-05-14T09:00", "2024-05-19T23:59")], 0),
    "answered in the next period": ([message("2024-05-14T09:00", "2024-05-20T00:00")], 1),
    "sent on Sunday at 23:59": ([message("2024-05-19T23:59")], 1),
    "sent after the period, nothing before": ([message("2024-05-20T00:00")], None),
    "sent long before": ([message("2023-01-02T09:00"), message("2024-05-14T09:00")], 2),
    "answered long before: a message all the same": (
        [message("2023-01-02T09:00", "2023-01-03T09:00")],
        0,
    ),
}


@pytest.mark.parametrize(("rows", "expected"), UNANSWERED.values(), ids=UNANSWERED)
def test_unanswered(reckon: Any, rows: Any, expected: Any) -> None:
    metric = reckon("unanswered", rows)
    assert (metric.current, metric.rows) == (expected, expected or 0)


BASE = ("base", "C001", "2024-01-01", {"customer_id": "C001"})
# rows, never contacted by 19 May
NEVER: dict[str, tuple[list[Any], int | None]] = {
    "no customers": ([], None),
    "never": ([BASE], 1),
    "on Sunday": ([BASE, ("log", "C001", "2024-05-19", {})], 0),
    "after the period": ([BASE, ("log", "C001", "2024-05-20", {})], 1),
    "long before": ([BASE, ("crm", "C001", "2023-01-02", {})], 0),
    "an issue is no talk": ([BASE, ("issue", "C001", "2024-05-14", {})], 1),
    "there from Monday after": ([("base", "C002", "2024-05-20", {})], None),
    "there from the beginning": ([("base", "C002", "", {})], 1),
}


@pytest.mark.parametrize(("rows", "expected"), NEVER.values(), ids=NEVER)
def test_never_contacted(reckon: Any, rows: Any, expected: Any) -> None:
    metric = reckon("never_contacted", rows)
    assert (metric.current, metric.rows) == (expected, expected or 0)
