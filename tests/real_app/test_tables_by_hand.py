"""Each table: a blank workbook, typed into in LibreOffice, checked, merged and in the master."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

AS_OF = "2024-05-25"
NAME = "华东智造科技有限公司"

# What a person types by the labels, and what the master has to hold where it is not the same.
TYPED: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "customer_base": (
        "客户基础信息库",
        {
            "客户ID": "C001",
            "客户名称": " 华东智造科技有限公司　",
            "客户类型": "意向",
            "联系人": "*经理",
            "需求阶段": "需求沟通阶段",
            "客户规模": "中小型企业",
            "统一社会信用代码": "91000000MA0010000E",
            "客户标签": "[高潜力客户][预算敏感型]",
            "初次接触时间": "2024年3月5日",
            "累计成交次数": "2",
        },
        {
            "客户名称": NAME,
            "客户类型": "意向客户",
            "需求阶段": "需求沟通",
            "客户规模": "中小型",
            "客户标签": "高潜力客户、预算敏感型",
            "初次接触时间": datetime(2024, 3, 5),
            "累计成交次数": 2,
        },
    ),
    "communication_log": (
        "沟通动态记录表",
        {
            "记录ID": "J001",
            "客户ID": "Ｃ００１",
            "沟通日期": "2024-5-20",
            "沟通方式": "致电",
            "关键内容记录": "客户要求5月底前完成数据对接",
            "客户情绪": "积极认可",
            "转化状态更新": "潜在客户→意向客户",
            "需求标签": "成本控制、数据对接",
            "我方发出时间": "2024-05-20 09:00",
            "客户回复时间": "2024年5月20日 下午3:30",
            "满意度评分": "4分",
        },
        {
            "客户ID": "C001",
            "沟通日期": datetime(2024, 5, 20),
            "沟通方式": "电话",
            "我方发出时间": datetime(2024, 5, 20, 9),
            "客户回复时间": datetime(2024, 5, 20, 15, 30),
            "满意度评分": 4,
        },
    ),
    "crm_record": (
        "客户关系管理记录表",
        {
            "客户名称": NAME,
            "最近互动时间": "2024/5/21",
            "互动类型": "线下会议(公司3楼会议室)",
            "互动内容摘要": "客户确认试点范围",
            "客户需求分析": "显性:降低成本;隐性:减少外包",
            "跟进责任人": "张伟",
            "跟进时间节点": "2024-05-28前发送定制方案",
            "当前满意度评分": "4.5",
            "满意度变化趋势": "持平",
        },
        {
            "最近互动时间": datetime(2024, 5, 21),
            "互动类型": "面谈(公司3楼会议室)",
            "当前满意度评分": 4.5,
        },
    ),
    "communication_record": (
        "客户沟通记录表",
        {
            "客户名称": NAME,
            "联系人": "*经理(采购部)",
            "沟通时间": "2024年5月20日14:30-15:10",
            "沟通方式": "电话",
            "客户需求": "1.降低采购成本\n2.缩短交付周期",
            "关键结论": "客户同意6月1日试用",
            "情绪状态": "积极",
            "后续行动/1/行动项": "发送定制方案",
            "后续行动/1/负责人": "张伟",
            "后续行动/1/完成时间": "2024-05-27",
            "后续行动/2/行动项": "准备试用账号",
            "后续行动/2/负责人": "李娜",
            "后续行动/2/完成时间": "2024年5月30日",
        },
        {
            "沟通时间": "2024-05-20 14:30-15:10",
            "客户需求": "1. 降低采购成本\n2. 缩短交付周期",
            "后续行动": "1. 发送定制方案 | 负责人:张伟 | 完成时间:2024-05-27\n"
            "2. 准备试用账号 | 负责人:李娜 | 完成时间:2024-05-30",
        },
    ),
    "communication_evaluation": (
        "客户沟通评价标准表",
        {
            "客户名称": NAME,
            "沟通日期": "2024-05-20",
            "评价人": "王主管",
            "评价日期": "2024-05-22",
            "目标达成度/评分": "4.5",
            "沟通效率/评分": "4",
            "专业能力/等级": "良好",
            "客户满意度/评分": "５",
            "目标达成度/事实依据": "客户当场确认",
        },
        {
            "沟通日期": datetime(2024, 5, 20),
            "评价日期": datetime(2024, 5, 22),
            "目标达成度评分": 4.5,
            "沟通效率评分": 4,
            "专业能力等级": "良好",
            "客户满意度评分": 5,
            "目标达成度事实依据": "客户当场确认",
        },
    ),
    "revisit_record": (
        "客户回访沟通记录表",
        {
            "客户名称": NAME,
            "上次沟通时间": "2024-04-18",
            "本次沟通时间": "2024-05-20 14:30",
            "沟通方式": "面访",
            "沟通主题": "☑定期回访☑关怀慰问",
            "客户反馈内容": "系统稳定,希望加快响应",
            "问题描述": "报表导出失败",
            "优先级": "☑高",
            "责任人": "张伟",
            "预计解决时间": "2024-05-28",
            "客户情绪状态": "☑一般",
            "下一步计划": "☑3日内跟进☑转相关部门处理",
        },
        {
            "上次沟通时间": datetime(2024, 4, 18),
            "本次沟通时间": datetime(2024, 5, 20, 14, 30),
            "沟通主题": "定期回访、关怀慰问",
            "优先级": "高",
            "预计解决时间": datetime(2024, 5, 28),
            "客户情绪状态": "一般",
            "下一步计划": "3日内跟进、转相关部门处理",
        },
    ),
    "issue_tracking": (
        "客户反馈问题跟踪表",
        {
            "问题编号": "202405001",
            "客户名称": NAME,
            "问题描述": "报表导出失败",
            "反馈时间": "2024-05-20",
            "问题分类": "产品",
            "责任部门/人": "技术部 李强",
            "处理进度": "已修复",
            "解决方案": "升级导出组件",
            "完成时间": "2024.5.23",
            "客户确认结果": "满意",
            "满意度评分(1-5分)": "4 分",
        },
        {
            "反馈时间": datetime(2024, 5, 20),
            "处理进度": "已完成",
            "完成时间": datetime(2024, 5, 23),
            "满意度评分(1-5分)": 4,
        },
    ),
    "satisfaction_evaluation": (
        "客户满意度评估表",
        {
            "客户名称": NAME,
            "评估周期": "2024年第二季度",
            "产品质量": "☑5",
            "服务响应速度": "☑3",
            "沟通效率": "☑4",
            "问题解决能力": "☑4",
            "整体合作体验": "☑4",
            "总体评价": "合作顺利",
            "评估日期": "2024-05-20",
        },
        {
            "产品质量": 5,
            "服务响应速度": 3,
            "沟通效率": 4,
            "问题解决能力": 4,
            "整体合作体验": 4,
            "评估日期": datetime(2024, 5, 20),
        },
    ),
    "multichannel_record": (
        "客户多渠道沟通记录表",
        {
            "客户姓名": "*总监",
            "所属公司": NAME,
            "客户标签": "[高潜力客户][价格敏感型]",
            "沟通时间": "2024-5-20 下午2:30~3:10",
            "沟通渠道": "企业微信",
            "沟通类型": "需求挖掘、方案跟进",
            "我方": "张伟",
            "沟通核心内容": "★客户预算20万元以内\n6月底前上线",
            "客户情绪": "积极、犹豫",
            "后续行动/1/负责人": "张伟",
            "后续行动/1/截止日期": "2024-05-27",
            "后续行动/1/行动内容": "发送定制方案",
            "当前状态": "待跟进",
            "负责人": "张伟",
        },
        {
            "客户标签": "高潜力客户、价格敏感型",
            "沟通时间": "2024-05-20 14:30-15:10",
            "后续行动": "1. 发送定制方案 | 负责人:张伟 | 截止日期:2024-05-27",
        },
    ),
}


@pytest.fixture(scope="module")
def folder(
    xlcrm: Any,
    blank: Callable[[Path], Any],
    at_the_keyboard: Callable[[list[list[Any]]], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A folder with a workbook a table, each typed into and saved by LibreOffice."""
    blanks, folder = (tmp_path_factory.mktemp(name) for name in ("blanks", "team"))
    steps: list[list[Any]] = []
    for table, (sheet, entries, _) in TYPED.items():
        path = xlcrm.new(blanks / f"{table}.xlsx", table)
        steps += [["start", path], *blank(path).fill(sheet, entries)]
        steps += [["save", folder / path.name], ["close"]]
    at_the_keyboard(steps)
    return folder


