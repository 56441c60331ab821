"""``xlcrm brief``, as it is typed: one customer on one page. Expectations are by hand."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

AS_OF = ("--as-of", "2024-05-20")
JSON = ("--format", "json")
BASE = {"customer_id": "C001", "customer_name": "星辰科技有限公司", "customer_type": "意向客户"}
TALK = {"customer_id": "C001", "channel": "电话", "content": "谈报价", "date": "2024-05-14"}
FORM = {
    "customer_name": "星辰科技有限公司",
    "time": "2024-05-15T14:30/2024-05-15T15:10",
    "channel": "面谈",
    "needs": ["降本"],
    "conclusions": "★客户同意试用\n另约时间",
    "emotion": "不满",
}
ISSUE = {
    "issue_id": "202405001",
    "customer_name": "星辰科技有限公司",
    "description": "导出失败",
    "reported_on": "2024-05-13",
    "issue_category": "产品",
    "owner": "技术部",
    "progress": "处理中",
}
OTHERS = [
    {**BASE, "customer_id": "C002", "customer_name": "云帆物流有限公司"},
    {**BASE, "customer_id": "C003", "customer_name": "云帆食品有限公司"},
    {**BASE, "customer_id": "C004", "customer_name": "海岳"},
    {**BASE, "customer_id": "C005", "customer_name": "海岳"},
]


@pytest.fixture
def team(folder: Any) -> Any:
    """A team's folder without any record yet."""
    (folder.root / "张伟.xlsx").unlink()
    return folder


def put(team: Any, **tables: list[dict[str, Any]]) -> None:
    base = tables.pop("customer_base", [BASE])
    team.put("张伟.xlsx", {"customer_base": [*base, *OTHERS], **tables})


def document(run: Any, customer: str = "C001", *more: str) -> Any:
    ran = run("brief", "团队", customer, *AS_OF, *JSON, *more)
    assert ran.code == 0, ran.err
    return ran.document


@pytest.mark.parametrize(
    ("asked", "exact"),
    [
        ("C001", True),
        ("c001", True),
        ("星辰科技有限公司", True),
        (" 星辰科技 有限公司", True),
        ("星辰", False),
        ("星辰科技(上海)股份有限公司", False),
        ("星晨科技有限公司", False),  # one character is wrong
    ],
)
def test_a_customer_is_known_by_id_name_or_the_nearest(
    team: Any, run: Any, asked: str, exact: bool
) -> None:
    put(team)
    ran = run("brief", "团队", asked, *AS_OF, "--lang", "zh")
    assert ran.code == 0 and ran.out.startswith("C001 星辰科技有限公司\n")
    told = f"没有正好叫“{asked}”的客户,按最相近的 C001 星辰科技有限公司\n"
    assert ran.err == ("" if exact else told)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("海岳", "“海岳”可能是几个客户,请写清楚:C004 海岳、C005 海岳"),
        ("云帆", "“云帆”可能是几个客户,请写清楚:C002 云帆物流有限公司、C003 云帆食品有限公司"),
        ("云帆物品有限公司", "“云帆物品有限公司”可能是几个客户"),
        ("云海贸易", "没有“云海贸易”这个客户;相近的有:"),
        ("qqq", "没有“qqq”这个客户;相近的有:-"),
    ],
)
def test_whoever_is_not_clear_is_asked_for(team: Any, run: Any, asked: str, said: str) -> None:
    put(team)
    ran = run("brief", "团队", asked, *AS_OF, "--lang", "zh")
    assert (ran.code, ran.out) == (2, "") and ran.err.startswith(f"错误:{said}")
    assert not list(Path("团队/汇总").glob("客户简报*"))


