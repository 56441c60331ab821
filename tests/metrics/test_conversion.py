"""conversion, condition by condition: timelines, jumps, there and back, new customers."""

from __future__ import annotations

from typing import Any

import pytest

P, I, W, L = "潜在客户", "意向客户", "成交客户", "流失客户"  # noqa: E741
FIRST, SECOND = f"{P}→{I}", f"{I}→{W}"


def customer(key: str, type_: str, since: str = "") -> tuple[Any, ...]:
    return ("base", key, since, {"customer_id": key, "customer_type": type_})


def change(key: str, day: str, after: str, **values: Any) -> tuple[Any, ...]:
    return ("log", key, day, {"type_after": after} | values)


IN_USE = change("C099", "2024-01-02", L)  # from where is unknown: it counts nowhere

# rows, moved and were of the first step, moved and were of the second
CASES: dict[str, tuple[list[Any], tuple[int, int] | None, tuple[int, int] | None]] = {
    "moved in the period, of those who were": (
        [
            customer("C001", I, "2024-01-01"),
            customer("C002", P, "2024-01-01"),
            change("C001", "2024-05-14", f"{P}→{I}"),
        ],
        (1, 2),
        (0, 1),
    ),
    "moved on Sunday: in; on the Monday after: not yet": (
        [
            change("C001", "2024-05-19", f"{P}→{I}"),
            change("C002", "2024-05-20", f"{P}→{I}"),
            customer("C002", P, "2024-01-01"),
        ],
        (1, 2),
        (0, 1),
    ),
    "moved before the period: was no more at its start": (
        [
            customer("C001", I, "2024-01-01"),
            change("C001", "2024-05-12", f"{P}→{I}"),
            customer("C002", P, "2024-01-01"),
        ],
        (0, 1),
        (0, 1),
    ),
    "at its start they were what the last change before made them": (
        [
            customer("C001", W, "2024-01-01"),
            change("C001", "2024-04-01", f"{P}→{I}"),
            change("C001", "2024-04-02", f"{I}→{P}"),
        ],
        (0, 1),
        None,
    ),
    "moved on the first day: was at its start": (
        [customer("C001", I, "2024-01-01"), change("C001", "2024-05-13", f"{P}→{I}")],
        (1, 1),
        (0, 1),
    ),
    "there and back: moved, and once": (
        [
            customer("C001", P, "2024-01-01"),
            change("C001", "2024-05-14", f"{P}→{I}"),
            change("C001", "2024-05-15", f"{I}→{P}"),
            change("C001", "2024-05-16", f"{P}→{I}"),
        ],
        (1, 1),
        (0, 1),
    ),
    "a jump passes every step between": (
        [customer("C001", W, "2024-01-01"), change("C001", "2024-05-14", f"{P}→{W}")],
        (1, 1),
        (1, 1),
    ),
    "back down is no conversion": (
        [customer("C001", P, "2024-01-01"), change("C001", "2024-05-14", f"{W}→{P}")],
        (0, 1),
        None,
    ),
    "from lost is no step": (
        [customer("C001", I, "2024-01-01"), change("C001", "2024-05-14", f"{L}→{I}")],
        None,
        (0, 1),
    ),
    "a first change without an arrow comes from the step before": (
        [customer("C001", I, "2024-01-01"), change("C001", "2024-05-14", I)],
        (1, 1),
        (0, 1),
    ),
    "a later one from the change before it": (
        [
            customer("C001", W, "2024-01-01"),
            change("C001", "2024-04-01", f"{W}→{P}"),
            change("C001", "2024-05-14", W),
        ],
        (1, 1),
        (1, 1),
    ),
    "one day: by record id": (
        [
            change("C001", "2024-05-14", W, record_id="J10"),
            change("C001", "2024-05-14", I, record_id="J9"),
        ],
        (1, 1),
        (1, 1),
    ),
    "one day: then by source row": (
        [change("C001", "2024-05-14", I), change("C001", "2024-05-14", W)],
        (1, 1),
        (1, 1),
    ),
    "first lost: from the base's type": (
        [customer("C001", P, "2024-01-01"), change("C001", "2024-05-14", L)],
        (0, 1),
        None,
    ),
    "first lost, the base says lost: unknown": (
        [customer("C001", L, "2024-01-01"), change("C001", "2024-05-14", L)],
        None,
        None,
    ),
    "维持 is no change": (
        [customer("C001", P, "2024-01-01"), change("C001", "2024-05-14", "维持")],
        (0, 1),
        None,
    ),
    "no changes: the base's type all along": (
        [customer("C001", P, "2024-01-01"), customer("C002", I, "2024-01-01"), IN_USE],
        (0, 1),
        (0, 1),
    ),
    "before a later change they were what it came from": (
        [customer("C001", I, "2024-01-01"), change("C001", "2024-06-01", f"{P}→{I}")],
        (0, 1),
        None,
    ),
    "first there in the period: became it": (
        [customer("C001", P, "2024-05-19"), IN_USE],
        (0, 1),
        None,
    ),
    "first there after it: not there": ([customer("C001", P, "2024-05-20"), IN_USE], None, None),
    "without a first contact, there from the first dated record": (
        [customer("C001", P), ("issue", "C001", "2024-05-20", {}), IN_USE],
        None,
        None,
    ),
    "without any date, there from the beginning": ([customer("C001", P), IN_USE], (0, 1), None),
    "created and converted in the period": (
        [customer("C001", I, "2024-05-14"), change("C001", "2024-05-14", f"{P}→{I}")],
        (1, 1),
        (0, 1),
    ),
    "the same talk on two tables is one change": (
        [
            change("C001", "2024-05-14", I),
            ("crm", "C001", "2024-05-14", {"type_after": I}),
        ],
        (1, 1),
        (0, 1),
    ),
    "no talk ever says the type after it: no data": (
        [customer("C001", P, "2024-01-01"), ("log", "C001", "2024-05-14", {})],
        None,
        None,
    ),
}


@pytest.mark.parametrize(("rows", "first", "second"), CASES.values(), ids=CASES)
def test_conversion(reckon: Any, rows: Any, first: Any, second: Any) -> None:
    for subject, expected in ((FIRST, first), (SECOND, second)):
        metric = reckon("conversion", rows, subject=subject)
        if expected is None:
            assert metric.current is None
        else:
            assert (metric.details["hits"], metric.details["total"]) == expected
            assert metric.current == expected[0] / expected[1]
            assert metric.rows == expected[1]


def test_its_change_is_in_points(reckon: Any) -> None:
    rows = [customer(f"C{n:03}", P, "2024-01-01") for n in range(1, 21)]
    rows += [change(f"C{n:03}", "2024-05-07", f"{P}→{I}") for n in (1, 2)]
    rows += [change(f"C{n:03}", "2024-05-14", f"{P}→{I}") for n in (3, 4, 5)]
    rows += [customer("C021", P, "2024-05-13"), customer("C022", P, "2024-05-13")]
    metric = reckon("conversion", rows, subject=FIRST)
    assert (metric.previous, metric.current) == (2 / 20, 3 / 20)
    assert metric.change == pytest.approx(0.05)
    assert metric.name == "潜在客户→意向客户转化率"
