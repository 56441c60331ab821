"""A month of one team: four weekly merges and an undo, and what the master holds after each.

`python tests/cli/test_month.py` prints it.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from openpyxl import load_workbook

from xlcrm.cli.main import main
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

SPEC = load_spec()
TEAM = Path("团队")
MASTER, SETTINGS = TEAM / "汇总/客户沟通汇总.xlsx", TEAM / "团队设置.xlsx"
Cells = Mapping[str, object]
BASE, LOG, ISSUES = "客户基础信息库", "沟通动态记录表", "客户反馈问题跟踪表"
# What tells a row of each table from others, and what is looked at of it.
TOLD = {
    BASE: ("客户ID", "客户类型"),
    LOG: ("记录ID", "关键内容记录"),
    ISSUES: ("问题编号", "处理进度"),
}


def xlcrm(*arguments: object) -> None:
    """Run a command as a user does. Raises AssertionError where it does not end well."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    given = ["xlcrm", *map(str, arguments), "--lang", "zh"]
    with redirect_stdout(out), redirect_stderr(err), mock.patch.object(sys, "argv", given):
        try:
            main()
        except SystemExit as ended:
            err.seek(0)
            assert ended.code == 0, (given, err.read())


def customer(number: int, name: str, kind: str) -> dict[str, Any]:
    return {"customer_id": f"C{number:03d}", "customer_name": name, "customer_type": kind}


def talk(number: int, customer: int, day: str, content: str) -> dict[str, Any]:
    return {
        "record_id": f"J{number:03d}",
        "customer_id": f"C{customer:03d}",
        "date": f"2024-{day}",
        "channel": "电话",
        "topic": f"主题{number}",
        "content": content,
        "recorded_at": f"2024-{day}T18:00",
    }


def issue(progress: str, **more: str) -> dict[str, Any]:
    return {
        "issue_id": "202404001",
        "customer_name": "海川贸易",
        "description": "到货晚了两天",
        "reported_on": "2024-04-30",
        "issue_category": "服务",
        "owner": "王芳",
        "progress": progress,
        **more,
    }


def hand_in(name: str, saved: str, **tables: Sequence[Mapping[str, Any]]) -> None:
    """Let a person save a file on a day of 2024."""
    moment = datetime.fromisoformat(f"2024-{saved}T09:00")
    keys = {"base": "customer_base", "log": "communication_log", "issues": "issue_tracking"}
    rows = {keys[key]: [dict(row) for row in given] for key, given in tables.items()}
    used = [SPEC.tables[key] for key in rows]
    write_workbook(TEAM / f"{name}.xlsx", used, SPEC, "zh", created=moment, records=rows)


def type_in(path: Path, sheet: str, row: Cells, cells: Cells) -> None:
    """Type into the row of a list in which ``row`` stands; with none, into the first free one."""
    book = load_workbook(path)
    page = book[sheet]
    header = next(each for each in page.iter_rows() if {*cells} <= {cell.value for cell in each})
    columns = {cell.value: cell.column for cell in header}
    wanted = row or dict.fromkeys(columns)
    number = header[0].row + 1
    while any(page.cell(number, columns[label]).value != told for label, told in wanted.items()):
        number += 1
    for label, value in cells.items():
        page.cell(number, columns[label]).value = value
    book.save(path)


def decide(record: str, label: str, text: str) -> None:
    """Let the lead take the version of a field that says ``text``."""
    (row,) = (
        each for each in listed("冲突处理") if (each["记录"], each["字段"]) == (record, label)
    )
    (number,) = (n for n in (1, 2) if row[f"版本{n}"] == text)
    type_in(MASTER, "冲突处理", {"记录": record, "字段": label}, {"决定": f"采用{number}"})


def listed(sheet: str) -> list[dict[str, Any]]:
    """The rows of a list of the master, by the labels of its columns."""
    book = load_workbook(MASTER)
    _, header, *rows = book[sheet].iter_rows(values_only=True) if sheet in book else ((), ())
    return [dict(zip(header, row, strict=True)) for row in rows]


@dataclass
class Held:
    """What a master holds: of each table its rows, by their ids; the versions of open conflicts;
    records taken out, by file; rows whose file has left; the lead's notes; and on the board what
    each has handed in, with rows of the week, errors and open conflicts."""

    rows: dict[str, dict[str, str]]
    board: dict[str, list[Any]]
    conflicts: dict[str, set[str]] = field(default_factory=dict)
    withdrawn: dict[str, str] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    notes: dict[str, str] = field(default_factory=dict)


