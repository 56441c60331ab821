"""Values in the forms in which people write them, each from the cell of a real workbook.

A case says what stands in a cell, what it means, and what is told of it. Lists hold a case a row,
forms a case a sheet. A value not understood stays as it was written, and counts as missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.findings import Finding
from xlcrm.records import FileReading, Record
from xlcrm.spec.model import Spec

BASE, LOG, CRM, ISSUES = "customer_base", "communication_log", "crm_record", "issue_tracking"
TALK, MULTI = "communication_record", "multichannel_record"
REVISIT, SCORES = "revisit_record", "satisfaction_evaluation"
EVALUATION = "communication_evaluation"
DAY = "2024-05-20"  # a Monday
CREDIT_CODE = "91350100M000100Y43"
NORMAL = "normalised"


@dataclass(frozen=True)
class Shown:
    """A cell's value with its number format."""

    value: Any
    format: str


@dataclass(frozen=True)
class Case:
    """What stands in the cell of ``slot``, and what it means.

    ``told`` are the codes of the findings at that cell, ``suggested`` what the first suggests;
    ``kept`` is what stays in the row of a value not understood, where it isn't the text written.
    ``day`` is the record's own date.
    """

    table: str
    slot: str
    written: Any
    value: Any
    told: str = ""
    suggested: str | None = None
    kept: str | None = None
    day: str = DAY

    @property
    def field(self) -> str:
        return self.slot.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.table}-{self.slot}-{self.written!r}"


def cases(table: str, slot: str, *rows: tuple[Any, ...], **same: Any) -> list[Case]:
    """Cases of one cell: (written, value, told, suggested, kept)."""
    return [Case(table, slot, *row, **same) for row in rows]


def rich(*parts: str) -> CellRichText:
    """A text of which every second part is bold."""
    bold = InlineFont(b=True)
    return CellRichText([TextBlock(bold, p) if n % 2 else p for n, p in enumerate(parts)])


CHOICES = [
    *cases(
        LOG,
        "need_priority",
        ("高", "高"),
        ("高 ", "高"),
        ("\u3000高", "高"),
        ("\u00a0高\u00a0", "高"),
        ("高\u200b", "高", NORMAL),
        ("\u202a高\u202c", "高", NORMAL),
        ("\ufeff高", "高", NORMAL),
        ("[高]", "高", NORMAL),
        ("［高］", "高", NORMAL),
        ("【高】", "高", NORMAL),
        ("☑高", "高", NORMAL),
        ("☑ 高", "高", NORMAL),
        ("■高 □中", "高", NORMAL),
        ("■高□中□低", "高", NORMAL),
        ("□高 ☒中 □低", "中", NORMAL),
        ("□高 ●中 ○低", "中", NORMAL),
        ("√高", "高", NORMAL),
        ("高√", "高", NORMAL),
        ("✔中", "中", NORMAL),
        ("✓低", "低", NORMAL),
        ("[x]高 [ ]中 [ ]低", "高", NORMAL),
        ("［√］高　［　］中", "高", NORMAL),
        ("□高 □中 □低", None),
        ("☑高 ☑中 □低", None, "ambiguous-tick"),
        ("High", "高"),
        (rich("", "高"), "高"),
        (rich("■", "高", " □中"), "高", NORMAL),
        ("最高", None, "not-in-list", "高"),
        ("紧急", None, "not-in-list"),
        (1, None, "not-in-list", None, "1"),
        (True, None, "not-in-list", None, "TRUE"),
    ),
    *cases(
        LOG,
        "channel",
        ("致电", "电话", NORMAL),
        ("电 话", "电话", NORMAL),
        ("ｅｍａｉｌ", "邮件", NORMAL),
        ("线下会议（公司3楼会议室）", "面谈(公司3楼会议室)", NORMAL),
        ("微信(工作群)", "微信(工作群)"),
        ("企业 微信", "企业微信", NORMAL),
    ),
    *cases(
        LOG,
        "type_after",
        ("意向客户", "意向客户"),
        ("潜在客户→意向客户", "潜在客户→意向客户"),
        ("潜在 —> 意向", "潜在客户→意向客户", NORMAL),
        ("维持", "维持"),
        ("维持意向客户", "维持", NORMAL),
        ("成交客户，签了年框", "成交客户(签了年框)", NORMAL),
        ("路人", None, "not-in-list"),
    ),
    *cases(
        LOG,
        "stage_after",
        ("方案评估阶段", "方案评估", NORMAL),
        ("需求挖掘", "需求沟通", NORMAL),
    ),
    *cases(
        LOG,
        "emotion",
        ("不太满意", "不太满意"),
        ("有点着急", "有点着急"),
        ("[有点着急]", "有点着急", NORMAL),
    ),
    *cases(LOG, "good_case", (True, True), (False, None), ("☑", True), ("√", True), ("是", True)),
    *cases(LOG, "good_case", ("☐", None), ("否", None), ("待定", None, "ambiguous-tick")),
    *cases(
        CRM,
        "customer_size",
        ("中型(约200人)", "中小型(约200人)", NORMAL),
        ("大型企业", "大型", NORMAL),
    ),
    *cases(CRM, "satisfaction_trend", ("下降：因交付延期", "下降:因交付延期", NORMAL)),
    *cases(
        TALK, "talk_category", ("☑需求类 □投诉类", "需求类", NORMAL), ("需求 类", "需求类", NORMAL)
    ),
    *cases(TALK, "channel", ("线下会议(公司3楼会议室)", "面谈(公司3楼会议室)", NORMAL)),
    *cases(EVALUATION, "goal_level", ("[优秀]", "优秀", NORMAL), ("优良", None, "not-in-list")),
]

