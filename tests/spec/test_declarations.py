"""The declared tables against what the five documents ask for, written here a second time.

Each line is a key with the Chinese label that stands on the sheet; `!` marks a required field.
"""

from __future__ import annotations

import re
from datetime import date

import pytest

from xlcrm.spec.checks import LEVELS
from xlcrm.spec.loader import load_spec
from xlcrm.spec.model import Field
from xlcrm.spec.types.base import ReadContext

SPEC = load_spec()

CORE = {
    "customer_base 客户基础信息库 list E": """
        customer_id! 客户ID · customer_name! 客户名称 · industry 所属行业 ·
        customer_type! 客户类型 · contact 联系人 · contact_title 职位 · need_stage 需求阶段 ·
        source 初始来源 · notes 重要备注""",
    "communication_log 沟通动态记录表 list E": """
        record_id 记录ID · customer_id 客户ID · date! 沟通日期 · channel! 沟通方式 ·
        participants 参与人员 · topic 沟通主题 · content! 关键内容记录 · emotion 客户情绪 ·
        next_action 后续行动""",
    "crm_record 客户关系管理记录表 list B": """
        customer_name! 客户名称 · contact 联系人 · contact_title 职位/角色 · industry 所属行业 ·
        customer_size 客户规模 · first_contact 初次接触时间 · last_interaction! 最近互动时间 ·
        channel! 互动类型 · participants 互动参与人 · summary! 互动内容摘要 · needs 客户需求分析 ·
        need_priority 需求优先级 · owner! 跟进责任人 · follow_up_due 跟进时间节点 ·
        follow_up_channel 跟进方式 · satisfaction 当前满意度评分 ·
        satisfaction_trend 满意度变化趋势 · notes 备注""",
    "issue_tracking 客户反馈问题跟踪表 list C": """
        issue_id! 问题编号 · customer_name! 客户名称 · description! 问题描述 ·
        reported_on! 反馈时间 · issue_category! 问题分类 · owner! 责任部门/人 · progress! 处理进度 ·
        solution 解决方案 · completed_on 完成时间 · confirmation 客户确认结果 ·
        satisfaction 满意度评分(1-5分) · archived_on 归档时间""",
    "revisit_record 客户回访沟通记录表 form C": """
        customer_name! 客户名称 · contact 联系人 · contact_info 联系方式 · last_time 上次沟通时间 ·
        time! 本次沟通时间 · channel! 沟通方式 · topics 沟通主题 · feedback! 客户反馈内容 ·
        issue 问题描述 · priority 优先级 · owner 责任人 · expected 预计解决时间 ·
        emotion 客户情绪状态 · next_step 下一步计划 · notes 备注""",
    "communication_record 客户沟通记录表 form A": """
        customer_name! 客户名称 · contact 联系人 · contact_info 联系方式 · time! 沟通时间 ·
        channel! 沟通方式 · participants 参与人员 · needs! 客户需求 · concerns 客户顾虑 ·
        responses 我方回应 · conclusions! 关键结论 · emotion 情绪状态 · attitude 态度倾向 ·
        actions 后续行动""",
    "communication_evaluation 客户沟通评价标准表 form A": """
        customer_name! 客户名称 · communicated_on! 沟通日期 · evaluator! 评价人 ·
        evaluated_on 评价日期 · goal_score 目标达成度评分 · goal_level 目标达成度等级 ·
        goal_evidence 目标达成度事实依据 · efficiency_score 沟通效率评分 ·
        efficiency_level 沟通效率等级 · efficiency_evidence 沟通效率事实依据 ·
        expertise_score 专业能力评分 · expertise_level 专业能力等级 ·
        expertise_evidence 专业能力事实依据 · customer_score 客户满意度评分 ·
        customer_level 客户满意度等级 · customer_evidence 客户满意度事实依据 ·
        overall_score 综合得分 · overall_level 综合等级 · cause 问题根源 · measures 改进措施 ·
        plan_owner 责任人 · plan_due 完成时限""",
    "satisfaction_evaluation 客户满意度评估表 form C": """
        customer_name! 客户名称 · period! 评估周期 · product_quality! 产品质量 ·
        response_speed! 服务响应速度 · communication! 沟通效率 · problem_solving! 问题解决能力 ·
        overall! 整体合作体验 · comment 总体评价 · suggestions 改进建议 · contact 联系人 ·
        evaluated_on! 评估日期""",
    "contacts 联系人表 list": """
        customer_id! 客户ID · contact! 联系人 · contact_title 职位 · role 角色 · birthday 生日 ·
        notes 备注""",
    "contact_codes 联系方式对照表 list E": "code 代号 · customer_id 客户ID · real 真实联系方式",
    "multichannel_record 客户多渠道沟通记录表 form D": """
        contact 客户姓名 · customer_name! 所属公司 · tags 客户标签 · time! 沟通时间 ·
        channel! 沟通渠道 · types! 沟通类型 · ours 我方 · theirs 客户 · content! 沟通核心内容 ·
        emotion 客户情绪 · promises 关键承诺 · actions 后续行动 · status! 当前状态 · owner! 负责人 ·
        notes 备注""",
}
EXT = {
    "customer_base": """
        credit_code 统一社会信用代码 · customer_grade 客户分级 · customer_size 客户规模 ·
        contact_info 联系方式 · preferred_channel 偏好渠道 · preferred_time 偏好时间 ·
        tags 客户标签 · owner 负责人 · first_contact 初次接触时间 · birthday 客户生日 ·
        anniversary 合作纪念日 · deals 累计成交次数 · confidentiality 密级 · reviewer 审核人 ·
        review_status 审核状态""",
    "communication_log": """
        customer_name 客户名称 · type_after 转化状态更新 · stage_after 需求阶段更新 ·
        need_tags 需求标签 · need_met 需求满足情况 · need_priority 需求优先级 ·
        need_due 需求截止日期 · sent_at 我方发出时间 · replied_at 客户回复时间 ·
        satisfaction 满意度评分 · talk_category 沟通分类 · status 当前状态 · owner 负责人 ·
        action_due 行动截止日期 · action_done 实际完成时间 · next_contact 下次沟通时间 ·
        recorded_at 录入时间 · confidentiality 密级 · review_status 审核状态""",
    "crm_record": """
        customer_id 客户ID · credit_code 统一社会信用代码 · need_tags 需求标签 ·
        need_met 需求满足情况 · type_after 转化状态更新 · stage_after 需求阶段更新 ·
        action_done 实际完成时间 · recorded_at 录入时间 · confidentiality 密级""",
    "issue_tracking": """
        customer_id 客户ID · issue_tags 问题标签 · priority 优先级 · due 承诺解决时间 ·
        informed_on 结果反馈时间 · second_follow_up 二次跟进 · second_owner 二次跟进责任人 ·
        second_due 二次跟进时限 · second_result 二次确认结果""",
    "revisit_record": """
        customer_id 客户ID · issue_tags 问题标签 · need_tags 需求标签 · need_met 需求满足情况 ·
        type_after 转化状态更新 · stage_after 需求阶段更新 · thanked_on 致谢日期 ·
        thanks_how 致谢方式 · recorder 记录人 · recorded_at 录入时间 · confidentiality 密级""",
    "communication_record": """
        customer_id 客户ID · goal 沟通目标 · subgoals 分解目标 · latent_needs 潜在需求 ·
        promises 承诺事项 · open_points 未解决问题 · recording 录音 · talk_category 沟通分类 ·
        tags 标签 · need_tags 需求标签 · need_met 需求满足情况 · type_after 转化状态更新 ·
        stage_after 需求阶段更新 · recorder 记录人 · recorded_at 录入时间 ·
        confidentiality 密级""",
    "communication_evaluation": "",
    "contacts": "",
    "contact_codes": "",
    "satisfaction_evaluation": "customer_id 客户ID · thanked_on 致谢日期 · thanks_how 致谢方式",
    "multichannel_record": """
        customer_id 客户ID · next_contact 下次沟通时间 · decision_maker 决策关键人 ·
        budget 预算范围 · milestone 时间节点 · need_tags 需求标签 · need_met 需求满足情况 ·
        type_after 转化状态更新 · stage_after 需求阶段更新 · recorded_at 录入时间 ·
        confidentiality 密级""",
}
OFF = {
    "customer_base": """
        main_business 主要业务领域 · employees 员工人数 · revenue 年营收(万元) · occupation 职业 ·
        interests 兴趣 · expected_amount 预计成交金额 · expected_close 预计成交日期 ·
        contract_end 合同到期日 · lost_reason 流失原因""",
    "communication_log": "urgency 沟通紧急程度 · good_case 优秀案例",
    "crm_record": "service_plan 服务方案",
    "communication_record": """
        key_questions 关键问题清单 · materials 准备资料 · good_case 优秀案例""",
    "multichannel_record": """
        campaign 活动名称 · participation 参与意向 · urgency 沟通紧急程度 · good_case 优秀案例""",
}
ALIASES = {
    ("customer_base", "联系人信息"): "contact",
    ("customer_base", "客户类别"): "customer_type",
    ("communication_log", "客户情绪状态"): "emotion",
}
FORM_ACTIONS = {
    "communication_record": ["行动项", "负责人", "完成时间", "实际完成时间"],
    "multichannel_record": ["负责人", "截止日期", "行动内容", "实际完成时间"],
}


