"""by_owner and campaign."""

from __future__ import annotations

from typing import Any

import pytest

ZHANG, LI = "张伟", "李娜"


def log(owner: str, day: str, customer: str = "C001", **values: Any) -> tuple[Any, ...]:
    return ("log", customer, day, {"owner": owner} | values)


def person(metric: Any, owner: str) -> dict[str, Any]:
    return next(row for row in metric.current if row["owner"] == owner)


def test_each_person_has_a_row(reckon: Any) -> None:
    rows = [
        log(ZHANG, "2024-05-13", recorded_at="2024-05-13T20:00", satisfaction=4),
        log(ZHANG, "2024-05-14", recorded_at="2024-05-17T20:00", type_after="潜在客户→意向客户"),
        log(ZHANG, "2024-05-19", "C002", type_after="成交客户→意向客户"),
        log(ZHANG, "2024-05-20", "C003"),
        log(LI, "2024-05-12", action_due="2024-05-15", next_action="发方案"),
    ]
    metric = reckon("by_owner", rows)
    assert metric.current == [
        {"owner": ZHANG, "talks": 3, "customers": 2, "overdue": 0, "timely": 0.5, "upward": 1,
         "score": 4},
        {"owner": LI, "talks": 0, "customers": 0, "overdue": 1, "timely": None, "upward": 0,
         "score": None},
    ]  # fmt: skip
    assert (metric.previous[0]["owner"], metric.change) == (LI, None)


ACTION = {"next_action": "发方案"}
GRID = {"owner": ZHANG, "action": "发方案", "due": "2024-05-15"}
# a row with an action of 张伟, and whether it is overdue at the end of 2024-W20
ACTIONS: dict[str, tuple[Any, bool]] = {
    "due on Sunday": (log(ZHANG, "2024-05-13", action_due="2024-05-19", **ACTION), True),
    "due on Monday after": (log(ZHANG, "2024-05-13", action_due="2024-05-20", **ACTION), False),
    "due long before": (log(ZHANG, "2023-05-13", action_due="2023-05-19", **ACTION), True),
    "done on Sunday": (
        log(ZHANG, "2024-05-13", action_due="2024-05-14", action_done="2024-05-19"),
        False,
    ),
    "done the day after": (
        log(ZHANG, "2024-05-13", action_due="2024-05-14", action_done="2024-05-20"),
        True,
    ),
    "put aside": (log(ZHANG, "2024-05-13", action_due="2024-05-14", status="暂缓"), False),
    "to follow up": (log(ZHANG, "2024-05-13", action_due="2024-05-14", status="待跟进"), True),
    "an action row": (
        ("record", "C001", "2024-05-13T09:00/2024-05-13T10:00", {"actions": [GRID]}),
        True,
    ),
    "a second follow-up": (
        ("issue", "C001", "2024-05-01", {"second_due": "2024-05-15", "second_owner": ZHANG}),
        True,
    ),
    "one with a result": (
        (
            "issue",
            "C001",
            "2024-05-01",
            {"second_due": "2024-05-15", "second_owner": ZHANG, "second_result": "满意"},
        ),
        False,
    ),
    "a plan of an evaluation: nobody asks when it was done": (
        (
            "evaluation",
            "C001",
            "2024-05-01",
            {"measures": "练习", "plan_due": "2024-05-10", "plan_owner": ZHANG},
        ),
        False,
    ),
}


@pytest.mark.parametrize(("row", "is_overdue"), ACTIONS.values(), ids=ACTIONS)
def test_overdue_actions(reckon: Any, row: Any, is_overdue: bool) -> None:
    metric = reckon("by_owner", [row, log(ZHANG, "2024-05-14")])
    assert person(metric, ZHANG)["overdue"] == is_overdue


def test_nobody_is_no_data(reckon: Any) -> None:
    assert reckon("by_owner", [log("", "2024-05-14")]).current is None


def asked(day: str, campaign: str, answer: str | None) -> tuple[Any, ...]:
    said = {"campaign": campaign} | ({"participation": answer} if answer else {})
    return ("channels", "C001", f"{day}T09:00/{day}T09:30", said)


def test_a_campaign_has_its_share_of_those_who_take_part(reckon: Any) -> None:
    rows = [
        asked("2024-05-13", "新品会", "参加"),
        asked("2024-05-19", "新品会", "待定"),
        asked("2024-05-19", "新品会", None),
        asked("2024-05-20", "新品会", "参加"),
        asked("2024-05-12", "答谢会(上海)", "不参加"),
    ]
    new = reckon("campaign", rows, subject="新品会")
    assert (new.current, new.previous, new.rows) == (0.5, None, 2)
    old = reckon("campaign", rows, subject="答谢会(上海)")
    assert (old.current, old.previous) == (None, 0)
