"""The master is read by the reader of filled workbooks: every table comes back as it was."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from xlcrm.examination import examine
from xlcrm.filled_workbook.reading import read_file
from xlcrm.records import MASTER_SLOTS
from xlcrm.spec.loader import load_spec

SPEC = load_spec()
RECORDS: dict[str, dict[str, Any]] = {
    "customer_base": {
        "customer_id": "C001",
        "customer_name": "星辰科技",
        "customer_type": "潜在客户",
        "contact": "*经理",
        "notes": "=1+1",
        "tags": ["高潜力客户", "预算敏感型"],
        "birthday": "农历08-15",
        "first_contact": "2024-03-05",
        "deals": 3,
        "credit_code": "91350100M000100Y43",
        "employees": 200,
    },
    "communication_log": {
        "record_id": "J001",
        "customer_id": "C001",
        "date": "2024-05-13",
        "channel": "会议(公司3楼)",
        "participants": {"ours": "张伟", "theirs": "*经理"},
        "content": "第一行\n第二行",
        "type_after": "潜在客户→意向客户",
        "sent_at": "2024-05-13T09:00",
        "replied_at": "2024-05-14",
        "satisfaction": 4.5,
        "recorded_at": "2024-05-13T18:05",
    },
    "crm_record": {
        "customer_name": "星辰科技",
        "last_interaction": "2024-05-13",
        "channel": "微信",
        "summary": "谈价格",
        "needs": {"explicit": "降低成本", "latent": "长期支持"},
        "owner": "张伟",
        "follow_up_due": {"date": "2024-05-25", "text": "发送定制方案"},
        "satisfaction_trend": "下降(响应慢)",
    },
    "issue_tracking": {
        "issue_id": "202405001",
        "customer_name": "星辰科技",
        "description": "报表导出失败",
        "reported_on": "2024-05-13",
        "issue_category": "产品",
        "owner": "技术部",
        "progress": "处理中",
    },
    "communication_record": {
        "customer_name": "星辰科技",
        "time": "2024-05-13T14:30/2024-05-13T15:10",
        "channel": "电话",
        "needs": ["降低成本", "缩短交付"],
        "conclusions": "同意试用",
        "actions": [{"action": "发方案", "owner": "张伟", "due": "2024-05-20"}, {"action": "回访"}],
    },
    "revisit_record": {
        "customer_name": "星辰科技",
        "time": "2024-05-13T14:30",
        "channel": "电话",
        "topics": ["定期回访", "满意度调研"],
        "feedback": "系统稳定",
        "priority": "高",
        "issue": "导出失败",
        "owner": "张伟",
        "expected": "2024-05-20",
    },
    "communication_evaluation": {
        "customer_name": "星辰科技",
        "communicated_on": "2024-05-13",
        "evaluator": "王主管",
        "goal_score": 4.5,
        "efficiency_level": "良好",
        "expertise_score": 4,
        "customer_score": 2,
        "cause": "准备不足",
        "measures": "提前准备",
        "plan_due": {"text": "下次沟通前1天"},
    },
    "satisfaction_evaluation": {
        "customer_name": "星辰科技",
        "period": "2024年5月",
        "product_quality": 4,
        "response_speed": 3,
        "communication": 5,
        "problem_solving": 4,
        "overall": 4,
        "evaluated_on": "2024-05-13",
    },
    "contacts": {
        "customer_id": "C001",
        "contact": "*经理(采购部)",
        "contact_title": "采购经理",
        "role": "决策人",
        "birthday": "05-20",
        "notes": "重视交付周期",
    },
    "multichannel_record": {
        "customer_name": "星辰科技",
        "time": "2024-05-13T14:30",
        "channel": "企业微信",
        "types": ["售后服务"],
        "content": "★ 谈试用",
        "emotion": ["满意", "关注"],
        "status": "待跟进",
        "owner": "张伟",
        "actions": [{"action": "发方案", "due": "2024-05-20"}],
    },
}


def test_every_table_is_tried() -> None:
    assert set(RECORDS) == {key for key, table in SPEC.tables.items() if not table.private}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_master_gives_back_every_record(team: Any, language: str) -> None:
    path = team.put("a.xlsx", {key: [values] for key, values in RECORDS.items()})
    written = {r.table: r.values for r in examine(path, "a.xlsx", SPEC).records}
    assert set(written) == set(RECORDS)
    result = team.merge(language=language)
    master = read_file(team.master, "m", SPEC, own=True)
    assert {r.table: r.values for r in master.records} == written
    assert all(not record.raw for record in master.records)
    keys = {r.table: r.extras[MASTER_SLOTS["row_key"]].split()[0] for r in master.records}
    assert keys == {r.table: r.id for r in result.picture.records}


def test_what_was_not_understood_and_extra_columns_come_back_too(team: Any) -> None:
    path = team.put("a.xlsx", {"communication_log": [RECORDS["communication_log"]]})

    def edit(workbook: Workbook) -> None:
        sheet = workbook["沟通动态记录表"]
        column = sheet.max_column + 1
        sheet["C4"] = "下周三"
        sheet.cell(3, column, "区域")
        sheet.cell(4, column, "华东")

    from openpyxl import load_workbook

    workbook = load_workbook(path)
    edit(workbook)
    workbook.save(path)
    team.merge()
    (record,) = read_file(team.master, "m", SPEC, own=True).records
    assert record.raw == {"date": "下周三"}
    assert record.extras["区域"] == "华东"


@pytest.mark.parametrize("forget", [False, True])
def test_saving_a_master_changes_nothing_in_it(team: Any, forget: bool) -> None:
    odd = {"content": "\u3000长" * 20_000 + "\r\n=1+1\x07_x0041_", "topic": "０１２"}
    talk = {**RECORDS["communication_log"], **odd, "record_id": "J002"}
    rows = {key: [values] for key, values in RECORDS.items()}
    team.put("a.xlsx", {**rows, "communication_log": [*rows["communication_log"], talk]})
    result = team.merge()
    before = team.master.read_bytes()
    team.edit_master(lambda workbook: None)
    if forget:
        shutil.rmtree(team.results / ".xlcrm")
    again = team.merge()
    assert team.master.read_bytes() == before
    assert again.document["conflicts"] == 0
    assert [r.marks for r in again.picture.records] == [r.marks for r in result.picture.records]


def test_a_master_elsewhere_in_the_folder_is_named_and_not_read(team: Any) -> None:
    team.put("a.xlsx", {"communication_log": [RECORDS["communication_log"]]})
    team.merge()
    (team.root / "旧总表.xlsx").write_bytes(team.master.read_bytes())
    result = team.merge()
    files = {each["path"]: each for each in result.document["files"]}
    assert files["旧总表.xlsx"]["status"] == "skipped"
    assert files["旧总表.xlsx"]["reason"] == "skipped-temporary"
    assert files["旧总表.xlsx"]["rows_seen"] == 0
    assert [len(r.sources) for r in result.picture.records] == [1]


def test_the_same_folder_gives_the_same_bytes(team: Any) -> None:
    team.put("a.xlsx", {key: [values] for key, values in RECORDS.items()})
    team.put("b/c.xlsx", {"communication_log": [RECORDS["communication_log"]]})
    one, two = team.root.parent / "一.xlsx", team.root.parent / "二.xlsx"
    team.merge(one)
    shutil.rmtree(team.results)  # beside the totals of the last run stand its own
    team.merge(two, workers=2)
    assert one.read_bytes() == two.read_bytes()


def test_conflicts_stand_on_their_sheet_field_by_field(team: Any) -> None:
    talk = RECORDS["communication_log"]
    team.put("a.xlsx", {"communication_log": [talk]})
    team.put("b.xlsx", {"communication_log": [{**talk, "content": "改了", "satisfaction": 3}]})
    result = team.merge()
    assert result.document["conflicts"] == 1
    rows = team.rows("冲突处理")
    assert [(row["字段"], row["版本1"], row["版本2"]) for row in rows] == [
        ("关键内容记录", "第一行\n第二行", "改了"),
        ("满意度评分", "4.5", "3"),
    ]
    assert {row["记录"] for row in rows} == {"J001"}
    assert rows[0]["来源1"].startswith("a.xlsx") and rows[0]["来源2"].startswith("b.xlsx")
