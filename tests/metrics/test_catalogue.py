"""What holds of all metrics: their declarations, order, trend, display and JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from xlcrm.metrics.catalogue import CATALOGUE, compute, compute_trend, ordered
from xlcrm.metrics.declarations import declarations
from xlcrm.metrics.display import display, in_language
from xlcrm.metrics.json_form import metric_json
from xlcrm.metrics.model import Metric
from xlcrm.periods import parse_period

WEEK = parse_period("2024-W20")


def metric(current: Any, previous: Any, change: float | None, kind: str, unit: str) -> Metric:
    return Metric("k", "d", "n", unit, current, previous, change, kind)  # type: ignore[arg-type]


def test_each_metric_is_declared_and_each_declared_one_is_reckoned() -> None:
    assert list(CATALOGUE) == list(declarations().metrics)
    assert {each.dimension for each in declarations().metrics.values()} <= {
        *declarations().dimensions
    }


def test_without_records_every_metric_has_no_data(facts: Any, spec: Any) -> None:
    for each in compute(facts(), WEEK, spec):
        assert (each.current, each.previous, each.change, each.rows) == (None, None, None, 0)
        assert set(display(each).values()) == {"-"}


CORE = [
    ("base", "C001", "", {"customer_id": "C001", "customer_type": "潜在客户"}),
    ("log", "C001", "2024-05-14", {"emotion": "满意", "content": "报价", "next_action": "发方案"}),
    ("issue", "C001", "2024-05-14", {"progress": "处理中"}),
]


def test_core_fields_alone_give_no_invented_figures(facts: Any, spec: Any) -> None:
    found = {each.key: each.current for each in compute(facts(*CORE), WEEK, spec)}
    assert {key for key, value in found.items() if value is not None} == {
        "contact_frequency",
        "never_contacted",
        "negative_share",
        "at_risk",
        "reactivated",
        "issue_close_rate",
        "issue_overdue",
    }


def test_document_e_leads_then_the_phases_dimension(facts: Any, spec: Any) -> None:
    metrics = compute(facts(), WEEK, spec)
    found = ordered(metrics, "成熟期")
    assert [(each.key, each.subject) for each in found[:4]] == [
        ("avg_response_hours", None),
        ("top_needs", None),
        ("conversion", "潜在客户→意向客户"),
        ("satisfaction", None),
    ]
    rest = [each.dimension for each in found[4:]]
    assert list(dict.fromkeys(rest)) == [
        "客户满意度", "客户响应效率", "需求匹配度", "转化路径", "客户来源", "问题闭环", "记录质量",
        "沟通评价", "团队",
    ]  # fmt: skip
    assert len(found) == len(metrics)
    assert ordered(metrics, "成长期")[4].dimension == "需求匹配度"


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_trend_ends_with_the_period(facts: Any, spec: Any, n: int) -> None:
    rows = [("log", "C001", f"2024-05-{day:02}", {"satisfaction": day % 5}) for day in (14, 7)]
    trend = compute_trend(facts(*rows), WEEK, spec, ["satisfaction"], n)
    points = [(point.period.label, point.value) for point in trend["satisfaction", None]]
    assert points == [("2024-W18", None), ("2024-W19", 2.0), ("2024-W20", 4.0)][-n:]


@pytest.mark.parametrize(
    ("current", "previous", "change", "kind", "unit", "shown"),
    [
        (36.0, 48.0, -0.25, "relative", "hours", ("36", "48", "↓25%")),
        (0.15, 0.1, 0.15 - 0.1, "points", "rate", ("15%", "10%", "↑5%")),
        (4.2, 4.0, 4.2 - 4.0, "difference", "score", ("4.2", "4", "↑0.2")),
        (4.35, 4.0, 4.35 - 4.0, "difference", "score", ("4.4", "4", "↑0.4")),  # 0.35, half up
        (1 / 3, 0.333, 1 / 3 - 0.333, "points", "rate", ("33.3%", "33.3%", "→")),
        (4.0, 4.04, 4.0 - 4.04, "difference", "score", ("4", "4", "→")),
        (3, 1, 2, "difference", "count", ("3", "1", "↑2")),
        (0, None, None, "difference", "count", ("0", "-", "-")),
        (1234.56, 100.0, 11.3456, "relative", "hours", ("1234.6", "100", "↑1134.6%")),
    ],
)
def test_display(
    current: Any, previous: Any, change: Any, kind: str, unit: str, shown: tuple[str, ...]
) -> None:
    found = display(metric(current, previous, change, kind, unit))
    assert tuple(found.values()) == shown


def test_lists_are_displayed_by_names() -> None:
    tags = [{"tag": tag} for tag in ("成本控制", "数据对接", "售后支持")]
    assert display(metric(tags, None, None, "none", "list")) == {
        "current": "成本控制/数据对接/售后支持",
        "previous": "-",
        "change": "-",
    }
    named = [{"name": name} for name in "甲乙丙丁"]
    shown = metric(named, [], 4, "difference", "list")
    assert display(shown) == {"current": "甲、乙、丙等4家", "previous": "无", "change": "↑4"}
    assert display(shown, "en")["current"] == "甲, 乙, 丙 and 1 more"


def test_json(facts: Any, spec: Any) -> None:
    rows = [
        ("base", "C001", "2024-01-01", {"customer_type": "意向客户"}),
        ("log", "C001", "2024-05-14", {"type_after": "潜在客户→意向客户", "need_tags": ["甲"]}),
        ("log", "C001", "2024-05-14", {"sent_at": "2024-05-14T09:00", "satisfaction": 2}),
    ]
    metrics = compute(facts(*rows), WEEK, spec)
    documents = {(m.key, m.subject): metric_json(m, "zh", "说明") for m in metrics}
    assert json.loads(json.dumps(documents["conversion", "潜在客户→意向客户"])) == {
        "key": "conversion",
        "subject": "潜在客户→意向客户",
        "dimension": "转化路径",
        "name": "潜在客户→意向客户转化率",
        "unit": "rate",
        "current": 1.0,
        "previous": 0.0,
        "change": 1.0,
        "change_kind": "points",
        "display": {"current": "100%", "previous": "0%", "change": "↑100%"},
        "rows": 1,
        "narrative": "说明",
    }
    assert {
        key: set(document["current"][0])
        for (key, _), document in documents.items()
        if isinstance(document["current"], list)
    } == {
        "top_needs": {"tag", "customers", "mentions", "share"},
        "slow_customers": {"customer", "name", "hours", "unanswered"},
        "low_satisfaction": {"customer", "name", "before", "after", "revisited"},
        "at_risk": {"customer", "name", "reasons"},
    }
    assert json.dumps(list(documents.values()))


def test_a_metric_in_english(facts: Any, spec: Any) -> None:
    found = {each.key: each for each in compute(facts(), WEEK, spec)[::-1]}
    shown = in_language(found["conversion"], "en")
    assert (shown.dimension, shown.subject) == ("Conversion", "Prospect→Interested")
    assert metric_json(found["slow_customers"], "en", None)["name"] == (
        "Customers slower than 48 hours"
    )
