"""A team's folder whose cells were filled in anew by chance, so that every condition is met."""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet
from oracle_words import FORMS

_FIRST = date(2024, 3, 25)
_CHANNELS = ("电话", "致电", "面谈", "拜访", "面访", "微信", "钉钉", "邮件", "会议", "问卷")
_MOODS = (
    "积极",
    "满意",
    "不满意",
    "不满",
    "一般",
    "积极、不满",
    "犹豫、认可",
    "对方案认可",
    "说不清",
)
_STEPS = (
    *("潜在客户", "意向", "成交客户", "流失客户", "维持", "意向客户→潜在客户", "流失客户→意向客户"),
    *("潜在客户→意向客户", "意向客户→成交客户", "潜在客户→成交客户", "成交客户→流失客户"),
)
_STAGES = (
    *("初步接洽", "需求沟通", "方案评估阶段", "合同谈判", "成交签约", "合作维护", "维持"),
    *("初步接洽→方案评估", "需求沟通→初步接洽", "方案评估→成交签约", "成交签约→合作维护"),
)
_GRADES = ("VIP客户", "普通客户", "流失风险客户", None)
_SOURCES = ("展会", "线上推广", "转介绍", "主动开发", "老客户推荐", None)
_LABELS = ("高潜力客户", "预算敏感型、犹豫型", "老朋友", None)
_ISSUE_TAGS = ("产品故障", "响应慢", "交付延期、响应慢", "新问题标签", None)
_OWNERS = ("张伟", "李娜", "新同事", None)
_TAGS = ("成本控制", "数据对接", "售后支持", "交付周期", "成本控制、数据对接", "操作培训/交付周期")
_MET = ("已满足", "部分满足", "未满足", None)
_CONFIRMED = ("满意", "需改进", None)
_SCORES = (1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, None)

Make = Callable[[random.Random, date], Any]


def _day(low: int, high: int) -> Make:
    return lambda rng, day: datetime.combine(
        day + timedelta(days=rng.randint(low, high)), datetime.min.time()
    )


def _moment(low: int, high: int) -> Make:
    """Return what makes a moment, on the half hour so that limits are met exactly."""
    return lambda rng, day: (
        datetime.combine(day, datetime.min.time())
        + timedelta(hours=rng.randint(low * 2, high * 2) / 2)
    )


def _one_of(words: tuple[Any, ...], share: float = 1) -> Make:
    return lambda rng, _: rng.choice(words) if rng.random() < share else None


def _sometimes(make: Make, share: float) -> Make:
    return lambda rng, day: make(rng, day) if rng.random() < share else None


def _time_range(rng: random.Random, day: date) -> str:
    start = rng.randint(9, 16)
    return f"{day:%Y-%m-%d} {start}:00-{start + rng.randint(1, 2)}:00"


_DATE = _day(0, 0)
_FILLED: Make = lambda *_: None  # noqa: E731 - by whichever customers there are
_AFTER: dict[str, Make] = {
    "客户ID": _FILLED,
    "需求标签": _one_of(_TAGS, 0.3),
    "需求满足情况": _one_of(_MET),
    "转化状态更新": _one_of(_STEPS, 0.15),
    "需求阶段更新": _one_of(_STAGES, 0.2),
    "录入时间": _sometimes(_moment(40, 60), 0.8),
}
_ACTION: dict[str, Make] = {
    "行动截止日期": _sometimes(_day(0, 10), 0.6),
    "实际完成时间": _sometimes(_day(0, 14), 0.6),
    "当前状态": _one_of(("待跟进", "已确认", "暂缓", None)),
    "负责人": _one_of(_OWNERS),
}
_VIEWS = ("目标达成度", "沟通效率", "专业能力", "客户满意度")
_CELLS: dict[str, dict[str, Make]] = {
    "客户基础信息库": {
        "初次接触时间": _sometimes(_day(-30, 60), 0.7),
        "需求阶段": _one_of(_STAGES[:6], 0.9),
        "客户分级": _one_of(_GRADES),
        "初始来源": _one_of(_SOURCES),
        "客户标签": _one_of(_LABELS),
        "累计成交次数": _one_of((0, 1, 2, 3, None)),
    },
    "沟通动态记录表": _AFTER | _ACTION | {
        "客户名称": lambda *_: None,
        "沟通日期": _DATE,
        "沟通方式": _one_of(_CHANNELS),
        "客户情绪": _one_of(_MOODS, 0.8),
        "我方发出时间": _sometimes(_moment(0, 24), 0.5),
        "客户回复时间": _sometimes(_moment(0, 96), 0.7),
        "满意度评分": _one_of(_SCORES, 0.3),
    },
    "客户关系管理记录表": _AFTER | {
        "客户名称": lambda *_: "某公司",
        "初次接触时间": lambda *_: None,
        "最近互动时间": _DATE,
        "跟进责任人": _one_of(_OWNERS),
        "跟进时间节点": _sometimes(_day(0, 10), 0.7),
        "实际完成时间": _sometimes(_day(0, 14), 0.6),
        "满意度变化趋势": _one_of(("提升", "持平", "下降:因交付延期", None)),
        "互动类型": _one_of(_CHANNELS),
        "当前满意度评分": _one_of(_SCORES, 0.5),
    },
    "客户反馈问题跟踪表": {
        "客户ID": _FILLED,
        "反馈时间": _DATE,
        "完成时间": _sometimes(_day(0, 14), 0.7),
        "客户确认结果": _one_of(_CONFIRMED),
        "满意度评分(1-5分)": _one_of(_SCORES, 0.5),
        "归档时间": _sometimes(_day(14, 20), 0.5),
        "承诺解决时间": _sometimes(_day(0, 10), 0.8),
        "二次确认结果": _one_of(_CONFIRMED),
        "二次跟进": _one_of(("上门复测", None)),
        "二次跟进时限": _sometimes(_day(0, 10), 0.8),
        "问题标签": _one_of(_ISSUE_TAGS),
        "责任部门/人": _one_of(_OWNERS[:3]),
    },
    "客户沟通记录表": _AFTER | {"沟通时间": _time_range, "沟通方式": _one_of(_CHANNELS)},
    "客户回访沟通记录表": _AFTER | {
        "本次沟通时间": _moment(9, 17),
        "沟通方式": _one_of(("电话", "面访", "问卷")),
        "问题描述": _one_of(("票务报表金额错误", "新问题", None)),
        "预计解决时间": _sometimes(_day(0, 10), 0.8),
        "问题标签": _one_of(_ISSUE_TAGS),
    },
    "客户多渠道沟通记录表": _AFTER | {
        "沟通时间": _time_range,
        "沟通渠道": _one_of(_CHANNELS),
        "客户情绪": _one_of(_MOODS),
        "客户标签": _one_of(_LABELS),
        "当前状态": _one_of(("待跟进", "已确认", "暂缓")),
        "活动名称": _one_of(("新品会", "答谢会")),
        "参与意向": _one_of(("参加", "待定", "不参加", None)),
    },
    "客户沟通评价标准表": {"沟通日期": _DATE},
    "客户满意度评估表": {"客户ID": _FILLED, "评估日期": _DATE},
}  # fmt: skip


