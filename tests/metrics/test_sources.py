"""source_new and source_conversion, condition by condition."""

from __future__ import annotations

from typing import Any

import pytest

FAIR, WEB = "展会推荐", "线上推广"
P, I, W = "潜在客户", "意向客户", "成交客户"  # noqa: E741


def customer(key: str, since: str, source: str = FAIR, type_: str = P) -> tuple[Any, ...]:
    said = {"customer_id": key, "customer_type": type_}
    return ("base", key, since, said | ({"source": source} if source else {}))


def change(key: str, day: str, after: str) -> tuple[Any, ...]:
    return ("log", key, day, {"type_after": after})


# rows, new of the fair in 2024-W20 and in the week before
NEW: dict[str, tuple[list[Any], Any]] = {
    "on Monday and Sunday": (
        [customer("C001", "2024-05-13"), customer("C002", "2024-05-19")],
        (2, None),
    ),
    "before and after": ([customer("C001", "2024-05-12"), customer("C002", "2024-05-20")], (0, 1)),
    "there from the beginning": ([customer("C001", "")], (0, 0)),
    "of another source": (
        [customer("C001", "2024-05-06"), customer("C002", "2024-05-13", WEB)],
        (0, 1),
    ),
    "first heard of in a talk": (
        [customer("C001", ""), change("C001", "2024-05-14", I)],
        (1, None),
    ),
}


@pytest.mark.parametrize(("rows", "expected"), NEW.values(), ids=NEW)
def test_source_new(reckon: Any, rows: Any, expected: Any) -> None:
    metric = reckon("source_new", rows, subject=FAIR)
    assert (metric.current, metric.previous) == expected


def test_a_source_has_its_share_of_the_new(reckon: Any) -> None:
    rows = [customer("C001", "2024-05-13"), customer("C002", "2024-05-14", WEB)]
    assert reckon("source_new", rows, subject=WEB).details == {"hits": 1, "total": 2}
    assert reckon("source_new", [customer("C001", "2024-05-13", "")]).current is None


# rows, converted of the fair's customers by the end of 2024-W20
BOUGHT: dict[str, tuple[list[Any], float | None]] = {
    "all along, by the base": ([customer("C001", "2024-01-01", type_=W)], 1),
    "by a change on Sunday": (
        [customer("C001", "2024-01-01"), change("C001", "2024-05-19", f"{I}→{W}")],
        1,
    ),
    "by a change on Monday after": (
        [customer("C001", "2024-01-01", type_=W), change("C001", "2024-05-20", f"{I}→{W}")],
        0,
    ),
    "once, and lost since": (
        [customer("C001", "2024-01-01"), change("C001", "2024-04-01", f"{W}→流失客户")],
        1,
    ),
    "there after the period": (
        [customer("C001", "2024-01-01"), customer("C002", "2024-05-20", type_=W)],
        0,
    ),
}


@pytest.mark.parametrize(("rows", "expected"), BOUGHT.values(), ids=BOUGHT)
def test_source_conversion(reckon: Any, rows: Any, expected: Any) -> None:
    assert reckon("source_conversion", rows, subject=FAIR).current == expected
