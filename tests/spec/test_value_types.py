"""Choices, numbers, identifiers and texts in the forms that people write them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from xlcrm.spec.loader import load_spec
from xlcrm.spec.types.base import FieldType, ReadContext
from xlcrm.spec.types.choices import Many, Tick, arrow_of, bare, remark_of
from xlcrm.spec.types.codes import CreditCode, Id
from xlcrm.spec.types.numbers import Integer, Number, Score
from xlcrm.spec.types.texts import Items

SPEC = load_spec()
CONTEXT = ReadContext(date(2024, 5, 20), date(2024, 5, 20))


def kind(table: str, key: str) -> FieldType:
    return SPEC.tables[table].by_key[key].type


def read(field_type: FieldType, raw: Any) -> tuple[Any, list[str]]:
    """The value and the codes of the problems."""
    reading = field_type.read(raw, CONTEXT)
    return reading.value, [problem.code for problem in reading.problems]


def suggestion(field_type: FieldType, raw: Any) -> str | None:
    (problem,) = field_type.read(raw, CONTEXT).problems
    return problem.suggestion


PRIORITY = kind("revisit_record", "priority")
TYPE = kind("customer_base", "customer_type")
CHANNEL = kind("communication_log", "channel")
EMOTION = kind("communication_log", "emotion")
TREND = kind("crm_record", "satisfaction_trend")
CHANGE = kind("communication_log", "type_after")
STAGE = kind("communication_log", "stage_after")
TOPICS = kind("revisit_record", "topics")
TAGS = kind("customer_base", "tags")


@pytest.mark.parametrize(
    ("field_type", "raw", "value", "codes"),
    [
        (PRIORITY, "高", "高", []),
        (PRIORITY, "高 ", "高", []),
        (PRIORITY, "[高]", "高", ["normalised"]),
        (PRIORITY, "【高】", "高", ["normalised"]),
        (PRIORITY, "☑高", "高", ["normalised"]),
        (PRIORITY, "■高 □中 □低", "高", ["normalised"]),
        (PRIORITY, "[ ]高 [x]中 [ ]低", "中", ["normalised"]),
        (PRIORITY, "□高 □中 ●低", "低", ["normalised"]),
        (PRIORITY, "√高", "高", ["normalised"]),
        (PRIORITY, "高√ 中 低", "高", ["normalised"]),
        (PRIORITY, "高□ 中☑ 低□", "中", ["normalised"]),
        (PRIORITY, "请勾选:☑高 □中", "高", ["normalised"]),
        (PRIORITY, "□高 □中 □低", None, []),
        (PRIORITY, "☑高 ☑中", None, ["ambiguous-tick"]),
        (PRIORITY, "High", "高", []),
        (PRIORITY, "紧急", None, ["not-in-list"]),
        (PRIORITY, 1.0, None, ["not-in-list"]),
        (PRIORITY, "", None, []),
        (TYPE, "意向", "意向客户", ["normalised"]),
        (TYPE, "已 成交", "成交客户", ["normalised"]),
        (CHANNEL, "电话", "电话", []),
        (CHANNEL, "ＱＱ", "QQ", ["normalised"]),
        (CHANNEL, "Email", "邮件", ["normalised"]),
        (CHANNEL, "线下会议(公司3楼会议室)", "面谈(公司3楼会议室)", ["normalised"]),
        (CHANNEL, "会议(公司3楼)", "会议(公司3楼)", []),
        (CHANNEL, "会议（公司3楼）", "会议(公司3楼)", ["normalised"]),
        (CHANNEL, "会议()", "会议", ["normalised"]),
        (CHANNEL, "飞书(群)", None, ["not-in-list"]),
        (EMOTION, "有点着急", "有点着急", []),
        (EMOTION, "积极(略犹豫)", "积极(略犹豫)", []),
        (TREND, "下降:因交付延期", "下降:因交付延期", []),
        (TREND, "下降：因交付延期", "下降:因交付延期", ["normalised"]),
        (TREND, "下降(因交付延期)", "下降:因交付延期", ["normalised"]),
        (TREND, "下降", "下降", []),
        (CHANGE, "意向客户", "意向客户", []),
        (CHANGE, "潜在客户→意向客户", "潜在客户→意向客户", []),
        (CHANGE, "潜在->意向", "潜在客户→意向客户", ["normalised"]),
        (CHANGE, "潜在客户 → 意向客户", "潜在客户→意向客户", []),
        (CHANGE, "成交客户(签了年框)", "成交客户(签了年框)", []),
        (CHANGE, "成交客户,签了年框", "成交客户(签了年框)", ["normalised"]),
        (CHANGE, "意向客户(潜在→意向)", "意向客户(潜在→意向)", []),
        (CHANGE, "维持", "维持", []),
        (CHANGE, "维持意向客户", "维持", ["normalised"]),
        (CHANGE, "路人→意向客户", None, ["not-in-list"]),
        (CHANGE, "签约中", None, ["not-in-list"]),
        (STAGE, "需求沟通阶段→方案评估阶段", "需求沟通→方案评估", ["normalised"]),
    ],
)
def test_a_choice(field_type: FieldType, raw: Any, value: Any, codes: list[str]) -> None:
    assert read(field_type, raw) == (value, codes)


def test_a_choice_not_in_the_list_names_the_nearest() -> None:
    assert suggestion(TYPE, "意向客戶") == "意向客户"
    assert suggestion(PRIORITY, "紧急") is None
    assert suggestion(CHANGE, "潜在客户→意向客戶") == "意向客户"
    assert suggestion(TOPICS, "定期回仿") == "定期回访"


@pytest.mark.parametrize(
    ("value", "choice", "change", "remark"),
    [
        ("意向客户", "意向客户", (None, "意向客户", ""), ""),
        ("潜在客户→意向客户", "意向客户", ("潜在客户", "意向客户", ""), ""),
        ("意向客户(潜在→意向)", "意向客户", (None, "意向客户", "潜在→意向"), "潜在→意向"),
        ("维持", "维持", (None, None, ""), ""),
        ("下降:因价格(含税)", "下降", (None, "下降", "因价格(含税)"), "因价格(含税)"),
        ("会议(3楼:301)", "会议", (None, "会议", "3楼:301"), "3楼:301"),
    ],
)
def test_the_parts_of_a_choice(
    value: str, choice: str, change: tuple[str | None, str | None, str], remark: str
) -> None:
    assert (bare(value), arrow_of(value), remark_of(value)) == (choice, change, remark)


@pytest.mark.parametrize(
    ("field_type", "raw", "value", "codes"),
    [
        (TAGS, "高潜力客户、预算敏感型", ["高潜力客户", "预算敏感型"], []),
        (TAGS, "高潜力客户,预算敏感型", ["高潜力客户", "预算敏感型"], []),
        (TAGS, "高潜力客户，预算敏感型", ["高潜力客户", "预算敏感型"], []),
        (TAGS, "高潜力客户;预算敏感型；老朋友", ["高潜力客户", "预算敏感型", "老朋友"], []),
        (TAGS, "高潜力客户/预算敏感型", ["高潜力客户", "预算敏感型"], []),
        (TAGS, "高潜力客户\n预算敏感型", ["高潜力客户", "预算敏感型"], []),
        (TAGS, "[高潜力客户][预算敏感型]", ["高潜力客户", "预算敏感型"], []),
        (TAGS, "【高潜力客户】【预算敏感型】", ["高潜力客户", "预算敏感型"], []),
        (TAGS, "老朋友[高潜力客户]", ["老朋友", "高潜力客户"], []),
        (TAGS, "高潜力客户、高潜力客户", ["高潜力客户"], []),
        (TAGS, "、", None, []),
        (TOPICS, "☑定期回访 ☐售后跟进 ☑满意度调研", ["定期回访", "满意度调研"], ["normalised"]),
        (TOPICS, "定期回访、生日", None, ["not-in-list"]),
        (kind("revisit_record", "next_step"), "3天内跟进", ["3日内跟进"], ["normalised"]),
        (Many(), "甲、乙", ["甲", "乙"], []),
        (TAGS, 3.0, ["3"], []),
    ],
)
def test_several_values(field_type: FieldType, raw: Any, value: Any, codes: list[str]) -> None:
    assert read(field_type, raw) == (value, codes)


@pytest.mark.parametrize(
    "raw", [True, "☑", "☒", "✓", "✔", "√", "■", "●", "[x]", "［Ｘ］", "是", 1.0]
)
def test_a_tick(raw: Any) -> None:
    assert read(Tick(), raw) == (True, [])


@pytest.mark.parametrize("raw", [False, "☐", "□", "○", "[ ]", "否", "", " ", 0.0])
def test_no_tick(raw: Any) -> None:
    assert read(Tick(), raw) == (None, [])


def test_a_tick_that_is_none() -> None:
    assert read(Tick(), "待定") == (None, ["ambiguous-tick"])


MONEY = Number(low=0, unit="元")
TEN_THOUSANDS = Number(low=0, unit="万元")


@pytest.mark.parametrize(
    ("field_type", "raw", "value", "codes"),
    [
        (Score(), 4.0, 4, []),
        (Score(), 4.5, 4.5, []),
        (Score(), "4", 4, []),
        (Score(), "4分", 4, ["normalised"]),
        (Score(), "4 分", 4, ["normalised"]),
        (Score(), "４", 4, ["normalised"]),
        (Score(), "4/5", 4, ["normalised"]),
        (Score(), "4.5/5分", 4.5, ["normalised"]),
        (Score(), "8/10", None, ["bad-number"]),
        (Score(), date(2024, 4, 5), None, ["bad-number"]),
        (Score(), "不错", None, ["bad-number"]),
        (Score(), True, None, ["bad-number"]),
        (Score(), time(4, 30), None, ["bad-number"]),
        (Score(), float("nan"), None, ["bad-number"]),
        (Score(), 6.0, None, ["out-of-range"]),
        (Score(), "0分", None, ["out-of-range"]),
        (Score(), 4.2, None, ["out-of-range"]),
        (Score(step=1), 4.5, None, ["out-of-range"]),
        (Score(), "", None, []),
        (Integer(low=0), "3次", 3, ["normalised"]),
        (Integer(low=0), 2.0, 2, []),
        (Integer(low=0), 2.5, None, ["out-of-range"]),
        (Integer(low=0), -1.0, None, ["out-of-range"]),
        (Integer(low=0), "1,200人", 1200, ["normalised"]),
        (MONEY, "12万", 120_000, ["normalised"]),
        (MONEY, "12万元", 120_000, ["normalised"]),
        (MONEY, "120000元", 120_000, ["normalised"]),
        (TEN_THOUSANDS, "3500万元", 3500, ["normalised"]),
        (TEN_THOUSANDS, "3500万", 3500, ["normalised"]),
        (TEN_THOUSANDS, "35000000元", 3500, ["normalised"]),
        (TEN_THOUSANDS, "3500美元", None, ["bad-number"]),
        (Number(), "12万", None, ["bad-number"]),
        (Number(), "9" * 400, None, ["bad-number"]),
    ],
)
def test_a_number(field_type: FieldType, raw: Any, value: Any, codes: list[str]) -> None:
    assert read(field_type, raw) == (value, codes)


def test_a_score_that_became_a_date_is_suggested() -> None:
    assert suggestion(Score(), date(2024, 4, 5)) == "4"
    assert suggestion(Score(), datetime(2024, 5, 5)) == "5"
    assert suggestion(Score(), date(2024, 4, 6)) is None


CUSTOMER = Id("C", 3)
ISSUE = Id("", 3, "yyyymm")


@pytest.mark.parametrize(
    ("field_type", "raw", "value", "codes"),
    [
        (CUSTOMER, "C001", "C001", []),
        (CUSTOMER, "c001", "C001", ["normalised"]),
        (CUSTOMER, "Ｃ００１", "C001", ["normalised"]),
        (CUSTOMER, "C 001", "C001", ["normalised"]),
        (CUSTOMER, "C12345", "C12345", []),
        (CUSTOMER, "C01", None, ["bad-id"]),
        (CUSTOMER, "1", None, ["bad-id"]),
        (CUSTOMER, "", None, []),
        (ISSUE, 202405001.0, "202405001", []),
        (ISSUE, "202405001", "202405001", []),
        (ISSUE, "202413001", None, ["bad-id"]),
        (ISSUE, "20240501", None, ["bad-id"]),
        (ISSUE, 2.02405001e15, None, ["digits-lost"]),
        (CreditCode(), "91350100M000100Y43", "91350100M000100Y43", []),
        (CreditCode(), "91350100m000100y43", "91350100M000100Y43", ["normalised"]),
        (
            CreditCode(),
            "９１３５０１００Ｍ０００１００Ｙ４３",
            "91350100M000100Y43",
            ["normalised"],
        ),
        (CreditCode(), "91350100M000100Y44", None, ["bad-credit-code"]),
        (CreditCode(), "91350100M", None, ["bad-credit-code"]),
        (CreditCode(), 9.135010000010004e17, None, ["digits-lost"]),
    ],
)
def test_an_identifier(field_type: FieldType, raw: Any, value: Any, codes: list[str]) -> None:
    assert read(field_type, raw) == (value, codes)


def test_a_bad_id_suggests_its_prefix_and_zeros() -> None:
    assert suggestion(CUSTOMER, "C01") == "C001"
    assert suggestion(CUSTOMER, 7.0) == "C007"
    assert suggestion(CUSTOMER, "X001") is None


NAME = kind("crm_record", "customer_name")
NEEDS = kind("crm_record", "needs")
PARTIES = kind("communication_record", "participants")
CONTENT = kind("communication_log", "content")
CONTACT = kind("customer_base", "contact")
CODE = "91350100M000100Y43"


@pytest.mark.parametrize(
    ("field_type", "raw", "value", "codes"),
    [
        (CONTENT, "  客户：满意，\r\n★预算２０万 ", "客户：满意，\n★预算２０万", []),
        (CONTENT, 20.0, "20", []),
        (CONTENT, " \n", None, []),
        (NAME, "华东\u3000智造\n有限公司 ", "华东 智造 有限公司", ["normalised"]),
        (NAME, " 华东智造 ", "华东智造", []),
        (NAME, "华东智造（上海）", "华东智造(上海)", ["normalised"]),
        (NAME, "华东智造(91350100M000100Y44)", "华东智造(91350100M000100Y44)", ["bad-credit-code"]),
        (kind("customer_base", "contact_info"), 13812345678.0, "13812345678", []),
        (NEEDS, "显性:降低成本;隐性:长期售后", {"explicit": "降低成本", "latent": "长期售后"}, []),
        (
            NEEDS,
            "显性需求：降低成本\n隐性需求：售后",
            {"explicit": "降低成本", "latent": "售后"},
            [],
        ),
        (NEEDS, "降低成本", {"rest": "降低成本"}, []),
        (NEEDS, "急!显性:降低成本", {"rest": "急!显性:降低成本"}, []),
        (NEEDS, "预算紧;显性:甲;显性:乙", {"rest": "预算紧", "explicit": "甲;乙"}, []),
        (PARTIES, "客户方-*经理(采购部);我方-张伟、李娜", None, []),
        (Items(), "1. 缩短周期\n2. 降低成本", ["缩短周期", "降低成本"], []),
        (Items(), "1.缩短周期 2.降低成本", ["缩短周期", "降低成本"], []),
        (Items(), "1、缩短周期；2、降低2.5个点", ["缩短周期", "降低2.5个点"], []),
        (Items(), "①缩短周期②降低成本", ["缩短周期", "降低成本"], []),
        (Items(), "（1）缩短周期\n（2）降低成本", ["缩短周期", "降低成本"], []),
        (Items(), "缩短周期\n降低成本", ["缩短周期", "降低成本"], []),
        (Items(), "20万元以内", ["20万元以内"], []),
        (Items(), " ", None, []),
    ],
)
def test_a_text(field_type: FieldType, raw: Any, value: Any, codes: list[str]) -> None:
    if field_type is PARTIES:
        value = {"theirs": "*经理(采购部)", "ours": "张伟、李娜"}
    assert read(field_type, raw) == (value, codes)


def test_a_text_that_gives_other_fields_too() -> None:
    reading = NAME.read(f"华东智造（{CODE}）", CONTEXT)
    assert (reading.value, dict(reading.rest)) == ("华东智造", {"credit_code": CODE})
    assert [problem.code for problem in reading.problems] == ["normalised"]
    reading = CONTACT.read("联系人:*经理，职位:采购总监", CONTEXT)
    assert (reading.value, dict(reading.rest)) == ("*经理", {"contact_title": "采购总监"})
    assert [problem.code for problem in reading.problems] == ["normalised"]
    reading = CONTACT.read("*经理:采购", CONTEXT)
    assert (reading.value, dict(reading.rest)) == ("*经理:采购", {})


ACTIONS = kind("communication_record", "actions")
OTHER_ACTIONS = kind("multichannel_record", "actions")
SENT = {"action": "发送方案", "owner": "张伟", "due": "2024-05-25"}


@pytest.mark.parametrize(
    ("field_type", "raw", "value"),
    [
        (ACTIONS, "1. 发送方案 | 负责人:张伟 | 完成时间:2024-05-25", [SENT]),
        (ACTIONS, "发送方案 | 张伟 | 2024-05-25", [SENT]),
        (OTHER_ACTIONS, "张伟 | 2024-05-25 | 发送方案", [SENT]),
        (ACTIONS, "1. 发送方案\n2. 回访", [{"action": "发送方案"}, {"action": "回访"}]),
        (ACTIONS, "负责人:张伟", [{"owner": "张伟"}]),
        (
            ACTIONS,
            "发送方案 | 完成时间:尽快 | 负责人:张伟",
            [{"action": "发送方案 | 完成时间:尽快", "owner": "张伟"}],
        ),
        (ACTIONS, "发送方案 | 张伟 | 尽快", [{"action": "发送方案 | 尽快", "owner": "张伟"}]),
        (ACTIONS, "方案:第一版", [{"action": "方案:第一版"}]),
        (ACTIONS, "回访 | 完成时间:3日内", [{"action": "回访", "due": "2024-05-23"}]),
        (ACTIONS, "", None),
    ],
)
def test_actions_on_one_cell(field_type: FieldType, raw: str, value: Any) -> None:
    assert field_type.read(raw, CONTEXT).value == value


def test_values_that_mean_the_same_compare_equal() -> None:
    for field_type, one, other in [
        (NAME, "华东智造 (上海)", "华东智造(上海)"),
        (TAGS, ["甲", "乙"], ["乙", "甲"]),
        (Items(), ["降低 成本"], ["降低成本"]),
        (NEEDS, {"latent": "甲", "explicit": "乙"}, {"explicit": "乙", "latent": "甲"}),
        (ACTIONS, [{"action": "回访", "owner": "张伟"}], [{"owner": "张伟", "action": "回访"}]),
    ]:
        assert field_type.compare_key(one) == field_type.compare_key(other)
    assert TAGS.compare_key(["甲"]) != TAGS.compare_key(["乙"])
    assert CreditCode().compare_key(CODE) == CODE


def test_private_parts_are_masked() -> None:
    assert CONTENT.mask("请打13812345678") == "请打138****5678"
    assert ACTIONS.mask([{"action": "打13812345678"}]) == "1. 打138****5678"
    assert kind("customer_base", "contact_info").mask("13812345678") == "138****5678"


def test_an_id_is_suggested_for_a_short_number_and_not_for_a_phones() -> None:
    assert suggestion(CUSTOMER, "1") == "C001"
    assert suggestion(CUSTOMER, "13812345678") is None
