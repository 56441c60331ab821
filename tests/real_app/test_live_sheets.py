"""What shows by colour and by itself while a sheet is filled, as LibreOffice renders it.

All is typed into one workbook in one LibreOffice; each rule has a near miss that stays plain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from live_cases import BASE, CUSTOMERS, FORMS, GOOD, IDS, ISSUE, LISTS, LOG
from openpyxl.utils import coordinate_to_tuple

from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings
from xlcrm.template_workbook import form_sheet, list_sheet, write_workbook
from xlcrm.template_workbook.legend import LOOKS
from xlcrm.template_workbook.live_rules import KINDS, Ground, LiveRule, live_rules, named_rules

SPEC = load_spec()
CREATED = datetime(2024, 5, 20)


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
    for n, (_, sheet, _, _, changes) in enumerate(LISTS):
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
    "n", range(len(LISTS)), ids=[f"{n}-{c.label}-{c.look or 'plain'}" for n, c in enumerate(LISTS)]
)
def test_a_lists_rule_colours_its_cell_and_no_near_miss(shown: Shown, n: int) -> None:
    case = LISTS[n]
    assert shown.cell(case.sheet, case.label, shown.rows[n])[1] == case.look


@pytest.mark.parametrize(
    "n", range(len(FORMS)), ids=[f"{n}-{c.sheet}" for n, c in enumerate(FORMS)]
)
def test_a_forms_rules_colour_their_cells(shown: Shown, n: int) -> None:
    sheet, _, looks = FORMS[n]
    found = {label: shown.cell(sheet, label, copy=shown.forms[n])[1] for label in looks}
    assert found == {label: look for label, (_, look) in looks.items()}


def test_every_rule_is_shown_here_with_a_near_miss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sheets themselves tell their rules: a new one without a case here fails."""
    needed: set[tuple[str, str, str]] = set()  # (layout, rule, look; "" is a near miss)

    def note(ground: Ground) -> list[LiveRule]:
        for name, rule in named_rules(ground):
            needed.update((ground.table.layout, name, look) for look in (rule.kind, ""))
        return live_rules(ground)

    for module in (list_sheet, form_sheet):
        monkeypatch.setattr(module, "live_rules", note)
    write_workbook(tmp_path / "a.xlsx", list(SPEC.tables.values()), SPEC, "zh", created=CREATED)
    given = {("list", case.rule, case.look) for case in LISTS}
    given |= {("form", *look) for form in FORMS for look in form.looks.values()}
    assert given == needed
    assert {look for _, _, look in given} == {*KINDS, ""}


def test_rows_that_nobody_began_stay_plain(shown: Shown) -> None:
    below = max(shown.rows) + 5
    for label in ("记录ID", "沟通日期", "关键内容记录", "行动截止日期"):
        assert shown.cell(LOG, label, below) == ("", "")


def test_a_customer_given_by_id_shows_by_name_and_the_other_way_round(shown: Shown) -> None:
    cases = zip(LISTS, shown.rows, strict=True)
    rows = {tuple(sorted(case.changes.items())): row for case, row in cases}
    by_id, by_name = {"客户ID": "C001"}, {"客户ID": "⌫", "客户名称": "华东智造"}
    for given, other in ((by_id, "华东智造"), (by_name, "C001")):
        assert shown.cell(LOG, "客户对照", rows[tuple(sorted(given.items()))])[0] == other
    assert shown.cell(ISSUE, "客户对照")[0] == "C002"


def test_hours_and_days_compute_and_wrong_ones_do_not(shown: Shown) -> None:
    hours = [shown.cell(LOG, "响应小时数", row)[0] for c, row in zip(LISTS, shown.rows, strict=True)
             if c.label == "客户回复时间"]  # fmt: skip
    assert hours == ["", "0.0"]
    assert shown.cell(ISSUE, "已历天数")[0] == "9"


