"""What shows by colour and by itself while a sheet is filled, as LibreOffice renders it.

All is typed into one workbook in one LibreOffice; each rule has a near miss that stays plain.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils import coordinate_to_tuple

from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook
from xlcrm.template_workbook.legend import LOOKS
from xlcrm.template_workbook.live_rules import KINDS

SPEC = load_spec()
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
# (sheet, label of the cell, its look, what makes the record so; ⌫ leaves a cell blank)
LISTS: list[tuple[str, str, str, dict[str, str]]] = [
    (LOG, "沟通日期", "missing", {"沟通日期": "⌫"}),
    (LOG, "沟通日期", "", {}),
    (LOG, "客户ID", "missing", {"客户ID": "⌫"}),
    (LOG, "客户ID", "", {"客户ID": "⌫", "客户名称": "北方电气"}),
    (LOG, "后续行动", "missing", {"当前状态": "▾待跟进"}),
    (LOG, "后续行动", "", {"当前状态": "▾已确认"}),
    (LOG, "下次沟通时间", "missing", {"当前状态": "▾暂缓"}),
    (CRM, "满意度变化趋势", "missing", {"满意度变化趋势": "下降"}),
    (CRM, "满意度变化趋势", "", {"满意度变化趋势": "下降:因交付延期"}),
    (ISSUE, "解决方案", "missing", {"处理进度": "▾已完成"}),
    (ISSUE, "解决方案", "", {}),
    (LOG, "当前状态", "wrong", {"当前状态": "⎘跟进中"}),
    (LOG, "当前状态", "wrong", {"当前状态": "⎘*"}),
    (LOG, "当前状态", "", {"当前状态": "⎘已确认"}),
    (LOG, "沟通方式", "wrong", {"沟通方式": "⎘传真"}),
    (LOG, "沟通方式", "", {"沟通方式": "会议(公司3楼)"}),
    (LOG, "转化状态更新", "wrong", {"转化状态更新": "潜在客户→熟客"}),
    (LOG, "转化状态更新", "wrong", {"转化状态更新": "熟客→意向客户"}),
    (LOG, "转化状态更新", "", {"转化状态更新": "潜在客户→意向客户(试用满意)"}),
    (LOG, "转化状态更新", "", {"转化状态更新": "维持不变"}),
    (LOG, "记录ID", "wrong", {"记录ID": "J900"}),
    (LOG, "记录ID", "wrong", {"记录ID": "J900"}),
    (LOG, "记录ID", "", {"记录ID": "J901"}),
    (ISSUE, "问题编号", "wrong", {"问题编号": "202406001"}),
    (ISSUE, "问题编号", "wrong", {"问题编号": "202406001"}),
    (LOG, "客户回复时间", "wrong",
     {"我方发出时间": day(-9, "09:00"), "客户回复时间": day(-9, "08:59")}),
    (LOG, "客户回复时间", "",
     {"我方发出时间": day(-9, "09:00"), "客户回复时间": day(-9, "09:00")}),
    (LOG, "行动截止日期", "wrong", {"行动截止日期": day(-10), "实际完成时间": day(-9)}),
    (LOG, "行动截止日期", "", {"行动截止日期": day(-9), "实际完成时间": day(-9)}),
    (CRM, "跟进时间节点", "wrong", {"跟进时间节点": f"{day(-10)}前发送方案"}),
    (ISSUE, "完成时间", "wrong", {"完成时间": day(-10)}),
    (LOG, "录入时间", "late", {"录入时间": day(-7, "00:01")}),
    (LOG, "录入时间", "", {"录入时间": day(-7, "00:00")}),
    (LOG, "行动截止日期", "overdue", {"行动截止日期": day(-1)}),
    (LOG, "行动截止日期", "", {"行动截止日期": day(-1), "当前状态": "▾已确认"}),
    (LOG, "行动截止日期", "due", {"行动截止日期": day(1)}),
    (LOG, "行动截止日期", "", {"行动截止日期": day(2)}),
    (CRM, "跟进时间节点", "overdue", {"跟进时间节点": f"{day(-1)}前发送方案"}),
    (CRM, "跟进时间节点", "", {"跟进时间节点": f"{day(-1)}前发送方案", "实际完成时间": day(-2)}),
    (ISSUE, "承诺解决时间", "overdue", {"承诺解决时间": day(-1)}),
    (ISSUE, "承诺解决时间", "due", {"承诺解决时间": day(0)}),
    (ISSUE, "二次跟进时限", "overdue", {"二次跟进时限": day(-1)}),
    (BASE, "审核状态", "review", {"客户分级": "▾VIP客户"}),
    (BASE, "审核状态", "", {"客户分级": "▾VIP客户", "审核状态": "▾已审核"}),
    (LOG, "审核状态", "review", {"客户ID": "C001"}),
    (LOG, "审核状态", "review", {"客户ID": "⌫", "客户名称": "华东智造"}),
    (LOG, "审核状态", "", {"客户ID": "C002"}),
    (LOG, "审核状态", "", {"客户ID": "C001", "审核状态": "▾已审核"}),
    (LOG, "关键内容记录", "private", {"关键内容记录": f"新号码{PHONE},5月8日前回电"}),
    (LOG, "关键内容记录", "", {"关键内容记录": "新号码138****8000,5月8日前回电"}),
    (LOG, "关键内容记录", "", {"关键内容记录": "合同1380013800012、单号202405001,13:00-15:00"}),
    (LOG, "关键内容记录", "", {"关键内容记录": "2024-05-20至2024-05-31,19 May 2024,18/05/2024"}),
    (LOG, "参与人员", "private", {"参与人员": "我方:张伟;邮箱 wang.li@qq.com"}),
    (LOG, "参与人员", "", {"参与人员": "我方:张伟@李娜 5.20到场"}),
    (BASE, "联系方式", "private", {"联系方式": PHONE}),
    (BASE, "联系方式", "", {"联系方式": "客户联系方式-1"}),
]  # fmt: skip
# (sheet, what is filled in on a form of its own, the look of cells)
FORMS: list[tuple[str, dict[str, str], dict[str, str]]] = [
    (REVISIT, {"客户名称": "北方电气", "上次沟通时间": day(-1, "10:00"),
               "本次沟通时间": day(-2, "10:00"), "问题描述": "导出失败",
               "客户反馈内容": f"请打{PHONE}"},
     {"沟通方式": "missing", "本次沟通时间": "wrong", "责任人": "missing",
      "客户反馈内容": "private", "备注": ""}),
    (REVISIT, {"客户名称": "北方电气", "本次沟通时间": day(-2, "10:00"), "沟通方式": "⎘传真",
               "优先级": "☑高☑低", "录入时间": day(-1, "10:01"), "客户反馈内容": "稳定"},
     {"沟通方式": "wrong", "优先级": "wrong", "录入时间": "late", "责任人": "",
      "客户反馈内容": ""}),
    (REVISIT, {}, {"客户名称": "", "沟通方式": ""}),
    (TALK, {"客户名称": "北方电气", "沟通时间": f"{day(-2)} 15:10-14:30",
            "后续行动/1/行动项": "发方案", "后续行动/1/完成时间": day(-1),
            "后续行动/2/完成时间": day(1), "后续行动/3/完成时间": day(-1),
            "后续行动/3/实际完成时间": day(-1)},
     {"沟通时间": "wrong", "后续行动/1/完成时间": "overdue", "后续行动/2/完成时间": "due",
      "后续行动/3/完成时间": "", "客户需求": "missing"}),
    (MULTI, {"所属公司": "北方电气", "当前状态": "▾待跟进", "后续行动/1/行动内容": "发方案",
             "沟通时间": f"{day(-2)} 14:30-15:10", "录入时间": day(-1, "15:10")},
     {"后续行动/1/截止日期": "missing", "沟通时间": "", "录入时间": ""}),
    (SCORES, {"客户名称": "北方电气", "产品质量": "☑4"},
     {"产品质量": "", "服务响应速度": "missing", "评估日期": "missing"}),
    (EVALUATION, {"客户名称": "北方电气", "目标达成度/评分": "2"}, {"问题根源": "missing"}),
    (EVALUATION, {"客户名称": "北方电气", "目标达成度/评分": "2.5"}, {"问题根源": ""}),
]  # fmt: skip


@dataclass
class Shown:
    """The workbook as it looks: text and fill of each cell, and where each case was typed."""

    pages: Mapping[str, Mapping[tuple[int, int], tuple[str, str]]]
    blank: Any
    rows: list[int]
    forms: list[str]

    def cell(self, sheet: str, label: str, row: int = 4, copy: str = "") -> tuple[str, str]:
        """Return (text, look) of a cell; a fill that is no rule's is no look."""
        boxes = self.blank.boxes(sheet, label)
        place = boxes[0] if boxes else self.blank.place(sheet, label, row)
        text, fill = self.pages[copy or sheet][coordinate_to_tuple(place)]
        return text, next((kind for kind in KINDS if LOOKS[kind]["bg_color"] == fill), "")


