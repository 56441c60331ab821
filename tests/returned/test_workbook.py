"""What goes back: the person's data as it stands, each finding on its cell, all of them listed."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from openxml_audit import OpenXmlValidator
from returned_cases import (
    FINDINGS,
    FORM,
    LOG,
    SPEC,
    TALKS,
    back,
    changed,
    checked,
    columns,
    lines,
    put,
    staff_workbook,
    told,
)

from xlcrm.pipeline.options import UsageError
from xlcrm.sheet_words import Words
from xlcrm.spec.checks import LANGUAGES
from xlcrm.spec.model import Table
from xlcrm.text import label_key


def faults(book: Workbook) -> None:
    put(book, 4, 沟通方式="电联", 录入时间=datetime(2024, 5, 18, 9))
    put(book, 5, 记录ID=None, 关键内容记录=None)
    put(book, 6, 沟通主题="请打 13812345678", 沟通方式="致电")
    book[FORM]["C4"] = None


def is_computed(sheet: Any, column: int) -> bool:
    return sheet.cell(4, column).data_type == "f"


def own_things(book: Workbook) -> None:
    """A column, a note, a sheet and words beside the table of one's own."""
    log = book[LOG]
    width = max(cell.column for cell in log[3] if cell.value)
    log.cell(3, width + 1, "心情")
    log.cell(5, width + 1, "很好")
    log.cell(6, width + 1, "=1+1").data_type = "s"
    log.cell(60, width + 3, "合计 3 条")
    log["A5"].comment = Comment("请核对", "主管")
    log.cell(4, columns(log)["沟通方式"]).comment = Comment("打电话", "张伟")
    memo = book.create_sheet("备忘", 1)
    memo["B2"], memo["C3"] = "待办", 3.25


def test_the_original_is_untouched_and_data_stand_as_they_were(mine: Path, tmp_path: Path) -> None:
    staff_workbook(mine, lambda book: (faults(book), own_things(book)))
    before = mine.read_bytes()
    made = back(mine, tmp_path / "退回")
    assert mine.read_bytes() == before and made == tmp_path / "退回" / "张伟.xlsx"
    old, new = load_workbook(mine), load_workbook(made)
    was, now = columns(old[LOG]), columns(new[LOG])
    for label in [label for label, column in was.items() if not is_computed(old[LOG], column)]:
        cells = [
            [book[LOG].cell(row, at[label]).value for row in range(4, 8)]
            for book, at in ((old, was), (new, now))
        ]
        assert cells[0] == cells[1], label
    assert "心情" in now and new["备忘"]["C3"].value == 3.25
    assert "合计 3 条" in [cell.value for cell in new["表外内容"]["C"]]
    assert new[LOG].cell(5, now["记录ID"]).comment.text.startswith("请核对")
    assert told(made) == told(mine) and told(made).total() == 8


def test_a_faulty_cell_is_coloured_and_says_what_to_do(mine: Path, tmp_path: Path) -> None:
    staff_workbook(mine, lambda book: (faults(book), own_things(book)))
    book = load_workbook(back(mine, tmp_path / "退回"))
    log, at = book[LOG], columns(book[LOG])
    looks = {
        (row, label): log.cell(row, column).fill.fgColor.rgb
        for row in (4, 5, 6)
        for label, column in at.items()
        if log.cell(row, column).fill.fill_type and not is_computed(log, column)
        if label != "检查结果"
    }
    error, warning = "FFFADBC8", "FFFCEBBD"
    assert looks == {
        (4, "沟通方式"): error,
        (4, "录入时间"): warning,
        (5, "记录ID"): warning,
        (5, "关键内容记录"): error,
        (6, "沟通主题"): error,
    }
    blank = log.cell(5, at["关键内容记录"]).comment
    assert "【错误】关键内容记录没有填:这一项必填,请补上" in blank.text
    theirs = log.cell(4, at["沟通方式"]).comment.text
    assert theirs.startswith("打电话\n") and "“电联”不在列表中" in theirs
    assert "13812345678" not in "".join(c.comment.text for r in log for c in r if c.comment)
    assert log.cell(6, at["沟通方式"]).comment is None  # a note of how it was read is only listed
    assert book[FORM]["C4"].comment.text.count("客户名称没有填") == 1
    assert book[FORM]["C4"].fill.fgColor.rgb == error


