"""satisfaction, negative_share and low_satisfaction, condition by condition."""

from __future__ import annotations

from typing import Any

import pytest


def score(customer: str, day: str, value: float, **values: Any) -> tuple[Any, ...]:
    return ("log", customer, day, {"satisfaction": value} | values)


MEANS = {
    "of every table with scores": (
        [
            score("C001", "2024-05-13", 1),
            ("crm", "C002", "2024-05-14", {"satisfaction": 2}),
            ("issue", "C003", "2024-05-14", {"satisfaction": 3.5}),
            ("survey", "C004", "2024-05-19", {"overall": 5, "product_quality": 1}),
        ],
        (1 + 2 + 3.5 + 5) / 4,
    ),
    "of the period alone": (
        [
            score("C001", "2024-05-12", 1),
            score("C001", "2024-05-19", 4),
            score("C001", "2024-05-20", 1),
        ],
        4,
    ),
    "the same talk on two tables gives one, the log's": (
        [
            ("crm", "C001", "2024-05-14", {"satisfaction": 1}),
            score("C001", "2024-05-14", 5),
            score("C002", "2024-05-14", 3),
        ],
        4,
    ),
    "an issue's is dated by its completion": (
        [
            (
                "issue",
                "C001",
                "2024-05-06",
                {"satisfaction": 4, "completed_on": "2024-05-14", "archived_on": "2024-05-20"},
            )
        ],
        4,
    ),
    "else by its archiving": (
        [("issue", "C001", "2024-05-06", {"satisfaction": 4, "archived_on": "2024-05-14"})],
        4,
    ),
    "else by its report": ([("issue", "C001", "2024-05-14", {"satisfaction": 4})], 4),
    "the evaluation of a talk is no customer's score": (
        [
            ("evaluation", "C001", "2024-05-14", {"customer_score": 1}),
            score("C001", "2024-05-14", 4),
        ],
        4,
    ),
    "no score: no data": ([("log", "C001", "2024-05-14", {})], None),
}


@pytest.mark.parametrize(("rows", "expected"), MEANS.values(), ids=MEANS)
def test_satisfaction(reckon: Any, rows: Any, expected: float | None) -> None:
    assert reckon("satisfaction", rows).current == expected


def mood(customer: str, day: str, emotion: Any, table: str = "log") -> tuple[Any, ...]:
    return (table, customer, day, {"emotion": emotion})


NEGATIVE = {
    "negative of those with a polarity": (
        [
            mood("C001", "2024-05-13", "不满"),
            mood("C002", "2024-05-13", "满意"),
            mood("C003", "2024-05-13", "一般"),
            mood("C004", "2024-05-13", "若有所思"),  # no polarity is known
            mood("C005", "2024-05-13", ""),
        ],
        1 / 3,
    ),
    "不满意 is not 满意": ([mood("C001", "2024-05-13", "对价格不满意")], 1),
    "several words: negative if any is": (
        [mood("C001", "2024-05-13T09:00", ["积极", "愤怒"], "channels")],
        1,
    ),
    "of the period alone": (
        [
            mood("C001", "2024-05-12", "不满"),
            mood("C001", "2024-05-19", "满意"),
            mood("C001", "2024-05-20", "不满"),
        ],
        0,
    ),
    "the same talk counts once, in the log's word": (
        [
            mood("C001", "2024-05-14", "满意"),
            mood("C001", "2024-05-14T09:00", "愤怒", "revisit"),
            mood("C002", "2024-05-14T09:00", "愤怒", "revisit"),
        ],
        0.5,
    ),
    "no polarity at all: no data": ([mood("C001", "2024-05-14", "")], None),
}


@pytest.mark.parametrize(("rows", "expected"), NEGATIVE.values(), ids=NEGATIVE)
def test_negative_share(reckon: Any, rows: Any, expected: float | None) -> None:
    assert reckon("negative_share", rows).current == expected


REVISIT = ("revisit", "C001", "2024-05-10T09:00", {})

# customer, before, after, revisited
LOW = {
    "below 3 in the period": (
        [score("C001", "2024-05-14", 2.5), score("C002", "2024-05-14", 3)],
        [("C001", None, 2.5, None)],
    ),
    "below 3 and better within the period": (
        [score("C001", "2024-05-13", 2), score("C001", "2024-05-16", 4)],
        [("C001", None, 4, None)],
    ),
    "below 3 last before it, and scored in it": (
        [score("C001", "2024-05-07", 2), score("C001", "2024-05-14", 4)],
        [("C001", 2, 4, None)],
    ),
    "below 3 before, but not last: not listed": (
        [
            score("C001", "2024-05-06", 2),
            score("C001", "2024-05-07", 3),
            score("C001", "2024-05-14", 4),
        ],
        [],
    ),
    "below 3 last before it, not scored in it: not listed": (
        [score("C001", "2024-05-07", 2), score("C002", "2024-05-14", 4)],
        [],
    ),
    "below 3 after it only: not yet": (
        [score("C001", "2024-05-14", 4), score("C001", "2024-05-20", 1)],
        [],
    ),
    "with the revisit between": (
        [score("C001", "2024-05-07", 2), REVISIT, score("C001", "2024-05-14", 4)],
        [("C001", 2, 4, "2024-05-10")],
    ),
    "a revisit before the earlier score, or another's, is not between": (
        [
            REVISIT,
            score("C001", "2024-05-11", 2),
            score("C001", "2024-05-14", 4),
            ("revisit", "C002", "2024-05-12T09:00", {}),
        ],
        [("C001", 2, 4, None)],
    ),
    "a revisit after the later score is not between": (
        [
            score("C001", "2024-05-07", 2),
            score("C001", "2024-05-14", 4),
            ("revisit", "C001", "2024-05-15T09:00", {}),
        ],
        [("C001", 2, 4, None)],
    ),
    "another talk is no revisit": (
        [
            score("C001", "2024-05-07", 2),
            ("log", "C001", "2024-05-10", {}),
            score("C001", "2024-05-14", 4),
        ],
        [("C001", 2, 4, None)],
    ),
    "lowest first": (
        [score("C001", "2024-05-14", 2), score("C002", "2024-05-14", 1)],
        [("C002", None, 1, None), ("C001", None, 2, None)],
    ),
    "no score in the period: no data": ([score("C001", "2024-05-07", 2)], None),
}


@pytest.mark.parametrize(("rows", "expected"), LOW.values(), ids=LOW)
def test_low_satisfaction(reckon: Any, rows: Any, expected: Any) -> None:
    found = reckon("low_satisfaction", rows).current
    keys = ("customer", "before", "after", "revisited")
    assert (found and [tuple(row[key] for key in keys) for row in found]) == expected


def test_the_low_score_is_the_teams(reckon: Any) -> None:
    rows = [score("C001", "2024-05-14", 3.5)]
    assert len(reckon("low_satisfaction", rows, low_score=4).current) == 1
