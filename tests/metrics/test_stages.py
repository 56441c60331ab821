"""Conversion and loss by need stage, and conversion by channel and customer tag."""

from __future__ import annotations

from typing import Any

import pytest

A, B, C, D = "初步接洽", "需求沟通", "方案评估", "合同谈判"
LOST = "流失客户"
P, I, W = "潜在客户", "意向客户", "成交客户"  # noqa: E741


def customer(key: str, stage: str, since: str = "2024-01-01", **values: Any) -> tuple[Any, ...]:
    said = {"customer_id": key, "need_stage": stage, "customer_type": I}
    return ("base", key, since, said | values)


def talk(key: str, day: str, **values: Any) -> tuple[Any, ...]:
    return ("log", key, day, values)


TOLD = talk("C099", "2023-01-02", stage_after=f"{C}→{D}", type_after=LOST)

# rows, then (hits, total) of the step B→C, or None
STEPS: dict[str, tuple[list[Any], tuple[int, int] | None]] = {
    "moved, of those who were": (
        [
            customer("C001", C),
            customer("C002", B),
            talk("C001", "2024-05-14", stage_after=f"{B}→{C}"),
        ],
        (1, 2),
    ),
    "a jump passes it": ([talk("C001", "2024-05-19", stage_after=f"{A}→{D}")], (1, 1)),
    "there and back counts once": (
        [
            talk("C001", "2024-05-13", stage_after=f"{B}→{C}"),
            talk("C001", "2024-05-14", stage_after=f"{C}→{B}"),
            talk("C001", "2024-05-15", stage_after=f"{B}→{C}"),
        ],
        (1, 1),
    ),
    "in the next period: was there, not yet gone": (
        [customer("C001", C), talk("C001", "2024-05-20", stage_after=f"{B}→{C}")],
        (0, 1),
    ),
    "first there in the period": ([customer("C001", B, "2024-05-19"), TOLD], (0, 1)),
    "first there after it": ([customer("C001", B, "2024-05-20"), TOLD], None),
    "no talk tells of stages": ([customer("C001", B)], None),
}


@pytest.mark.parametrize(("rows", "expected"), STEPS.values(), ids=STEPS)
def test_stage_conversion(reckon: Any, rows: Any, expected: Any) -> None:
    metric = reckon("stage_conversion", rows, subject=f"{B}→{C}")
    found = (metric.details["hits"], metric.details["total"]) if metric.details else None
    assert found == expected
    assert metric.current == (expected and expected[0] / expected[1])


# rows, then (hits, total) lost at B
LOSSES: dict[str, tuple[list[Any], tuple[int, int] | None]] = {
    "lost at its base's stage": (
        [
            customer("C001", B),
            customer("C002", B),
            talk("C001", "2024-05-14", type_after=f"{I}→{LOST}"),
            TOLD,
        ],
        (1, 2),
    ),
    "lost on the day it came to it": (
        [talk("C001", "2024-05-19", stage_after=f"{A}→{B}", type_after=f"{I}→{LOST}")],
        (1, 1),
    ),
    "lost before it moved on": (
        [
            customer("C001", C),
            talk("C001", "2024-05-14", type_after=f"{I}→{LOST}"),
            talk("C001", "2024-05-15", stage_after=f"{B}→{C}"),
        ],
        (1, 1),
    ),
    "lost at another stage": (
        [
            customer("C001", C),
            talk("C001", "2024-05-14", stage_after=f"{B}→{C}"),
            talk("C001", "2024-05-15", type_after=f"{I}→{LOST}"),
        ],
        (0, 1),
    ),
    "lost on the Monday after": (
        [customer("C001", B), talk("C001", "2024-05-20", type_after=f"{I}→{LOST}"), TOLD],
        (0, 1),
    ),
    "no talk tells of types": ([talk("C001", "2024-05-14", stage_after=f"{A}→{B}")], None),
}


@pytest.mark.parametrize(("rows", "expected"), LOSSES.values(), ids=LOSSES)
def test_stage_loss(reckon: Any, rows: Any, expected: Any) -> None:
    metric = reckon("stage_loss", rows, subject=B)
    found = (metric.details["hits"], metric.details["total"]) if metric.details else None
    assert found == expected


UP, DOWN, BACK = f"{P}→{I}", f"{W}→{I}", f"{LOST}→{I}"
TALKS = [
    talk("C001", "2024-05-13", channel="致电", type_after=UP),
    talk("C001", "2024-05-19", channel="微信", type_after=DOWN),
    talk("C002", "2024-05-14", channel="电话(总机)"),
    talk("C002", "2024-05-14", channel="钉钉", type_after=BACK),
    talk("C003", "2024-05-20", channel="面谈", type_after=f"{I}→{W}"),
    talk("C003", "2024-05-12", channel="面谈"),
]


@pytest.mark.parametrize(
    ("channel", "figures"),
    [("电话", (1 / 2, None)), ("即时通讯", (0, None)), ("面谈", (None, 0))],
)
def test_channel_conversion(reckon: Any, channel: str, figures: Any) -> None:
    metric = reckon("channel_conversion", TALKS, subject=channel)
    assert (metric.current, metric.previous) == figures


def test_tag_conversion_is_of_the_customers_talked_to(reckon: Any) -> None:
    rows = [
        *(customer(f"C00{n}", A, tags=["犹豫型"]) for n in range(1, 5)),
        *TALKS,
        ("channels", "C005", "2024-05-14T09:00/2024-05-14T10:00", {"tags": ["老朋友"]}),
    ]
    metric = reckon("tag_conversion", rows, subject="犹豫型")
    # C001 of C001 and C002; C003 was talked to in the week before, C004 never.
    assert (metric.current, metric.previous) == (1 / 2, 0)
    assert metric.basis == {"customers": ("C001", "C002")}
    assert reckon("tag_conversion", rows, subject="老朋友").current == 0


def test_without_tags_or_types_there_is_one_figure_without_data(reckon: Any) -> None:
    plain = [talk("C001", "2024-05-14")]
    assert reckon("tag_conversion", plain).subject is None
    assert reckon("channel_conversion", plain, subject="电话").current is None
