"""What is drawn of one moment: the funnel, the least satisfied customers, ages of open issues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xlcrm.metrics.snapshots import snapshots
from xlcrm.periods import parse_period
from xlcrm.spec.model import Spec

WEEK = parse_period("2024-W20")


def drawn(facts: Any, spec: Spec, language: Any = "zh") -> dict[str, list[tuple[str, float]]]:
    return {
        key: [*map(tuple, bars)] for key, bars in snapshots(facts, WEEK, spec, language).items()
    }


def test_the_funnel_counts_who_is_at_a_type_or_beyond_it(
    facts: Callable[..., Any], spec: Spec
) -> None:
    def base(customer: str, type_: str, day: str = "2024-01-01") -> Any:
        return ("base", customer, day, {"customer_id": customer, "customer_type": type_})

    rows = [
        base("C001", "潜在客户"),
        base("C002", "意向客户"),
        base("C003", "成交客户"),
        base("C004", "流失客户"),
        base("C005", "潜在客户", "2024-05-20"),  # there after the week
        ("log", "C002", "2024-05-13", {"type_after": "意向客户"}),
        ("log", "C002", "2024-05-20", {"type_after": "成交客户"}),  # bought after the week
    ]
    assert drawn(facts(*rows), spec)["funnel"] == [
        ("潜在客户", 3),
        ("意向客户", 2),
        ("成交客户", 1),
    ]
    assert [label for label, _ in drawn(facts(*rows), spec, "en")["funnel"]] == [
        spec.vocabularies["customer_type"].label(each, "en")
        for each in ("潜在客户", "意向客户", "成交客户")
    ]


def test_the_lowest_means_of_the_period_come_first(facts: Callable[..., Any], spec: Spec) -> None:
    def score(customer: str, value: float, day: str = "2024-05-14") -> Any:
        return ("log", customer, day, {"satisfaction": value, "topic": f"{customer}{value}"})

    rows = [score(f"C{n:03d}", 4.5) for n in range(1, 8)]
    rows += [score("C008", 2), score("C008", 3), score("C009", 1, "2024-05-20")]
    found = drawn(facts(*rows), spec)["satisfaction_by_customer"]
    assert found[0] == ("C008", 2.5)
    assert found[1:] == [(f"C{n:03d}", 4.5) for n in range(1, 6)]


def test_open_issues_by_age(facts: Callable[..., Any], spec: Spec) -> None:
    def issue(reported: str, **done: Any) -> Any:
        return ("issue", "C001", reported, done)

    rows = [
        issue("2024-05-19"),  # today
        issue("2024-05-13"),  # six days
        issue("2024-05-12"),  # seven
        issue("2024-04-20"),  # 29
        issue("2024-04-19"),  # 30
        issue("2024-05-01", completed_on="2024-05-19"),  # done
        issue("2024-05-01", completed_on="2024-05-20"),  # done after the week: 18
        issue("2024-05-20"),  # reported after it
    ]
    found = [value for _, value in drawn(facts(*rows), spec)["issue_age"]]
    assert found == [2, 1, 2, 1]


def test_without_data_nothing_is_drawn(facts: Callable[..., Any], spec: Spec) -> None:
    assert drawn(facts(("log", "C001", "2024-05-14", {})), spec).keys() <= {"funnel"}