def test_each_row_has_a_word_to_filter_on(mine: Path, tmp_path: Path) -> None:
    staff_workbook(mine, faults)
    book = load_workbook(back(mine, tmp_path / "退回"))
    log = book[LOG]
    assert [log.cell(row, columns(log)["检查结果"]).value for row in range(4, 8)] == [
        "错误1 · 警告1：沟通方式、录入时间",
        "错误1 · 警告1：关键内容记录、记录ID",
        "错误1：沟通主题",
        None,
    ]
    assert [cell.value for cell in book["客户基础信息库"]["A"][3:6]] == ["通过"] * 3
    assert log.auto_filter.ref.startswith("A3:") and log.freeze_panes == "E4"
    assert book[FORM]["B2"].value == "检查结果 · 错误1：客户名称"


def test_all_findings_are_listed_with_links_to_their_cells(mine: Path, tmp_path: Path) -> None:
    staff_workbook(mine, lambda book: (faults(book), own_things(book)))
    made = back(mine, tmp_path / "退回")
    book, found = load_workbook(made), lines(made)
    assert book.sheetnames[0] == book.active.title == FINDINGS
    again = [f for f in checked(made).findings if f.code != "contact-codes"]
    assert sorted((line.sheet, line.cell, line.fault) for line in found) == sorted(
        (f.sheet, f.cell or "打开", f.fault("zh")) for f in again
    )
    assert [line.severity for line in found] == sorted(
        (line.severity for line in found), key=["错误", "警告", "提示"].index
    )
    for line in found:
        cell = "A1" if line.cell == "打开" else line.cell
        assert line.link == f"'{line.sheet}'!{cell}"
    topic = next(line for line in found if line.field == "沟通主题")
    assert topic.value == topic.suggestion == "请打 138****5678"
    assert any(line.fault == "不认识的工作表,没有读取" and line.sheet == "备忘" for line in found)


def test_only_what_can_be_applied_can_be_accepted(mine: Path, tmp_path: Path) -> None:
    staff_workbook(mine, faults)
    made = back(mine, tmp_path / "退回")
    sheet = load_workbook(made)[FINDINGS]
    offered = {
        line.field: line.suggestion
        for line in lines(made)
        if any(f"I{line.row}" in each.sqref for each in sheet.data_validations.dataValidation)
    }
    assert offered == {"沟通方式": "电话", "沟通主题": "请打 138****5678", "记录ID": "J004"}


def test_rules_and_lists_are_there_again(mine: Path, tmp_path: Path) -> None:
    def paste_over(book: Workbook) -> None:
        faults(book)
        for sheet in book:
            sheet.data_validations.dataValidation.clear()

    made = back(staff_workbook(mine, paste_over), tmp_path / "退回")
    for name in (LOG, FORM):
        assert load_workbook(made)[name].data_validations.dataValidation


def test_words_name_the_cells_of_the_workbook_that_goes_back(mine: Path, tmp_path: Path) -> None:
    def twice(book: Workbook) -> None:
        log = book[LOG]
        log.insert_rows(4, 6)
        put(book, 11, 记录ID="J001")
        log.cell(3, 40, "沟通方式")

    made = back(staff_workbook(mine, twice), tmp_path / "退回")
    found = lines(made)
    ids = {line.cell: line.fault for line in found if "重复" in line.fault}
    assert {cell: fault.rpartition(" ")[2] for cell, fault in ids.items()} == {
        "B4": "B5",
        "B5": "B4",
    }
    (header,) = (line for line in found if "表头" in line.fault)
    assert header.fault.endswith("另见 F3") and load_workbook(made)[LOG]["F3"].value == "沟通方式"


def test_a_workbook_of_every_table_is_sound(tmp_path: Path) -> None:
    """Each table is blank but for one cell: everything required is missing."""
    begun = {key: [{_first_text(table): "张伟明"}] for key, table in SPEC.tables.items()}
    made = back(staff_workbook(tmp_path / "张伟.xlsx", **begun), tmp_path / "退回")
    assert not OpenXmlValidator().validate(str(made)).errors
    private = {table.labels["zh"] for table in SPEC.tables.values() if table.private}
    labels = {table.labels["zh"] for table in SPEC.tables.values()} - private
    assert {line.sheet for line in lines(made)} >= labels