TICKS = [
    *(Case(REVISIT, "priority.1", mark, "高") for mark in ("☑", "√", "是", True, "x", "✔", "●", 1)),
    *(Case(REVISIT, "priority.2", mark, "中") for mark in ("☒", "■", "[x]", "Ｙ", " √ ")),
    *(Case(REVISIT, "priority.1", mark, None) for mark in ("☐", "□", False, "否", "[ ]", "○")),
    Case(REVISIT, "priority.2", "√中", "中"),
    Case(REVISIT, "priority.3", "低", "低"),
    Case(REVISIT, "priority.1", "待定", None, "ambiguous-tick", kept="待定高"),
    Case(REVISIT, "topics.3", "√", ["满意度调研"]),
    Case(REVISIT, "next_step.2", True, ["转相关部门处理"]),
    Case(SCORES, "overall.4", "√", 4),
    Case(SCORES, "overall.4", True, 4),
    Case(TALK, "good_case", "是", True),
    Case(TALK, "good_case", True, True),
]

MANY = [
    *(
        case
        for between in ("、", ",", "，", ";", "；", "/", "／", "\n", " 、 ")
        for case in (
            Case(BASE, "tags", f"高潜力客户{between}老朋友", ["高潜力客户", "老朋友"]),
            Case(MULTI, "tags", f"高潜力客户{between}老朋友", ["高潜力客户", "老朋友"]),
        )
    ),
    *cases(
        BASE,
        "tags",
        ("[高潜力客户][预算敏感型]", ["高潜力客户", "预算敏感型"]),
        ("【高潜力客户】【预算敏感型】", ["高潜力客户", "预算敏感型"]),
        ("高潜力客户、高潜力客户", ["高潜力客户"]),
        ("ＡＩ项目、老朋友", ["AI项目", "老朋友"], NORMAL),
        ("老\u200b朋友", ["老朋友"], NORMAL),
        ("☑高潜力客户 □预算敏感型 ☑犹豫型", ["高潜力客户", "犹豫型"], NORMAL),
        ("、", None),
    ),
    *cases(MULTI, "types", ("[需求挖掘][方案跟进]", ["需求挖掘", "方案跟进"])),
    *cases(MULTI, "emotion", ("满意、一般", ["满意", "一般"])),
]

