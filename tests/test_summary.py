"""The text for a group chat: no longer than fits, cut at whole lines, the least important first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.analysis_rows import AnalysisRow, Figure
from xlcrm.metrics.model import Metric
from xlcrm.periods import parse_period
from xlcrm.sheet_words import Words
from xlcrm.summary import summarise

WEEK = parse_period("2024-W20")
LIMIT = 2000
LEADING = ("avg_response_hours", "top_needs", "conversion", "satisfaction")


def row(key: str, mood: Any = "plain", **said: Any) -> tuple[Metric, AnalysisRow]:
    """A metric called as its key, 2 against 1."""
    metric = Metric(key, "维度", key, "count", 2, 1, 1.0, "difference", said.pop("subject", None))
    made = AnalysisRow(key, "维度", key, Figure("2"), Figure("1"), "↑1", mood, "")
    return metric, replace(made, **said)


def told(*rows: tuple[Metric, AnalysisRow], form: Any = "plain", **more: Any) -> str:
    metrics, shown = zip(*rows, strict=True) if rows else ((), ())
    return summarise(metrics, shown, WEEK, "周报.xlsx", Words("zh"), form, **more)


def test_it_says_what_leads_then_what_is_worse_then_what_is_better() -> None:
    text = told(
        row("conversion"), row("a", "good"), row("b", "bad"), row("avg_response_hours", "good",
        narrative="本周变慢。"), row("c"), row("d", change="→"),
    )  # fmt: skip
    assert text == (
        "【沟通效果分析周报】2024-W20(2024-05-13 至 2024-05-19)\n"
        "\n主要指标\n"
        "· avg_response_hours：2(上周 1，↑1，向好)\n"
        "本周变慢。\n"
        "· conversion：2(上周 1，↑1)\n"
        "\n需要关注\n· b：2(上周 1，↑1，变差)\n"
        "\n有所改善\n· a：2(上周 1，↑1，向好)\n"
        "\n这里没有列出的还有 2 项指标，见“周报.xlsx”。\n"
    )


def test_as_markdown_nothing_in_it_is_taken_for_a_mark() -> None:
    text = told(row("satisfaction", narrative="[x](y) *好* #1"), form="markdown")
    assert text == (
        "# 【沟通效果分析周报】2024-W20(2024-05-13 至 2024-05-19)\n"
        "\n## 主要指标\n\n"
        "- satisfaction：2(上周 1，↑1)\n"
        "  \\[x\\](y) \\*好\\* \\#1\n"
    )


def test_what_matters_less_goes_first() -> None:
    long = "字" * 200
    rows = [row("satisfaction", narrative=long), row("conversion", narrative=long)]
    rows += [row(f"变差{n}", "bad") for n in range(20)] + [
        row(f"变好{n}", "good") for n in range(20)
    ]
    text = told(*rows)
    assert "· satisfaction" in text and "变差19" in text
    assert text.count(long) == 1
    assert "变好0" in text
    assert "变好19" not in text
    left = 42 - text.count("· ")
    assert f"还有 {left} 项指标" in text


def test_a_line_that_never_fits_is_left_out_alone() -> None:
    text = told(row("satisfaction", narrative="字" * 700), row("b", "bad"))
    assert "· b：" in text
    assert "字" not in text
    assert text.endswith("\n分析没有全部列出，见“周报.xlsx”。\n")


def test_of_what_does_not_fit_as_many_sentences_stand_as_do() -> None:
    long = "很长的话。" * 30 + "最后" * 400 + "。"
    text = told(row("satisfaction", narrative="先说的一句。" + long), row("b", "bad"))
    assert "先说的一句。很长的话。" in text and "最后" not in text
    assert "· b：" in text
    assert text.endswith("\n分析没有全部列出，见“周报.xlsx”。\n")
    said = "Mean of 2 replies: 36 hours. Slow to answer: Sun Foods Co. Ltd. " + "x" * 2000
    text = told(row("satisfaction", narrative=said))
    assert "\nMean of 2 replies: 36 hours.\n" in text


def test_figures_without_data_are_not_counted_as_left_out() -> None:
    rows = [row(key) for key in ("satisfaction", "x", "y")]
    empty = [(replace(metric, current=None, previous=None), shown) for metric, shown in rows]
    assert "还有 2 项指标" in told(*rows)
    assert "还有 1 项指标" in told(*rows[:2], *empty[2:])
    assert "项指标" not in told(*empty)


def test_customers_that_are_named_are_seen_to() -> None:
    metric, shown = row("slow_customers", current=Figure("甲、乙"))
    named = replace(metric, current=[{"name": "甲"}, {"name": "乙"}], unit="list", better=-1)
    assert "需要关注\n· slow_customers：甲、乙(比上周 ↑1)\n" in told((named, shown))
    assert "需要关注" not in told((replace(named, current=[]), shown))


def test_what_may_not_be_told_is_not() -> None:
    def tell(line: str) -> str | None:
        return None if "b：" in line else line.replace("甲", "C001")

    text = told(row("satisfaction", narrative="甲好"), row("b", "bad"), told=tell)
    assert "C001好" in text
    assert "b：" not in text
    assert "还有 1 项指标" in text


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
moods = st.sampled_from(["good", "bad", "plain"])
keys = st.sampled_from([*LEADING, "x", "y", "z"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(keys, moods, texts, texts), max_size=40),
    st.sampled_from(["plain", "markdown"]),
)
def test_it_fits_whatever_it_says(rows: Any, form: Any) -> None:
    made = [row(key, mood, name=name or "名", narrative=said) for key, mood, name, said in rows]
    text = told(*made, form=form)
    assert len(text.encode("utf-8")) <= LIMIT
    assert text.endswith("\n") and "2024-W20" in text.splitlines()[0]
    assert not any(char in text for char in "\x00\x1b\r\u202e")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_said_in_both_languages(language: Any) -> None:
    metrics, shown = zip(row("satisfaction", "bad"), row("x", "good"), strict=True)
    text = summarise(metrics, shown, WEEK, "r.xlsx", Words(language))
    assert ("上周" in text) == (language == "zh")


@pytest.mark.parametrize("form", ["plain", "markdown"])
def test_of_a_period_that_is_not_over_it_says_so(form: Any) -> None:
    said = {"zh": "未结束，数据到 2024-05-19", "en": "not over yet, as of 2024-05-19"}
    metrics, shown = zip(row("satisfaction", narrative="字" * 700), strict=True)
    for language, words in said.items():
        given = (metrics, shown, WEEK, "r.xlsx", Words(cast(Any, language)), form)
        title = summarise(*given, as_of=WEEK.end).splitlines()[0]
        assert "2024-05-19" in title and words in title.replace("\\", "")
        assert summarise(*given, as_of=WEEK.end + timedelta(days=1)) == summarise(*given)
        assert words not in summarise(*given)


@pytest.mark.parametrize("form", ["plain", "markdown"])
def test_a_line_fits_to_the_last_byte(form: Any) -> None:
    lengths = {
        len(told(row("satisfaction", narrative="x" * n), form=form).encode())
        for n in range(1700, 2000)
    }
    assert max(lengths) == LIMIT