class _Pages(HTMLParser):
    """Reads LibreOffice's HTML, in which hidden rows and columns are left out."""

    def __init__(self, is_form: Callable[[str], bool]) -> None:
        super().__init__()
        self.pages: dict[str, dict[tuple[int, int], tuple[str, str]]] = {}
        self._is_form = is_form
        self._name, self._row, self._column = "", 0, 0
        self._at: tuple[int, int] | None = None
        self._in_name = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "em":
            self._in_name, self._name = True, ""
        elif tag == "tr":
            self._row += 1
            # A list's second row holds its marks, a form's first column.
            self._row += self._row == 2 and not self._is_form(self._name)
            self._column = 1 + self._is_form(self._name)
        elif tag == "td":
            self._at = (self._row, self._column)
            self.pages[self._name][self._at] = ("", str(given.get("bgcolor", "")).upper())
            self._column += int(given.get("colspan") or 1)

    def handle_data(self, data: str) -> None:
        if self._in_name:
            self._name += data
        elif self._at:
            text, fill = self.pages[self._name][self._at]
            self.pages[self._name][self._at] = (text + data.strip(), fill)

    def handle_endtag(self, tag: str) -> None:
        if tag == "em":
            self._in_name, self._row = False, 0
            self.pages[self._name] = {}
        elif tag in ("td", "table"):
            self._at = None


