"""Sheets typed as people shape them, and what is read of them."""

from __future__ import annotations

from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.records import FileReading

BASE = """
客户ID | 客户名称 | 客户类型 | 联系人 | 所属行业 | 职位 | 需求阶段 | 初始来源 | 重要备注
C001   | 华东智造 | 潜在客户 | *经理
C002   | 滨海医疗 | 意向客户 | *总监
"""
LOG = """
记录ID | 客户ID | 沟通日期 | 沟通方式 | 沟通主题 | 关键内容记录 | 参与人员 | 客户情绪 | 后续行动
J001 | C001 | 2024-05-20 | 电话 | 报价 | 五月底前报价
J002 | C002 | 2024-05-21 | 微信 | 合同 | 同意合同条款
"""
HEADER, ROWS = LOG.strip().split("\n", 1)
REVISIT = """
客户回访沟通记录表
客户名称 | {0} | 联系人 | *经理
本次沟通时间 | 2024-05-{1} 10:00 | 沟通方式 | 电话
客户反馈内容 | {2}
"""
FIRST, SECOND = REVISIT.format("华东智造", 20, "交付快"), REVISIT.format("滨海医疗", 21, "价格高")
J001 = {
    "record_id": "J001",
    "customer_id": "C001",
    "date": "2024-05-20",
    "channel": "电话",
    "topic": "报价",
    "content": "五月底前报价",
}
J002 = {
    "record_id": "J002",
    "customer_id": "C002",
    "date": "2024-05-21",
    "channel": "微信",
    "topic": "合同",
    "content": "同意合同条款",
}
BOTH = [("customer_base", "A2", "华东智造"), ("customer_base", "A3", "滨海医疗")]


def put(sheet: Worksheet, place: str, text: str) -> None:
    """Type a table in: a line a row, ``|`` between cells."""
    corner = sheet[place]
    for row, line in enumerate(text.strip("\n").split("\n")):
        for column, cell in enumerate(line.split("|")):
            sheet.cell(corner.row + row, corner.column + column, cell.strip() or None)


def names(reading: FileReading) -> list[tuple[str, str | None, Any]]:
    """What each record is, where its first value stands, and who it is of."""
    return [
        (
            each.table,
            each.cell(next(iter(each.block.columns or each.values))),
            each.values.get("record_id") or each.values.get("customer_name"),
        )
        for each in reading.records
    ]


def values(reading: FileReading) -> list[dict[str, Any]]:
    return [record.values for record in reading.records]


def told(reading: FileReading) -> list[tuple[str, str | None, str | None]]:
    return [(each.code, each.cell, each.value) for each in reading.findings]
