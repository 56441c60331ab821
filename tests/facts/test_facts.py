"""Facts of small ledgers: which rows are one talk, and what each table tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from xlcrm.facts import Facts, build_facts
from xlcrm.facts.model import KINDS
from xlcrm.records import LedgerRecord, Source
from xlcrm.spec.loader import load_spec

Build = Callable[..., Facts]
DATES = {
    "communication_log": "date",
    "communication_record": "time",
    "revisit_record": "time",
    "multichannel_record": "time",
    "crm_record": "last_interaction",
}
LOG, FORM, REVISIT, CHANNELS, CRM = DATES


@pytest.fixture(scope="module")
def build() -> Build:
    """Facts of (table, customer, values), ids K1, K2 … in their order."""
    spec = load_spec()

    def run(*rows: tuple[str, str | None, dict[str, Any]]) -> Facts:
        return build_facts(
            [
                LedgerRecord(f"K{n}", table, values, (Source("a.xlsx", table, n),), customer)
                for n, (table, customer, values) in enumerate(rows, 1)
            ],
            spec,
        )

    return run


def talk(table: str, when: str, channel: str = "电话", **values: Any) -> tuple[Any, ...]:
    return (table, "C001", {DATES[table]: when, "channel": channel} | values)


def sources(facts: Facts) -> list[tuple[str, ...]]:
    return sorted(facts.communications["source"])


DAY = "2024-05-14"
AT = "2024-05-14T{}".format

SAME_TALK = {
    "another table, same customer, day and channel": (
        [talk(LOG, DAY), talk(CRM, DAY)],
        [("K1", "K2")],
    ),
    "another day": ([talk(LOG, DAY), talk(CRM, "2024-05-15")], [("K1",), ("K2",)]),
    "another channel": ([talk(LOG, DAY), talk(CRM, DAY, "邮件")], [("K1",), ("K2",)]),
    "another channel of the same class": (
        [talk(LOG, DAY, "微信"), talk(CRM, DAY, "钉钉")],
        [("K1", "K2")],
    ),
    "a revisit's 面访 is 面谈; the place in brackets means nothing": (
        [talk(LOG, DAY, "面谈(公司3楼)"), talk(REVISIT, AT("09:00"), "面访")],
        [("K1", "K2")],
    ),
    "another customer": (
        [talk(LOG, DAY), (CRM, "C002", {"last_interaction": DAY, "channel": "电话"})],
        [("K1",), ("K2",)],
    ),
    "no customer known": (
        [
            (LOG, None, {"date": DAY, "channel": "电话"}),
            (CRM, None, {"last_interaction": DAY, "channel": "电话"}),
        ],
        [("K1",), ("K2",)],
    ),
    "rows of one table never": ([talk(LOG, DAY), talk(LOG, DAY)], [("K1",), ("K2",)]),
    "times that overlap": (
        [
            talk(FORM, f"{AT('09:00')}/{AT('10:00')}"),
            talk(CHANNELS, f"{AT('09:59')}/{AT('11:00')}"),
        ],
        [("K1", "K2")],
    ),
    "times that only touch": (
        [
            talk(FORM, f"{AT('09:00')}/{AT('10:00')}"),
            talk(CHANNELS, f"{AT('10:00')}/{AT('11:00')}"),
        ],
        [("K1",), ("K2",)],
    ),
    "a moment within a span": (
        [talk(FORM, f"{AT('09:00')}/{AT('10:00')}"), talk(REVISIT, AT("09:30"))],
        [("K1", "K2")],
    ),
    "a moment outside it": (
        [talk(FORM, f"{AT('09:00')}/{AT('10:00')}"), talk(REVISIT, AT("10:01"))],
        [("K1",), ("K2",)],
    ),
    "at most one has a time": ([talk(LOG, DAY), talk(FORM, AT("09:00"))], [("K1", "K2")]),
    "one to one in row order": (
        [talk(LOG, DAY), talk(LOG, DAY), talk(CRM, DAY), talk(CRM, DAY), talk(CRM, DAY)],
        [("K1", "K3"), ("K2", "K4"), ("K5",)],
    ),
    "a third row must fit all the others": (
        [talk(LOG, DAY), talk(LOG, DAY), talk(FORM, AT("09:00")), talk(REVISIT, AT("15:00"))],
        [("K1", "K3"), ("K2", "K4")],
    ),
    "the tables' order is their own, not the ledger's": (
        [talk(CRM, DAY), talk(REVISIT, AT("09:00")), talk(LOG, DAY)],
        [("K3", "K2", "K1")],
    ),
}


@pytest.mark.parametrize(("rows", "expected"), SAME_TALK.values(), ids=SAME_TALK)
def test_the_same_talk(build: Build, rows: Any, expected: Any) -> None:
    assert sources(build(*rows)) == expected


def test_a_talks_fields_come_from_the_first_table_that_has_them(build: Build) -> None:
    facts = build(
        talk(CRM, DAY, summary="摘要", satisfaction=3, owner="王"),
        talk(CHANNELS, AT("09:00"), content="要点", types=["售后服务"], emotion=["犹豫", "不满"]),
        talk(LOG, DAY, content="", topic="报价"),
    )
    one = facts.communications.loc["K3"]
    assert (one["content"], one["topic"], one["polarity"]) == ("要点", "报价", "negative")
    assert one["start"] == pd.Timestamp(AT("09:00"))
    assert facts.scores["score"].to_dict() == {"K1": 3}


def test_a_customer_without_a_base_row_is_a_customer(build: Build) -> None:
    facts = build(
        ("customer_base", "C001", {"customer_id": "C001", "customer_name": "甲公司"}),
        ("customer_base", "C001", {"customer_name": "甲", "customer_type": "意向客户"}),
        (LOG, "C002", {"customer_id": "C002", "date": DAY}),
        (LOG, "乙公司", {"customer_name": "乙 公司", "date": "2024-05-13"}),
        (CRM, "乙公司", {"customer_name": "乙公司", "last_interaction": DAY}),
    )
    assert list(facts.customers.index) == ["C001", "C002", "乙公司"]
    assert facts.customers.loc["C001", ["name", "type"]].tolist() == ["甲公司", "意向客户"]
    assert facts.named("C001") == {"customer": "C001", "name": "甲公司"}
    assert facts.named("C002")["customer"] == "C002"
    assert facts.named("乙公司") == {"customer": "乙 公司", "name": "乙 公司"}
    assert facts.customers.at["乙公司", "there_from"] == pd.Timestamp("2024-05-13")


def test_first_contact_outweighs_the_first_record(build: Build) -> None:
    facts = build(
        talk(LOG, "2024-05-01"),
        talk(CRM, "2024-05-02", first_contact="2024-04-02"),
        talk(CRM, "2024-05-03", first_contact="2024-03-02"),
        (LOG, "C002", {"date": DAY}),
        ("customer_base", "C002", {"first_contact": "2024-05-20"}),
    )
    there = facts.customers["there_from"].dt.strftime("%Y-%m-%d").to_dict()
    assert there == {"C001": "2024-03-02", "C002": "2024-05-20"}


def test_what_was_not_understood_counts_as_missing(build: Build) -> None:
    facts = build((LOG, "C001", {"channel": "电话", "sent_at": AT("09:00")}))
    assert facts.communications["date"].isna().all()
    assert facts.messages["hours"].isna().all()


def test_actions_of_every_table(build: Build) -> None:
    rows = {"action": "报价", "owner": "李", "due": "2024-05-20", "done": "2024-05-18"}
    facts = build(
        talk(LOG, DAY, next_action="发方案", action_due="2024-05-16", status="待跟进"),
        talk(FORM, DAY, actions=[rows, {"action": "回访"}]),
        talk(REVISIT, DAY, next_step=["3日内跟进", "定期回访"]),
        talk(CHANNELS, DAY, actions=[{"action": "寄样"}]),
        talk(CRM, DAY, follow_up_due={"date": "2024-05-25", "text": "发送定制方案"}),
        ("issue_tracking", "C001", {"second_follow_up": "复测", "second_due": "2024-06-05"}),
        ("communication_evaluation", "C001", {"measures": "备资料", "plan_due": "下次沟通前1天"}),
    )
    due = facts.actions["due"].dt.strftime("%m-%d").fillna("-")
    assert list(zip(facts.actions.index, facts.actions["action"], due, strict=True)) == [
        ("K1#1", "发方案", "05-16"),
        ("K2#1", "报价", "05-20"),
        ("K2#2", "回访", "-"),
        ("K3#1", "3日内跟进", "05-17"),
        ("K3#2", "定期回访", "-"),
        ("K4#1", "寄样", "-"),
        ("K5#1", "发送定制方案", "05-25"),
        ("K6#1", "复测", "06-05"),
        ("K7#1", "备资料", "-"),
    ]
    assert facts.actions.loc["K2#1", "owner"] == "李"
    assert facts.actions.loc["K2#1", "done"] == pd.Timestamp("2024-05-18")


def test_needs_are_tags_and_text_without_any(build: Build) -> None:
    facts = build(
        talk(LOG, DAY, need_tags=["成本控制", "数据对接"], next_action="发方案"),
        talk(FORM, DAY, needs=["降低成本"]),  # the same talk: its needs are tagged on the log
        talk(FORM, "2024-05-15", needs=["缩短交付"], latent_needs=["长期维护"]),
        talk(CRM, "2024-05-15", needs={"explicit": "交付快"}),  # the same talk again
        talk(CRM, "2024-05-16", needs={"explicit": "售后"}, follow_up_due={"text": "回复"}),
    )
    needs = facts.needs
    assert list(needs.index) == ["K1#1", "K1#2", "K3", "K5"]
    assert needs["tag"].fillna("-").tolist() == ["成本控制", "数据对接", "-", "-"]
    assert needs["is_responded"].tolist() == [True, True, False, True]
    assert "长期维护" in needs.at["K3", "text"]


def test_timelines_note_what_is_assumed(build: Build) -> None:
    facts = build(
        talk(LOG, "2024-05-02", type_after="成交客户"),
        talk(LOG, "2024-05-01", type_after="意向客户"),
        talk(LOG, "2024-05-03", type_after="维持"),
        talk(LOG, "2024-05-04", type_after="成交客户"),
        talk(LOG, "2024-05-05", type_after="意向客户→流失客户(价格)"),
        talk(LOG, "2024-05-05", stage_after="方案评估"),
    )
    changes = facts.type_changes
    assert list(zip(changes.index, changes["before"], changes["after"], strict=True)) == [
        ("K2", "潜在客户", "意向客户"),
        ("K1", "意向客户", "成交客户"),
        ("K5", "意向客户", "流失客户"),
    ]
    assert changes["is_assumed"].tolist() == [True, False, False]
    assert facts.stage_changes.at["K6", "before"] == "需求沟通"


def test_a_customer_first_heard_of_as_lost_came_from_the_bases_type(build: Build) -> None:
    lost = talk(LOG, DAY, type_after="流失客户")
    for type_, before in (("意向客户", "意向客户"), ("流失客户", None)):
        facts = build(("customer_base", "C001", {"customer_type": type_}), lost)
        assert facts.type_changes["before"].tolist() == [before]


def test_evaluations_by_dimension(build: Build) -> None:
    facts = build(
        ("satisfaction_evaluation", "C001", {"evaluated_on": DAY, "product_quality": 4}),
        (
            "communication_evaluation",
            "C001",
            {
                "communicated_on": DAY,
                "goal_score": 3.5,
                "goal_level": "良好",
                "expertise_level": "优秀",
            },
        ),
    )
    rows = facts.evaluations[["of", "dimension", "score"]].values.tolist()
    assert rows == [
        ["customer", "product_quality", 4.0],
        ["talk", "goal", 3.5],
        ["talk", "expertise", 5.0],  # a level without a score
    ]


def test_no_records_are_no_facts(build: Build) -> None:
    facts = build()
    assert all(getattr(facts, kind).empty for kind in KINDS)
    assert facts.communications["date"].dtype == "datetime64[s]"