def test_the_next_id_follows_the_highest_and_labels_are_kept(shown: Shown) -> None:
    line = {sheet: shown.pages[sheet][1, 1][0] for sheet in (BASE, LOG, ISSUE)}
    last = max(n for n, case in enumerate(LISTS) if case.sheet == BASE)
    assert line[BASE] == f"下一个 C1{last + 1:02}"
    assert line[LOG] == "下一个 J902"
    assert line[ISSUE] == f"下一个 {date.today():%Y%m}001"
    assert shown.pages[LOG][3, 1][0] == "记录ID"  # typed over, and refused


def test_days_off_do_not_count_where_a_team_says_so(at_the_keyboard: Any, tmp_path: Path) -> None:
    """National Day 2024: off from 1 to 7 October, and Saturday 12 October worked instead."""
    spec = load_spec(Settings({"entry_skip_nonworking": True}))
    table = spec.tables["communication_log"]
    looks = {
        ("2024-09-29", "2024-10-01T00:00"): "",
        ("2024-09-29", "2024-10-01T00:01"): "late",
        ("2024-09-30", "2024-10-09T00:00"): "",
        ("2024-09-30", "2024-10-09T00:01"): "late",
        ("2024-10-11", "2024-10-13T00:01"): "late",
    }
    rows = [{"date": talk, "recorded_at": entry} for talk, entry in looks]
    path = tmp_path / "a.xlsx"
    write_workbook(path, [table], spec, "zh", created=CREATED, records={table.key: rows})
    at_the_keyboard([["start", path], ["show_in", tmp_path / "a.html"], ["close"]])
    reader = _Pages(lambda name: name != LOG)
    reader.feed((tmp_path / "a.html").read_text(encoding="utf-8"))
    page = reader.pages[LOG]
    column = next(column for (_, column), (text, _) in page.items() if text == "录入时间")
    late = [page[row, column][1] == LOOKS["late"]["bg_color"] for row in range(4, 4 + len(rows))]
    assert late == [look == "late" for look in looks.values()]


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


_PRINT = r"""
from com.sun.star.sheet import TableFilterField
from com.sun.star.sheet.FilterOperator import NOT_EMPTY

book = open_workbook(args[0])
page = book.Sheets.getByName(args[1])
filter = book.getPropertyValue("UnnamedDatabaseRanges").getByTable(page.RangeAddress.Sheet)
chosen = TableFilterField()
chosen.Field, chosen.Operator = int(args[2]), NOT_EMPTY
filter.getFilterDescriptor().setFilterFields((chosen,))
filter.refresh()
rows = [page.Rows.getByIndex(row).IsVisible for row in range(3, 400)]
data = (_property("Selection", page.getCellRangeByPosition(0, 0, 30, 5100)),)
book.storeToURL(uno.systemPathToFileUrl(args[3]), (
    _property("FilterName", "calc_pdf_Export"),
    _property("FilterData", uno.Any("[]com.sun.star.beans.PropertyValue", data))))
print(rows.count(True))
"""


def test_with_blanks_filtered_out_a_list_prints_its_filled_rows_alone(
    soffice: Any, tmp_path: Path
) -> None:
    """As the guide says: the formulas of display columns reach 300 rows, filled or not."""
    path, printed = tmp_path / "a.xlsx", tmp_path / "a.pdf"
    table = SPEC.tables["issue_tracking"]
    rows = [{"issue_id": f"202405{n:03}", "customer_name": "北方电气"} for n in range(1, 81)]
    write_workbook(path, [table], SPEC, "zh", created=CREATED, records={table.key: rows})
    assert soffice.uno_script(_PRINT, path, ISSUE, "0", printed).strip() == "80"
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) <= 6


def test_labels_are_kept_and_all_else_is_free(soffice: Any, tmp_path: Path) -> None:
    """On a protected list people type, sort, insert, delete, filter and format as they like."""
    path = tmp_path / "a.xlsx"
    rows = [{"record_id": f"J00{n}", "content": "谈报价"} for n in (3, 2, 1)]
    table = SPEC.tables["communication_log"]
    write_workbook(path, [table], SPEC, "zh", created=CREATED, records={table.key: rows})
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
