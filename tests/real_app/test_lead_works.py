"""A lead works in the master with LibreOffice: merging loses nothing typed or decided there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

SPEC = load_spec()
LOG, LABEL, CONFLICTS = "communication_log", "沟通动态记录表", "冲突处理"
AS_OF = ("--as-of", "2024-05-20")
Steps = list[list[Any]]


def talk(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "record_id": f"J{number:03d}",
        "customer_name": "星辰科技",
        "date": "2024-05-13",
        "channel": "电话",
        "topic": f"主题{number}",
        "content": f"第{9 - number}次谈价格",
        **changes,
    }
    return {key: value for key, value in row.items() if value is not None}


def put(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    saved = datetime(2024, 5, 20, 8 + len(rows))
    write_workbook(path, [SPEC.tables[LOG]], SPEC, "zh", created=saved, records={LOG: rows})


class Desk:
    """A team's folder, and the lead's hands on its master."""

    def __init__(self, folder: Path, xlcrm: Any, work: Callable[[Steps], None]) -> None:
        self.folder, self.xlcrm, self.work = folder, xlcrm, work
        self.master = folder / "汇总" / "客户沟通汇总.xlsx"

    def merge(self) -> dict[str, Any]:
        document: dict[str, Any] = self.xlcrm("merge", self.folder, *AS_OF)
        return document

    def do(self, *steps: list[Any]) -> None:
        self.work([["start", self.master], *steps, ["save_here"], ["close"]])

    def sheet(self, name: str) -> Worksheet:
        return load_workbook(self.master)[name]

    def rows(self, name: str = LABEL) -> list[dict[str, Any]]:
        header, *rows = self.sheet(name).iter_rows(min_row=2, values_only=True)
        return [dict(zip(header, row, strict=True)) for row in rows]

    def by_topic(self) -> dict[str, dict[str, Any]]:
        return {row["沟通主题"]: row for row in self.rows()}

    def cell(self, topic: str, label: str) -> str:
        sheet = self.sheet(LABEL)
        columns = {cell.value: cell.column for cell in sheet[2]}
        rows = range(3, sheet.max_row + 1)
        row = next(n for n in rows if sheet.cell(n, columns["沟通主题"]).value == topic)
        return f"{get_column_letter(columns[label])}{row}"

    def place(self, name: str, label: str, row: int) -> str:
        column = next(cell.column for cell in self.sheet(name)[2] if cell.value == label)
        return f"{get_column_letter(column)}{row}"


@pytest.fixture
def desk(tmp_path: Path, xlcrm: Any, at_the_keyboard: Callable[[Steps], None]) -> Desk:
    """A merged folder of two people, who have J001 and J002 otherwise, and rows without an id."""
    put(tmp_path / "张伟" / "a.xlsx", [talk(1), talk(2), talk(3), talk(4, record_id=None)])
    other = [talk(1, content="谈交期"), talk(2, channel="微信"), talk(5), talk(6)]
    put(tmp_path / "王芳" / "b.xlsx", other)
    made = Desk(tmp_path, xlcrm, at_the_keyboard)
    assert made.merge()["conflicts"] == 2
    return made


def work(desk: Desk) -> None:
    """Sort the rows, type over cells, put a row in and take one out, decide, and filter."""
    last = desk.sheet(LABEL)
    area = f"A2:{get_column_letter(last.max_column)}{last.max_row}"
    content = next(cell.column for cell in last[2] if cell.value == "关键内容记录")
    desk.do(["sort_by", LABEL, area, content])
    assert desk.cell("主题6", "沟通主题").endswith("3")  # what it says is sorted first
    new = desk.cell("主题5", "沟通主题")
    below = int("".join(filter(str.isdigit, new))) + 1
    desk.do(
        ["type_in", LABEL, desk.cell("主题3", "关键内容记录"), "主管改过的内容"],
        ["type_in", LABEL, desk.cell("主题3", "沟通日期"), "2024-05-15"],
        ["type_in", LABEL, desk.cell("主题4", "沟通日期"), "2024-05-16"],
        ["type_in", LABEL, desk.cell("主题5", "记录ID"), "J105"],
        ["type_in", LABEL, desk.cell("主题5", "主管批注"), "本周回访"],
        ["type_in", CONFLICTS, desk.place(CONFLICTS, "决定", 3), "采用2"],
        ["type_in", CONFLICTS, desk.place(CONFLICTS, "自定值", 4), "视频会议"],
        ["insert_row", LABEL, new, "After"],
        ["type_in", LABEL, desk.place(LABEL, "记录ID", below), "J050"],
        ["type_in", LABEL, desk.place(LABEL, "客户名称", below), "月亮科技"],
        ["type_in", LABEL, desk.place(LABEL, "沟通日期", below), "2024-05-17"],
        ["type_in", LABEL, desk.place(LABEL, "沟通主题", below), "主管补记"],
        ["type_in", LABEL, desk.place(LABEL, "关键内容记录", below), "老板打来电话"],
    )
    column = next(cell.column for cell in last[2] if cell.value == "沟通主题")
    desk.do(
        ["delete_row", LABEL, desk.cell("主题6", "沟通主题")],
        ["filter_by", LABEL, column, "主题3"],
    )


def what_holds(desk: Desk) -> None:
    """What the master says from then on."""
    rows = desk.by_topic()
    assert rows.keys() == {"主题1", "主题2", "主题3", "主题4", "主题5", "主管补记"}
    assert rows["主题3"]["关键内容记录"] == "主管改过的内容"
    assert rows["主题3"]["沟通日期"] == datetime(2024, 5, 15)
    assert rows["主题4"]["沟通日期"] == datetime(2024, 5, 16)
    assert (rows["主题5"]["记录ID"], rows["主题5"]["主管批注"]) == ("J105", "本周回访")
    assert rows["主管补记"]["关键内容记录"] == "老板打来电话"
    assert rows["主管补记"]["沟通日期"] == datetime(2024, 5, 17)
    marks = {topic: row["校验状态"].rpartition("、")[2] for topic, row in rows.items()}
    changed = {
        "主题3": "主管修改",
        "主题4": "主管修改",
        "主题5": "主管修改",
        "主管补记": "主管新增",
    }
    assert changed.items() <= marks.items()
    assert not {"主管修改", "主管新增"} & {marks["主题1"], marks["主题2"]}
    assert (rows["主题1"]["关键内容记录"], rows["主题2"]["沟通方式"]) == ("谈交期", "视频会议")
    assert [row["状态"] for row in desk.rows(CONFLICTS)] == ["已决定", "已决定"]


@pytest.mark.parametrize("lost_at_once", [False, True])
def test_what_the_lead_did_holds_merge_after_merge(desk: Desk, lost_at_once: bool) -> None:
    work(desk)
    if lost_at_once:
        shutil.rmtree(desk.folder / "汇总" / ".xlcrm")
    assert desk.merge()["conflicts"] == 0
    what_holds(desk)
    before = desk.master.read_bytes()
    desk.do()  # saved without a change
    desk.merge()
    assert desk.master.read_bytes() == before
    shutil.rmtree(desk.folder / "汇总" / ".xlcrm")
    put(desk.folder / "王芳" / "b.xlsx", [
        talk(1, content="谈交期"), talk(2, channel="微信"), talk(5, emotion="满意"), talk(6),
    ])  # fmt: skip
    assert desk.merge()["conflicts"] == 0
    what_holds(desk)
    assert desk.by_topic()["主题5"]["客户情绪"] == "满意"
