"""top_needs, need_match_rate and need_met_rate, condition by condition."""

from __future__ import annotations

from typing import Any

import pytest


def talk(customer: str, day: str, tags: str = "", **values: Any) -> tuple[Any, ...]:
    return ("log", customer, day, ({"need_tags": tags.split("/")} if tags else {}) | values)


TOP = {
    "by customers, not by mentions": (
        [
            talk("C001", "2024-05-13", "甲"),
            talk("C001", "2024-05-14", "甲"),
            talk("C001", "2024-05-15", "甲"),
            talk("C002", "2024-05-13", "乙"),
            talk("C003", "2024-05-13", "乙"),
        ],
        [("乙", 2, 2), ("甲", 1, 3)],
    ),
    "ties by mentions": (
        [
            talk("C001", "2024-05-13", "乙"),
            talk("C001", "2024-05-14", "甲"),
            talk("C001", "2024-05-15", "甲"),
        ],
        [("甲", 1, 2), ("乙", 1, 1)],
    ),
    "then by name in code-point order": (
        [talk("C001", "2024-05-13", "售后/成本")],
        [("售后", 1, 1), ("成本", 1, 1)],
    ),
    "three at most": (
        [talk("C001", "2024-05-13", "a/b/c/d")],
        [("a", 1, 1), ("b", 1, 1), ("c", 1, 1)],
    ),
    "of the period alone": (
        [
            talk("C001", "2024-05-12", "甲"),
            talk("C001", "2024-05-19", "乙"),
            talk("C001", "2024-05-20", "丙"),
        ],
        [("乙", 1, 1)],
    ),
    "need text without a tag is none": (
        [("crm", "C001", "2024-05-14", {"needs": {"explicit": "降本"}})],
        None,
    ),
    "of every table that has tags": (
        [
            ("record", "C001", "2024-05-14T09:00/2024-05-14T10:00", {"need_tags": ["甲"]}),
            ("revisit", "C002", "2024-05-14T09:00", {"need_tags": ["甲"]}),
            ("channels", "C003", "2024-05-14T09:00", {"need_tags": ["甲"]}),
            ("crm", "C004", "2024-05-14", {"need_tags": ["甲"]}),
        ],
        [("甲", 4, 4)],
    ),
    "nothing raised: no data": ([talk("C001", "2024-05-14")], None),
}


@pytest.mark.parametrize(("rows", "expected"), TOP.values(), ids=TOP)
def test_top_needs(reckon: Any, rows: Any, expected: Any) -> None:
    found = reckon("top_needs", rows).current
    assert (found and [(r["tag"], r["customers"], r["mentions"]) for r in found]) == expected


def test_a_needs_share_is_of_the_customers_who_raised_any(reckon: Any) -> None:
    rows = [talk(f"C00{n}", "2024-05-14", "成本控制") for n in (1, 2, 3)]
    rows += [talk("C004", "2024-05-14", "数据对接"), talk("C005", "2024-05-14", "售后支持")]
    rows += [talk("C005", "2024-05-15", "售后支持"), talk("C006", "2024-05-14")]
    metric = reckon("top_needs", rows)
    assert [row["share"] for row in metric.current] == [0.6, 0.2, 0.2]  # of five
    assert (metric.previous, metric.change, metric.rows) == (None, None, 6)


MET, PARTLY, NOT = {"need_met": "已满足"}, {"need_met": "部分满足"}, {"need_met": "未满足"}

