"""A change of settings, from the settings workbook through new, fill, check, merge and report."""

from __future__ import annotations

from datetime import date
from typing import Any

from openpyxl import load_workbook

LOG, BASE = "沟通动态记录表", "客户基础信息库"
TALK = {
    "客户ID": "C001",
    "沟通日期": date(2024, 5, 14),
    "沟通方式": "电话",
    "关键内容记录": "客户要求5月底前完成数据对接",
}
CUSTOMER = {"客户ID": "C001", "客户名称": "星辰科技", "客户类型": "意向客户"}
CHANGES = (
    (
        "字段",
        {"表": LOG, "字段键": "budget", "名称": "客户预算", "类型": "数字", "位置": 4,
         "填写说明": "以万元计,如 50"},
    ),
    ("字段", {"表": LOG, "字段键": "emotion"}, {"名称": "情绪状态"}),
    ("字段", {"表": BASE, "字段键": "source"}, {"显示": "删除"}),
    ("选项", {"列表": "沟通方式", "值": "飞书", "别名": "Lark、飞书会议"}),
)  # fmt: skip


def fill(book: Any, sheet: str, *rows: dict[str, Any]) -> list[str]:
    """Add rows and save; return the addresses of the last one's cells."""
    addresses = [book.add(sheet, row) for row in rows]
    book.save()
    return list(addresses[-1])


def test_a_change_of_settings_goes_the_whole_way(team: Any) -> None:
    older = team.blank("王芳.xlsx")
    fill(older, BASE, {**CUSTOMER, "初始来源": "展会推荐"})
    fill(older, LOG, {"记录ID": "J001", **TALK, "客户情绪": "满意"})
    team.edit(*CHANGES)

    book = team.blank("张伟.xlsx")
    header = book.header(LOG)
    assert header[:5] == ["记录ID", "客户ID", "客户对照", "沟通日期", "客户预算"]
    assert "情绪状态" in header and "客户情绪" not in header
    assert "初始来源" not in book.header(BASE)
    assert "飞书" in {cell.value for row in book.book["选项"].iter_rows() for cell in row}
    customer = {**CUSTOMER, "客户ID": "C002", "客户名称": "远航物流"}
    fill(book, BASE, customer)
    talk = {**TALK, "客户ID": "C002", "沟通方式": "Lark", "情绪状态": "不满"}
    wrong = {"客户预算": "五十", **talk, "沟通方式": "传真", "记录ID": "J102"}
    cells = fill(book, LOG, {"记录ID": "J101", **talk, "客户预算": 50}, wrong)

    errors = (each for each in team.findings() if each["severity"] == "error")
    assert {(each["code"], each["file"], each["cell"]) for each in errors} == {
        ("bad-number", "张伟.xlsx", cells[list(wrong).index("客户预算")]),
        ("not-in-list", "张伟.xlsx", cells[list(wrong).index("沟通方式")]),
    }

    talks = {row["记录ID"]: row for row in team.rows(LOG)}
    assert talks["J001"]["情绪状态"] == "满意" and talks["J001"]["客户预算"] is None
    assert talks["J101"]["客户预算"] == 50 and talks["J101"]["沟通方式"] == "飞书"
    customers = {row["客户ID"]: row for row in team.rows(BASE)}
    assert customers["C001"]["初始来源"] == "展会推荐"

    ran = team.run("report", team.root, "--week", "2024-W20", "--format", "json")
    assert ran.code == 0
    figures = {each["key"]: each for each in ran.document["metrics"]}
    assert figures["negative_share"]["current"] == 2 / 3
    sheets = load_workbook(ran.document["report"]).sheetnames
    assert sheets[0] == "周报"
