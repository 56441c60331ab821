"""timely_entry_rate, condition by condition, and the rule of being in time itself."""

from __future__ import annotations

from typing import Any

import pytest

from xlcrm.spec.working_days import OFFICIAL
from xlcrm.timeliness import entered_in_time


def entered(day: str, recorded: str, table: str = "log") -> tuple[Any, ...]:
    return (table, "C001", day, {"recorded_at": recorded})


RATES = {
    "in time of those with an entry time": (
        [
            entered("2024-05-14", "2024-05-14T18:00"),
            entered("2024-05-14", "2024-05-17T18:00"),
            ("log", "C001", "2024-05-14", {}),
        ],
        0.5,
    ),
    "records dated in the period, whenever they were entered": (
        [
            entered("2024-05-12", "2024-05-17T18:00"),
            entered("2024-05-19", "2024-05-20T10:00"),
            entered("2024-05-20", "2024-05-29T10:00"),
        ],
        1,
    ),
    "of every table with the rule": (
        [
            entered("2024-05-14T09:00/2024-05-14T10:00", "2024-05-15T10:01", "channels"),
            entered("2024-05-14T09:00", "2024-05-14T10:00", "revisit"),
            entered("2024-05-14", "2024-05-14T10:00", "crm"),
        ],
        2 / 3,
    ),
    "document A's form apart": (
        [entered("2024-05-14T09:00/2024-05-14T10:00", "2024-05-29T10:01", "record")],
        None,
    ),
    "no entry time: no data": ([("log", "C001", "2024-05-14", {})], None),
}


@pytest.mark.parametrize(("rows", "expected"), RATES.values(), ids=RATES)
def test_timely_entry_rate(reckon: Any, rows: Any, expected: float | None) -> None:
    assert reckon("timely_entry_rate", rows).current == expected


@pytest.mark.parametrize(
    ("talk", "recorded", "in_time"),
    [
        ("2024-05-14T14:30/2024-05-14T15:10", "2024-05-15T15:10", True),  # exactly 24 hours
        ("2024-05-14T14:30/2024-05-14T15:10", "2024-05-15T15:11", False),
        ("2024-05-14T14:30", "2024-05-15T14:31", False),
        ("2024-05-14", "2024-05-16T00:00", True),  # counted from that day's 24:00
        ("2024-05-14", "2024-05-16T00:01", False),
        ("2024-05-14", "2024-05-15", True),  # a day alone: the next calendar day
        ("2024-05-14", "2024-05-16", False),
        ("2024-05-14T14:30", "2024-05-15", True),
        ("2024-05-14T23:00/2024-05-15T01:00", "2024-05-16", True),
    ],
)
def test_in_time_is_24_hours_from_the_talks_end(talk: str, recorded: str, in_time: bool) -> None:
    assert entered_in_time(talk, recorded, 24) is in_time


@pytest.mark.parametrize(
    ("talk", "recorded", "in_time"),
    [
        ("2024-05-17T14:00", "2024-05-20T14:00", True),  # Friday to Monday
        ("2024-05-17T14:00", "2024-05-20T14:01", False),
        ("2024-05-18", "2024-05-20T23:59", True),  # on a Saturday: Monday's 24 hours
        ("2024-05-17", "2024-05-20", True),
        ("2024-05-17", "2024-05-21", False),
        ("2024-04-26T14:00", "2024-04-28T14:00", True),  # a Sunday that is worked for Labour Day
        ("2024-04-26T14:00", "2024-04-28T14:01", False),
    ],
)
def test_days_off_may_be_left_out(talk: str, recorded: str, in_time: bool) -> None:
    assert entered_in_time(talk, recorded, 24, skipping=OFFICIAL) is in_time


def test_the_limit_is_the_teams(reckon: Any) -> None:
    rows = [entered("2024-05-14", "2024-05-16T18:00")]
    metric = reckon("timely_entry_rate", rows, entry_hours=48)
    assert (metric.current, metric.name) == (1, "48小时录入率")