def held() -> Held:
    """Read what the master in its place holds."""
    found = Held({}, board())
    for sheet, (key, told) in TOLD.items():
        rows = {row[key]: row for row in listed(sheet)}
        found.rows[sheet] = {name: row[told] for name, row in rows.items()}
        found.notes |= {name: row["主管批注"] for name, row in rows.items() if row["主管批注"]}
        found.removed |= {name for name, row in rows.items() if "来源已移除" in row["校验状态"]}
    for row in listed("冲突处理"):
        if row["状态"] == "待决定":
            found.conflicts[f"{row['记录']} {row['字段']}"] = {row["版本1"], row["版本2"]}
    files = {row["文件"]: row["已撤回的记录"] for row in listed("来源文件")}
    found.withdrawn = {file: names for file, names in files.items() if names}
    return found


def board() -> dict[str, list[Any]]:
    rows = load_workbook(MASTER, read_only=True)["首页"].iter_rows(
        min_col=2, max_col=6, values_only=True
    )
    for name, *_ in rows:
        if name == "成员":
            break
    return {str(name): cells for name, *cells in takewhile(lambda row: row[0], rows)}


# --- the month ---

FIRST = {"base": [customer(1, "星辰科技", "潜在客户"), customer(2, "远航物流", "意向客户")]}
LATER = {"base": [customer(1, "星辰科技", "成交客户"), customer(2, "远航物流", "意向客户")]}
CALL, SAMPLE = talk(101, 1, "04-29", "谈价格"), talk(102, 2, "04-30", "谈样品")
DELIVERY, RENEWAL = talk(103, 1, "05-07", "谈交付"), talk(104, 2, "05-22", "谈续约")
CONTRACT, TERMS = talk(201, 3, "04-30", "谈合同"), talk(201, 3, "04-30", "谈合同条款")
PLAN, OFFER = talk(301, 4, "05-08", "谈方案"), talk(302, 4, "05-14", "谈报价")
VISIT = talk(303, 3, "05-23", "交接拜访")
HAICHUAN = {"base": [customer(3, "海川贸易", "意向客户")]}
TIANHE = {"base": [customer(4, "天河电子", "潜在客户")]}


def first_week() -> None:
    """王芳 and 张伟 hand in, 李娜 does not."""
    xlcrm("init", TEAM)
    (TEAM / "客户沟通.xlsx").unlink()  # the blank one to be handed out
    for name in ("张伟", "王芳", "李娜"):
        type_in(SETTINGS, "成员", {}, {"姓名": name, "文件名规则": f"*{name}*"})
    hand_in("张伟", "05-03", **FIRST, log=[CALL, SAMPLE])
    hand_in("王芳", "05-03", **HAICHUAN, log=[CONTRACT], issues=[issue("处理中")])
    merge("05-06")


def second_week() -> None:
    """李娜 tells of a talk of 王芳's in other words."""
    hand_in("张伟", "05-10", **FIRST, log=[CALL, SAMPLE, DELIVERY])
    hand_in("李娜", "05-10", **TIANHE, log=[TERMS, PLAN])
    merge("05-13")


def lead_works() -> None:
    decide("J201", "关键内容记录", "谈合同")
    type_in(MASTER, BASE, {"客户ID": "C001"}, {"客户类型": "意向客户"})
    type_in(MASTER, LOG, {"记录ID": "J103"}, {"主管批注": "请本周回访"})
    own = {"记录ID": "J900", "客户ID": "C002", "沟通日期": datetime(2024, 5, 9), "沟通方式": "面谈"}
    type_in(MASTER, LOG, {}, {**own, "沟通主题": "拜访", "关键内容记录": "主管拜访"})


def third_week() -> None:
    """张伟 takes out a talk, and has another type for the customer that the lead has changed; 王芳
    leaves and 李娜 takes over."""
    lead_works()
    leaves = {"离开日期": datetime(2024, 5, 17), "接手人": "李娜"}
    type_in(SETTINGS, "成员", {"姓名": "王芳"}, leaves)
    solved = issue("已完成", completed_on="2024-05-15", solution="补发并致歉", confirmation="满意")
    hand_in("张伟", "05-17", **LATER, log=[CALL, DELIVERY])
    hand_in("王芳", "05-16", **HAICHUAN, log=[CONTRACT], issues=[solved])
    hand_in("李娜", "05-17", **TIANHE, log=[TERMS, PLAN, OFFER])
    merge("05-20")