# rows, matched, met
MATCHES = {
    "met, partly met and not met": (
        [
            talk("C001", "2024-05-14", "甲", **MET),
            talk("C002", "2024-05-14", "甲", **PARTLY),
            talk("C003", "2024-05-14", "甲", **NOT),
            talk("C004", "2024-05-14", "甲", **NOT),
        ],
        0.5,
        0.25,
    ),
    "of needs of which it is known": (
        [talk("C001", "2024-05-14", "甲", **MET), talk("C002", "2024-05-14", "甲")],
        1,
        1,
    ),
    "a customer's tag is one need a period": (
        [
            talk("C001", "2024-05-13", "甲", **MET),
            talk("C001", "2024-05-14", "甲", **MET),
            talk("C002", "2024-05-14", "甲", **NOT),
        ],
        0.5,
        0.5,
    ),
    "the latest value counts": (
        [talk("C001", "2024-05-14", "甲", **MET), talk("C001", "2024-05-13", "甲", **NOT)],
        1,
        1,
    ),
    "the latest filled value": (
        [talk("C001", "2024-05-13", "甲", **PARTLY), talk("C001", "2024-05-14", "甲")],
        1,
        0,
    ),
    "of one day, by record id": (
        [
            talk("C001", "2024-05-14", "甲", record_id="J010", **NOT),
            talk("C001", "2024-05-14", "甲", record_id="J9", **MET),
        ],
        0,
        0,
    ),
    "then by source row": (
        [talk("C001", "2024-05-14", "甲", **NOT), talk("C001", "2024-05-14", "甲", **MET)],
        1,
        1,
    ),
    "it holds for each tag of the row": (
        [talk("C001", "2024-05-14", "甲/乙/丙", **MET), talk("C002", "2024-05-14", "甲", **NOT)],
        0.75,
        0.75,
    ),
    "need text without a tag is a need": (
        [
            ("crm", "C001", "2024-05-14", {"needs": {"explicit": "降本"}, **MET}),
            ("crm", "C001", "2024-05-15", {"needs": {"explicit": "提速"}, **NOT}),
        ],
        0.5,
        0.5,
    ),
    "of the period alone": (
        [
            talk("C001", "2024-05-12", "甲", **NOT),
            talk("C001", "2024-05-13", "甲", **MET),
            talk("C001", "2024-05-20", "甲", **NOT),
        ],
        1,
        1,
    ),
    "nothing known: no data": ([talk("C001", "2024-05-14", "甲")], None, None),
}


@pytest.mark.parametrize(("rows", "matched", "met"), MATCHES.values(), ids=MATCHES)
def test_needs_met(reckon: Any, rows: Any, matched: float | None, met: float | None) -> None:
    assert reckon("need_match_rate", rows).current == matched
    assert reckon("need_met_rate", rows).current == met


ANSWERED = {"next_action": "发方案"}
# rows, answered and all needs of 2024-W20
RESPONSES: dict[str, tuple[list[Any], tuple[int, int] | None]] = {
    "of two needs one": (
        [
            ("log", "C001", "2024-05-13", {"need_tags": ["甲"]} | ANSWERED),
            ("log", "C001", "2024-05-19", {"need_tags": ["乙"]}),
        ],
        (1, 2),
    ),
    "one record that answers it is enough": (
        [
            ("log", "C001", "2024-05-13", {"need_tags": ["甲"]} | ANSWERED),
            ("log", "C001", "2024-05-14", {"need_tags": ["甲"]}),
        ],
        (1, 1),
    ),
    "answered in the next period": (
        [
            ("log", "C001", "2024-05-19", {"need_tags": ["甲"]}),
            ("log", "C001", "2024-05-20", {"need_tags": ["甲"]} | ANSWERED),
        ],
        (0, 1),
    ),
    "in words, each its own": (
        [
            (
                "crm",
                "C001",
                "2024-05-13",
                {"needs": {"explicit": "降价"}, "follow_up_due": "2024-05-20"},
            ),
            ("crm", "C001", "2024-05-14", {"needs": {"explicit": "降价"}}),
        ],
        (1, 2),
    ),
    "a promise and a service plan": (
        [
            (
                "channels",
                "C001",
                "2024-05-13T09:00/2024-05-13T10:00",
                {"need_tags": ["甲"], "promises": [{"text": "报价"}]},
            ),
            ("crm", "C002", "2024-05-14", {"need_tags": ["甲"], "service_plan": "月检"}),
        ],
        (2, 2),
    ),
    "no needs": ([("log", "C001", "2024-05-13", ANSWERED)], None),
}


@pytest.mark.parametrize(("rows", "expected"), RESPONSES.values(), ids=RESPONSES)
def test_need_response_rate(reckon: Any, rows: Any, expected: Any) -> None:
    metric = reckon("need_response_rate", rows)
    found = (metric.details["hits"], metric.details["total"]) if metric.details else None
    assert found == expected