@pytest.fixture(scope="module")
def merged(xlcrm: Any, folder: Path) -> dict[str, Any]:
    """What merging the folder said."""
    return xlcrm("merge", folder, "--as-of", AS_OF)


def test_nothing_typed_is_complained_of(xlcrm: Any, folder: Path) -> None:
    document = xlcrm("check", folder, "--as-of", AS_OF)
    assert [file["tables"] for file in document["files"]] == [{t: 1} for t in sorted(TYPED)]
    grave = [f for f in document["findings"] if f["severity"] != "info"]
    assert grave == []


@pytest.mark.parametrize("table", TYPED)
def test_what_is_typed_is_in_the_master(
    table: str, merged: dict[str, Any], master_rows: Callable[..., list[dict[str, Any]]]
) -> None:
    sheet, entries, differently = TYPED[table]
    (row,) = master_rows(Path(merged["master"]), sheet)
    plain = {label: text for label, text in entries.items() if "/" not in label}
    wanted = plain | differently
    assert {label: row.get(label) for label in wanted} == wanted
    assert row["来源文件"] == f"{table}.xlsx"


def test_saving_by_openpyxl_changes_nothing(xlcrm: Any, folder: Path, tmp_path: Path) -> None:
    for path in folder.glob("*.xlsx"):
        load_workbook(path).save(tmp_path / path.name)
    again, before = (xlcrm("merge", each, "--as-of", AS_OF) for each in (tmp_path, folder))
    assert again["records"] == before["records"] == dict.fromkeys(TYPED, 1)
    assert again["findings"] == before["findings"]
