"""Sheets that people shaped, merged: every row is in the master or named, whatever is around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from xlcrm.filled_workbook.reading import read_file
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.upgrades import upgrade
from xlcrm.spec.loader import load_spec

SPEC, AS_OF = load_spec(), date(2024, 5, 20)

LOG = [
    ["记录ID", "客户名称", "沟通日期", "沟通方式", "沟通主题", "关键内容记录"],
    ["J001", "华东智造", "2024-05-13", "电话", "报价", "五月底前报价"],
    ["J002", "滨海医疗", "2024-05-14", "微信", "合同", "同意合同条款"],
]
TOTAL = ["合计", None, None, None, None, "2 条"]
NOTE = ["备注:五月", None, None, None, None, None]
NOBODY = [None, None, None, "电话", None, "忘了写是谁"]


def revisit(name: str, feedback: str) -> list[list[Any]]:
    return [
        ["客户回访沟通记录表"],
        ["客户名称", name, "联系人", "*经理"],
        ["本次沟通时间", "2024-05-15 10:00", "沟通方式", "电话"],
        ["客户反馈内容", feedback],
        ["问题描述", "发货慢", "责任人", "张伟"],
        ["预计解决时间", "2024-05-30"],
    ]


def save(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def test_every_row_of_a_sheet_of_many_tables_is_merged_or_named(team: Any) -> None:
    again = [[cell.replace("J00", "J01") for cell in row] for row in LOG]
    rows = [*LOG, NOBODY, TOTAL, NOTE, [], *revisit("华东智造", "交付快"), [], *again, TOTAL, []]
    rows += [*revisit("滨海医疗", ""), []]
    save(team.root / "张伟" / "五月.xlsx", {"五月": rows})
    document = team.merge().document
    (file,) = document["files"]
    # A row without id, customer, date and topic is the one that can't be known.
    assert (file["rows_seen"], file["rows_merged"], file["rows_rejected"]) == (7, 6, 1)
    assert document["records"] == {"communication_log": 4, "revisit_record": 2}
    placed = {row["客户名称"]: row["来源位置"] for row in team.rows("客户回访沟通记录表")}
    assert placed == {"华东智造": "五月 · 8", "滨海医疗": "五月 · 20"}
    assert [row["来源位置"] for row in team.rows("沟通动态记录表")] == [
        "五月 · 2", "五月 · 3", "五月 · 16", "五月 · 17",
    ]  # fmt: skip


def test_each_form_on_a_sheet_is_judged_by_its_own_cells(team: Any) -> None:
    """One form lacks what it must have; the one above it, and the one below, are right."""
    rows = [*revisit("华东智造", "交付快"), [], *revisit("滨海医疗", ""), []]
    rows += revisit("远航物流", "价格高")
    save(team.root / "张伟.xlsx", {"回访": rows})
    found = team.merge().document["findings"]
    missing = [each for each in found if each["code"] == "required-missing"]
    assert [(each["cell"], each["record"]) for each in missing] == [
        ("B11", "滨海医疗 · 2024-05-15 10:00")
    ]
    states = {row["客户名称"]: row["校验状态"] for row in team.rows("客户回访沟通记录表")}
    assert len({states["华东智造"], states["远航物流"]}) == 1
    assert states["滨海医疗"] != states["华东智造"]


def test_an_unchanged_copy_of_a_form_below_is_no_second_record(team: Any) -> None:
    form = revisit("华东智造", "交付快")
    save(team.root / "张伟.xlsx", {"回访": [*form, [], *form]})
    document = team.merge().document
    assert document["records"] == {"revisit_record": 1}
    (file,) = document["files"]
    assert (file["rows_seen"], file["rows_merged"], file["rows_rejected"]) == (2, 2, 0)


def lengthen(path: Path) -> None:
    """Have 40,000 characters wherever LONG is typed, as no office program lets anybody."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(b"LONG", "长".encode() * 40_000))


def test_a_text_longer_than_a_cell_is_cut_in_the_master_and_said(team: Any) -> None:
    path = team.root / "张伟.xlsx"
    header, first, second = LOG
    rows = [[*header, "自己的列"], [*first[:5], "LONG"], [*second[:3], "LONG", *second[4:], "LONG"]]
    save(path, {"五月": rows})
    lengthen(path)
    document = team.merge().document
    (file,) = document["files"]
    assert (file["rows_seen"], file["rows_merged"]) == (2, 2)
    found = document["findings"]
    told = {each["cell"]: each["message"] for each in found if "32767" in each["message"]}
    assert set(told) == {"F2", "D3", "G3"} and "自己的列" in told["G3"]
    (shown, _) = (row["关键内容记录"] for row in team.rows("沟通动态记录表"))
    assert set(shown) == {"长", "…"} and len(shown) == 32_767


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_goes_back_cut_is_said_too(team: Any, tmp_path: Path, language: Any) -> None:
    path = team.root / "张伟.xlsx"
    save(
        path,
        {
            "五月": [LOG[0], [*LOG[1][:5], "LONG"], TOTAL, ["备注:", "LONG"]],
            "自己的": [[None, "LONG"]],
        },
    )
    lengthen(path)
    (returned,) = check([path], Options(as_of=AS_OF), tmp_path / "退回").returned or ()
    (note,) = (each for each in returned.lost if each.sheet == "自己的")
    words = {"zh": "超过 32767 个字", "en": "longer than 32,767"}
    assert note.cell == "B1" and words[language] in note.message(language)
    lost = {(each.sheet, each.cell) for each in returned.lost}
    assert lost == {("自己的", "B1"), ("五月", "F2"), ("五月", "B4")}


def test_an_upgraded_sheet_of_many_tables_has_a_page_a_table(team: Any) -> None:
    path = team.root / "张伟.xlsx"
    rows = [*LOG, TOTAL, [], *revisit("华东智造", "交付快"), [], *revisit("滨海医疗", "价格高")]
    save(path, {"五月": rows})
    result = upgrade([path], None, Options(as_of=AS_OF), None)
    assert result.findings == []
    (made,) = result.files
    book = load_workbook(made.workbook)
    assert book.sheetnames == ["填写说明", "五月", "五月 (2)", "五月 (3)", "表外内容", "选项"]
    left = [row[2] for row in book["表外内容"].iter_rows(values_only=True)]
    assert left[1:] == ["合计", "2 条"]

    def said(file: Path) -> list[Any]:
        return [record.values for record in read_file(file, file.name, SPEC).records]

    assert said(made.workbook) == said(path) and len(said(path)) == 4