def _first_text(table: Table) -> str:
    texts = (f.key for f in table.shown() if f.type.name in ("text", "name") and f.key != table.id)
    return next(texts)


def test_no_field_is_called_as_our_column() -> None:
    words = [Words(each)(f"returned.{key}") for each in LANGUAGES for key in ("column", "key")]
    for table in SPEC.tables.values():
        assert not {label_key(word) for word in words} & table.by_label.keys(), table.key


def test_files_in_order_are_not_returned(mine: Path, tmp_path: Path) -> None:
    staff_workbook(mine)
    (mine.parent / "坏.xlsx").write_bytes(b"PK\3\4")
    staff_workbook(mine.parent / "李娜" / "五月.xlsx", faults)
    result = checked(mine.parent, tmp_path / "退回")
    assert result.returned
    assert {each.file: (each.reason, each.workbook) for each in result.returned} == {
        "坏.xlsx": ("unreadable", None),
        "张伟.xlsx": ("in-order", None),
        "李娜/五月.xlsx": (None, tmp_path / "退回" / "李娜" / "五月.xlsx"),
    }
    assert [p.name for p in (tmp_path / "退回").rglob("*") if p.is_file()] == ["五月.xlsx"]
    assert [list(each) for each in result.to_json()["returned"]] == [
        ["path", "workbook", "findings", "reason", "detail"]
    ] * 3


def test_nothing_that_people_filled_is_replaced(mine: Path, tmp_path: Path) -> None:
    staff_workbook(mine, faults)
    for folder in (mine.parent, mine.parent / "退回"):
        with pytest.raises(UsageError):
            checked(mine.parent, folder)
    with pytest.raises(UsageError):
        checked(mine, mine.parent)
    into = tmp_path / "退回"
    first = back(mine, into)
    assert back(mine, into) == first  # as we wrote it: replaced
    time.sleep(1.1)  # a program that saves says the second in which it did
    changed(first, lambda book: put(book, 4, 沟通方式="微信"))
    kept = first.read_bytes()
    assert back(mine, into) == into / "张伟_2.xlsx" == back(mine, into)
    assert first.read_bytes() == kept


def test_other_formats_go_back_as_xlsx(tmp_path: Path) -> None:
    text = "记录ID,客户名称,沟通日期,沟通方式,关键内容记录\nJ001,星辰科技,2024-05-14,电联,谈价格\n"
    path = tmp_path / "团队" / "导出.csv"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    result = checked(path, tmp_path / "退回")
    assert result.returned
    (returned,) = result.returned
    assert returned.workbook == tmp_path / "退回" / "导出.xlsx"
    assert {line.field: line.suggestion for line in lines(returned.workbook)}["沟通方式"] == "电话"


def test_a_workbook_with_a_password_keeps_it(mine: Path, tmp_path: Path) -> None:
    from xlcrm.filled_workbook.encryption import decrypted, encrypted

    staff_workbook(mine, faults)
    mine.write_bytes(encrypted(mine.read_bytes(), "密码"))
    for _ in range(2):
        made = back(mine, tmp_path / "退回", password="密码")
        assert made.name == "张伟.xlsx"  # replaced, since nobody has worked in it
    assert checked(made).readings[0].rejected == "encrypted"
    plain = tmp_path / "plain.xlsx"
    plain.write_bytes(decrypted(made.read_bytes(), "密码"))
    assert {line.field for line in lines(plain)} >= {"沟通方式"}


def test_real_numbers_are_not_copied_about(tmp_path: Path) -> None:
    """A table that is kept apart, found in a shared folder, stays where it is."""
    codes: list[dict[str, Any]] = [{"code": "客户联系方式-1", "real": "13812345678"}]
    path = tmp_path / "团队" / "张伟.xlsx"
    staff_workbook(path, faults, contact_codes=codes)
    result = checked(path.parent, tmp_path / "退回")
    assert [(each.reason, each.workbook) for each in result.returned or ()] == [
        ("contact-codes", None)
    ]
    assert not (tmp_path / "退回").exists() and TALKS
