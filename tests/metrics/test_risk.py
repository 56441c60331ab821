"""at_risk, reactivated and repurchase_rate, condition by condition."""

from __future__ import annotations

from typing import Any

import pytest

LOST, WON, INTERESTED = "流失客户", "成交客户", "意向客户"


def talks(*days: str, key: str = "C001", **values: Any) -> list[tuple[Any, ...]]:
    return [("log", key, day, {"record_id": f"J{n}"} | values) for n, day in enumerate(days)]


def base(key: str = "C001", **values: Any) -> tuple[Any, ...]:
    return ("base", key, "2024-01-01", {"customer_id": key} | values)


MANY = ("2024-05-06", "2024-05-07", "2024-05-08", "2024-05-12")  # four in the week before
FEW = ("2024-05-14", "2024-05-19")

# rows, the reasons by which C001 is at risk at the end of 2024-W20 (19 May)
RISKS: dict[str, tuple[list[Any], list[str] | None]] = {
    "nothing known": ([base()], None),
    "graded": ([base(customer_grade="流失风险客户")], ["grade"]),
    "another grade": ([base(customer_grade="VIP客户")], []),
    "no talk for 90 days": (talks("2024-02-19"), ["dormant"]),
    "for 89 days": (talks("2024-02-20"), []),
    "talked to on Monday after": (talks("2024-02-19", "2024-05-20"), ["dormant"]),
    "never talked to: no reason": ([base(), *talks("2024-05-14", key="C002")], []),
    "under half of four": (talks(*MANY, "2024-05-14"), ["fewer"]),
    "half of four": (talks(*MANY, *FEW), []),
    "none of three": (talks(*MANY[1:]), []),
    "falling": (
        [("crm", "C001", "2024-05-19", {"satisfaction_trend": "下降:因交付延期"})],
        ["trend"],
    ),
    "falling before": ([("crm", "C001", "2024-05-12", {"satisfaction_trend": "下降"})], []),
    "a low score": (talks("2024-05-19", satisfaction=2.5), ["score"]),
    "a score of 3": (talks("2024-05-19", satisfaction=3), []),
    "several, each once": (
        [*talks("2024-05-14", "2024-05-15", satisfaction=1), base(customer_grade="流失风险客户")],
        ["grade", "score"],
    ),
    "lost already": (talks("2024-05-14", satisfaction=1, type_after=f"{INTERESTED}→{LOST}"), []),
}


@pytest.mark.parametrize(("rows", "reasons"), RISKS.values(), ids=RISKS)
def test_at_risk(reckon: Any, rows: Any, reasons: Any) -> None:
    metric = reckon("at_risk", rows)
    if reasons is None:
        assert metric.current is None
        return
    assert [row["reasons"] for row in metric.current] == ([reasons] if reasons else [])
    assert metric.basis == {"customers": ("C001",) if reasons else ()}


# rows, won back in 2024-W20 (13 to 19 May)
BACK: dict[str, tuple[list[Any], int | None]] = {
    "never talked to": ([base()], None),
    "the first talk ever": (talks("2024-05-14"), 0),
    "after 90 days without": (talks("2024-02-13", "2024-05-14"), 1),
    "after 89 days without": (talks("2024-02-14", "2024-05-14"), 0),
    "the second talk since": (talks("2024-01-02", "2024-05-12", "2024-05-14"), 0),
    "on Monday after": (talks("2024-01-02", "2024-05-20"), 0),
    "lost and interested again": (talks("2024-05-13", type_after=f"{LOST}→{INTERESTED}"), 1),
    "lost and won again on Sunday": (talks("2024-05-19", type_after=f"{LOST}→{WON}"), 1),
    "both ways, once": (
        [*talks("2024-01-02"), *talks("2024-05-13", type_after=f"{LOST}→{WON}")],
        1,
    ),
    "lost and only a prospect": (talks("2024-05-13", type_after=f"{LOST}→潜在客户"), 0),
}


@pytest.mark.parametrize(("rows", "expected"), BACK.values(), ids=BACK)
def test_reactivated(reckon: Any, rows: Any, expected: Any) -> None:
    assert reckon("reactivated", rows).current == expected


def test_the_dormant_days_are_the_teams(reckon: Any) -> None:
    rows = talks("2024-04-01", "2024-05-14")
    assert reckon("reactivated", rows, dormant_days=30).current == 1
    assert reckon("at_risk", rows[:1], dormant_days=30).current[0]["reasons"] == ["dormant"]


@pytest.mark.parametrize(
    ("deals", "expected"),
    [((1, 2, 3, 0, None), 2 / 3), ((1,), 0), ((0, None), None), ((), None)],
)
def test_repurchase_is_as_of_the_merge(reckon: Any, deals: Any, expected: Any) -> None:
    rows = [
        base(f"C00{n}", **({} if each is None else {"deals": each})) for n, each in enumerate(deals)
    ]
    metric = reckon("repurchase_rate", rows)
    assert (metric.current, metric.previous, metric.change) == (expected, None, None)
