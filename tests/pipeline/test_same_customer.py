"""Customers under two names or ids: suggested with the reason, decided by the lead, then one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from xlcrm.pipeline.checks import check
from xlcrm.pipeline.options import Options
from xlcrm.spec.settings import Settings

BASE, LOG, LOG_LABEL, LIST = "customer_base", "communication_log", "沟通动态记录表", "疑似同一客户"
CODE, OTHER_CODE = "91310000607281234G", "91110000600037341L"


def customer(number: int, name: str, **changes: Any) -> dict[str, Any]:
    row = {"customer_id": f"C{number:03d}", "customer_name": name, "customer_type": "意向客户"}
    return {**row, **changes}


def talk(number: int, name: str | None, **changes: Any) -> dict[str, Any]:
    row = {
        "record_id": f"J{number:03d}",
        "customer_name": name,
        "date": "2024-05-14",
        "channel": "电话",
        "topic": "报价",
        "content": "谈价格",
        **changes,
    }
    return {key: value for key, value in row.items() if value is not None}


def pairs(team: Any) -> list[tuple[str, str, str]]:
    """The suggested pairs, with the reason and the state in one."""
    return listed(team, team.master)


def listed(team: Any, master: Path) -> list[tuple[str, str, str]]:
    return [(r["客户"], r["疑似同一客户"], r["状态"]) for r in team.rows(LIST, master)]


def answer(**answers: str | None) -> Callable[[Workbook], None]:
    """What the lead answers, by the customer who may be another."""

    def edit(workbook: Workbook) -> None:
        header, *rows = workbook[LIST].iter_rows(min_row=2)
        at = [cell.value for cell in header]
        for row in rows:
            other = str(row[at.index("疑似同一客户")].value).split()[0]
            if other in answers:
                row[at.index("是否同一客户")].value = answers[other]

    return edit


def test_the_same_name_code_or_phone_is_suggested_with_its_reason(team: Any) -> None:
    rows = [
        customer(1, "上海星辰科技有限公司"),
        customer(2, "明远电子有限公司", credit_code=CODE),
        customer(3, "远明贸易公司", credit_code=CODE),
        customer(4, "海河物流有限公司", contact_info="138****5678"),
        customer(5, "长风建材", contact_info="138****5678"),
        customer(6, "明远科技有限公司"),
        customer(7, "上海科技有限公司"),
        customer(8, "上海贸易有限公司"),
        customer(9, "星晨科技有限公司"),
    ]
    team.put("a.xlsx", {BASE: rows, LOG: [talk(1, "星辰科技（上海）")]})
    team.merge()
    reasons = {row["疑似同一客户"]: row["理由"] for row in team.rows(LIST)}
    assert reasons == {
        "C003 远明贸易公司": f"统一社会信用代码相同（{CODE}）",
        "C005 长风建材": "联系电话相同（138****5678）",
        "星辰科技(上海)": "去掉公司形式和地名后名称相同（星辰科技）",
    }
    customers = {row["客户名称"] for row in team.rows("客户基础信息库")}
    assert len(customers) == len(rows)  # nothing is merged by itself
    tasks = [
        cell
        for row in load_workbook(team.master, read_only=True)["首页"].iter_rows(values_only=True)
        for cell in row
    ]
    assert "3 对客户疑似同一家，请判断" in tasks


def test_firms_of_two_credit_codes_are_two_and_a_shared_switchboard_says_nothing(team: Any) -> None:
    rows = [
        customer(1, "星辰集团", credit_code=CODE),
        customer(2, "星辰有限公司", credit_code=OTHER_CODE),
        *(customer(n, f"第{n}号客户", contact_info="138****5678") for n in range(3, 9)),
    ]
    team.put("a.xlsx", {BASE: rows})
    team.merge()
    assert team.rows(LIST) == []


def test_yes_makes_them_one_in_every_later_merge_and_shows_the_alias_to_copy(team: Any) -> None:
    team.put("a.xlsx", {BASE: [customer(1, "星辰科技有限公司"), customer(2, "星辰科技")]})
    team.put(
        "b.xlsx", {LOG: [talk(1, "星辰科技"), talk(2, None, customer_id="C002", topic="样品")]}
    )
    result = team.merge()
    assert {r.customer for r in result.picture.ledger.records[LOG]} == {"C002"}
    assert pairs(team) == [("C001 星辰科技有限公司", "C002 星辰科技", "待决定")]
    settings_untouched = sorted(p.name for p in team.root.iterdir())
    team.edit_master(answer(C002="是"))
    for _ in range(2):
        result = team.merge()
        assert {r.customer for r in result.picture.ledger.records[LOG]} == {"C001"}
        (row,) = team.rows(LIST)
        assert (row["状态"], row["别名或客户ID"], row["归为"]) == ("同一客户", "C002", "C001")
        team.put("c.xlsx", {LOG: [talk(9, "星辰科技", topic="新")]})
    assert settings_untouched == sorted(p.name for p in team.root.iterdir() if p.name != "c.xlsx")


def test_an_answer_holds_where_one_file_is_checked_alone(team: Any) -> None:
    team.put("a.xlsx", {BASE: [customer(1, "星辰科技有限公司"), customer(2, "星辰科技")]})
    log = team.put("王芳/b.xlsx", {LOG: [talk(1, "星辰科技", customer_id="C001")]})
    team.merge()

    def codes() -> list[str]:
        return [each.code for each in check([log], Options(date(2024, 5, 20))).findings]

    assert codes() == ["name-mismatch"]
    team.edit_master(answer(C002="是"))
    team.merge()
    assert codes() == []


def test_an_answer_in_a_master_that_waits_is_taken_in(team: Any) -> None:
    team.put("a.xlsx", {BASE: [customer(1, "星辰科技有限公司"), customer(2, "星辰科技")]})
    team.put("b.xlsx", {LOG: [talk(1, "星辰科技")]})
    team.merge()
    team.put("c.xlsx", {BASE: [customer(3, "月亮贸易有限公司"), customer(4, "月亮贸易")]})
    sign = team.master.with_name(f"~${team.master.name}")
    sign.touch()
    waiting = team.merge().pending
    change(team.master, answer(C002="是"))
    change(waiting, answer(C004="否"))
    for held in (True, False):
        if not held:
            sign.unlink()
        result = team.merge()
        assert bool(result.pending) is held
        states = {each[1]: each[2] for each in listed(team, result.pending or team.master)}
        assert states == {"C002 星辰科技": "同一客户", "C004 月亮贸易": "不是同一客户"}
        assert {r.customer for r in result.picture.ledger.records[LOG]} == {"C001"}


def change(master: Path, edit: Callable[[Workbook], None]) -> None:
    workbook = load_workbook(master)
    edit(workbook)
    workbook.save(master)


def test_every_figure_counts_them_once(team: Any) -> None:
    def figures() -> dict[str, Any]:
        command = (sys.executable, "-m", "xlcrm", "report", str(team.root), "--format", "json")
        ran = subprocess.run([*command, "--as-of", "2024-05-20"], capture_output=True, check=True)
        document = json.loads(ran.stdout)
        return {each["key"]: each["current"] for each in document["metrics"]}

    rows = [customer(1, "星辰科技有限公司"), customer(2, "星辰科技")]
    talks = [
        talk(1, "星辰科技有限公司", need_tags=["成本"]),
        talk(2, None, customer_id="C002", need_tags=["成本"]),
    ]
    team.put("a.xlsx", {BASE: rows, LOG: talks})
    before = figures()
    assert (before["contact_frequency"], before["top_needs"][0]["customers"]) == (1, 2)
    team.edit_master(answer(C002="是"))
    after = figures()
    assert (after["contact_frequency"], after["top_needs"][0]["customers"]) == (2, 1)


def test_the_answer_outlives_the_state_and_can_be_taken_back(team: Any) -> None:
    team.put("a.xlsx", {BASE: [customer(1, "星辰科技有限公司"), customer(2, "星辰科技")]})
    team.merge()
    team.edit_master(answer(C002="是"))
    team.merge()
    shutil.rmtree(team.results / ".xlcrm")
    team.merge()
    assert pairs(team) == [("C001 星辰科技有限公司", "C002 星辰科技", "同一客户")]
    team.edit_master(answer(C002="否"))
    team.merge()
    assert pairs(team) == [("C001 星辰科技有限公司", "C002 星辰科技", "不是同一客户")]
    team.edit_master(answer(C002=None))
    team.merge()
    assert pairs(team) == [("C001 星辰科技有限公司", "C002 星辰科技", "待决定")]


def test_one_name_under_two_ids_waits_for_an_answer_and_then_warns_no_more(team: Any) -> None:
    rows = [customer(1, "星辰科技"), customer(2, "星辰科技")]
    team.put("a.xlsx", {BASE: rows, LOG: [talk(1, "星辰科技")]})
    first = team.merge()
    assert pairs(team) == [("C001 星辰科技", "C002 星辰科技", "待决定")]
    for said, state, customers in (("否", "不是同一客户", "星辰科技"), ("是", "同一客户", "C001")):
        team.edit_master(answer(C002=said))
        result = team.merge()
        assert ("C001 星辰科技", "C002 星辰科技", state) in pairs(team)
        assert {r.customer for r in result.picture.ledger.records[LOG]} == {customers}
        codes = {each["code"] for each in result.document["findings"]}
        assert "duplicate-customer" not in codes
    assert "duplicate-customer" in {each["code"] for each in first.document["findings"]}


def test_what_is_neither_yes_nor_no_is_told_and_kept(team: Any) -> None:
    team.put("a.xlsx", {BASE: [customer(1, "星辰科技有限公司"), customer(2, "星辰科技")]})
    team.merge()
    team.edit_master(answer(C002="问一下"))
    result = team.merge()
    (row,) = team.rows(LIST)
    assert (row["是否同一客户"], row["状态"]) == ("问一下", "待决定")
    (finding,) = (f for f in result.document["findings"] if f["code"] == "not-in-list")
    assert finding["value"] == "问一下"


@pytest.mark.parametrize("rubbish", ["7", "null", '["C001"]'])
def test_a_hidden_cell_that_was_typed_over_costs_no_merge(team: Any, rubbish: str) -> None:
    team.put("a.xlsx", {BASE: [customer(1, "星辰科技有限公司"), customer(2, "星辰科技")]})
    team.merge()

    def spoil(workbook: Workbook) -> None:
        cells = {cell.value: cell for cell in next(workbook[LIST].iter_rows(min_row=2, max_row=2))}
        workbook[LIST].cell(3, cells["数据"].column, rubbish)

    team.edit_master(spoil)
    team.merge()
    assert len(pairs(team)) == 1


def test_three_names_become_one_by_two_answers_and_settings_come_first(team: Any) -> None:
    rows = [customer(1, "星辰科技有限公司"), customer(2, "星辰科技"), customer(3, "星辰科技集团")]
    team.put(
        "a.xlsx",
        {BASE: rows, LOG: [talk(n, None, customer_id=f"C00{n}", topic=str(n)) for n in (1, 2, 3)]},
    )
    team.merge()
    team.edit_master(answer(C002="是", C003="是"))
    result = team.merge()
    assert {r.customer for r in result.picture.ledger.records[LOG]} == {"C001"}
    aliases = {"settings": Settings(customer_aliases={"C001": "C003"})}
    result = team.merge(**aliases)
    assert {r.customer for r in result.picture.ledger.records[LOG]} == {"C003"}


def test_a_note_stays_with_its_row_when_its_customer_is_decided(team: Any) -> None:
    rows = [customer(1, "星辰科技有限公司"), customer(2, "星辰科技")]
    team.put("a.xlsx", {BASE: rows, LOG: [talk(1, "星辰科技", record_id=None)]})
    team.merge()

    def note(workbook: Workbook) -> None:
        answer(C002="是")(workbook)
        header, row = list(workbook[LOG_LABEL].iter_rows(min_row=2))
        row[[cell.value for cell in header].index("主管批注")].value = "请核对"

    team.edit_master(note)
    for _ in range(2):
        team.merge()
        (row,) = team.rows(LOG_LABEL)
        assert row["主管批注"] == "请核对"


def test_the_team_copy_tells_nothing_of_it(team: Any) -> None:
    team.put("a.xlsx", {BASE: [customer(1, "星辰科技有限公司"), customer(2, "星辰科技")]})
    team.merge()
    team.merge(audience="team")
    assert LIST not in load_workbook(team.results / "客户沟通汇总_团队.xlsx").sheetnames