def test_what_is_told_of_a_customer(team: Any, run: Any) -> None:
    base = {
        **BASE,
        "preferred_channel": "微信",
        "preferred_time": "工作日下午",
        "contact": "*经理",
        "contact_info": "13812345678",
        "birthday": "05-21",
        "owner": "张伟",
        "customer_grade": "VIP客户",
    }
    talks = [
        {**TALK, "record_id": f"J00{n}", "date": f"2024-05-0{n}", "topic": f"第{n}次"}
        for n in range(1, 7)
    ]
    talks[2] |= {"need_tags": ["成本控制", "接口"], "need_met": "未满足", "need_priority": "高"}
    talks[4] |= {"need_tags": ["成本控制"], "need_met": "已满足", "satisfaction": 2.5}
    talks[5] |= {"next_action": "发样品", "satisfaction": 4}
    put(
        team,
        customer_base=[base],
        communication_log=[*talks, {**TALK, "customer_id": "C002", "content": "别人的"}],
        communication_record=[{**FORM, "promises": ["张伟5月22日前发报价", "5月15日前回电"]}],
        issue_tracking=[
            {**ISSUE, "due": "2024-05-16"},
            {**ISSUE, "issue_id": "202405002", "description": "已修好", "progress": "已完成",
             "completed_on": "2024-05-14", "solution": "补丁"},
        ],
        contacts=[{"customer_id": "C001", "contact": "*总监", "role": "决策人"}],
    )  # fmt: skip
    told = document(run)
    values = {each["field"]: each["value"] for each in told["base"]}
    assert values["customer_grade"] == "VIP客户" and values["contact_info"] == "138****5678"
    assert {each["field"]: each["value"] for each in told["preferences"]} == {
        "preferred_channel": "微信",
        "preferred_time": "工作日下午",
        "birthday": "05-21",
    }
    assert told["people"] == [{"contact": "*总监", "role": "决策人"}]
    assert told["reminders"] == [
        {"kind": "birthday", "date": "2024-05-21", "what": "*经理 生日(05-21)"}
    ]
    # The call that was promised by the 15th was to come before, or at, the talk on that day.
    assert [(e["kind"], e["due"], e["what"], e["owner"]) for e in told["promises"]] == [
        ("promise", "2024-05-22", "张伟5月22日前发报价", "张伟"),
        ("action", None, "发样品", "张伟"),
    ]
    assert [e["number"] for e in told["issues"]] == ["202405001"]
    dates = [f"2024-05-{n}" for n in ("15", "06", "05", "04", "03", "02", "01")]
    assert [e["date"] for e in told["talks"]] == dates
    assert told["needs"][:1] == [
        {"tag": "降本", "date": "2024-05-15", "priority": None, "met": None, "mentions": 1}
    ]
    assert told["needs"][1:] == [
        {"tag": "成本控制", "date": "2024-05-05", "priority": "高", "met": "已满足", "mentions": 2},
        {"tag": "接口", "date": "2024-05-03", "priority": "高", "met": "未满足", "mentions": 1},
    ]
    assert told["scores"] == [
        {"date": "2024-05-06", "score": 4.0},
        {"date": "2024-05-05", "score": 2.5},
    ]
    assert [(e["date"], e["text"]) for e in told["key_points"]] == [("2024-05-15", "客户同意试用")]


def test_the_console_shows_the_page(team: Any, run: Any) -> None:
    row = {**TALK, "next_action": "发报价", "action_due": "2024-05-17", "owner": "张伟"}
    put(team, communication_log=[{**row, "topic": "报价", "emotion": "满意"}])
    ran = run("brief", "团队", "C001", *AS_OF, "--lang", "zh")
    assert ran.out.splitlines() == [
        "C001 星辰科技有限公司",
        "上次沟通 2024-05-14(6 天前)，共 1 次",
        "基本情况",
        "  客户类型  意向客户",
        "未完成的承诺(★)和行动",
        "  时限                  事项    负责人",
        "  2024-05-17 已过 3 天  发报价  张伟",
        "未解决的问题",
        "  没有未解决的问题。",
        "最近沟通",
        "  日期        方式  内容          情绪",
        "  2024-05-14  电话  报价：谈报价  满意",
        "已写好 团队/汇总/客户简报_C001_星辰科技有限公司.xlsx",
    ]
    english = run("brief", "团队", "C001", *AS_OF, "--lang", "en", "-o", "a.xlsx").out
    assert "Last talk 2024-05-14 (6 days ago), 1 in all" in english and "  Satisfied" in english