NUMBERS = [
    *cases(
        LOG,
        "satisfaction",
        (4, 4),
        (4.5, 4.5),
        ("4", 4),
        ("4分", 4, NORMAL),
        ("4 分", 4, NORMAL),
        ("４", 4, NORMAL),
        ("４．５分", 4.5, NORMAL),
        ("\u00a04 ", 4),
        ("4\u200b", 4, NORMAL),
        ("4/5", 4, NORMAL),
        ("4.5/5分", 4.5, NORMAL),
        (Shown(4, "0.0"), 4),
        (Shown(4, '0"分"'), 4),
        (Shown(dt.date(2024, 4, 5), 'm"月"d"日"'), None, "bad-number", "4", "2024-04-05"),
        (Shown(dt.datetime(2026, 3, 5), "d-mmm"), None, "bad-number", "3", "2026-03-05"),
        (Shown(dt.date(2024, 5, 20), "yyyy-mm-dd"), None, "bad-number", None, DAY),
        (Shown(0.8, "0%"), None, "out-of-range", None, "0.8"),
        ("80%", None, "bad-number"),
        ("8/10", None, "bad-number"),
        ("不错", None, "bad-number"),
        (6, None, "out-of-range", None, "6"),
        ("0分", None, "out-of-range"),
        (4.2, None, "out-of-range", None, "4.2"),
        (True, None, "bad-number", None, "TRUE"),
    ),
    *cases(
        BASE,
        "deals",
        ("3次", 3, NORMAL),
        ("３", 3, NORMAL),
        (2.5, None, "out-of-range", None, "2.5"),
    ),
    *cases(BASE, "employees", ("1,200人", 1200, NORMAL), (Shown(1200, "#,##0"), 1200)),
    *cases(
        BASE,
        "expected_amount",
        (Shown(120000, '"¥"#,##0.00'), 120_000),
        ("¥120,000.00", 120_000, NORMAL),
        ("￥１２０，０００", 120_000, NORMAL),
        ("RMB 120000", 120_000, NORMAL),
        ("12万", 120_000, NORMAL),
        ("12.5 万元", 125_000, NORMAL),
        ("1.2亿", 120_000_000, NORMAL),
        ("120000元整", None, "bad-number"),
        ("约12万", None, "bad-number"),
        ("$120000", None, "bad-number"),
        (-5, None, "out-of-range", None, "-5"),
    ),
    *cases(BASE, "revenue", ("3500万元", 3500, NORMAL), ("￥35000000", None, "bad-number")),
    *cases(EVALUATION, "goal_score", ("4分", 4, NORMAL), ("４．５", 4.5, NORMAL)),
    Case(
        EVALUATION,
        "goal_score",
        Shown(dt.date(2024, 4, 5), "m/d"),
        None,
        "bad-number",
        "4",
        "2024-04-05",
    ),
]

