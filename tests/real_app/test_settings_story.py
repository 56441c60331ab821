"""A team changes its settings in LibreOffice, and works on: nothing made before is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

BASE, LOG = "客户基础信息库", "沟通动态记录表"
SETTINGS, OLDER, NEWER = "团队设置.xlsx", "王芳.xlsx", "张伟.xlsx"
AS_OF = ("--as-of", "2024-05-20")
TALK = {"客户ID": "C001", "沟通日期": "2024-05-14", "关键内容记录": "客户要求5月底前完成数据对接"}

BEFORE = {
    BASE: [
        {"客户ID": "C001", "客户名称": "星辰科技", "客户类型": "▾意向客户", "初始来源": "▾展会推荐"}
    ],
    LOG: [{"记录ID": "J001", **TALK, "沟通方式": "▾电话", "客户情绪": "▾满意"}],
}
# (sheet, row that is changed by its cells, else a new one below the row after them, what is typed)
CHANGES: list[tuple[str, dict[str, str], dict[str, str]]] = [
    ("字段", {}, {"表": f"▾{LOG}", "字段键": "budget", "名称": "客户预算", "类型": "▾数字",
                  "位置": "4", "填写说明": "以万元计,如 50"}),
    ("字段", {"表": LOG, "字段键": "emotion"}, {"名称": "情绪状态"}),
    ("字段", {"表": BASE, "字段键": "source"}, {"显示": "▾删除"}),
    ("选项", {}, {"列表": "▾沟通方式", "值": "飞书", "别名": "Lark、飞书会议"}),
]  # fmt: skip
AFTER = {
    BASE: [{"客户ID": "C002", "客户名称": "远航物流", "客户类型": "▾意向客户"}],
    LOG: [
        {"记录ID": "J101", **TALK, "客户ID": "C002", "沟通方式": "▾飞书", "客户预算": "50",
         "情绪状态": "▾不满", "转化状态更新": "▾意向客户"},
        {"记录ID": "J102", **TALK, "客户ID": "C002", "沟通方式": "飞书会议", "客户预算": "⎘五十",
         "情绪状态": "▾不满"},
        {"记录ID": "J103", **TALK, "客户ID": "C002", "沟通日期": "2024-05-15",
         "沟通方式": "⎘传真"},
    ],
}  # fmt: skip
# (code, file, sheet, label of the column, row)
PLANTED = {
    ("old-template", OLDER, None, None, None),
    ("skipped-temporary", "使用说明.txt", None, None, None),  # what init wrote beside
    ("from-assumed", NEWER, LOG, "转化状态更新", 4),
    ("normalised", NEWER, LOG, "沟通方式", 5),
    ("bad-number", NEWER, LOG, "客户预算", 5),
    ("not-in-list", NEWER, LOG, "沟通方式", 6),
}
Rows = Callable[[Path, str], list[dict[str, Any]]]


@dataclass(frozen=True)
class Told:
    """The team's folder, and what the commands say of it."""

    folder: Path
    blank: Any  # the new workbook before it was filled in
    checked: dict[str, Any]
    merged: dict[str, Any]
    report: dict[str, Any]


@pytest.fixture(scope="module")
def told(
    xlcrm: Any,
    blank: Callable[[Path], Any],
    at_the_keyboard: Callable[[list[list[Any]]], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Told:
    """init, settings edited, new, filled in, check, merge, report; an older file stays beside."""
    folder = tmp_path_factory.mktemp("story") / "团队"
    xlcrm("init", folder)
    older = (folder / "客户沟通.xlsx").rename(folder / OLDER)
    settings = folder / SETTINGS
    at_the_keyboard(_filled(blank(older), older, BEFORE) + _edited(blank(settings), settings))
    newer = xlcrm.new(folder / NEWER, "--settings", str(folder))
    before = blank(newer)
    at_the_keyboard(_filled(before, newer, AFTER))
    week = ("report", folder, "--week", "2024-W20", *AS_OF)
    checked = xlcrm("check", folder, *AS_OF, exit_code=1)
    return Told(folder, before, checked, xlcrm("merge", folder, *AS_OF), xlcrm(*week))


def _filled(blank: Any, path: Path, tables: dict[str, list[dict[str, str]]]) -> list[list[Any]]:
    done: list[list[Any]] = [["start", path]]
    for sheet, records in tables.items():
        for row, entries in enumerate(records, 4):
            done += blank.fill(sheet, entries, row)
    return [*done, ["save_here"], ["close"]]


def _edited(blank: Any, path: Path) -> list[list[Any]]:
    """Rows are changed where they stand; a new one goes in below the third."""
    done: list[list[Any]] = [["start", path]]
    for sheet, where, cells in sorted(CHANGES, key=lambda each: not each[1]):
        row = _row(blank.book[sheet], where) if where else 7
        if not where:
            done.append(["insert_row", sheet, f"A{row - 1}", "After"])
        done += blank.fill(sheet, cells, row)
    return [*done, ["save_here"], ["close"]]


def _row(page: Any, where: dict[str, str]) -> int:
    columns = {cell.value: cell.column for cell in page[3]}
    rows = range(4, page.max_row + 1)
    return next(
        row for row in rows
        if all(page.cell(row, columns[label]).value == text for label, text in where.items())
    )  # fmt: skip


def test_the_new_workbook_has_the_changes(told: Told) -> None:
    header = [cell.value for cell in told.blank.book[LOG][3]]
    assert header[:5] == ["记录ID", "客户ID", "客户对照", "沟通日期", "客户预算"]
    assert "情绪状态" in header and "客户情绪" not in header
    assert "初始来源" not in [cell.value for cell in told.blank.book[BASE][3]]


def test_check_says_what_was_planted_and_that_one_file_is_older(told: Told) -> None:
    page = load_workbook(told.folder / NEWER)[LOG]
    columns = {cell.value: cell.column_letter for cell in page[3]}
    found = {(f["code"], f["file"], f["sheet"], f["cell"]) for f in told.checked["findings"]}
    planted = {
        (code, file, sheet, label and f"{columns[label]}{row}")
        for code, file, sheet, label, row in PLANTED
    }
    # Two metrics look at 初始来源, which the settings hide.
    assert found == planted | {("field-in-use", "团队设置.xlsx", "字段", "I12")}


def test_the_master_has_every_record_of_both_files(told: Told, master_rows: Rows) -> None:
    assert told.merged["records"] == {"customer_base": 2, "communication_log": 4}
    master = Path(told.merged["master"])
    talks = {row["记录ID"]: row for row in master_rows(master, LOG)}
    said = {key: (row["沟通方式"], row["客户预算"], row["情绪状态"]) for key, row in talks.items()}
    assert said == {
        "J001": ("电话", None, "满意"),
        "J101": ("飞书", 50, "不满"),
        "J102": ("飞书", "五十", "不满"),
        "J103": ("传真", None, None),
    }
    customers = {row["客户ID"]: row for row in master_rows(master, BASE)}
    assert (customers["C001"]["初始来源"], customers["C002"]["初始来源"]) == ("展会推荐", None)


def test_the_report_counts_both(told: Told) -> None:
    figures = {(each["key"], each["subject"]): each["current"] for each in told.report["metrics"]}
    assert figures["negative_share", None] == 2 / 3
    assert load_workbook(told.report["report"]).sheetnames[0] == "周报"