def expected(text: str) -> list[tuple[str, str]]:
    """The (key, label) of each field of a text, `!` and all."""
    return [tuple(field.split(" ", 1)) for field in re.split(r"\s*·\s*", text.strip()) if field]


def declared(key: str, level: str) -> list[tuple[str, str]]:
    """A document's fields and ours; what is only shown beside one of them is told apart below."""
    every = SPEC.tables[key].fields
    fields = [each for each in every if each.level == level and "beside" not in each.options]
    return [(field.key + "!" * field.required, field.labels["zh"]) for field in fields]


CORE_FIELDS = {name.split()[0]: fields for name, fields in CORE.items()}


def test_the_tables_are_these() -> None:
    tables = SPEC.tables.values()
    found = {f"{t.key} {t.labels['zh']} {t.layout} {t.document}".strip() for t in tables}
    assert found == set(CORE)


@pytest.mark.parametrize("key", CORE_FIELDS)
def test_a_tables_fields_are_these(key: str) -> None:
    assert declared(key, "core") == expected(CORE_FIELDS[key])
    # 客户ID or 客户名称 is needed in the log: a rule of the row, not of a column.
    assert declared(key, "ext") == expected(EXT[key])
    assert declared(key, "off") == expected(OFF.get(key, ""))


def test_levels_follow_each_other() -> None:
    for table in SPEC.tables.values():
        levels = [LEVELS.index(field.level) for field in table.fields]
        assert levels == sorted(levels), table.key