DATES = [
    *cases(
        LOG,
        "date",
        (Shown(dt.date(2024, 5, 20), "yyyy-mm-dd"), DAY),
        (Shown(dt.date(2024, 5, 20), 'yyyy"年"m"月"d"日"'), DAY),
        (Shown(dt.date(2024, 5, 20), 'm"月"d"日"'), DAY),
        (Shown(dt.date(2024, 5, 20), "d-mmm-yy"), DAY),
        (Shown(dt.date(2024, 5, 20), "[$-804]aaaa"), DAY, NORMAL),
        (Shown(dt.datetime(2024, 5, 20, 14, 30), "yyyy-mm-dd"), DAY, NORMAL),
        (Shown(45432, "General"), DAY, NORMAL),
        (Shown(45432, "@"), DAY, NORMAL),
        ("45432", DAY, NORMAL),
        (Shown(20240520, "0"), DAY, NORMAL),
        ("2024-05-20", DAY),
        (" 2024-05-20\u00a0", DAY),
        ("2024-5-20", DAY, NORMAL),
        ("2024/5/20", DAY, NORMAL),
        ("2024.5.20", DAY, NORMAL),
        ("20240520", DAY, NORMAL),
        ("2024年5月20日", DAY, NORMAL),
        ("2024年05月20日", DAY, NORMAL),
        ("24年5月20日", DAY, NORMAL),
        ("24.5.20", DAY, NORMAL),
        ("２０２４年５月２０日", DAY, NORMAL),
        ("2024－05－20", DAY, NORMAL),
        ("2024 年 5 月 20 日", DAY, NORMAL),
        ("\u200e2024-05-20", DAY, NORMAL),
        ("2024-5-20（周一）", DAY, NORMAL),
        ("2024-05-20 14:30", DAY, NORMAL),
        (rich("2024年", "5月", "20日"), DAY, NORMAL),
        ("5月20日", DAY, "year-assumed"),
        ("5月20号", DAY, "year-assumed"),
        ("2024-02-30", None, "bad-date"),
        ("2024年5月", None, "bad-date"),
        ("下周一", None, "bad-date"),
        ("2024-05-20前", None, "bad-date"),
        ("1900-05-20", None, "bad-date"),
        ("2101-01-01", None, "bad-date"),
        ("1901-01-01", "1901-01-01"),
        ("2100-12-31", "2100-12-31"),
        (Shown(dt.date(1900, 5, 20), "yyyy-mm-dd"), None, "bad-date", None, "1900-05-20"),
        (Shown(dt.date(2124, 5, 20), "yyyy-mm-dd"), None, "bad-date", None, "2124-05-20"),
        (3, None, "bad-date", None, "3"),
        (Shown(dt.time(14, 30), "hh:mm"), None, "bad-date", None, "14:30:00"),
        (True, None, "bad-date", None, "TRUE"),
    ),
    *cases(
        BASE,
        "birthday",
        (Shown(dt.date(1985, 8, 15), "yyyy-mm-dd"), "08-15"),
        ("8月15日", "08-15", NORMAL),
        ("农历八月十五", "农历08-15", NORMAL),
        ("中秋", None, "bad-date"),
    ),
    *cases(
        LOG,
        "sent_at",
        (Shown(dt.datetime(2024, 5, 20, 14, 30), "yyyy-mm-dd hh:mm"), "2024-05-20T14:30"),
        (Shown(45432.604166666664, "General"), "2024-05-20T14:30", NORMAL),
        ("2024-05-20 14:30", "2024-05-20T14:30"),
        ("2024-5-20 14：30", "2024-05-20T14:30", NORMAL),
        ("2024年5月20日下午2点半", "2024-05-20T14:30", NORMAL),
        ("2024/5/20 2:30 PM", "2024-05-20T14:30", NORMAL),
        ("5月20日 9:00", "2024-05-20T09:00", "year-assumed"),
        ("2024-05-20 25:00", None, "bad-time"),
        ("14:30", None, "bad-time"),
        (Shown(dt.time(14, 30), "hh:mm"), None, "bad-time", None, "14:30:00"),
    ),
    *(
        case
        for table in (TALK, MULTI)
        for case in cases(
            table,
            "time",
            ("2024年5月20日14:30-15:10", "2024-05-20T14:30/2024-05-20T15:10", NORMAL),
            ("2024-5-20 下午2:30~3:10", "2024-05-20T14:30/2024-05-20T15:10", NORMAL),
            ("2024-5-20 下午2点半至4点", "2024-05-20T14:30/2024-05-20T16:00", NORMAL),
            ("2024-5-20 上午9点半—下午1点", "2024-05-20T09:30/2024-05-20T13:00", NORMAL),
            ("2024-5-20 上午11:30-1:00", "2024-05-20T11:30/2024-05-20T13:00", NORMAL),
            ("2024.5.20 中午12:30-1:30", "2024-05-20T12:30/2024-05-20T13:30", NORMAL),
            ("2024-05-20 晚上7:00-8:30", "2024-05-20T19:00/2024-05-20T20:30", NORMAL),
            (
                "２０２４－０５－２０　１４：３０～１５：１０",
                "2024-05-20T14:30/2024-05-20T15:10",
                NORMAL,
            ),
            ("2024-05-20 14:30-15:10", "2024-05-20T14:30/2024-05-20T15:10"),
            ("2024-05-20 14点30分-15点10分", "2024-05-20T14:30/2024-05-20T15:10", NORMAL),
            (Shown(dt.datetime(2024, 5, 20, 14, 30), "yyyy-mm-dd hh:mm"), "2024-05-20T14:30"),
            (Shown(45432, "General"), DAY, NORMAL),
            ("2024-05-20", DAY),
            ("2024-05-20 15:10-14:30", None, "date-order"),
            ("14:30-15:10", None, "bad-time"),
            ("下午", None, "bad-time"),
        )
    ),
]

