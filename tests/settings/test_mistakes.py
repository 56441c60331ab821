"""Each kind of mistake in the settings is named by its cell, and stops every command."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xlcrm.findings import catalogue

LOG = "沟通动态记录表"
FIELD = {"表": LOG, "字段键": "budget", "名称": "客户预算", "类型": "数字"}


def known(key: str, **cells: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """An edit of a field of the log that is declared."""
    return "字段", {"表": LOG, "字段键": key}, cells


def added(**cells: Any) -> tuple[str, dict[str, Any]]:
    """A field added to the log."""
    return "字段", {**FIELD, **cells}


def choice(value: str, **cells: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """An edit of a channel."""
    return "选项", {"列表": "沟通方式", "值": value}, cells


def parameter(key: str, value: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    return "参数", {"参数键": key}, {"值": value}


def row(sheet: str, **cells: Any) -> tuple[str, dict[str, Any]]:
    return sheet, cells


# What is written, in which column of the last edit it stands, the code and the wording's detail.
MISTAKES: dict[str, tuple[list[Any], str, str, str]] = {
    "unknown table": ([added(表="沟通记录表格")], "表", "not-in-list", ""),
    "no table": ([added(表=None)], "表", "required-missing", ""),
    "no label": ([added(名称=None)], "名称", "required-missing", ""),
    "bad key": ([added(字段键="2 budget")], "字段键", "bad-setting", "key"),
    "key twice": ([added(), added(名称="预算")], "字段键", "bad-setting", "twice"),
    "no type": ([added(类型=None)], "类型", "required-missing", ""),
    "unknown type": ([added(类型="钱")], "类型", "not-in-list", ""),
    "own type": ([added(类型="行动")], "类型", "bad-setting", "type-declared"),
    "type changed": ([known("date", 类型="短文字")], "类型", "bad-setting", "type-fixed"),
    "list changed": (
        [known("channel", 选项列表="优先级")], "选项列表", "bad-setting", "list-fixed",
    ),
    "choice without list": (
        [added(类型="单选", 选项列表=None)], "选项列表", "bad-setting", "list-needed",
    ),
    "number with list": ([added(选项列表="优先级")], "选项列表", "bad-setting", "list-needless"),
    "label twice": ([added(名称="沟通主题")], "名称", "bad-setting", "label"),
    "label of the master's": ([added(名称="来源文件")], "名称", "bad-setting", "label"),
    "renamed to another's": ([known("topic", 名称="沟通日期")], "名称", "bad-setting", "label"),
    "required dropped": ([known("content", 显示="删除")], "显示", "bad-setting", "kept"),
    "required hidden": ([known("channel", 显示="否")], "显示", "bad-setting", "kept"),
    "id dropped": ([known("record_id", 显示="删除")], "显示", "bad-setting", "kept"),
    "key field dropped": ([known("topic", 显示="删除")], "显示", "bad-setting", "kept"),
    "state": ([known("topic", 显示="也许")], "显示", "not-in-list", ""),
    "required": ([known("topic", 必填="也许")], "必填", "not-in-list", ""),
    "position": ([known("topic", 位置="最后")], "位置", "bad-number", ""),
    "list of nobody": (
        [row("选项", 列表="沟通方示", 值="飞书")], "列表", "bad-setting", "no-list",
    ),
    "value twice": ([row("选项", 列表="沟通方式", 值="电话")], "值", "bad-setting", "twice"),
    "alias of two values": ([choice("邮件", 别名="致电")], "别名", "bad-setting", "two-values"),
    "value that is an alias": (
        [row("选项", 列表="沟通方式", 值="拜访")], "值", "bad-setting", "two-values",
    ),
    "polarity": ([choice("邮件", 情绪倾向="还行")], "情绪倾向", "not-in-list", ""),
    "end": ([choice("邮件", 停用日期="下个月")], "停用日期", "bad-date", ""),
    "printed list": ([row("选项", 列表="等级", 值="卓越")], "值", "bad-setting", "fixed"),
    "nothing left": (
        [("选项", {"列表": "优先级", "值": each}, {"显示": "否"}) for each in "高中低"],
        "显示", "bad-setting", "none-left",
    ),
    "unknown parameter": ([row("参数", 参数键="slow_hour", 值="24")], "参数键", "bad-setting",
                          "parameter"),
    "parameter twice": ([row("参数", 参数键="slow_hours", 值="24")], "参数键", "duplicate-id", ""),
    "no number": ([parameter("slow_hours", "两天")], "值", "bad-number", ""),
    "out of range": ([parameter("low_score", "6")], "值", "out-of-range", ""),
    "half a day": ([parameter("remind_days", "1.5")], "值", "out-of-range", ""),
    "share": ([parameter("need_share", "160%")], "值", "out-of-range", ""),
    "switch": ([parameter("entry_skip_nonworking", "有时")], "值", "not-in-list", ""),
    "phase": ([parameter("business_phase", "衰退期")], "值", "not-in-list", ""),
    "language": ([parameter("language", "法文")], "值", "not-in-list", ""),
    "tables": ([parameter("standard_tables", "客户基础信息库、周报")], "值", "not-in-list", ""),
    "table kept apart": (
        [parameter("standard_tables", "客户基础信息库、联系方式对照表")], "值", "bad-setting",
        "apart",
    ),
    "private column dropped": (
        [("字段", {"表": "联系方式对照表", "字段键": "real"}, {"显示": "删除"})], "显示",
        "bad-setting", "kept",
    ),
    "days": ([parameter("days_off", "2024-05-06、五月节")], "值", "bad-date", ""),
    "mapping": ([parameter("revisit_days", "VIP客户30")], "值", "bad-setting", "mapping"),
    "mapping's key": ([parameter("revisit_days", "金牌=30")], "值", "not-in-list", ""),
    "mapping's number": ([parameter("revisit_days", "VIP客户=常")], "值", "bad-number", ""),
    "mapping's key twice": (
        [parameter("revisit_days", "VIP客户=30;大客户=20")], "值", "bad-setting", "twice",
    ),
    "levels missing": ([parameter("level_from", "优秀=4.5;良好=3")], "值", "bad-setting", "whole"),
    "levels rise": (
        [parameter("level_from", "优秀=3;良好=4;一般=2")], "值", "bad-setting", "falling",
    ),
    "name twice": (
        [row("成员", 姓名="张伟"), row("成员", 姓名="张伟")], "姓名", "duplicate-id", "",
    ),
    "no range": ([row("成员", 姓名="张伟", 编号段="199-001")], "编号段", "bad-setting", "range"),
    "ranges overlap": (
        [row("成员", 姓名="张伟", 编号段="J001-J199"), row("成员", 姓名="李娜", 编号段="199-300")],
        "编号段", "bad-setting", "overlap",
    ),
    "leaves before": (
        [row("成员", 姓名="张伟", 开始日期=date(2024, 5, 1), 离开日期=date(2024, 4, 1))],
        "离开日期", "date-order", "",
    ),
    "handed to nobody": (
        [row("成员", 姓名="张伟", 接手人="赵六")], "接手人", "bad-setting", "nobody",
    ),
    "handed round": (
        [row("成员", 姓名="张伟", 接手人="李娜"), row("成员", 姓名="李娜", 接手人="张伟")],
        "接手人", "bad-setting", "circle",
    ),
    "alias to nobody": ([row("客户别名", 别名或客户ID="星辰公司")], "归为", "required-missing", ""),
    "alias twice": (
        [row("客户别名", 别名或客户ID="ABC公司", 归为="C1"),
         row("客户别名", 别名或客户ID="ＡＢＣ 公司", 归为="C2")],
        "别名或客户ID", "bad-setting", "twice",
    ),
    "aliases in a circle": (
        [row("客户别名", 别名或客户ID="甲", 归为="乙"),
         row("客户别名", 别名或客户ID="乙", 归为="甲")],
        "归为", "bad-setting", "circle",
    ),
    "need to itself": (
        [row("需求别名", 需求标签="降本", 归为="降本")], "归为", "bad-setting", "circle",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_named_by_its_cell(kind: str, team: Any) -> None:
    edits, column, code, detail = MISTAKES[kind]
    row_of_last = team.edit(*edits)[0].strip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    sheet = edits[-1][0]
    letters = team.letters(sheet)[column]

    ran = team.run("check", team.root, "--lang", "zh", "--format", "json")
    assert ran.code == 2
    told = [each for each in ran.document["findings"] if each["severity"] == "error"]
    assert (code, sheet, f"{letters}{row_of_last}") in {
        (each["code"], each["sheet"], each["cell"]) for each in told
    }, told
    assert {each["file"] for each in told} == {"团队设置.xlsx"}
    if detail:
        wording = catalogue()[code].details[detail]["zh"]
        assert any(wording in each["message"] for each in told), told
    assert all(set("{}").isdisjoint(each["message"]) for each in told)


def test_every_wording_of_a_mistake_is_tried() -> None:
    tried = {detail for *_, code, detail in MISTAKES.values() if code == "bad-setting"}
    assert tried == set(catalogue()["bad-setting"].details)


@pytest.mark.parametrize("command", ["new", "check", "merge", "report"])
def test_a_mistake_stops_a_command_before_it_writes(command: str, team: Any) -> None:
    team.blank("张伟.xlsx")
    (cell,) = team.edit(parameter("slow_hours", "两天"))
    before = sorted(Path().rglob("*"))
    arguments = {"new": ["-o", "新.xlsx", "--settings", team.root]}.get(command, [team.root])
    ran = team.run(command, *arguments, "--lang", "zh")
    assert ran.code == 2
    assert "× 响应超时(小时)“两天”不是数字" in ran.out
    assert f"  团队设置.xlsx · 参数 · {cell}" in ran.out.splitlines()
    assert "团队设置.xlsx" in ran.err
    assert sorted(Path().rglob("*")) == before
    document = team.run(command, *arguments, "--format", "json").document
    assert set(document) == {"schema_version", "findings"} and document["schema_version"] == 1


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04 cut short"])
def test_settings_that_cant_be_read_stop_too(content: bytes, team: Any) -> None:
    (team.root / "团队设置.xlsx").write_bytes(content)
    ran = team.run("merge", team.root, "--format", "json")
    assert ran.code == 2
    assert {each["file"] for each in ran.document["findings"]} == {"团队设置.xlsx"}
    assert not (team.root / "汇总").exists()
