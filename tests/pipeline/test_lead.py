"""The lead works in the master itself: what is typed there survives every later merge."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

LOG, LABEL = "communication_log", "沟通动态记录表"
BASE, BASE_LABEL = "customer_base", "客户基础信息库"
CONFLICTS, LEAD = "冲突处理", "主管修改"


def talk(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "record_id": f"J{number:03d}",
        "customer_name": "星辰科技",
        "date": "2024-05-13",
        "channel": "电话",
        "topic": f"主题{number}",
        "content": "谈价格",
        **changes,
    }
    return {key: value for key, value in row.items() if value is not None}


def plain(number: int, **changes: Any) -> dict[str, Any]:
    """A talk without an id: known by customer, date and topic."""
    return talk(number, record_id=None, **changes)


@pytest.fixture(scope="module")
def merged_once(new_team: Callable[[], Any]) -> Any:
    team = new_team()
    team.put("张伟/a.xlsx", {LOG: [talk(1), talk(2), plain(3)]})
    team.put("王芳/b.xlsx", {LOG: [talk(4)]})
    team.merge()
    return team


@pytest.fixture
def desk(team: Any, merged_once: Any) -> Any:
    """A team of two files, merged once."""
    shutil.copytree(merged_once.root, team.root)
    return team


def by_topic(team: Any) -> dict[str, dict[str, Any]]:
    return {row["沟通主题"]: row for row in team.rows(LABEL)}


def columns(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in sheet[2]}


def row_of(sheet: Worksheet, topic: str) -> int:
    column = columns(sheet)["沟通主题"]
    return next(n for n in range(3, sheet.max_row + 1) if sheet.cell(n, column).value == topic)


def typed(topic: str, **cells: Any) -> Callable[[Workbook], None]:
    """What the lead types into the row of a topic, by the labels of its columns."""

    def edit(workbook: Workbook) -> None:
        sheet = workbook[LABEL]
        row, at = row_of(sheet, topic), columns(sheet)
        for label, value in cells.items():
            sheet.cell(row, at[label]).value = value

    return edit


def put_in(**cells: Any) -> Callable[[Workbook], None]:
    """A row that the lead inserts below the first."""

    def edit(workbook: Workbook) -> None:
        sheet = workbook[LABEL]
        sheet.insert_rows(4)
        for label, value in cells.items():
            sheet.cell(4, columns(sheet)[label]).value = value

    return edit


def taken_out(topic: str) -> Callable[[Workbook], None]:
    def edit(workbook: Workbook) -> None:
        workbook[LABEL].delete_rows(row_of(workbook[LABEL], topic))

    return edit


def fill(sheet: str, row: int, **cells: Any) -> Callable[[Workbook], None]:
    """Cells of a list of the master, by the labels of its columns."""

    def edit(workbook: Workbook) -> None:
        at = columns(workbook[sheet])
        for label, value in cells.items():
            workbook[sheet].cell(row + 3, at[label]).value = value

    return edit


def forget(team: Any) -> None:
    shutil.rmtree(team.results / ".xlcrm")


def merges(team: Any) -> list[Callable[[], Any]]:
    """Merges in a row: as the files are, with another that has changed, and without the state."""

    def with_change() -> Any:
        team.put("李娜/c.xlsx", {LOG: [talk(8)]})
        return team.merge()

    def without_state() -> Any:
        forget(team)
        return team.merge()

    return [team.merge, with_change, without_state, without_state]


@pytest.mark.parametrize(
    ("topic", "cells", "shown"),
    [
        ("主题1", {"关键内容记录": "谈交期"}, {"关键内容记录": "谈交期"}),
        ("主题1", {"关键内容记录": None, "沟通方式": "微信"},
         {"关键内容记录": None, "沟通方式": "微信"}),
        ("主题1", {"沟通日期": datetime(2024, 5, 15)}, {"沟通日期": datetime(2024, 5, 15)}),
        ("主题1", {"记录ID": "J101"}, {"记录ID": "J101"}),
        ("主题1", {"客户名称": "月亮科技"}, {"客户名称": "月亮科技"}),
        ("主题3", {"沟通日期": date(2024, 5, 16)}, {"沟通日期": datetime(2024, 5, 16)}),
        ("主题3", {"记录ID": "J103"}, {"记录ID": "J103"}),
        ("主题1", {"满意度评分": "4 分"}, {"满意度评分": 4}),
        ("主题1", {"满意度评分": "很好"}, {"满意度评分": "很好"}),
        ("主题1", {"需求标签": '=CONCAT("价格","敏感")'}, {"需求标签": '=CONCAT("价格","敏感")'}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("at_once", [False, True])
def test_what_is_typed_over_a_cell_survives(
    desk: Any, topic: str, cells: dict[str, Any], shown: dict[str, Any], at_once: bool
) -> None:
    key = by_topic(desk)[topic]["行标识"].split()[0]
    desk.edit_master(typed(topic, **cells))
    if at_once:
        forget(desk)
    for merge in merges(desk):
        result = merge()
        row = by_topic(desk)[topic]
        assert {label: row[label] for label in shown} == shown
        assert row["校验状态"].endswith("主管修改")
        assert row["行标识"].split()[0] == key
        assert result.document["conflicts"] == 0
        assert {each["字段"] for each in desk.rows(LEAD)} == set(shown)
    assert len(desk.rows(LABEL)) == 5


def test_a_cell_typed_back_is_nobodys_change(desk: Any) -> None:
    desk.edit_master(typed("主题1", 关键内容记录="谈交期"))
    desk.merge()
    desk.edit_master(typed("主题1", 关键内容记录="谈价格"))
    desk.merge()
    assert "主管" not in by_topic(desk)["主题1"]["校验状态"]
    assert LEAD not in _sheets(desk)


def test_a_change_is_listed_and_can_be_taken_back(desk: Any) -> None:
    desk.edit_master(typed("主题1", 关键内容记录="谈交期", 沟通方式="微信"))
    desk.merge()
    listed = {row["字段"]: (row["类型"], row["原值"], row["现值"]) for row in desk.rows(LEAD)}
    assert listed == {
        "关键内容记录": ("主管修改", "谈价格", "谈交期"),
        "沟通方式": ("主管修改", "电话", "微信"),
    }
    number = [row["字段"] for row in desk.rows(LEAD)].index("沟通方式")
    desk.edit_master(fill(LEAD, number, 撤销="撤销"))
    desk.merge()
    row = by_topic(desk)["主题1"]
    assert (row["沟通方式"], row["关键内容记录"]) == ("电话", "谈交期")


@pytest.mark.parametrize("later", [False, True])
def test_a_clash_with_a_file_is_a_conflict_like_any_other(desk: Any, later: bool) -> None:
    desk.edit_master(typed("主题1", 关键内容记录="谈交期"))
    if later:
        desk.merge()
    rows = [talk(1, content="谈付款"), talk(2), plain(3)]
    desk.put("张伟/a.xlsx", {LOG: rows})
    assert desk.merge().document["conflicts"] == 1
    (row,) = desk.rows(CONFLICTS)
    assert (row["版本1"], row["版本2"]) == ("谈付款", "谈交期")
    assert row["来源2"].startswith("汇总/客户沟通汇总.xlsx")
    told = [each for each in desk.merge().document["findings"] if each["code"] == "edit-conflict"]
    assert [(each["file"], each["cell"]) for each in told] == [("张伟/a.xlsx", "A4")]
    assert "汇总/客户沟通汇总.xlsx" in told[0]["message"]
    desk.edit_master(fill(CONFLICTS, 0, 决定="采用2"))
    assert desk.merge().document["conflicts"] == 0
    assert by_topic(desk)["主题1"]["关键内容记录"] == "谈交期"


def test_other_fields_of_the_row_still_follow_the_file(desk: Any) -> None:
    desk.edit_master(typed("主题1", 关键内容记录="谈交期"))
    desk.merge()
    desk.put("张伟/a.xlsx", {LOG: [talk(1, channel="微信"), talk(2), plain(3)]})
    assert desk.merge().document["conflicts"] == 0
    row = by_topic(desk)["主题1"]
    assert (row["关键内容记录"], row["沟通方式"]) == ("谈交期", "微信")


def test_what_the_file_has_by_now_is_nobodys_change(desk: Any) -> None:
    desk.edit_master(typed("主题3", 沟通日期=datetime(2024, 5, 16), 记录ID="J103"))
    desk.merge()
    rows = [talk(1), talk(2), talk(103, date="2024-05-16", topic="主题3")]
    desk.put("张伟/a.xlsx", {LOG: rows})
    key = by_topic(desk)["主题3"]["行标识"].split()[0]
    assert desk.merge().document["conflicts"] == 0
    row = by_topic(desk)["主题3"]
    assert (row["行标识"].split()[0], row["校验状态"]) == (key, "通过")
    assert len(desk.rows(LABEL)) == 4 and LEAD not in _sheets(desk)


@pytest.mark.parametrize("at_once", [False, True])
def test_rows_that_are_put_in_stay(desk: Any, at_once: bool) -> None:
    cells = {"记录ID": "J050", "客户名称": "星辰科技", "沟通日期": datetime(2024, 5, 14)}
    desk.edit_master(put_in(**cells, 沟通主题="新增", 关键内容记录="主管补记"))
    desk.edit_master(put_in(沟通主题="只有主题", 关键内容记录="没有编号"))
    if at_once:
        forget(desk)
    for merge in merges(desk):
        merge()
        rows = by_topic(desk)
        assert rows["新增"]["关键内容记录"] == "主管补记"
        assert rows["新增"]["来源文件"] == "汇总/客户沟通汇总.xlsx"
        assert rows["新增"]["校验状态"].endswith("主管新增")
        assert rows["只有主题"]["关键内容记录"] == "没有编号"
    assert len(desk.rows(LABEL)) == 7
    desk.edit_master(typed("新增", 关键内容记录="主管又改"))
    for merge in merges(desk):
        merge()
        assert by_topic(desk)["新增"]["关键内容记录"] == "主管又改"


def test_a_row_put_in_that_a_file_has_later_is_one_record(desk: Any) -> None:
    cells = {"记录ID": "J050", "客户名称": "星辰科技", "沟通日期": datetime(2024, 5, 14)}
    desk.edit_master(put_in(**cells, 沟通主题="新增", 沟通方式="电话", 关键内容记录="主管补记"))
    desk.merge()
    row = talk(50, date="2024-05-14", topic="新增", content="主管补记")
    desk.put("王芳/b.xlsx", {LOG: [talk(4), row]})
    assert desk.merge().document["conflicts"] == 0
    assert by_topic(desk)["新增"]["来源文件"] == "王芳/b.xlsx\n汇总/客户沟通汇总.xlsx"
    desk.put("王芳/b.xlsx", {LOG: [talk(4), {**row, "content": "员工改了"}]})
    desk.merge()
    assert by_topic(desk)["新增"]["关键内容记录"] == "员工改了"


def test_a_row_copied_with_its_key_has_one_of_its_own_without_state_too(desk: Any) -> None:
    def copy(workbook: Workbook) -> None:
        sheet = workbook[LABEL]
        sheet.append([cell.value for cell in sheet[row_of(sheet, "主题3")]])
        sheet.cell(sheet.max_row, columns(sheet)["客户名称"]).value = "月亮科技"

    desk.edit_master(copy)
    forget(desk)
    for merge in merges(desk):
        merge()
        keys = [row["行标识"].split()[0] for row in desk.rows(LABEL)]
        assert len(keys) == len(set(keys)) and len(keys) in (5, 6)


def test_a_row_copied_with_its_key_is_a_new_one(desk: Any) -> None:
    def copy(workbook: Workbook) -> None:
        sheet = workbook[LABEL]
        first = [cell.value for cell in sheet[row_of(sheet, "主题1")]]
        for text in (None, "下半场"):
            sheet.append(first)
            if text:
                sheet.cell(sheet.max_row, columns(sheet)["关键内容记录"]).value = text

    desk.edit_master(copy)
    for merge in merges(desk):
        merge()
        texts = [row["关键内容记录"] for row in desk.rows(LABEL) if row["沟通主题"] == "主题1"]
        assert texts == ["谈价格", "下半场"]


@pytest.mark.parametrize("at_once", [False, True])
def test_rows_that_are_taken_out_stay_out_and_can_be_put_back(desk: Any, at_once: bool) -> None:
    desk.edit_master(taken_out("主题2"))
    if at_once:
        forget(desk)
    for merge in merges(desk):
        result = merge()
        assert "主题2" not in by_topic(desk)
        (row,) = desk.rows(LEAD)
        assert (row["类型"], row["记录"]) == ("主管删除", "J002")
        seen = {each["path"]: each["rows_seen"] for each in result.document["files"]}
        assert seen["张伟/a.xlsx"] == 3
    desk.edit_master(fill(LEAD, 0, 撤销="撤销"))
    desk.merge()
    assert "主题2" in by_topic(desk)


@pytest.mark.parametrize(("decision", "stays"), [("采用1", True), ("采用2", False)])
def test_a_row_taken_out_that_a_file_changes_is_a_conflict(
    desk: Any, decision: str, stays: bool
) -> None:
    desk.edit_master(taken_out("主题2"))
    desk.merge()
    desk.put("张伟/a.xlsx", {LOG: [talk(1), talk(2, content="还在谈"), plain(3)]})
    assert desk.merge().document["conflicts"] == 1
    (row,) = desk.rows(CONFLICTS)
    assert (row["字段"], row["版本1"], row["版本2"]) == ("整条记录", "J002", "主管删除")
    desk.edit_master(fill(CONFLICTS, 0, 决定=decision))
    for merge in merges(desk)[:3]:
        assert merge().document["conflicts"] == 0
        assert ("主题2" in by_topic(desk)) is stays


def test_sorting_filtering_and_hiding_does_nothing(desk: Any) -> None:
    before = desk.rows(LABEL)

    def rearrange(workbook: Workbook) -> None:
        sheet = workbook[LABEL]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
        for number, row in enumerate(reversed(rows), 3):
            for column, value in enumerate(row, 1):
                sheet.cell(number, column).value = value
        sheet.row_dimensions[4].hidden = True
        sheet.auto_filter.add_filter_column(0, ["J001"])
        sheet.column_dimensions["C"].hidden = True

    desk.edit_master(rearrange)
    desk.merge()
    assert desk.rows(LABEL) == before and LEAD not in _sheets(desk)


def test_columns_and_sheets_that_go_by_accident_change_nothing(desk: Any) -> None:
    def spoil(workbook: Workbook) -> None:
        sheet = workbook[LABEL]
        sheet.delete_cols(columns(sheet)["关键内容记录"])
        del workbook[CONFLICTS], workbook["首页"]

    rows = desk.rows(LABEL)
    desk.edit_master(spoil)
    desk.merge()
    assert desk.rows(LABEL) == rows
    desk.edit_master(lambda workbook: workbook.remove(workbook[LABEL]))
    desk.merge()
    assert desk.rows(LABEL) == rows


def test_rows_whose_keys_were_lost_are_known_again(desk: Any) -> None:
    rows = desk.rows(LABEL)

    def lose(workbook: Workbook) -> None:
        sheet = workbook[LABEL]
        sheet.delete_cols(columns(sheet)["行标识"])
        typed("主题1", 关键内容记录="谈交期")(workbook)

    desk.edit_master(lose)
    desk.merge()
    after = desk.rows(LABEL)
    assert [row["行标识"].split()[0] for row in after] == [r["行标识"].split()[0] for r in rows]
    assert by_topic(desk)["主题1"]["关键内容记录"] == "谈交期"


@pytest.mark.parametrize("at_once", [False, True])
def test_without_state_what_files_changed_is_taken_and_what_the_lead_typed_kept(
    desk: Any, at_once: bool
) -> None:
    desk.edit_master(typed("主题1", 沟通方式="微信"))
    if not at_once:
        desk.merge()
    desk.put("张伟/a.xlsx", {LOG: [talk(1, content="谈交期"), talk(2, content="改了")]})
    forget(desk)
    assert desk.merge().document["conflicts"] == 0
    rows = by_topic(desk)
    assert (rows["主题1"]["沟通方式"], rows["主题1"]["关键内容记录"]) == ("微信", "谈交期")
    assert rows["主题2"]["关键内容记录"] == "改了"
    assert "主题3" not in rows


def test_without_state_a_field_that_both_changed_is_a_conflict(desk: Any) -> None:
    desk.edit_master(typed("主题1", 关键内容记录="谈交期"))
    desk.put("张伟/a.xlsx", {LOG: [talk(1, content="谈付款"), talk(2), plain(3)]})
    forget(desk)
    assert desk.merge().document["conflicts"] == 1
    (row,) = desk.rows(CONFLICTS)
    assert {row["版本1"], row["版本2"]} == {"谈付款", "谈交期"}


def test_without_state_versions_of_a_row_stay_one_though_one_of_them_is_edited(desk: Any) -> None:
    other = {"topic": "样品", "content": "谈付款"}
    later = datetime(2024, 5, 21)
    desk.put("王芳/b.xlsx", {LOG: [talk(4), talk(1, **other)]}, saved=later)
    desk.merge()
    (row,) = (each for each in desk.rows(LABEL) if each["记录ID"] == "J001")
    desk.edit_master(typed(row["沟通主题"], 主管批注="本周回访"))
    edited = talk(1, **other, date="2024-05-10")
    desk.put("王芳/b.xlsx", {LOG: [talk(4), edited]}, saved=later)
    forget(desk)
    desk.merge()
    (after,) = (each for each in desk.rows(LABEL) if each["记录ID"] == "J001")
    assert after["主管批注"] == "本周回访"
    assert after["行标识"].split()[0] == row["行标识"].split()[0]


def test_notes_and_edits_of_a_row_that_is_withdrawn_are_kept(desk: Any) -> None:
    desk.edit_master(typed("主题2", 主管批注="本周回访"))
    desk.merge()
    desk.put("张伟/a.xlsx", {LOG: [talk(1), plain(3)]})
    for merge in merges(desk)[:2]:
        merge()
        row = by_topic(desk)["主题2"]
        assert (row["主管批注"], row["来源文件"]) == ("本周回访", "汇总/客户沟通汇总.xlsx")


def test_a_customer_that_the_lead_registers_is_known(desk: Any) -> None:
    desk.put("李娜/base.xlsx", {BASE: [_customer("C001", "星辰科技")]})
    desk.put("王芳/b.xlsx", {LOG: [talk(4, customer_id="C002", customer_name=None)]})
    assert "unknown-customer" in _codes(desk.merge())

    def register(workbook: Workbook) -> None:
        sheet = workbook[BASE_LABEL]
        cells = {"客户ID": "C002", "客户名称": "月亮科技", "客户类型": "潜在客户"}
        for label, value in cells.items():
            sheet.cell(4, columns(sheet)[label]).value = value

    desk.edit_master(register)
    assert "unknown-customer" not in _codes(desk.merge())


@pytest.mark.parametrize("at_once", [False, True])
def test_a_customer_that_is_registered_later_leaves_the_rows_as_they_are(
    desk: Any, at_once: bool
) -> None:
    desk.edit_master(typed("主题3", 主管批注="本周回访", 关键内容记录="谈交期"))
    desk.merge()
    desk.put("李娜/base.xlsx", {BASE: [_customer("C001", "星辰科技")]})
    if at_once:
        forget(desk)
    for merge in merges(desk)[:2]:
        merge()
        row = by_topic(desk)["主题3"]
        assert (row["主管批注"], row["关键内容记录"]) == ("本周回访", "谈交期")


def test_a_value_that_is_none_is_told_with_its_cell(desk: Any) -> None:
    desk.edit_master(typed("主题4", 满意度评分="很好"))
    found = [each for each in desk.merge().document["findings"] if each["code"] == "bad-number"]
    (finding,) = found
    number = [row["沟通主题"] for row in desk.rows(LABEL)].index("主题4") + 3
    assert (finding["file"], finding["sheet"]) == ("汇总/客户沟通汇总.xlsx", LABEL)
    assert finding["cell"].endswith(str(number)) and finding["value"] == "很好"
    assert by_topic(desk)["主题4"]["校验状态"].startswith("错误")


def test_what_is_wrong_in_a_row_put_in_is_told_with_its_cell_and_colours_it(desk: Any) -> None:
    desk.put("李娜/base.xlsx", {BASE: [_customer("C001", "星辰科技")]})
    desk.merge()
    cells = {"记录ID": "J050", "客户ID": "C009", "沟通方式": "电话", "关键内容记录": "主管补记"}
    desk.edit_master(put_in(**cells, 沟通日期=datetime(2024, 5, 14), 沟通主题="客户不对"))
    cells |= {"记录ID": "J051", "客户ID": "C001"}
    desk.edit_master(put_in(**cells, 沟通日期=datetime(2024, 5, 14), 沟通主题="没有毛病"))
    found = [each for each in desk.merge().document["findings"] if each["file"].startswith("汇总")]
    at = [row["沟通主题"] for row in desk.rows(LABEL)].index("客户不对") + 3
    assert [(each["code"], each["cell"]) for each in found] == [("unknown-customer", f"B{at}")]
    states = {topic: row["校验状态"] for topic, row in by_topic(desk).items()}
    assert states["客户不对"] == "错误、主管新增" and states["没有毛病"] == "通过、主管新增"


def _customer(number: str, name: str) -> Mapping[str, Any]:
    return {"customer_id": number, "customer_name": name, "customer_type": "潜在客户"}


def _codes(result: Any) -> set[str]:
    return {each["code"] for each in result.document["findings"]}


def _sheets(team: Any) -> list[str]:
    from openpyxl import load_workbook

    return list(load_workbook(team.master).sheetnames)


@pytest.mark.parametrize(
    "rubbish",
    [
        *("", "{}", "[]", '["x", 1]', '{"shown": 3}', "null", "一二三"),
        '[["谈交期", null], {}, "", [null, null], "昨天"]',
    ],
)
def test_hidden_cells_that_were_typed_over_cost_no_merge(desk: Any, rubbish: str) -> None:
    desk.put("李娜/c.xlsx", {LOG: [talk(4, content="谈付款")]})
    desk.edit_master(typed("主题1", 关键内容记录="谈交期"))
    desk.edit_master(taken_out("主题2"))
    desk.merge()

    def spoil(workbook: Workbook) -> None:
        for name in (CONFLICTS, LEAD):
            sheet = workbook[name]
            for row in range(3, sheet.max_row + 1):
                sheet.cell(row, columns(sheet)["数据"]).value = rubbish
        fill(CONFLICTS, 0, 决定="采用1")(workbook)

    desk.edit_master(spoil)
    forget(desk)
    desk.merge()
    assert by_topic(desk)["主题1"]["关键内容记录"] == "谈交期"


def test_a_row_keeps_its_key_for_itself_when_another_like_it_comes(team: Any) -> None:
    """Rows that nothing tells apart but their order; the first is taken out everywhere, and the
    state is lost: the second is known by its key, though it is the first by now."""
    first, second = plain(3), plain(3, content="谈交期")
    team.put("张伟/a.xlsx", {LOG: [first, second]})
    team.merge()
    key = {row["关键内容记录"]: row["行标识"].split()[0] for row in team.rows(LABEL)}["谈交期"]
    team.edit_master(taken_out("主题3"))
    team.put("张伟/a.xlsx", {LOG: [second]})
    forget(team)
    team.merge()
    assert [row["行标识"].split()[0] for row in team.rows(LABEL)] == [key]
    team.put("张伟/a.xlsx", {LOG: [second, plain(3, content="谈付款")]})
    for _ in range(2):
        team.merge()
        team.put("李娜/c.xlsx", {LOG: [talk(8)]})
        rows = {row["关键内容记录"]: row["行标识"].split()[0] for row in team.rows(LABEL)}
        assert rows.keys() >= {"谈交期", "谈付款"} and len({*rows.values()}) == len(rows)
        assert rows["谈交期"] == key