DEADLINES = [
    *(
        case
        for table, slot in ((LOG, "action_due"), (REVISIT, "expected"))
        for case in (
            *cases(
                table,
                slot,
                ("2024-05-25前", "2024-05-25"),
                ("2024-05-25之前", "2024-05-25"),
                ("2024年5月25日前", "2024-05-25", NORMAL),
                ("5月25日前", "2024-05-25", "year-assumed"),
                ("3日内", "2024-05-23", NORMAL),
                ("3 天内", "2024-05-23", NORMAL),
                ("三天之内", "2024-05-23", NORMAL),
                ("５个工作日内", "2024-05-27", NORMAL),
                (Shown(dt.date(2024, 5, 25), "yyyy-mm-dd"), "2024-05-25"),
                ("3日内发方案", None, "bad-date", "2024-05-23"),
                ("尽快", None, "bad-date"),
            ),
            Case(table, slot, "2个工作日内", "2024-04-29", NORMAL, day="2024-04-26"),
            Case(table, slot, "3个工作日内", "2024-05-07", NORMAL, day="2024-04-29"),
            Case(table, slot, "1个工作日内", "2024-05-11", NORMAL, day="2024-05-10"),
            Case(table, slot, "5个工作日内", "2025-02-07", NORMAL, day="2025-01-24"),
            Case(table, slot, "5个工作日内", "2027-02-10", "calendar-assumed", day="2027-02-03"),
            Case(table, slot, "5日内", "2027-02-08", NORMAL, day="2027-02-03"),
            Case(table, slot, "1月5日前", "2024-01-05", "year-assumed", day="2023-12-28"),
            Case(table, slot, "12月30日", "2023-12-30", "year-assumed", day="2024-01-03"),
        )
    ),
    *cases(
        CRM,
        "follow_up_due",
        ("2024-05-25前发送定制方案", {"date": "2024-05-25", "text": "发送定制方案"}),
        ("5月25日前发送", {"date": "2024-05-25", "text": "发送"}, "year-assumed"),
        ("2个工作日内答复", {"date": "2024-05-22", "text": "答复"}, NORMAL),
        (Shown(dt.date(2024, 5, 25), "yyyy-mm-dd"), {"date": "2024-05-25"}),
        (Shown(45437, "General"), {"date": "2024-05-25"}, NORMAL),
    ),
    *cases(EVALUATION, "plan_due", ("下次沟通前1天", {"text": "下次沟通前1天"})),
    *(
        case
        for table in (TALK, MULTI)
        for case in cases(
            table,
            "actions.1.due",
            ("2024-05-25前", [{"due": "2024-05-25"}]),
            ("3天内", [{"due": "2024-05-23"}], NORMAL),
            ("2个工作日内", [{"due": "2024-05-22"}], NORMAL),
            ("5月25日", [{"due": "2024-05-25"}], "year-assumed"),
            ("2024.5.25", [{"due": "2024-05-25"}], NORMAL),
            (Shown(45437, "General"), [{"due": "2024-05-25"}], NORMAL),
            ("尽快", None, "bad-date"),
        )
    ),
    Case(
        TALK,
        "actions.1.due",
        "5个工作日内",
        [{"due": "2027-02-10"}],
        "calendar-assumed",
        day="2027-02-03",
    ),
    Case(TALK, "actions.1.done", "24年5月25日", [{"done": "2024-05-25"}], NORMAL),
]

IDENTIFIERS = [
    *cases(
        LOG,
        "customer_id",
        ("C001", "C001"),
        ("c001 ", "C001", NORMAL),
        ("Ｃ００１", "C001", NORMAL),
        ("C 001", "C001", NORMAL),
        ("C001\u200b", "C001", NORMAL),
        (1, None, "bad-id", "C001", "1"),
        ("1", None, "bad-id", "C001"),
        ("C1", None, "bad-id", "C001"),
        ("客户001", None, "bad-id"),
    ),
    *cases(
        ISSUES,
        "issue_id",
        (202405001, "202405001"),
        (Shown(202405001, "0.00E+00"), "202405001"),
        ("202405001", "202405001"),
        ("２０２４０５００１", "202405001", NORMAL),
        (202413001, None, "bad-id", None, "202413001"),
        (2024050010000012, None, "digits-lost", None, "2024050010000012"),
    ),
    *cases(
        BASE,
        "credit_code",
        (CREDIT_CODE, CREDIT_CODE),
        (CREDIT_CODE.lower(), CREDIT_CODE, NORMAL),
        (913501000001000143, None, "digits-lost"),
        (CREDIT_CODE[:-1] + "4", None, "bad-credit-code"),
    ),
    *cases(BASE, "contact_info", (1234567890123456, None, "digits-lost")),
    *cases(BASE, "notes", (1234567890123456, None, "digits-lost"), (12345, "12345")),
    *cases(TALK, "customer_id", ("Ｃ００１", "C001", NORMAL), (7, None, "bad-id", "C007", "7")),
]