@pytest.fixture(scope="module")
def shown(
    xlcrm: Any, blank: Callable[[Path], Any], at_the_keyboard: Any, tmp_path_factory: Any
) -> Shown:
    """The blank workbook of all tables after every case was typed into it."""
    folder = tmp_path_factory.mktemp("live")
    path = xlcrm.new(folder / "blank.xlsx", *SPEC.tables)
    hands = blank(path)
    steps: list[list[Any]] = [["start", path]]
    for row, customer in enumerate(CUSTOMERS, 4):
        steps += hands.fill(BASE, customer, row)
    rows, next_row = [], {BASE: 4 + len(CUSTOMERS)}
    for n, (sheet, _, _, changes) in enumerate(LISTS):
        row = next_row.get(sheet, 4)
        label, pattern = IDS.get(sheet, ("", ""))
        record = {**({label: pattern.format(n)} if label else {}), **GOOD[sheet], **changes}
        steps += hands.fill(sheet, {k: v for k, v in record.items() if v != "⌫"}, row)
        rows.append(row)
        next_row[sheet] = row + 1
    copies = []
    for n, (sheet, entries, _) in enumerate(FORMS):
        copies.append(f"{sheet} {n}")
        steps.append(["copy", sheet, copies[-1]])
        steps += hands.fill(sheet, entries, copy=copies[-1])
    steps += [["type_in", LOG, "A3", "改动"], ["show_in", folder / "shown.html"], ["close"]]
    at_the_keyboard(steps)
    lists = {table.labels["zh"] for table in SPEC.tables.values() if table.layout == "list"}
    reader = _Pages(lambda name: name not in lists)
    reader.feed((folder / "shown.html").read_text(encoding="utf-8"))
    return Shown(reader.pages, hands, rows, copies)


@pytest.mark.parametrize(
    "n", range(len(LISTS)), ids=[f"{n}-{c[1]}-{c[2] or 'plain'}" for n, c in enumerate(LISTS)]
)
def test_a_lists_rule_colours_its_cell_and_no_near_miss(shown: Shown, n: int) -> None:
    sheet, label, look, _ = LISTS[n]
    assert shown.cell(sheet, label, shown.rows[n])[1] == look


@pytest.mark.parametrize("n", range(len(FORMS)), ids=[f"{n}-{c[0]}" for n, c in enumerate(FORMS)])
def test_a_forms_rules_colour_their_cells(shown: Shown, n: int) -> None:
    sheet, _, looks = FORMS[n]
    found = {label: shown.cell(sheet, label, copy=shown.forms[n])[1] for label in looks}
    assert found == looks


def test_every_kind_of_rule_is_shown_here_on_lists_and_on_forms() -> None:
    assert {look for _, _, look, _ in LISTS if look} == set(KINDS)
    on_forms = {look for _, _, looks in FORMS for look in looks.values() if look}
    assert on_forms == set(KINDS) - {"review"}


def test_rows_that_nobody_began_stay_plain(shown: Shown) -> None:
    below = max(shown.rows) + 5
    for label in ("记录ID", "沟通日期", "关键内容记录", "行动截止日期"):
        assert shown.cell(LOG, label, below) == ("", "")


def test_a_customer_given_by_id_shows_by_name_and_the_other_way_round(shown: Shown) -> None:
    rows = {tuple(sorted(c[3].items())): row for c, row in zip(LISTS, shown.rows, strict=True)}
    by_id, by_name = {"客户ID": "C001"}, {"客户ID": "⌫", "客户名称": "华东智造"}
    for given, other in ((by_id, "华东智造"), (by_name, "C001")):
        assert shown.cell(LOG, "客户对照", rows[tuple(sorted(given.items()))])[0] == other
    assert shown.cell(ISSUE, "客户对照")[0] == "C002"