@pytest.mark.parametrize(("place", "key"), ALIASES.items())
def test_a_label_of_old_is_known(place: tuple[str, str], key: str) -> None:
    table, label = place
    assert SPEC.tables[table].by_label[label].key == key


@pytest.mark.parametrize(("key", "columns"), FORM_ACTIONS.items())
def test_action_rows_have_the_documents_columns(key: str, columns: list[str]) -> None:
    options = SPEC.tables[key].by_key["actions"].options
    assert [column["zh"] for column in options["columns"]] == columns
    assert options["rows"] == 5


def test_dimensions_are_printed_with_what_each_level_means() -> None:
    rows = SPEC.tables["communication_evaluation"].grid_rows
    assert [row.labels["zh"] for row in rows] == [
        "目标达成度",
        "沟通效率",
        "专业能力",
        "客户满意度",
    ]
    for row in rows:
        for texts in row.descriptions.values():
            assert len(texts) == len(set(texts)) == 4
            assert all(texts)


ALL_FIELDS = [
    pytest.param(field, id=f"{table.key}-{field.key}")
    for table in SPEC.tables.values()
    for field in table.fields
]


@pytest.mark.parametrize("field", ALL_FIELDS)
def test_a_fields_help_fits_an_input_message_and_its_example_is_read(field: Field) -> None:
    for language, text in field.help.items():
        assert text or not field.is_input, language
        assert len(text) <= 60
    if field.is_input:
        assert field.example
        reading = field.type.read(field.example["zh"], ReadContext(near=date(2024, 5, 20)))
        assert reading.value is not None
        codes = {problem.code for problem in reading.problems}
        assert codes <= {"normalised", "year-assumed"}


def test_what_is_only_shown_has_labels_of_its_own_and_is_no_documents() -> None:
    inputs = {
        label
        for table in SPEC.tables.values()
        for field in table.fields
        if field.is_input
        for label in field.label_keys
    }
    shown = [
        field
        for table in SPEC.tables.values()
        for field in table.fields
        if "beside" in field.options
    ]
    assert {field.key for field in shown} == {"customer_lookup", "response_time", "age"}
    for field in shown:
        assert (field.is_input, field.level) == (False, "ext")
        assert not inputs & set(field.label_keys)
