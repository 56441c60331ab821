"""The sheet of choices: values added, renamed, hidden and ended, and lists of the team's own."""

from __future__ import annotations

from datetime import date
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

LOG, REVISIT = "沟通动态记录表", "客户回访沟通记录表"
TALK = {
    "客户ID": "C001",
    "沟通日期": date(2024, 5, 14),
    "关键内容记录": "客户要求5月底前完成数据对接",
}


def channel(value: str, **cells: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    return "选项", {"列表": "沟通方式", "值": value}, cells


def talks(team: Any, name: str, *rows: dict[str, Any]) -> list[str]:
    """A workbook of talks; returns the cells of their channels."""
    book = team.blank(name, LOG)
    cells = [book.add(LOG, {"沟通方式": None, "记录ID": f"J{n:03}", **TALK, **row})[0]
             for n, row in enumerate(rows, 1)]  # fmt: skip
    book.save()
    return cells


def offered(book: Any, label: str) -> list[str]:
    """What a list of the workbook's sheet of choices offers."""
    columns = book.book["选项"].iter_cols(values_only=True)
    (values,) = (column for column in columns if label in column)
    rest = values[values.index(label) + 1 :]
    return [value for value in rest if value]


def wrong(team: Any) -> set[tuple[str, str]]:
    return {(each["cell"], each["code"]) for each in team.findings() if each["severity"] == "error"}


def test_a_value_is_added_and_its_other_words_are_read(team: Any) -> None:
    team.edit(("选项", {"列表": "沟通方式", "值": "飞书", "别名": "Lark;飞书会议"}))
    cells = talks(team, "a.xlsx", {"沟通方式": "飞书"}, {"沟通方式": "lark"}, {"沟通方式": "传真"})
    assert offered(team.blank("b.xlsx", LOG), "沟通方式")[-1] == "飞书"
    assert wrong(team) == {(cells[2], "not-in-list")}
    assert [row["沟通方式"] for row in team.rows(LOG)] == ["飞书", "飞书", "传真"]


def test_an_alias_is_taken_away(team: Any) -> None:
    team.edit(channel("电话", 别名="来电"))
    cells = talks(team, "a.xlsx", {"沟通方式": "来电"}, {"沟通方式": "致电"})
    assert wrong(team) == {(cells[1], "not-in-list")}


def test_a_hidden_value_is_read_and_not_offered(team: Any) -> None:
    team.edit(channel("短信", 显示="否"))
    talks(team, "a.xlsx", {"沟通方式": "短信"})
    assert "短信" not in offered(team.blank("b.xlsx", LOG), "沟通方式")
    assert wrong(team) == set()


def test_an_ended_value_is_good_in_older_rows_alone(team: Any) -> None:
    days = [{"沟通日期": day} for day in (date(2024, 5, 12), date(2024, 5, 13), None)]
    cells = talks(team, "a.xlsx", *({"沟通方式": "短信", **day} for day in days))
    book = team.blank("b.xlsx", LOG)
    book.add(LOG, {**TALK, "记录ID": "J009", "沟通方式": "短信"})
    book.save()
    team.edit(channel("短信", 停用日期=date(2024, 5, 13)))
    assert "短信" not in offered(team.blank("c.xlsx", LOG), "沟通方式")
    found = [each for each in team.findings() if each["code"] == "not-in-list"]
    assert {(each["file"], each["cell"]) for each in found} == {
        ("a.xlsx", cells[1]),
        ("b.xlsx", cells[0]),
    }
    assert {row["沟通方式"] for row in team.rows(LOG)} == {"短信"}


def test_a_value_is_added_behind_the_row_above_it(team: Any) -> None:
    book = team.settings
    sheet = book.book["选项"]
    sheet.insert_rows(book.find("选项", {"列表": "需求阶段", "值": "方案评估"}))
    row = book.find("选项", {"列表": "需求阶段", "值": "需求沟通"}) + 1
    book.fill("选项", row, {"列表": "需求阶段", "值": "现场试用"})
    book.save()
    base = team.blank("a.xlsx", "客户基础信息库")
    assert offered(base, "需求阶段")[1:4] == ["需求沟通", "现场试用", "方案评估"]


def test_a_mood_has_its_polarity(team: Any) -> None:
    team.edit(("选项", {"列表": "客户情绪", "值": "焦虑", "情绪倾向": "负面"}))
    talks(
        team,
        "a.xlsx",
        {"沟通方式": "电话", "客户情绪": "焦虑"},
        {"沟通方式": "电话", "客户情绪": "满意"},
    )
    report = team.run("report", team.root, "--week", "2024-W20", "--format", "json").document
    (share,) = (each for each in report["metrics"] if each["key"] == "negative_share")
    assert share["current"] == 0.5


def test_a_list_of_the_teams_own(team: Any) -> None:
    field = {"表": LOG, "字段键": "region", "名称": "区域", "类型": "单选", "选项列表": "区域"}
    regions = [("选项", {"列表": "区域", "值": value}) for value in ("华东", "华北")]
    team.edit(("字段", field), *regions)
    book = team.blank("a.xlsx", LOG)
    assert offered(book, "区域") == ["华东", "华北"]
    book.add(LOG, {**TALK, "记录ID": "J001", "沟通方式": "电话", "区域": "华东"})
    cell = book.add(LOG, {**TALK, "记录ID": "J002", "沟通方式": "电话", "区域": "西域"})[-1]
    book.save()
    assert wrong(team) == {(cell, "not-in-list")}
    team.run("new", LOG, "-o", "a.xlsx", "--settings", team.root, "--lang", "en")
    assert load_workbook("a.xlsx").sheetnames[1] == "Communication Log"


def ticks(sheet: Worksheet, word: str) -> Any:
    """The box left of a printed choice."""
    (cell,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == word)
    return sheet.cell(cell.row, cell.column - 1)


def fill_form(team: Any, name: str, mood: str) -> None:
    book = team.blank(name, REVISIT)
    sheet = book.book[REVISIT]
    for label, value in {
        "客户名称": name,
        "本次沟通时间": "2024-05-14 10:00",
        "沟通方式": "电话",
        "客户反馈内容": "系统稳定",
    }.items():
        (cell,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == label)
        spans = (span for span in sheet.merged_cells.ranges if cell.coordinate in span)
        sheet.cell(cell.row, next((s.max_col for s in spans), cell.column) + 1).value = value
    ticks(sheet, mood).value = "☑"
    book.save()


def test_boxes_of_a_form_made_before_keep_their_meaning(team: Any) -> None:
    for mood in ("满意", "一般", "愤怒"):
        fill_form(team, f"旧{mood}.xlsx", mood)
    book = team.settings
    moods = {"列表": "回访情绪"}
    row = book.find("选项", {**moods, "值": "满意"})
    book.book["选项"].insert_rows(row + 1)  # amid the others: their numbers shift
    book.fill("选项", row + 1, {**moods, "值": "惊喜"})
    book.set("选项", {**moods, "值": "一般"}, {"显示": "否"})
    book.save()
    for mood in ("惊喜", "不满"):
        fill_form(team, f"新{mood}.xlsx", mood)
    sheet = load_workbook(team.root / "新惊喜.xlsx")[REVISIT]
    assert "一般" not in {cell.value for row in sheet.iter_rows() for cell in row}
    read = {row["客户名称"]: row["客户情绪状态"] for row in team.rows(REVISIT)}
    assert read and all(name == f"{name[0]}{mood}.xlsx" for name, mood in read.items())
