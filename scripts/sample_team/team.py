"""The team's people, weeks and customers."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from stdnum.cn import uscc

Values = dict[str, Any]

# How a person typed a cell whose meaning is another: {field key: text}, an empty text for a blank.
TYPED = "typed"

WEEKS = tuple(date.fromisocalendar(2024, week, 1) for week in range(13, 21))
PREVIOUS, GOLDEN = WEEKS[-2:]  # 2024-W19 and 2024-W20
HOLIDAYS = frozenset(date(2024, *day) for day in ((4, 4), (4, 5), (5, 1), (5, 2), (5, 3)))
LEAD, LI_NA = "周敏", "李娜"

# With which digit the record ids of those begin who keep a log; 刘洋 keeps the CRM record instead.
ID_DIGIT = {"张伟": 1, "李娜": 2, "王芳": 3, "陈静": 5, "赵磊": 6}

VIP, WON, LOST = "VIP客户", "成交客户", "流失客户"
_STAGES = {
    "潜在客户": ("初步接洽", "需求沟通"),
    "意向客户": ("方案评估", "合同谈判"),
    WON: ("成交签约", "合作维护"),
    LOST: ("初步接洽",),
}
_SOURCES = ("展会推荐", "线上推广", "客户转介绍", "主动开发", "其他")
_CHANNELS = ("电话", "微信", "邮件", "面谈", "视频会议", "企业微信", "钉钉")
_TIMES = ("工作日上午", "工作日下午", "周二、周四下午", "每月中旬")
_TAGS = ("高潜力客户", "高意向客户", "预算敏感型", "价格敏感型", "决策周期长", "犹豫型", "技术对接")
_NOTES = (
    "重视售后响应,每次沟通后要书面纪要",
    "预算按季度审批,季度末前要报价",
    "使用部门和采购部意见常不一致,两边都要沟通",
    "对数据安全要求高,方案要附安全说明",
    "老板亲自定供应商,演示要突出成本",
    "已用竞品两年,合同年底到期",
)


@dataclass(frozen=True)
class Customer:
    """A customer; ``type`` is what it was before the weeks, or on ``first`` contact in them."""

    id: str
    name: str
    owner: str
    type: str
    first: date
    industry: str
    title: str
    grade: str
    size: str

    @property
    def contact(self) -> str:
        """The masked contact: ``*总监``."""
        titles = ("总监", "经理", "主任", "主管", "助理")
        return f"*{next((title for title in titles if title in self.title), '女士')}"

    @property
    def channel(self) -> str:
        """How the customer likes to talk."""
        return _CHANNELS[int(self.id[1:]) * 5 % len(_CHANNELS)]


@dataclass(frozen=True)
class Step:
    """A customer's change of type, and whether it was written with an arrow."""

    customer: str
    day: date
    before: str
    after: str
    arrow: bool = True


def data(name: str) -> dict[str, Any]:
    """Return what the data file of this name beside this module holds."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


_DATA = data("customers")
CUSTOMERS = {entry["id"]: Customer(**entry) for entry in _DATA["customers"]}
STEPS = tuple(Step(**entry) for entry in _DATA["steps"])


def step_text(customer_id: str, day: date) -> str | None:
    """Return what the talk of that day writes of the customer's new type; None without a step."""
    for step in STEPS:
        if (step.customer, step.day) == (customer_id, day):
            return f"{step.before}→{step.after}" if step.arrow else step.after
    return None


def type_on(customer: Customer, day: date = date.max) -> str:
    """Return the customer's type at the end of a day, by default today's."""
    steps = [step for step in STEPS if step.customer == customer.id and step.day <= day]
    return max(steps, key=lambda step: step.day).after if steps else customer.type


def credit_code(customer_id: str) -> str:
    """Return an invented code whose check character holds; no register has the region 000000."""
    number = f"91000000MA{customer_id[1:]}0000"
    return number + uscc.calc_check_digit(number)


def base_rows(rng: random.Random) -> Iterator[Values]:
    """Yield each customer's row of the customer base, as it stands at the end of the weeks."""
    changes = data("lists")["base_changes"]
    for row in _told_rows(rng):
        row |= changes.get(row["customer_id"], {})
        yield {key: value for key, value in row.items() if value != ""}


def _told_rows(rng: random.Random) -> Iterator[Values]:
    for customer in CUSTOMERS.values():
        number, today = int(customer.id[1:]), type_on(customer)
        yield {
            "customer_id": customer.id,
            "customer_name": customer.name,
            "industry": customer.industry,
            "customer_type": today,
            "contact": customer.contact,
            "contact_title": customer.title,
            "need_stage": rng.choice(_STAGES[today]),
            "source": rng.choice(_SOURCES),
            "notes": rng.choice(_NOTES),
            "customer_grade": customer.grade,
            "customer_size": customer.size,
            "contact_info": f"客户联系方式-{number}" if number % 3 else f"139****{4200 + number}",
            "preferred_channel": customer.channel,
            "preferred_time": rng.choice(_TIMES),
            "tags": rng.sample(_TAGS, rng.choice((1, 1, 2))),
            "owner": customer.owner,
            "first_contact": customer.first.isoformat(),
            "confidentiality": "保密" if number in (24, 38) else "内部",
            "reviewer": LEAD,
            "review_status": {7: "待审核", 25: "退回"}.get(number, "已审核"),
            **_sometimes(customer, number, today),
        }


def _sometimes(customer: Customer, number: int, today: str) -> Values:
    """Return the fields that not every customer has."""
    row: Values = {}
    if customer.size != "个人":
        row["credit_code"] = credit_code(customer.id)
    if number % 4 == 0:
        day = f"{number % 12 + 1:02d}-{number % 27 + 1:02d}"
        row["birthday"] = "农历08-15" if number == 8 else day
    if today == WON:
        row |= {"deals": 1 + number % 3, "anniversary": customer.first.isoformat()}
    return row