def test_hours_and_days_compute_and_wrong_ones_do_not(shown: Shown) -> None:
    hours = [shown.cell(LOG, "响应小时数", row)[0] for c, row in zip(LISTS, shown.rows, strict=True)
             if c[1] == "客户回复时间"]  # fmt: skip
    assert hours == ["", "0.0"]
    assert shown.cell(ISSUE, "已历天数")[0] == "9"


def test_the_next_id_follows_the_highest_and_labels_are_kept(shown: Shown) -> None:
    line = {sheet: shown.pages[sheet][1, 1][0] for sheet in (BASE, LOG, ISSUE)}
    last = max(n for n, case in enumerate(LISTS) if case[0] == BASE)
    assert line[BASE] == f"下一个 C1{last + 1:02}"
    assert line[LOG] == "下一个 J902"
    assert line[ISSUE] == f"下一个 {date.today():%Y%m}001"
    assert shown.pages[LOG][3, 1][0] == "记录ID"  # typed over, and refused


_AT_WORK = r"""
import json
from com.sun.star.sheet import TableFilterField
from com.sun.star.sheet.FilterOperator import EQUAL
from com.sun.star.table import TableSortField

book = open_workbook(args[0])
page = book.Sheets.getByName(args[1])
dispatcher = context.ServiceManager.createInstanceWithContext(
    "com.sun.star.frame.DispatchHelper", context)

def press(cell, command, *arguments):
    controller = book.CurrentController
    controller.setActiveSheet(page)
    controller.select(page.getCellRangeByName(cell))
    dispatcher.executeDispatch(controller.Frame, command, "", 0, arguments)

def ids():
    return [page.getCellRangeByName("A%d" % row).String for row in range(3, 9)]

said = {"protected": page.isProtected()}
press("A3", ".uno:EnterString", _property("StringName", "改动"))
press("A4", ".uno:EnterString", _property("StringName", "J777"))
said["typed"] = [page.getCellRangeByName(cell).String for cell in ("A1", "A3", "A4")]
field = TableSortField()
field.Field, field.IsAscending = 0, True
page.getCellRangeByName("A4:AD6").sort((
    _property("SortFields", uno.Any("[]com.sun.star.table.TableSortField", (field,))),
    _property("ContainsHeader", False)))
said["sorted"] = ids()
press("A5", ".uno:InsertRowsBefore")
said["inserted"] = ids()
press("A5", ".uno:EnterString", _property("StringName", "J555"))
said["into the new row"] = ids()
press("A5", ".uno:DeleteRows")
said["deleted"] = ids()
page.Columns.getByIndex(0).Width = 5000
said["width"] = page.Columns.getByIndex(0).Width
press("A4", ".uno:Bold", _property("Bold", True))
said["bold"] = page.getCellRangeByName("A4").CharWeight
press("AZ3", ".uno:EnterString", _property("StringName", "我的列"))
said["own column"] = page.getCellRangeByName("AZ3").String
filter = book.getPropertyValue("UnnamedDatabaseRanges").getByTable(page.RangeAddress.Sheet)
said["autofilter"] = [filter.AutoFilter, filter.DataArea.StartRow]
chosen = TableFilterField()
chosen.Field, chosen.Operator, chosen.IsNumeric, chosen.StringValue = 0, EQUAL, False, "J777"
filter.getFilterDescriptor().setFilterFields((chosen,))
filter.refresh()
said["visible"] = [page.Rows.getByIndex(row).IsVisible for row in range(3, 6)]
print(json.dumps(said, ensure_ascii=False))
"""


def test_labels_are_kept_and_all_else_is_free(soffice: Any, tmp_path: Path) -> None:
    """On a protected list people type, sort, insert, delete, filter and format as they like."""
    path = tmp_path / "a.xlsx"
    rows = [{"record_id": f"J00{n}", "content": "谈报价"} for n in (3, 2, 1)]
    table = SPEC.tables["communication_log"]
    created = datetime(2024, 5, 20)
    write_workbook(path, [table], SPEC, "zh", created=created, records={table.key: rows})
    said = json.loads(soffice.uno_script(_AT_WORK, path, LOG))
    assert said["protected"]
    assert said["typed"] == ["下一个 J778", "记录ID", "J777"]
    label = "记录ID"
    assert said["sorted"] == [label, "J001", "J002", "J777", "", ""]
    assert said["inserted"] == [label, "J001", "", "J002", "J777", ""]
    assert said["into the new row"] == [label, "J001", "J555", "J002", "J777", ""]
    assert said["deleted"] == [label, "J001", "J002", "J777", "", ""]
    assert (round(said["width"], -1), said["bold"], said["own column"]) == (5000, 150, "我的列")
    assert said["autofilter"] == [True, 2]
    assert said["visible"] == [False, False, True]
