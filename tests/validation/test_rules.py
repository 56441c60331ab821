"""Every rule of the tables: a record that breaks it, and one that only nearly does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from xlcrm.findings import Finding

Examined = Callable[..., list[Finding]]
Found = list[tuple[str, str]]
Told = Callable[..., Found]

LOG = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-13",
    "channel": "电话",
    "content": "客户要求5月底前完成对接",
}
CRM = {
    "customer_name": "星辰科技",
    "last_interaction": "2024-05-13",
    "channel": "电话",
    "summary": "谈价格",
    "owner": "张伟",
}
ISSUE = {
    "issue_id": "202405001",
    "customer_name": "星辰科技",
    "description": "报表导出失败",
    "reported_on": "2024-05-13",
    "issue_category": "产品",
    "owner": "技术部",
    "progress": "处理中",
}
RECORD = {
    "customer_name": "星辰科技",
    "time": "2024-05-13T14:30/2024-05-13T15:10",
    "channel": "电话",
    "needs": ["降低成本"],
    "conclusions": "客户同意试用",
}
REVISIT = {
    "customer_name": "星辰科技",
    "time": "2024-05-13T14:30",
    "channel": "电话",
    "feedback": "系统稳定",
}
MULTI = {
    "customer_name": "星辰科技",
    "time": "2024-05-13T14:30/2024-05-13T15:10",
    "channel": "电话",
    "types": ["售后服务"],
    "content": "谈试用",
    "status": "待跟进",
    "owner": "张伟",
    "actions": [{"action": "发方案", "owner": "张伟", "due": "2024-05-20"}],
}
EVALUATION = {
    "customer_name": "星辰科技",
    "communicated_on": "2024-05-13",
    "evaluator": "王主管",
    "goal_score": 4,
    "efficiency_score": 4,
    "expertise_score": 4,
    "customer_score": 4,
}
GOOD: Mapping[str, Mapping[str, Any]] = {
    "communication_log": LOG,
    "crm_record": CRM,
    "issue_tracking": ISSUE,
    "communication_record": RECORD,
    "revisit_record": REVISIT,
    "multichannel_record": MULTI,
    "communication_evaluation": EVALUATION,
    "satisfaction_evaluation": {
        "customer_name": "星辰科技",
        "period": "2024年5月",
        **dict.fromkeys(
            ("product_quality", "response_speed", "communication", "problem_solving", "overall"), 4
        ),
        "evaluated_on": "2024-05-13",
    },
    "customer_base": {
        "customer_id": "C001",
        "customer_name": "星辰科技",
        "customer_type": "潜在客户",
    },
}

log, crm, issue = "communication_log", "crm_record", "issue_tracking"
base = "customer_base"
form, revisit, multi = "communication_record", "revisit_record", "multichannel_record"
evaluation = "communication_evaluation"
PART, ORDER, NEEDED, MISSING, LATE = (
    "action-incomplete",
    "date-order",
    "conditional-required",
    "required-missing",
    "late-entry",
)
PLAN = [(PART, "责任人"), (PART, "完成时限")]


@pytest.mark.parametrize("table", GOOD)
def test_a_record_of_its_required_fields_alone_has_no_findings(
    table: str, examined: Examined
) -> None:
    assert examined({table: [GOOD[table]]}) == []


CASES: list[tuple[str, dict[str, Any], Found]] = [
    # A reply before its message; at the same minute; a day against a moment of that day.
    (log, {"sent_at": "2024-05-13T09:00", "replied_at": "2024-05-13T08:59"},
     [(ORDER, "客户回复时间")]),
    (log, {"sent_at": "2024-05-13T09:00", "replied_at": "2024-05-13T09:00"}, []),
    (log, {"sent_at": "2024-05-13T09:00", "replied_at": "2024-05-13"}, []),
    (log, {"sent_at": "2024-05-13T09:00", "replied_at": "2024-05-12"},
     [(ORDER, "客户回复时间")]),
    (log, {"action_due": "2024-05-12"}, [(ORDER, "行动截止日期")]),
    (log, {"action_due": "2024-05-13"}, []),
    (log, {"recorded_at": "2024-05-12T23:59"}, [(ORDER, "录入时间")]),
    (log, {"recorded_at": "2024-05-13T00:00"}, []),
    (crm, {"first_contact": "2024-05-14"}, [(ORDER, "最近互动时间")]),
    (crm, {"first_contact": "2024-05-13"}, []),
    (crm, {"follow_up_due": {"date": "2024-05-12", "text": "发方案"}},
     [(ORDER, "跟进时间节点")]),
    (crm, {"follow_up_due": {"date": "2024-05-13", "text": "发方案"}}, []),
    (issue, {"completed_on": "2024-05-12"}, [(ORDER, "完成时间")]),
    (issue, {"completed_on": "2024-05-14", "archived_on": "2024-05-13"},
     [(ORDER, "归档时间")]),
    (issue, {"completed_on": "2024-05-13", "archived_on": "2024-05-13"}, []),
    (revisit, {"last_time": "2024-05-13T14:31"}, [(ORDER, "本次沟通时间")]),
    (revisit, {"last_time": "2024-05-13"}, []),
    (revisit, {"recorded_at": "2024-05-13T14:29"}, [(ORDER, "录入时间")]),
    (evaluation, {"evaluated_on": "2024-05-12"}, [(ORDER, "评价日期")]),
    (evaluation, {"evaluated_on": "2024-05-13"}, []),
    (form, {"actions": [{"action": "甲", "owner": "张伟", "due": "2024-05-13"},
                        {"action": "乙", "owner": "张伟", "due": "2024-05-12"}]},
     [(ORDER, "完成时间 2")]),
    (multi, {"actions": [{"action": "发方案", "due": "2024-05-12"}]}, [(ORDER, "截止日期 1")]),
    # Either of two.
    (log, {"customer_name": None}, [(MISSING, "客户ID")]),
    (log, {"customer_name": None, "customer_id": "C001"}, []),
    (log, {"record_id": None}, [("id-missing", "记录ID")]),
    (log, {"content": None}, [(MISSING, "关键内容记录")]),
    (issue, {"issue_id": None}, [(MISSING, "问题编号")]),
    # Required where another field says so.
    (issue, {"progress": "已完成"}, [(NEEDED, "解决方案"), (NEEDED, "完成时间")]),
    (issue, {"progress": "已完成", "solution": "补丁", "completed_on": "2024-05-14"}, []),
    (issue, {"progress": "待处理"}, []),
    (issue, {"confirmation": "需改进"}, [(NEEDED, "二次跟进")]),
    (issue, {"confirmation": "需改进", "second_follow_up": "重做"}, []),
    (issue, {"confirmation": "满意"}, []),
    (revisit, {"issue": "导出失败"}, [(NEEDED, "责任人"), (NEEDED, "预计解决时间")]),
    (revisit, {"issue": "导出失败", "owner": "张伟", "expected": "2024-05-20"}, []),
    (crm, {"satisfaction_trend": "下降"}, [(NEEDED, "满意度变化趋势")]),
    (crm, {"satisfaction_trend": "下降(响应慢)"}, []),
    (crm, {"satisfaction_trend": "持平"}, []),
    (log, {"status": "待跟进"}, [(NEEDED, "后续行动"), (NEEDED, "行动截止日期")]),
    (log, {"status": "待跟进", "next_action": "发方案", "action_due": "2024-05-20",
           "owner": "张伟"}, []),
    (log, {"status": "已确认"}, []),
    (log, {"status": "暂缓"}, [(NEEDED, "下次沟通时间")]),
    (log, {"status": "暂缓", "next_contact": "2024-06-01"}, []),
    (multi, {"status": "暂缓"}, [(NEEDED, "下次沟通时间")]),
    (multi, {"actions": None}, [(MISSING, "行动内容 1")]),
    (multi, {"actions": None, "status": None},
     [(MISSING, "当前状态"), (MISSING, "行动内容 1")]),
    (multi, {"actions": None, "status": "已确认"}, []),
    (multi, {"actions": [{"action": "发方案"}]}, [(NEEDED, "截止日期 1")]),
    (multi, {"actions": [{"action": "发方案"}], "status": "已确认"}, [(PART, "截止日期 1")]),
    (multi, {"actions": [{"action": "甲"}, {"action": "乙", "due": "2024-05-20"}]},
     [(PART, "截止日期 1")]),
    (multi, {"content": None}, [(MISSING, "沟通核心内容")]),
    # The plan of an evaluation: by the score, by the level alone, by the mean.
    (evaluation, {"goal_score": 2}, [(NEEDED, "问题根源"), (NEEDED, "改进措施"), *PLAN]),
    (evaluation, {"goal_score": 2, "cause": "准备不足"}, [(NEEDED, "改进措施"), *PLAN]),
    (evaluation, {"goal_score": 2, "cause": "准备不足", "measures": "备数据", "plan_owner": "张伟",
                  "plan_due": {"text": "下次沟通前1天"}}, []),
    (evaluation, {"goal_score": 2.5}, []),
    (evaluation, {"goal_score": None, "goal_level": "需改进"},
     [(NEEDED, "问题根源"), (NEEDED, "改进措施"), *PLAN]),
    (evaluation, {"goal_score": None, "goal_level": "一般"}, []),
    # The score goes before a level that contradicts it.
    (evaluation, {"goal_score": 4, "goal_level": "需改进"}, []),
    # In time: a day's talk ends with the day, a span with its end; a day alone is enough.
    (log, {"recorded_at": "2024-05-15T00:00"}, []),
    (log, {"recorded_at": "2024-05-15T00:01"}, [(LATE, "录入时间")]),
    (log, {"recorded_at": "2024-05-14"}, []),
    (log, {"recorded_at": "2024-05-15"}, [(LATE, "录入时间")]),
    (crm, {"recorded_at": "2024-05-15T00:01"}, [(LATE, "录入时间")]),
    (revisit, {"recorded_at": "2024-05-14T14:30"}, []),
    (revisit, {"recorded_at": "2024-05-14T14:31"}, [(LATE, "录入时间")]),
    (multi, {"recorded_at": "2024-05-14T15:10"}, []),
    (multi, {"recorded_at": "2024-05-14T15:11"}, [(LATE, "录入时间")]),
    (multi, {"recorded_at": "2024-05-15"}, [(LATE, "录入时间")]),
    # An action has a due date, in words too, and an owner, its own or the record's.
    (log, {"next_action": "发方案"}, [(PART, "行动截止日期"), (PART, "负责人")]),
    (log, {"next_action": "5月25日前发方案", "owner": "张伟"}, []),
    (log, {"next_action": "3日内回访", "owner": "张伟"}, []),
    (log, {"next_action": "尽快回访", "owner": "张伟"}, [(PART, "行动截止日期")]),
    (crm, {"follow_up_channel": "电话"}, [(PART, "跟进时间节点")]),
    (crm, {"follow_up_channel": "电话", "follow_up_due": {"date": "2024-05-20"}}, []),
    (crm, {"follow_up_channel": "电话", "follow_up_due": {"text": "发方案"}},
     [(PART, "跟进时间节点")]),
    (crm, {"follow_up_due": {"text": "发方案"}}, [(PART, "跟进时间节点")]),
    (form, {"actions": [{"action": "甲", "due": "2024-05-20"}]}, [(PART, "负责人 1")]),
    (multi, {"actions": [{"action": "甲", "due": "2024-05-20"}]}, []),
    # Names, sizes, recordings.
    (base, {"contact": "张伟"}, [("unmasked-name", "联系人")]),
    (base, {"contact": "欧阳娜娜(采购部)"}, [("unmasked-name", "联系人")]),
    (base, {"contact": "张经理"}, []),
    (base, {"contact": "*经理(采购部)"}, []),
    (base, {"contact": "采购中心"}, []),
    (base, {"contact": "安全部"}, []),
    (base, {"contact": "王副总裁"}, []),
    (base, {"contact": "李娜负责人"}, []),
    (base, {"contact": "张*"}, []),
    (base, {"contact": "肖战"}, [("unmasked-name", "联系人")]),
    (multi, {"decision_maker": "李四"}, [("unmasked-name", "决策关键人")]),
    (multi, {"ours": "李四"}, []),
    (base, {"customer_size": "大型(2000人)"}, [("credit-code-missing", "统一社会信用代码")]),
    (base, {"customer_size": "大型", "credit_code": "91350100M000100Y43"}, []),
    (base, {"customer_size": "个人"}, []),
    (crm, {"customer_size": "初创"}, [("credit-code-missing", "统一社会信用代码")]),
    (form, {"recording": "已录音未征得同意"}, [("no-consent", "录音")]),
    (form, {"recording": "已录音且客户同意"}, []),
    # Document A's form has a rule of its own: two working days, no 24 hours.
    (form, {"recorded_at": "2024-05-20T15:11"}, [("late-completion", "录入时间")]),
    (form, {"recorded_at": "2024-05-15T23:59"}, []),  # two working days: Tuesday and Wednesday
]  # fmt: skip


@pytest.mark.parametrize(("table", "changes", "expected"), CASES)
def test_a_rule_speaks_where_it_is_broken_and_only_there(
    table: str, changes: dict[str, Any], expected: Found, told: Told
) -> None:
    values = {key: value for key, value in {**GOOD[table], **changes}.items() if value is not None}
    assert told({table: [values]}) == sorted(expected)


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张伟", "张*"), ("欧阳娜娜", "欧阳**"), ("李四(采购部)", "李*(采购部)")],
)
def test_a_whole_name_is_not_repeated(name: str, shown: str, examined: Examined) -> None:
    (finding,) = examined({base: [{**GOOD[base], "contact": name}]})
    assert (finding.code, finding.value) == ("unmasked-name", shown)
    assert name not in finding.message("zh") + finding.message("en")


def test_a_gap_between_action_rows_does_not_move_the_cell(told: Told) -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["客户多渠道沟通记录表"]
        for column in ("E", "H"):  # the second action goes down to the fourth row
            sheet[f"{column}21"] = sheet[f"{column}19"].value
            sheet[f"{column}19"] = None

    actions = [{"action": "甲", "due": "2024-05-20"}, {"action": "乙", "due": "2024-05-12"}]
    assert told({multi: [{**MULTI, "actions": actions}]}, edit) == [(ORDER, "截止日期 4")]


def test_a_cell_that_was_not_understood_is_told_once(told: Told) -> None:
    def edit(workbook: Workbook) -> None:
        workbook["沟通动态记录表"]["C4"] = "下周三"
        workbook["客户多渠道沟通记录表"]["E18"] = "尽快"

    found = told({log: [LOG], multi: [MULTI]}, edit)
    assert found == [("bad-date", "截止日期 1"), ("bad-date", "沟通日期")]


def test_messages_say_in_both_languages_what_to_do(examined: Examined) -> None:
    late = {**LOG, "recorded_at": "2024-05-15T12:30"}
    (finding,) = examined({log: [late]})
    assert "36.5 小时" in finding.message("zh") and "录入时间" in finding.message("zh")
    assert "36.5" in finding.message("en") and "hours" in finding.message("en")
    needed = {**ISSUE, "confirmation": "需改进"}
    (finding,) = examined({issue: [needed]})
    assert "客户确认结果" in finding.message("zh") and "二次跟进" in finding.message("zh")
    assert "Second follow-up" in finding.message("en")


def test_a_row_that_no_column_could_tell_is_told_where_it_stands(examined: Examined) -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["客户关系管理记录表"]
        for column in range(sheet.max_column, 0, -1):
            if sheet.cell(3, column).value in ("客户名称", "客户ID", "最近互动时间"):
                sheet.delete_cols(column)

    found = [each for each in examined({"crm_record": [CRM]}, edit) if each.cell]
    missing = [each for each in found if each.code == "required-missing"]
    assert [each.field for each in missing] == ["customer_name"]
    assert missing[0].cell is not None and missing[0].cell.endswith("4")
