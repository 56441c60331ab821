"""What a field type writes reads back as the same; no cell makes one raise."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.spec.loader import load_spec
from xlcrm.spec.types.base import FieldType, ReadContext
from xlcrm.spec.types.choices import Change, Choice, Many

SPEC = load_spec()
CONTEXT = ReadContext(date(2024, 5, 20), date(2024, 5, 20))
TYPES = {
    repr(field.type): pytest.param(field.type, id=f"{table.key}-{field.key}")
    for table in SPEC.tables.values()
    for field in table.fields
    if field.is_input
}
WORDS = """
1 2 3 12 20 24 45 99 001 5月 20日 2024 2024-05-20 2024/5/20 14:30 下午 ~ # + e nan Ａ １ % *
, ， 、 ; ； : ： . - ( ) （ ） [ ] 【 】 / | → -> √ ☑ □ ■ ● ① ② x 是 否 高 中 低 分 元 万
潜在客户 意向 维持 下降 电话 微信 积极 不满 张伟 *经理 C J TRUE #N/A 农历 正月 初五 廿 日内 天内
个工作日内 前 显性 隐性 我方 客户方 联系人 职位 负责人
"""
PIECES = [*WORDS.split(), " ", "\n", "\u3000", "\u200b"]
texts = st.one_of(
    st.text(max_size=20),
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
)
cells = st.one_of(
    texts,
    st.floats(),
    st.integers(-10, 100_000).map(float),
    st.booleans(),
    st.datetimes(datetime(1900, 1, 1)),
    st.dates(date(1900, 1, 1)),
    st.times(),
    st.timedeltas(timedelta(0), timedelta(days=2_000_000)),
)
contexts = st.builds(
    ReadContext,
    st.none() | st.dates(date(1950, 1, 1), date(2099, 1, 1)),
    st.none() | st.dates(date(1950, 1, 1), date(2099, 1, 1)),
    st.booleans(),
)


@pytest.mark.parametrize("kind", TYPES.values())
@settings(max_examples=40, deadline=None, derandomize=True)
@given(raw=cells, context=contexts)
def test_any_cell_is_read(kind: FieldType, raw: Any, context: ReadContext) -> None:
    reading = kind.read(raw, context)
    if reading.value is None:
        return
    json.dumps(reading.value, allow_nan=False)
    kind.compare_key(reading.value)
    for language in ("zh", "en"):
        again = kind.read(kind.text(reading.value, language), CONTEXT)
        assert again.value is not None
        # A second reading is stable, whatever the first made of it.
        text = kind.text(again.value, language)
        value = kind.read(text, CONTEXT).value
        assert value is not None and kind.text(value, language) == text


def samples(kind: FieldType) -> list[Any]:
    """Values that a field of this type holds, as the documents show them."""
    if isinstance(kind, Change):
        first, second, *_ = (choice.value for choice in kind.vocabulary.choices)
        return [first, f"{first}→{second}", f"{second}(试用后)", "维持"]
    if isinstance(kind, Choice):
        values: list[Any] = [choice.value for choice in kind.vocabulary.choices]
        remark = {"brackets": "{}(说明)", "colon": "{}:因交付延期", "": "{}"}[kind.remark]
        return [*values, *(remark.format(value) for value in values)]
    if isinstance(kind, Many):
        values = [c.value for c in kind.vocabulary.choices] if kind.vocabulary else ["甲", "乙"]
        return [values[:1], values]
    return SAMPLES[kind.name]


SAMPLES: dict[str, list[Any]] = {
    "name": ["华东智造科技有限公司", "张伟、李娜", "2024年第二季度"],
    "text": ["★客户预算20万元以内,\n6月底前上线", "1", "是"],
    "contact": ["*经理", "*经理(采购部)"],
    "contact_info": ["138****5678", "客户联系方式-1"],
    "credit_code": ["91350100M000100Y43"],
    "date": ["2024-05-20", "1985-01-31"],
    "datetime": ["2024-05-20T14:30", "2024-05-20", "2024-05-20T14:30:15"],
    "time_range": [
        "2024-05-20T14:30/2024-05-20T15:10",
        "2024-05-20T23:30/2024-05-21T00:10",
        "2024-05-20T14:30",
        "2024-05-20",
    ],
    "month_day": ["05-20", "02-29", "农历08-15"],
    "deadline": [
        {"date": "2024-05-25"},
        {"date": "2024-05-25", "text": "发方案"},
        {"text": "尽快"},
    ],
    "items": [["缩短交付周期"], ["缩短交付周期", "降低2.5个点"]],
    "integer": [0, 3],
    "number": [0, 3500, 12.5],
    "score": [1, 3, 5],
    "tick": [True],
    "actions": [
        [{"action": "发送方案", "owner": "张伟", "due": "2024-05-25", "done": "2024-05-24"}],
        [{"action": "回访"}, {"owner": "李娜", "due": "2024-05-26"}],
    ],
}


def own_samples(kind: FieldType) -> list[Any]:
    """Samples of the types whose values depend on how a field was declared."""
    if kind.name == "split":
        first, second = (part["key"] for part in kind.parts)  # type: ignore[attr-defined]
        return [{first: "甲"}, {first: "甲", second: "乙;丙"}, {"rest": "其他", second: "乙"}]
    if kind.name in ("id", "reference"):
        return [kind.form]  # type: ignore[attr-defined]
    return samples(kind)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", TYPES.values())
def test_a_value_written_reads_back(kind: FieldType, language: str) -> None:
    for value in own_samples(kind):
        for raw in (kind.text(value, language), kind.cell(value, language)):
            reading = kind.read(raw, CONTEXT)
            assert reading.value == value
            codes = {problem.code for problem in reading.problems}
            assert codes <= ({"normalised"} if language == "en" else set()), raw