def test_the_page_is_one_sheet_of_a4(team: Any, run: Any) -> None:
    hostile = '=HYPERLINK("http://x","a")'
    rows = [
        {**TALK, "record_id": f"J{n:03d}", "topic": f"{hostile}{n}", "content": "很长的话" * 60}
        for n in range(1, 31)
    ]
    for n, row in enumerate(rows, 1):
        row |= {"next_action": f"{hostile}行动{n}", "action_due": "2024-05-17", "satisfaction": 4}
    put(team, communication_log=rows, issue_tracking=[ISSUE])
    document(run, "C001", "-o", "页/简报.xlsx")
    (sheet,) = load_workbook("页/简报.xlsx").worksheets
    assert sheet.title == "客户简报"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage  # and one page by one is the default
    assert not {sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight} - {None, 1}
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "d", "n"}
    assert not any(cell.hyperlink for cell in cells)
    values = [cell.value for cell in cells]
    assert values[:4] == ["星辰科技有限公司", "C001", values[2], "截至 2024-05-20"]
    assert datetime(2024, 5, 14) in values and 4 in values
    assert values.count("2024-05-17 已过 3 天") == 8 and "…另 22 项" in values  # of 30 actions
    assert max(len(str(value)) for value in values) <= 120
    # Found among people's files it is named and not read.
    shutil.copy("页/简报.xlsx", "团队/简报.xlsx")
    files = run("merge", "团队", *AS_OF, *JSON).document["files"]
    assert {e["path"]: e["status"] for e in files}["简报.xlsx"] == "skipped"


def test_a_name_is_made_safe_for_a_file(team: Any, run: Any) -> None:
    put(team, customer_base=[{**BASE, "customer_name": '../汇总\\<a>:"b"|?*'}])
    path = Path(document(run)["brief"])
    assert path.parent == Path("团队/汇总").absolute() and path.is_file()
    assert path.name == "客户简报_C001_.._汇总_a_b.xlsx"


def test_a_customer_who_stands_in_no_base_is_briefed_on(team: Any, run: Any) -> None:
    team.put("李娜.xlsx", {"communication_log": [{**TALK, "customer_id": "C777"}]})
    told = document(run, "C777")
    assert (told["customer"], told["base"], len(told["talks"])) == ("C777", [], 1)
    assert Path(told["brief"]).name == "客户简报_C777.xlsx"


@pytest.mark.parametrize("target", ["团队/张伟.xlsx", "团队/汇总/客户沟通汇总.xlsx", "简报.ics"])
def test_an_output_takes_nothing_elses_place(team: Any, run: Any, target: str) -> None:
    put(team)
    run("merge", "团队", *AS_OF)
    before = Path(target).read_bytes() if Path(target).exists() else None
    assert run("brief", "团队", "C001", *AS_OF, "-o", target).code == 2
    assert (Path(target).read_bytes() if Path(target).exists() else None) == before


def test_a_file_that_cannot_be_read_is_told_by_the_exit_code(team: Any, run: Any) -> None:
    put(team)
    Path("团队/坏的.xlsx").write_bytes(b"PK\3\4 cut off")
    assert run("brief", "团队", "C001", *AS_OF).code == 3


def test_the_page_shows_whole_on_one_page(team: Any, run: Any, soffice: Any) -> None:
    rows = [{**TALK, "record_id": f"J{n:03d}", "content": "很长的话" * 60} for n in range(1, 31)]
    put(team, communication_log=rows)
    document(run, "C001", "-o", "简报.xlsx")
    pdf = soffice.convert(Path("简报.xlsx").absolute(), "pdf").read_bytes()
    assert pdf.count(b"/Type/Page\n") + pdf.count(b"/Type/Page/") == 1
