"""What the day asks for follows the team's settings; all runs are as of 2024-05-20."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

BASE, LOG = "客户基础信息库", "沟通动态记录表"
CUSTOMER = {"客户类型": "意向客户", "负责人": "张伟", "初次接触时间": date(2024, 5, 19)}


def due(team: Any, kind: str) -> list[dict[str, Any]]:
    items = team.run("due", team.root, "--format", "json").document["items"]
    return [each for each in items if each["kind"] == kind]


def fill(team: Any, sheet: str, *rows: dict[str, Any]) -> None:
    """Put a workbook of one list into the folder."""
    book = team.blank(f"{sheet}.xlsx", sheet)
    for n, row in enumerate(rows):
        book.fill(sheet, book.first + n, row)
    book.save()


@pytest.mark.parametrize(
    ("notice", "expected"),
    [
        (30, [("2024-04-30", "C003"), ("2024-06-19", "C001")]),
        (31, [("2024-04-30", "C003"), ("2024-06-19", "C001"), ("2024-06-20", "C002")]),
    ],
)
def test_contracts_that_end_are_told_ahead(
    team: Any, notice: int, expected: list[tuple[str, str]]
) -> None:
    team.edit(
        ("字段", {"表": BASE, "字段键": "contract_end"}, {"显示": "是"}),
        ("参数", {"参数键": "renewal_days"}, {"值": notice}),
    )
    ends = (date(2024, 6, 19), date(2024, 6, 20), date(2024, 4, 30), date(2024, 4, 30))
    rows = [
        {**CUSTOMER, "客户ID": f"C00{n}", "客户名称": f"客户{n}", "合同到期日": day}
        for n, day in enumerate(ends, 1)
    ]
    rows[3]["客户类型"] = "流失客户"  # nobody waits for this one
    fill(team, BASE, *rows)
    assert [(each["date"], each["customer"]) for each in due(team, "renewal")] == expected


def test_days_ahead_and_between_revisits_are_the_teams(team: Any) -> None:
    team.edit(
        ("参数", {"参数键": "remind_days"}, {"值": 3}),
        ("参数", {"参数键": "revisit_days"}, {"值": "VIP客户=10;普通客户=200"}),
        ("参数", {"参数键": "dormant_days"}, {"值": 100}),
    )
    customers = {"C001": "VIP客户", "C002": "普通客户"}
    rows = [
        {**CUSTOMER, "客户ID": key, "客户名称": key, "客户分级": grade}
        for key, grade in customers.items()
    ]
    fill(team, BASE, *rows)
    talk = {"沟通方式": "电话", "关键内容记录": "谈报价", "后续行动": "发报价", "负责人": "张伟"}
    talks = [
        {"客户ID": "C001", "沟通日期": date(2024, 5, 13), "行动截止日期": date(2024, 5, 23)},
        {"客户ID": "C002", "沟通日期": date(2024, 2, 12), "行动截止日期": date(2024, 5, 24)},
    ]
    fill(team, LOG, *({**talk, **each} for each in talks))
    assert [each["date"] for each in due(team, "due")] == ["2024-05-23"]
    assert [(each["date"], each["what"]) for each in due(team, "revisit")] == [
        ("2024-05-22", "已 98 天没有沟通(上次 2024-02-12)"),
        ("2024-05-23", "上次沟通 2024-05-13，VIP客户每 10 天回访一次"),
    ]


@pytest.mark.parametrize(
    ("leaves", "owner"), [(date(2024, 5, 17), "李娜"), (date(2024, 5, 31), "张伟")]
)
def test_a_leavers_matters_are_the_successors(team: Any, leaves: date, owner: str) -> None:
    team.edit(
        ("成员", {"姓名": "张伟", "离开日期": leaves, "接手人": "李娜"}),
        ("成员", {"姓名": "李娜"}),
    )
    born = {**CUSTOMER, "客户ID": "C001", "客户名称": "星辰科技", "客户生日": "05-20"}
    fill(team, BASE, born)
    assert [each["owner"] for each in due(team, "birthday")] == [owner]


def test_a_customer_is_known_by_an_alias_of_the_settings(team: Any) -> None:
    team.edit(("客户别名", {"别名或客户ID": "老王的公司", "归为": "C001"}))
    fill(team, BASE, {**CUSTOMER, "客户ID": "C001", "客户名称": "星辰科技"})
    talk = {"沟通日期": date(2024, 5, 13), "沟通方式": "电话", "关键内容记录": "谈报价"}
    fill(team, LOG, {**talk, "客户名称": "老王的公司"})
    ran = team.run("brief", team.root, "老王的公司", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert (ran.document["customer"], len(ran.document["talks"])) == ("C001", 1)