def fourth_week() -> None:
    """The lead decides for 张伟; 王芳's file is taken out of the folder."""
    decide("C001", "客户类型", "成交客户")
    (TEAM / "王芳.xlsx").unlink()
    hand_in("张伟", "05-24", **LATER, log=[CALL, DELIVERY, RENEWAL])
    hand_in("李娜", "05-24", **TIANHE, log=[TERMS, PLAN, OFFER, VISIT])
    merge("05-27")


def merge(day: str) -> None:
    xlcrm("merge", TEAM, "--as-of", f"2024-{day}")


def undo() -> None:
    xlcrm("merge", TEAM, "--undo")


# The account, kept by hand.
WEEK_1 = Held(
    {
        BASE: {"C001": "潜在客户", "C002": "意向客户", "C003": "意向客户"},
        LOG: {"J101": "谈价格", "J102": "谈样品", "J201": "谈合同"},
        ISSUES: {"202404001": "处理中"},
    },
    {
        "李娜": ["未提交", 0, 0, 0],
        "王芳": ["已提交 05-03", 2, 0, 0],
        "张伟": ["已提交 05-03", 2, 0, 0],
    },
)
WEEK_2 = Held(
    {
        BASE: {**WEEK_1.rows[BASE], "C004": "潜在客户"},
        LOG: {**WEEK_1.rows[LOG], "J103": "谈交付", "J201": "谈合同条款", "J301": "谈方案"},
        ISSUES: {"202404001": "处理中"},
    },
    {
        "王芳": ["未更新 05-03", 0, 0, 1],
        "李娜": ["已提交 05-10", 1, 0, 1],
        "张伟": ["已提交 05-10", 1, 0, 0],
    },
    conflicts={"J201 关键内容记录": {"谈合同", "谈合同条款"}},
)
WEEK_3 = Held(
    {
        BASE: {**WEEK_2.rows[BASE], "C001": "意向客户"},
        LOG: {
            "J101": "谈价格",
            "J103": "谈交付",
            "J201": "谈合同",
            "J301": "谈方案",
            "J302": "谈报价",
            "J900": "主管拜访",
        },
        ISSUES: {"202404001": "已完成"},
    },
    {
        "王芳": ["已提交 05-16", 0, 0, 0],
        "李娜": ["已提交 05-17", 1, 0, 0],
        "张伟": ["已提交 05-17", 0, 0, 1],
    },
    conflicts={"C001 客户类型": {"意向客户", "成交客户"}},
    withdrawn={"张伟.xlsx": "J102"},
    notes={"J103": "请本周回访"},
)
WEEK_4 = Held(
    {
        BASE: {**WEEK_3.rows[BASE], "C001": "成交客户"},
        LOG: {**WEEK_3.rows[LOG], "J104": "谈续约", "J303": "交接拜访"},
        ISSUES: {"202404001": "已完成"},
    },
    {"李娜": ["已提交 05-24", 1, 0, 0], "张伟": ["已提交 05-24", 1, 0, 0]},
    withdrawn={"张伟.xlsx": "J102"},
    removed={"C003", "202404001"},
    notes={"J103": "请本周回访"},
)
MONTH: list[tuple[str, Callable[[], None], Held]] = [
    ("第1周", first_week, WEEK_1),
    ("第2周", second_week, WEEK_2),
    ("第3周", third_week, WEEK_3),
    ("第4周", fourth_week, WEEK_4),
    ("撤回", undo, WEEK_3),
    ("再汇总", lambda: merge("05-27"), WEEK_4),
]


def test_the_master_holds_what_the_account_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, happen, account in MONTH:
        happen()
        assert held() == account, name


def told() -> Iterator[str]:
    """Live the month in the current folder; yield what the master held after each step, as the
    rows of a Markdown table."""
    yield "| | " + " | ".join(TOLD) + " | 待决定 | 已撤回 | 来源已移除 | 主管批注 | 提交情况 |"
    yield "| --- " * (len(TOLD) + 6) + "|"
    for name, happen, _ in MONTH:
        happen()
        now = held()
        tables = (
            f"{len(rows)}: " + ", ".join(f"{key} {text}" for key, text in rows.items())
            for rows in now.rows.values()
        )
        handed = (f"{who} {cells[0]}" for who, cells in now.board.items())
        lists = ({k: "/".join(sorted(v)) for k, v in now.conflicts.items()}, now.withdrawn)
        said = (", ".join(f"{k}: {v}" for k, v in each.items()) for each in (*lists, now.notes))
        conflicts, withdrawn, notes = said
        cells = [name, *tables, conflicts, withdrawn, ", ".join(sorted(now.removed)), notes]
        yield f"| {' | '.join([*cells, ', '.join(handed)])} |"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        for line in told():
            print(line)
