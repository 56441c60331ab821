"""Evaluations by dimension: customers' of us, and ours of talks."""

from __future__ import annotations

from typing import Any

import pytest

DIMENSIONS = ("goal", "efficiency", "expertise", "customer")


def survey(day: str, **scores: float) -> tuple[Any, ...]:
    return ("survey", "C001", day, scores)


def evaluation(day: str, *scores: Any) -> tuple[Any, ...]:
    """An evaluation of a talk, with a score, a level or neither a dimension."""
    given = zip(DIMENSIONS, scores, strict=True)
    said = {f"{key}_{'level' if isinstance(each, str) else 'score'}": each for key, each in given}
    return ("evaluation", "C001", day, {key: each for key, each in said.items() if each})


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([survey("2024-05-13", product_quality=4), survey("2024-05-19", product_quality=5)], 4.5),
        ([survey("2024-05-12", product_quality=4), survey("2024-05-20", product_quality=5)], None),
        ([survey("2024-05-14", overall=4)], None),
    ],
)
def test_satisfaction_by_dimension(reckon: Any, rows: Any, expected: Any) -> None:
    assert reckon("satisfaction_by_dimension", rows, subject="产品质量").current == expected


# rows, mean of 目标达成度, how many are poor overall
VIEWS: dict[str, tuple[list[Any], float | None, int | None]] = {
    "scores": (
        [evaluation("2024-05-13", 5, 4, 4, 4), evaluation("2024-05-19", 2, 3, 3, 3)],
        3.5,
        0,
    ),
    "a level counts as its score": (
        [evaluation("2024-05-14", "优秀", "需改进", "需改进", 1)],
        5,
        0,
    ),
    "just not poor": ([evaluation("2024-05-14", 2.5, 2.5, 2.5, 2.5)], 2.5, 0),
    "poor": ([evaluation("2024-05-14", 2, 2.5, 2.5, 2.5)], 2, 1),
    "incomplete: no overall level": ([evaluation("2024-05-14", 1, 1, 1, None)], 1, None),
    "of talks before and after": (
        [evaluation("2024-05-12", 1, 1, 1, 1), evaluation("2024-05-20", 1, 1, 1, 1)],
        None,
        None,
    ),
    "customers' are no evaluation of a talk": ([survey("2024-05-14", overall=1)], None, None),
}


@pytest.mark.parametrize(("rows", "mean", "poor"), VIEWS.values(), ids=VIEWS)
def test_evaluation_avg(reckon: Any, rows: Any, mean: Any, poor: Any) -> None:
    assert reckon("evaluation_avg", rows, subject="目标达成度").current == mean
    count = reckon("evaluation_avg", rows, subject="需改进")
    assert (count.current, count.unit, count.better, count.name) == (
        poor, "count", -1, "综合等级需改进的沟通",
    )  # fmt: skip


def test_the_line_below_which_a_talk_is_poor_is_the_teams(reckon: Any) -> None:
    rows = [evaluation("2024-05-14", 3, 3, 3, 3)]
    levels = {"优秀": 5, "良好": 4.5, "一般": 3.5}
    assert reckon("evaluation_avg", rows, subject="需改进", level_from=levels).current == 1
