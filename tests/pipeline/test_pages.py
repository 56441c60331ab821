"""A table of more rows than a sheet holds goes on over numbered sheets, and all that names rows
of it still finds them. Here a sheet holds three."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from xlcrm.filled_workbook import archive, grids, source
from xlcrm.master_workbook import pages
from xlcrm.pipeline.options import UsageError
from xlcrm.spec.settings import Settings

LOG, LABEL = "communication_log", "沟通动态记录表"
SHEETS = [LABEL, f"{LABEL} (2)", f"{LABEL} (3)"]


def talk(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "record_id": f"J{number:03d}",
        "customer_name": "星辰科技",
        "date": "2024-05-14",
        "channel": "电话",
        "topic": f"主题{number}",
        "content": "谈价格",
        "recorded_at": "2024-05-14T18:00",
    }
    return {**row, **changes}


@pytest.fixture
def paged(team: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A team of seven talks on three sheets, the last of them in conflict, merged once."""
    monkeypatch.setattr(pages, "PAGE_ROWS", 3)
    saved = {"saved": datetime(2024, 5, 17)}
    team.put("a张伟.xlsx", {LOG: [talk(n) for n in range(1, 5)]}, **saved)
    team.put("b王芳.xlsx", {LOG: [talk(5), talk(6), talk(7)]}, **saved)
    for copy in ("c.xlsx", "d.xlsx"):
        team.put(copy, {LOG: [talk(7, content="谈交付")]}, **saved)
    team.merge()
    return team


def topics(team: Any) -> list[list[str]]:
    """The topics on each sheet of the table."""
    book = load_workbook(team.master)
    names = [name for name in book.sheetnames if name.startswith(LABEL)]
    return [[str(row["沟通主题"]) for row in team.rows(name)] for name in names]


def test_every_row_stands_on_one_of_the_sheets_and_the_first_sheet_says_so(paged: Any) -> None:
    book = load_workbook(paged.master)
    assert [name for name in book.sheetnames if name.startswith(LABEL)] == SHEETS
    assert topics(paged) == [["主题1", "主题2", "主题3"], ["主题4", "主题5", "主题6"], ["主题7"]]
    further = [*SHEETS[1:], "来源文件 (2)"]
    said = {str(cell.value): cell.hyperlink for row in book["首页"].iter_rows() for cell in row}
    told = {text: link.location for text, link in said.items() if "接着写在" in text}
    assert told == {f"一张表写不下，接着写在“{name}”": f"'{name}'!A1" for name in further}
    first, last = book[SHEETS[0]], book[SHEETS[2]]
    assert [c.value for c in first[2]] == [c.value for c in last[2]]
    assert [w.width for w in first.column_dimensions.values()] == [
        w.width for w in last.column_dimensions.values()
    ]
    assert last.freeze_panes == first.freeze_panes
    assert last.row_dimensions[1].hidden


def test_links_lead_to_the_row_that_they_name(paged: Any) -> None:
    members = [{"name": "王芳", "file": "*王芳*"}]
    paged.merge(settings=Settings(members=members))
    book = load_workbook(paged.master)
    board = next(r for r in book["首页"].iter_rows(min_col=2, max_col=7) if r[0].value == "王芳")
    (record,) = [c for r in book["冲突处理"].iter_rows(min_row=3) for c in r if c.hyperlink]
    for cell, topic in ((board[2], "主题5"), (record, "主题7")):
        sheet, place = cell.hyperlink.location.rsplit("!", 1)
        row = book[sheet.strip("'")][place[1:]]
        assert topic in [each.value for each in row]


def edit(book: Any) -> None:
    second, third = book[SHEETS[1]], book[SHEETS[2]]
    at = {str(cell.value): cell.column for cell in second[2]}
    second.cell(4, at["关键内容记录"]).value = "主管改的"
    second.cell(4, at["沟通方式"]).value = "飞鸽"
    second.cell(5, at["主管批注"]).value = "请跟进"
    second.delete_rows(3)
    for label, value in {"记录ID": "J900", "客户名称": "远山", "关键内容记录": "新增"}.items():
        third.cell(4, at[label]).value = value
    third.cell(4, at["沟通日期"]).value = date(2024, 5, 15)
    third.cell(4, at["沟通方式"]).value = "电话"
    third.cell(4, at["沟通主题"]).value = "主题9"


def test_what_the_lead_types_on_any_of_them_stays(paged: Any) -> None:
    paged.edit_master(edit)
    for state_is_lost in (False, False, True):
        if state_is_lost:
            shutil.rmtree(paged.results / ".xlcrm")
        result = paged.merge()
        everything = [topic for sheet in topics(paged) for topic in sheet]
        assert sorted(everything) == [f"主题{n}" for n in (1, 2, 3, 5, 6, 7, 9)]
        rows = {row["沟通主题"]: row for name in SHEETS for row in paged.rows(name)}
        assert rows["主题5"]["关键内容记录"] == "主管改的"
        assert rows["主题6"]["主管批注"] == "请跟进"
        assert rows["主题9"]["关键内容记录"] == "新增"
        (told,) = [f for f in result.document["findings"] if f["value"] == "飞鸽"]
        book = load_workbook(paged.master)
        assert book[told["sheet"]][told["cell"]].value == "飞鸽"


def test_sheets_are_named_as_a_workbook_names_them() -> None:
    assert pages.PAGE_ROWS == 1_048_576 - 2
    long = "很长的名字" * 7
    assert pages.place(long, 5) == (long[:31], 7)
    assert pages.place(long, 2 * pages.PAGE_ROWS) == (f"{long[:27]} (3)", 2)


def test_a_master_may_be_larger_than_what_people_fill_and_is_never_replaced_unread(
    paged: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    paged.edit_master(edit)
    size = paged.master.stat().st_size
    limits = {source: "SIZE_LIMIT", archive: "TOTAL_LIMIT", grids: "WORKBOOK_CELLS"}
    for module, name in limits.items():
        with monkeypatch.context() as small:
            small.setattr(module, name, 10)
            with pytest.raises(UsageError, match="master-unreadable"):
                paged.merge()
    assert "主管改的" in {row["关键内容记录"] for row in paged.rows(SHEETS[1])}
    monkeypatch.setattr(source, "SIZE_LIMIT", size // 2)
    monkeypatch.setattr(archive, "PART_LIMIT", size // 2)
    monkeypatch.setattr(grids, "WORKBOOK_CELLS", 100)
    paged.merge()
    assert "主管改的" in {row["关键内容记录"] for name in SHEETS for row in paged.rows(name)}
