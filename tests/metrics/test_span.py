"""Facts of a span of days give the figures and sentences that facts of everything give."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from xlcrm import resources
from xlcrm.facts import Facts, Span, build_facts
from xlcrm.facts.tables import OF_SPAN
from xlcrm.metrics.catalogue import compute, compute_trend, days_asked
from xlcrm.narrative import narrate
from xlcrm.periods import Period, parse_period
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options
from xlcrm.records import LedgerRecord
from xlcrm.spec.model import Spec

WEEK = parse_period("2024-W20")
DAY = timedelta(days=1)
# Of the sample and of what is made by chance: before, at both ends, between and after.
PERIODS = (
    *("2024-W01", "2024-W13", "2024-W14", "2024-W20", "2024-W21", "2024-W22", "2024-W26"),
    *("2024-04", "2024-05", "2024-06", "2024-Q1", "2024-Q2", "2024-Q3", "2023", "2024", "2025"),
)
TYPES = ("潜在客户", "意向客户", "成交客户", "流失客户", "意向客户→成交客户", "维持")

Make = Callable[..., Facts]


def said(facts: Facts, period: Period, spec: Spec) -> tuple[Any, Any]:
    """The metrics of a period, and the sentences about them."""
    metrics = compute(facts, period, spec)
    return metrics, narrate(metrics, facts, spec, "zh")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> list[LedgerRecord]:
    folder = tmp_path_factory.mktemp("team")
    resources.copy_tree(resources.sample_workbooks(), folder)
    return merge(folder, Options(as_of=date(2024, 5, 27))).picture.records


@pytest.mark.parametrize("label", PERIODS)
def test_the_samples_figures_are_the_same(
    label: str, sample: list[LedgerRecord], spec: Spec
) -> None:
    period = parse_period(label)
    near = build_facts(sample, spec, days_asked(period))
    assert said(near, period, spec) == said(build_facts(sample, spec), period, spec)


def by_chance(chance: random.Random) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Rows of few customers and channels on few days: many that meet on several tables."""
    rows = []
    for table in ("base", "log", "record", "revisit", "channels", "crm", "issue", "survey"):
        for _ in range(70):
            day = date(2024, 3, 25) + timedelta(days=chance.randrange(70))
            rows.append((table, f"C{chance.randrange(9)}", f"{day}", values(chance, day)))
    return rows


def values(chance: random.Random, day: date) -> dict[str, Any]:
    """What a row says, of all that a metric asks for; a part of it, so that some is missing."""
    sent = day + timedelta(days=chance.randrange(-3, 4))
    replied = sent + timedelta(days=chance.randrange(-1, 9))
    everything = {
        "record_id": f"J{chance.randrange(99)}",
        "channel": chance.choice(("电话", "面谈")),
        "customer_type": chance.choice(TYPES[:4]),
        "type_after": chance.choice(TYPES),
        "need_tags": chance.sample(("成本", "交付", "售后"), 2),
        "need_met": chance.choice(("已满足", "未满足")),
        "satisfaction": chance.randrange(1, 6),
        "overall": chance.randrange(1, 6),
        "emotion": chance.choice(("积极", "不满")),
        "sent_at": f"{sent}T09:00",
        "replied_at": f"{replied}T10:30",
        "recorded_at": f"{day + timedelta(days=chance.randrange(3))}T20:00",
        "due": f"{replied}",
        "completed_on": f"{replied}",
        "issue": "坏了",
    }
    return {key: value for key, value in everything.items() if chance.random() < 0.6}


@pytest.mark.parametrize("seed", range(2))
def test_figures_by_chance_are_the_same(seed: int, facts: Make, spec: Spec) -> None:
    rows = by_chance(random.Random(seed))
    everything = facts(*rows)
    for label in PERIODS:
        period = parse_period(label)
        near = facts(*rows, span=days_asked(period))
        assert said(near, period, spec) == said(everything, period, spec), label


@pytest.mark.parametrize(
    "shorter",
    [
        lambda span: replace(span, first=span.first + DAY),
        lambda span: replace(span, last=span.last - DAY),
        lambda span: replace(span, talks_from=span.talks_from + DAY),
    ],
)
def test_a_span_a_day_too_short_is_refused(
    shorter: Callable[[Span], Span], facts: Make, spec: Spec
) -> None:
    near = facts(*by_chance(random.Random(0)), span=shorter(days_asked(WEEK)))
    with pytest.raises(ValueError, match="outside"):
        compute(near, WEEK, spec)


def test_what_lies_outside_is_refused(facts: Make, spec: Spec) -> None:
    near = facts(*by_chance(random.Random(0)), span=days_asked(WEEK))
    for kind in OF_SPAN:
        with pytest.raises(ValueError, match="alone"):
            getattr(near, kind)
    with pytest.raises(ValueError, match="outside"):
        compute_trend(near, WEEK, spec, ["satisfaction"])
    with pytest.raises(ValueError, match="outside"):
        near.last_scores(days_asked(WEEK).first - DAY)