def fill_by_chance(folder: Path, seed: int, days: int, customers: int) -> None:
    """Fill the Chinese workbooks of a team's folder by chance; each log row by an id or none.

    All is dated in so many days from spring 2024 on, and of so many customers.
    """
    rng = random.Random(seed)
    ids = iter(range(1, 10_000))
    for path in sorted(folder.rglob("*.xlsx")):
        if path.name.startswith("~$") or not zipfile.is_zipfile(path):
            continue
        workbook = load_workbook(path)
        for sheet in workbook:
            cells = _CELLS.get(re.sub(r" \(\d+\)$", "", sheet.title))
            if cells:
                _fill(sheet, cells, rng, ids, days, customers)
        workbook.save(path)


def _fill(
    sheet: Worksheet,
    cells: dict[str, Make],
    rng: random.Random,
    ids: Any,
    days: int,
    customers: int,
) -> None:
    is_form = any(sheet.title.startswith(name) for name in FORMS.values())
    if sheet.title.startswith(FORMS["channels"]):
        _add_fields(sheet)
    places = dict(_form_places(sheet)) if is_form else _columns(sheet)
    for row in [None] if is_form else _filled_rows(sheet):
        day = _FIRST + timedelta(days=rng.randrange(days))
        values = {label: make(rng, day) for label, make in cells.items()}
        if "客户ID" in values:
            values["客户ID"] = f"C{rng.randint(1, customers):03d}"
        if not is_form:
            values |= {"记录ID": f"J{next(ids):04d}"} if rng.random() < 0.7 else {"记录ID": None}
        for label, value in values.items():
            if label in places:
                at = places[label]
                sheet.cell(row or at[0], at[1]).value = value
    for line in sheet.iter_rows() if sheet.title.startswith(FORMS["views"]) else ():
        if line[1].value in _VIEWS:
            _evaluate(sheet, line[1].row, rng)


def _add_fields(sheet: Worksheet) -> None:
    """Add the fields of campaigns, which the sample's forms do without, named as theirs are."""
    below = sheet.max_row + 1
    known = next(name for name in sheet.defined_names if name.endswith(".notes"))
    for column, label, key in ((2, "活动名称", "campaign"), (8, "参与意向", "participation")):
        sheet.cell(below, column).value = label
        place = f"{quote_sheetname(sheet.title)}!${get_column_letter(column + 1)}${below}"
        sheet.defined_names.add(DefinedName(known.replace("notes", key), attr_text=place))


def _evaluate(sheet: Worksheet, row: int, rng: random.Random) -> None:
    """Give a dimension of an evaluation a score, a level, both or neither."""
    header = next(line for line in sheet.iter_rows() if "评分" in [cell.value for cell in line])
    columns = {cell.value: cell.column for cell in header}
    sheet.cell(row, columns["评分"]).value = rng.choice((*_SCORES[:-1], None, None))
    sheet.cell(row, columns["等级"]).value = rng.choice(("优秀", "良好", "一般", "需改进", None))


def _filled_rows(sheet: Worksheet) -> list[int]:
    """The rows that a person filled: what a sheet reckons by itself is no record."""

    def is_filled(values: tuple[Any, ...]) -> bool:
        texts = (str(value or "") for value in values)
        return any(text and not text.startswith("=") for text in texts)

    below = sheet.iter_rows(min_row=4, values_only=True)
    return [row for row, values in enumerate(below, 4) if is_filled(values)]


def _columns(sheet: Worksheet) -> dict[str, tuple[int, int]]:
    """The places of a list's labels."""
    (header,) = sheet.iter_rows(3, 3)
    return {str(cell.value): (3, cell.column) for cell in reversed(header)}


def _form_places(sheet: Worksheet) -> Iterator[tuple[str, tuple[int, int]]]:
    """The cells that a form's labels ask to fill: of one that stands twice the first's, which
    comes last here."""
    merged = {area.start_cell.coordinate: area.max_col for area in sheet.merged_cells.ranges}
    for line in reversed(list(sheet.iter_rows(max_col=8))):
        for cell in (line[7], line[1]):
            if cell.value:
                yield str(cell.value), (cell.row, merged.get(cell.coordinate, cell.column) + 1)
