"""What is typed to see the rules that show by colour: of each a hit and a near miss."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

BASE, LOG, CRM, ISSUE = (
    "客户基础信息库",
    "沟通动态记录表",
    "客户关系管理记录表",
    "客户反馈问题跟踪表",
)
REVISIT, TALK, SCORES = "客户回访沟通记录表", "客户沟通记录表", "客户满意度评估表"
EVALUATION, MULTI = "客户沟通评价标准表", "客户多渠道沟通记录表"
PHONE = "13800138000"


def day(n: int, time: str = "") -> str:
    """Return the day so many days from today, as it is typed."""
    return f"{date.today() + timedelta(days=n)} {time}".strip()


CUSTOMERS = [
    {"客户ID": "C001", "客户名称": "华东智造", "客户类型": "▾意向客户", "客户分级": "▾VIP客户"},
    {"客户ID": "C002", "客户名称": "北方电气", "客户类型": "▾潜在客户", "客户分级": "▾普通客户"},
]
# A good record of each list; its id is given as it is typed.
GOOD: dict[str, dict[str, str]] = {
    BASE: {"客户名称": "江南贸易", "客户类型": "▾潜在客户"},
    LOG: {"客户ID": "C002", "沟通日期": day(-9), "沟通方式": "▾电话", "关键内容记录": "谈报价"},
    CRM: {"客户名称": "北方电气", "最近互动时间": day(-9), "互动类型": "▾电话",
          "互动内容摘要": "谈试用", "跟进责任人": "张伟"},
    ISSUE: {"客户名称": "北方电气", "问题描述": "导出失败", "反馈时间": day(-9),
            "问题分类": "▾产品", "责任部门/人": "李强", "处理进度": "▾处理中"},
}  # fmt: skip
IDS = {BASE: ("客户ID", "C1{:02}"), LOG: ("记录ID", "J1{:02}"), ISSUE: ("问题编号", "2024050{:02}")}


class Case(NamedTuple):
    """A row of a list: the rule, the cell with its look ("": plain), what makes the record so.

    ⌫ leaves a cell blank.
    """

    rule: str
    sheet: str
    label: str
    look: str
    changes: dict[str, str]


LISTS = [Case(*case) for case in [
    ("required", LOG, "沟通日期", "missing", {"沟通日期": "⌫"}),
    ("required", LOG, "沟通日期", "", {}),
    ("any-required", LOG, "客户ID", "missing", {"客户ID": "⌫"}),
    ("any-required", LOG, "客户ID", "", {"客户ID": "⌫", "客户名称": "北方电气"}),
    ("required-if", LOG, "后续行动", "missing", {"当前状态": "▾待跟进"}),
    ("required-if", LOG, "后续行动", "", {"当前状态": "▾已确认"}),
    ("required-if", LOG, "下次沟通时间", "missing", {"当前状态": "▾暂缓"}),
    ("required-if", ISSUE, "解决方案", "missing", {"处理进度": "▾已完成"}),
    ("required-if", ISSUE, "解决方案", "", {}),
    ("required-if-remark", CRM, "满意度变化趋势", "missing", {"满意度变化趋势": "下降"}),
    ("required-if-remark", CRM, "满意度变化趋势", "", {"满意度变化趋势": "下降:因交付延期"}),
    ("outside", LOG, "当前状态", "wrong", {"当前状态": "⎘跟进中"}),
    ("outside", LOG, "当前状态", "wrong", {"当前状态": "⎘*"}),
    ("outside", LOG, "当前状态", "", {"当前状态": "⎘已确认"}),
    ("outside", LOG, "沟通方式", "wrong", {"沟通方式": "⎘传真"}),
    ("outside", LOG, "沟通方式", "", {"沟通方式": "会议(公司3楼)"}),
    ("outside", LOG, "转化状态更新", "wrong", {"转化状态更新": "潜在客户→熟客"}),
    ("outside", LOG, "转化状态更新", "wrong", {"转化状态更新": "熟客→意向客户"}),
    ("outside", LOG, "转化状态更新", "", {"转化状态更新": "潜在客户→意向客户(试用满意)"}),
    ("outside", LOG, "转化状态更新", "", {"转化状态更新": "维持不变"}),
    ("doubled", LOG, "记录ID", "wrong", {"记录ID": "J900"}),
    ("doubled", LOG, "记录ID", "wrong", {"记录ID": "J900"}),
    ("doubled", LOG, "记录ID", "", {"记录ID": "J901"}),
    ("doubled", ISSUE, "问题编号", "wrong", {"问题编号": "202406001"}),
    ("doubled", ISSUE, "问题编号", "wrong", {"问题编号": "202406001"}),
    ("order", LOG, "客户回复时间", "wrong",
     {"我方发出时间": day(-9, "09:00"), "客户回复时间": day(-9, "08:59")}),
    ("order", LOG, "客户回复时间", "",
     {"我方发出时间": day(-9, "09:00"), "客户回复时间": day(-9, "09:00")}),
    ("order", LOG, "行动截止日期", "wrong", {"行动截止日期": day(-10), "实际完成时间": day(-9)}),
    ("order", LOG, "行动截止日期", "", {"行动截止日期": day(-9), "实际完成时间": day(-9)}),
    ("order", CRM, "跟进时间节点", "wrong", {"跟进时间节点": f"{day(-10)}前发送方案"}),
    ("order", ISSUE, "完成时间", "wrong", {"完成时间": day(-10)}),
    # Of a talk whose day alone is known, 24 hours begin with the midnight after it.
    ("late-entry", LOG, "录入时间", "late", {"录入时间": day(-7, "00:01")}),
    ("late-entry", LOG, "录入时间", "", {"录入时间": day(-7, "00:00")}),
    ("late-entry", CRM, "录入时间", "late", {"录入时间": day(-7, "00:01")}),
    ("late-entry", CRM, "录入时间", "", {"录入时间": day(-7, "00:00")}),
    ("overdue", LOG, "行动截止日期", "overdue", {"行动截止日期": day(-1)}),
    ("overdue", LOG, "行动截止日期", "", {"行动截止日期": day(-1), "当前状态": "▾已确认"}),
    ("overdue", LOG, "行动截止日期", "due", {"行动截止日期": day(0)}),
    ("overdue", LOG, "行动截止日期", "due", {"行动截止日期": day(1)}),
    ("overdue", LOG, "行动截止日期", "", {"行动截止日期": day(2)}),
    ("overdue", LOG, "行动截止日期", "", {"行动截止日期": day(1), "实际完成时间": day(0)}),
    ("overdue", CRM, "跟进时间节点", "overdue", {"跟进时间节点": f"{day(-1)}前发送方案"}),
    ("overdue", CRM, "跟进时间节点", "",
     {"跟进时间节点": f"{day(-1)}前发送方案", "实际完成时间": day(-2)}),
    ("overdue", ISSUE, "承诺解决时间", "overdue", {"承诺解决时间": day(-1)}),
    ("overdue", ISSUE, "承诺解决时间", "due", {"承诺解决时间": day(0)}),
    ("overdue", ISSUE, "二次跟进时限", "overdue", {"二次跟进时限": day(-1)}),
    ("needs-review", BASE, "审核状态", "review", {"客户分级": "▾VIP客户"}),
    ("needs-review", BASE, "审核状态", "", {"客户分级": "▾VIP客户", "审核状态": "▾已审核"}),
    ("needs-review", LOG, "审核状态", "review", {"客户ID": "C001"}),
    ("needs-review", LOG, "审核状态", "review", {"客户ID": "⌫", "客户名称": "华东智造"}),
    ("needs-review", LOG, "审核状态", "", {"客户ID": "C002"}),
    ("needs-review", LOG, "审核状态", "", {"客户ID": "C001", "审核状态": "▾已审核"}),
    ("private", LOG, "关键内容记录", "private", {"关键内容记录": f"新号码{PHONE},5月8日前回电"}),
    ("private", LOG, "关键内容记录", "private", {"关键内容记录": "新号码138 0013 8000,请回电"}),
    ("private", LOG, "沟通主题", "private", {"沟通主题": "改打138-0013-8000"}),
    ("private", LOG, "后续行动", "private", {"后续行动": "请打１３８００１３８０００"}),
    ("private", CRM, "备注", "private", {"备注": "总机(0571)88881234"}),
    ("private", ISSUE, "解决方案", "private", {"解决方案": "转021-58881234处理"}),
    ("private", LOG, "关键内容记录", "", {"关键内容记录": "新号码138****8000,总机021-5888****"}),
    ("private", LOG, "关键内容记录", "",
     {"关键内容记录": "合同1380013800012、单号202405001,13:00-15:00"}),
    ("private", LOG, "关键内容记录", "",
     {"关键内容记录": "2024-05-20至2024-05-31,19 May 2024,18/05/2024"}),
    ("private", LOG, "参与人员", "private", {"参与人员": "我方:张伟;邮箱 wang.li@qq.com"}),
    ("private", LOG, "参与人员", "", {"参与人员": "我方:张伟@李娜 5.20到场"}),
    ("private", BASE, "联系方式", "private", {"联系方式": PHONE}),
    ("private", BASE, "联系方式", "", {"联系方式": "客户联系方式-1"}),
]]  # fmt: skip


class Form(NamedTuple):
    """A form of its own: what is filled in, and of each cell the rule and the look."""

    sheet: str
    entries: dict[str, str]
    looks: dict[str, tuple[str, str]]


FORMS = [Form(*form) for form in [
    (REVISIT, {"客户名称": "北方电气", "上次沟通时间": day(-1, "10:00"),
               "本次沟通时间": day(-2, "10:00"), "问题描述": "导出失败",
               "客户反馈内容": f"请打{PHONE}", "备注": "总机021-58881234"},
     {"沟通方式": ("required", "missing"), "本次沟通时间": ("order", "wrong"),
      "责任人": ("required-if", "missing"), "客户反馈内容": ("private", "private"),
      "备注": ("private", "private")}),
    (REVISIT, {"客户名称": "北方电气", "上次沟通时间": day(-2, "10:00"),
               "本次沟通时间": day(-2, "10:00"), "沟通方式": "⎘传真", "优先级": "☑高☑低",
               "录入时间": day(-1, "10:01"), "客户反馈内容": "请打138****8000"},
     {"沟通方式": ("outside", "wrong"), "优先级": ("tick", "wrong"),
      "本次沟通时间": ("order", ""), "录入时间": ("late-entry", "late"),
      "责任人": ("required-if", ""), "客户反馈内容": ("private", "")}),
    (REVISIT, {"客户名称": "北方电气", "本次沟通时间": day(-2, "10:00"), "沟通方式": "▾电话",
               "优先级": "☐高☑低", "录入时间": day(-1, "10:00")},
     {"沟通方式": ("outside", ""), "优先级": ("tick", ""), "录入时间": ("late-entry", "")}),
    (REVISIT, {}, {"客户名称": ("required", ""), "沟通方式": ("required", "")}),
    (TALK, {"客户名称": "北方电气", "沟通时间": f"{day(-2)} 15:10-14:30",
            "后续行动/1/行动项": "发方案", "后续行动/1/完成时间": day(-1),
            "后续行动/2/完成时间": day(1), "后续行动/3/完成时间": day(-1),
            "后续行动/3/实际完成时间": day(-1), "后续行动/4/完成时间": day(0),
            "后续行动/5/完成时间": day(2)},
     {"沟通时间": ("span", "wrong"), "后续行动/1/完成时间": ("overdue", "overdue"),
      "后续行动/2/完成时间": ("overdue", "due"), "后续行动/3/完成时间": ("overdue", ""),
      "后续行动/4/完成时间": ("overdue", "due"), "后续行动/5/完成时间": ("overdue", ""),
      "客户需求": ("required", "missing")}),
    (MULTI, {"所属公司": "北方电气", "当前状态": "▾待跟进", "后续行动/1/行动内容": "发方案",
             "沟通时间": f"{day(-2)} 14:30-15:10", "录入时间": day(-1, "15:10")},
     {"后续行动/1/截止日期": ("action-with-due-if", "missing"), "沟通时间": ("span", ""),
      "录入时间": ("late-entry", "")}),
    (MULTI, {"所属公司": "北方电气", "当前状态": "▾待跟进", "后续行动/1/行动内容": "发方案",
             "后续行动/1/截止日期": day(9), "沟通时间": f"{day(-2)} 14:30-15:10",
             "录入时间": day(-1, "15:11")},
     {"后续行动/1/截止日期": ("action-with-due-if", ""), "录入时间": ("late-entry", "late")}),
    (MULTI, {"所属公司": "北方电气", "当前状态": "▾待跟进"},
     {"后续行动/1/负责人": ("required-unless", "missing")}),
    (MULTI, {"所属公司": "北方电气", "当前状态": "▾已确认"},
     {"后续行动/1/负责人": ("required-unless", "")}),
    (SCORES, {"客户名称": "北方电气", "产品质量": "☑4"},
     {"产品质量": ("required", ""), "服务响应速度": ("required", "missing"),
      "评估日期": ("required", "missing")}),
    (EVALUATION, {"客户名称": "北方电气", "目标达成度/评分": "2"},
     {"问题根源": ("improvement-plan", "missing")}),
    (EVALUATION, {"客户名称": "北方电气", "目标达成度/评分": "2.5"},
     {"问题根源": ("improvement-plan", "")}),
]]  # fmt: skip