PROSE = "　“客户”：满意，预算２０万！\n★ＡＢＣ（内）~～  两个空格\u00a0\n\n1、第一；"
TEXTS = [
    *(
        Case(table, slot, PROSE, PROSE.strip())
        for table, slot in (
            (LOG, "content"),
            (LOG, "next_action"),
            (BASE, "notes"),
            (CRM, "summary"),
            (ISSUES, "description"),
            (TALK, "conclusions"),
            (MULTI, "content"),
            (REVISIT, "feedback"),
            (SCORES, "comment"),
            (EVALUATION, "goal_evidence"),
        )
    ),
    *cases(
        LOG,
        "content",
        (rich("客户", "要求", "５月底前"), "客户要求５月底前"),
        ("零\u200b宽\u202e不动", "零\u200b宽\u202e不动"),
        ("'=SUM(A1)", "'=SUM(A1)"),
        ("NULL", "NULL"),
        ("#N/A 是他写的", "#N/A 是他写的"),
        (" \n ", None),
        (20, "20"),
        (Shown(dt.date(2024, 5, 20), "yyyy-mm-dd"), DAY),
    ),
    *cases(
        LOG,
        "customer_name",
        ("华东智造（上海）", "华东智造(上海)", NORMAL),
        (" 华东智造 ", "华东智造"),
        ("华东\u00a0智造", "华东 智造", NORMAL),
        ("华东\n智造", "华东 智造", NORMAL),
        ("华东\u200b智造", "华东智造", NORMAL),
        (rich("华东", "智造"), "华东智造"),
    ),
    *cases(
        BASE,
        "contact",
        ("＊经理", "*经理", NORMAL),
        ("联系人:*经理,职位:采购总监", "*经理", NORMAL),
    ),
    *cases(CRM, "customer_name", (f"华东智造（{CREDIT_CODE}）", "华东智造", NORMAL)),
    *cases(CRM, "needs", ("显性：降本；隐性：售后", {"explicit": "降本", "latent": "售后"})),
    *cases(TALK, "needs", ("1. 缩短周期；２万\n2、降低成本", ["缩短周期；２万", "降低成本"])),
]
CASES = [*CHOICES, *TICKS, *MANY, *NUMBERS, *DATES, *DEADLINES, *IDENTIFIERS, *TEXTS]


def put(cell: Cell, written: Any) -> None:
    if isinstance(written, Shown):
        cell.value, cell.number_format = written.value, written.format
    else:
        cell.value = written


def list_columns(sheet: Worksheet) -> dict[str, int]:
    """Columns by label of a list of ours: marks in its first row, labels in its second."""
    return {str(cell.value): cell.column for cell in sheet[2]}


def form_cells(sheet: Worksheet) -> dict[str, str]:
    """Cells by slot, by the sheet's names."""
    return {
        name.split(".", 2)[2]: str(named.attr_text.rpartition("!")[2].replace("$", ""))
        for name, named in sheet.defined_names.items()
        if name.count(".") >= 2
    }


def base_values(case: Case, spec: Spec) -> dict[str, Any]:
    """What stands in a case's record besides: its customer and its own date."""
    table = spec.tables[case.table]
    values = {"customer_name": "滨海医疗", table.date: dt.date.fromisoformat(case.day)}
    return {key: v for key, v in values.items() if key in table.by_key and key != case.field}


def fill_list(sheet: Worksheet, rows: Sequence[Case], spec: Spec) -> None:
    columns = list_columns(sheet)
    for number, case in enumerate(rows, 3):
        fields = spec.tables[case.table].by_key
        for key, value in base_values(case, spec).items():
            sheet.cell(number, columns[fields[key].labels["zh"]]).value = value
        put(sheet.cell(number, columns[fields[case.slot].labels["zh"]]), case.written)


def fill_forms(book: Workbook, blank: Worksheet, rows: Sequence[Case], spec: Spec) -> None:
    """Fill a form a case: copies, and for the first the sheet itself, which has its names."""
    cells = form_cells(blank)
    sheets = [blank, *(book.copy_worksheet(blank) for _ in rows[1:])]
    for sheet, case in zip(sheets, rows, strict=True):
        for key, value in base_values(case, spec).items():
            sheet[cells[key]].value = value
        put(sheet[cells[case.slot]], case.written)


def cell_of(record: Record, case: Case) -> str | None:
    return record.cell(case.slot) or record.cell(case.field)


Answer = tuple[Record | None, list[Finding]]


def fill(path: Path, rows: Sequence[Case], spec: Spec, write: Any) -> Mapping[str, list[Case]]:
    """Write the cases to a workbook; return them by table, in the order of their records."""
    tables: dict[str, list[Case]] = {}
    for case in rows:
        tables.setdefault(case.table, []).append(case)
    write(path, {key: [] for key in tables})
    book = openpyxl.load_workbook(path)
    for key, own in tables.items():
        sheet = book[spec.tables[key].labels["zh"]]
        if spec.tables[key].layout == "list":
            fill_list(sheet, own, spec)
        else:
            fill_forms(book, sheet, own, spec)
    book.save(path)
    return tables


def answers(reading: FileReading, tables: Mapping[str, list[Case]]) -> dict[int, Answer]:
    """What the reading says of each case, by its identity."""
    found: dict[int, Answer] = {}
    for key, own in tables.items():
        records = [record for record in reading.records if record.table == key]
        assert len(records) == len(own)
        for case, record in zip(own, records, strict=True):
            told = [
                finding
                for finding in reading.findings
                if finding.sheet == record.block.sheet
                and (record.block.cells or str(finding.cell).endswith(_row(record)))
                and _row_of(str(finding.cell)) == (_row_of(str(cell_of(record, case))))
            ]
            found[id(case)] = record, told
    return found


def _row(record: Record) -> str:
    return str(record.row + 1)


def _row_of(cell: str) -> str:
    return cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@pytest.fixture(scope="module")
def read_cases(
    tmp_path_factory: pytest.TempPathFactory, spec: Spec, write: Any, read: Any
) -> dict[int, Answer]:
    path = tmp_path_factory.mktemp("forms") / "a.xlsx"
    tables = fill(path, CASES, spec, write)
    return answers(read(path), tables)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_value_is_read_as_meant(case: Case, read_cases: dict[int, Answer]) -> None:
    record, told = read_cases[id(case)]
    assert record is not None
    assert record.values.get(case.field) == case.value
    assert [f.code for f in told] == case.told.split()
    assert [f.cell for f in told] == [cell_of(record, case)] * len(told)
    assert [f.suggestion for f in told][:1] == ([case.suggested] if told else [])
    if case.value is None and told:
        kept = case.kept or record.raw[case.field]
        assert record.raw == {case.field: kept}
        if isinstance(case.written, str) and not case.kept:
            assert kept == case.written
    else:
        assert record.raw == {}


@pytest.mark.parametrize("over", ["√高", "高√", "☑ 高", "[x]高"])
def test_a_tick_may_stand_with_the_printed_choice(
    over: str, tmp_path: Path, write: Any, read: Any
) -> None:
    path = write(tmp_path / "a.xlsx", {REVISIT: [{"customer_name": "滨海医疗"}]})
    book = openpyxl.load_workbook(path)
    sheet = book["客户回访沟通记录表"]
    printed = sheet[form_cells(sheet)["priority.1"]].offset(0, 1)
    assert printed.value == "高"
    printed.value = over
    book.copy_worksheet(sheet)  # has no names: its labels tell
    book.save(path)
    assert [record.values.get("priority") for record in read(path).records] == ["高", "高"]
