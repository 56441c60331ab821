"""Private values are told wherever a person may have typed them, not in records alone."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from returned_cases import (
    FINDINGS,
    FORM,
    LOG,
    SPEC,
    back,
    changed,
    checked,
    fill,
    lines,
    put,
    staff_workbook,
)

from xlcrm.cli.main import main
from xlcrm.findings import Finding
from xlcrm.pipeline.merges import merge
from xlcrm.pipeline.options import Options

PHONE, MAIL = "13812345678", "li.si@example.com"
ID_CARD, BANK_CARD = "11010519491231002X", "6222021234567890128"
LEFT, GUIDE, LISTS = "表外内容", "填写说明", "选项"
Said = tuple[str, str | None, str | None]


def private(path: Path) -> list[Said]:
    """Where a check tells of private values, each of no table, record or field."""
    found = [each for each in checked(path).findings if _is_private(each)]
    assert {(each.table, each.field, each.record) for each in found} <= {(None, None, None)}
    return [(each.code, each.sheet, each.cell) for each in found]


def _is_private(finding: Finding) -> bool:
    return finding.code.startswith("private-")


def cell(sheet: str, place: str, value: Any) -> Callable[[Workbook], None]:
    def edit(book: Workbook) -> None:
        book[sheet][place] = value

    return edit


def comment(place: str, sheet: str = LOG) -> Callable[[Workbook], None]:
    def edit(book: Workbook) -> None:
        book[sheet][place].comment = Comment(f"打 {PHONE}", "主管")

    return edit


def own(place: str, value: Any) -> Callable[[Workbook], None]:
    def edit(book: Workbook) -> None:
        book.create_sheet("备忘")[place] = value

    return edit


def without_header(book: Workbook) -> None:
    sheet = book.create_sheet("名单")
    for row in (["C001", "星辰科技", "电话"], ["C002", "远航物流", PHONE]):
        sheet.append(row)


def blank_form(book: Workbook) -> None:
    fill(book, "客户名称", None)
    fill(book, "本次沟通时间", None)
    fill(book, "客户反馈内容", None)
    book[FORM]["Q3"] = PHONE


def total(book: Workbook) -> None:
    book[LOG]["A20"], book[LOG]["G20"] = "合计", f"3 条,问 {PHONE}"


def below_another(book: Workbook) -> None:
    sheet = book.copy_worksheet(book[LOG])
    sheet.title = "两张表"
    header = [each.value for each in sheet[3]]
    sheet["B9"] = f"四月 {PHONE}"
    for row, values in enumerate([header, ["J011", "C001", None, "2024-04-02"]], 10):
        for column, value in enumerate(values, 1):
            sheet.cell(row, column, value)


def named(book: Workbook) -> None:
    book.create_sheet(f"小王{PHONE}")["A1"] = "待办"


PHONES: dict[str, tuple[Callable[[Workbook], None], str, str | None]] = {
    "a title": (cell(LOG, "A1", f"销售部 {PHONE}"), LOG, "A1"),
    "a title as a number": (cell(LOG, "D1", int(PHONE)), LOG, "D1"),
    "a label": (cell(LOG, "AE3", f"小王{PHONE}"), LOG, "AE3"),
    "a total": (total, LOG, "G20"),
    "a note below": (cell(LOG, "A20", f"备注:急事打 {PHONE}"), LOG, "A20"),
    "right of the table": (cell(LOG, "AM30", PHONE), LOG, "AM30"),
    "a column that computes": (cell(LOG, "C4", PHONE), LOG, "C4"),
    "between two tables": (below_another, "两张表", "B9"),
    "beside a form": (cell(FORM, "Q9", PHONE), FORM, "Q9"),
    "below a form": (cell(FORM, "C70", PHONE), FORM, "C70"),
    "beside a blank form": (blank_form, FORM, "Q3"),
    "a sheet of one's own": (own("B2", "1３8 1234\u200b5678"), "备忘", "B2"),
    "a number of one's own": (own("XA300", int(PHONE)), "备忘", "XA300"),
    "a list without a header": (without_header, "名单", "C2"),
    "a comment on a record": (comment("H5"), LOG, "H5"),
    "a comment elsewhere": (comment("Z70"), LOG, "Z70"),
    "the guide": (cell(GUIDE, "A9", f"客户电话 {PHONE}"), GUIDE, "A9"),
    "the guide, as a number": (cell(GUIDE, "H3", int(PHONE)), GUIDE, "H3"),
    "the lists": (cell(LISTS, "C60", PHONE), LISTS, "C60"),
    "a comment on the guide": (comment("H2", GUIDE), GUIDE, "H2"),
    "the name of a sheet": (named, f"小王{PHONE}", None),
}


@pytest.mark.parametrize("place", PHONES)
def test_a_number_is_told_where_it_stands(place: str, mine: Path) -> None:
    edit, sheet, at = PHONES[place]
    assert private(staff_workbook(mine, edit)) == [("private-phone", sheet, at)]


@pytest.mark.parametrize(
    ("code", "text"),
    [("private-email", MAIL), ("private-id-card", ID_CARD), ("private-bank-card", BANK_CARD)],
)
def test_each_kind_is_told(code: str, text: str, mine: Path) -> None:
    assert private(staff_workbook(mine, own("A1", f"他的是{text}"))) == [(code, "备忘", "A1")]


def test_a_cell_has_a_finding_a_kind_and_a_comment_waits_for_its_cell(mine: Path) -> None:
    def edit(book: Workbook) -> None:
        memo = book.create_sheet("备忘")
        memo["A1"] = f"{PHONE}、13987654321,{MAIL}"
        memo["A1"].comment = Comment(f"{PHONE} {BANK_CARD}", "主管")

    codes = ["private-phone", "private-email", "private-bank-card"]
    assert private(staff_workbook(mine, edit)) == [(code, "备忘", "A1") for code in codes]


def test_what_is_told_of_a_record_is_told_once(mine: Path) -> None:
    def edit(book: Workbook) -> None:
        put(book, 4, 沟通主题=f"打 {PHONE}")
        log = book[LOG]
        log["AN3"], log["AN4"], log["AP5"] = "手机", PHONE, PHONE  # a label, and none
        fill(book, "备注", PHONE)

    found = [each for each in checked(staff_workbook(mine, edit)).findings if _is_private(each)]
    assert [each.table for each in found] == [*["communication_log"] * 3, "revisit_record"]
    assert [each.cell for each in found[1:3]] == ["AN4", "AP5"]


def test_comments_that_are_broken_keep_nothing_else_from_being_read(mine: Path) -> None:
    both = (comment("H5"), cell(LOG, "A1", PHONE))
    path = staff_workbook(mine, lambda book: [edit(book) for edit in both])
    in_parts(path, lambda name, data: b"<comments" if "comments/" in name else data)
    assert private(path) == [("private-phone", LOG, "A1")]
    said = [each.message("zh") for each in checked(path).findings if each.cell is None]
    assert [each for each in said if "批注已损坏" in each] == said[:1]


def test_what_a_column_of_ours_computes_is_told_where_it_was_typed(mine: Path) -> None:
    """The log's names come from the customer base."""

    def computed(name: str, data: bytes) -> bytes:
        cell = rb'<c r="C4"([^>]*)>(<f>.*?</f>)<v(?:/>|></v>)</c>'
        value = rb'<c r="C4"\1 t="str">\2<v>' + PHONE.encode() + b"</v></c>"
        return re.sub(cell, value, data)

    path = staff_workbook(mine)
    in_parts(path, computed)
    assert load_workbook(path, data_only=True)[LOG]["C4"].value == PHONE
    assert private(path) == []


def in_parts(path: Path, edit: Callable[[str, bytes], bytes]) -> None:
    with ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, edit(name, data))


def test_what_is_masked_or_no_number_of_anybody(mine: Path) -> None:
    def edit(book: Workbook) -> None:
        memo = book.create_sheet("备忘")
        memo.append(
            [0.13812345678, 138123456789, "138****5678", "客户联系方式-1", "l***@example.com"]
        )
        memo.append([f"={PHONE}/7", datetime(2024, 5, 13, 14, 30), True])

    assert private(staff_workbook(mine, edit)) == []


def test_the_table_that_is_kept_apart_may_hold_real_numbers(mine: Path) -> None:
    codes = [{"code": "客户联系方式-1", "customer_id": "C001", "real": PHONE}]

    def edit(book: Workbook) -> None:
        sheet = book[SPEC.tables["contact_codes"].labels["zh"]]
        sheet["A1"], sheet["C4"].comment = PHONE, Comment(PHONE, "主管")
        book.create_sheet("备忘")["A1"] = PHONE

    path = staff_workbook(mine, edit, contact_codes=codes)
    assert private(path) == [("private-phone", "备忘", "A1")]


def everywhere(book: Workbook) -> None:
    """The places above that one workbook can have together."""
    for edit, _, _ in PHONES.values():
        if edit is not blank_form:
            edit(book)


def seen(text: str) -> str:
    """What a text says, however its digits are written."""
    return re.sub(r"[\s\u200b]", "", unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize(("form", "language"), [("text", "zh"), ("text", "en"), ("json", "zh")])
def test_nothing_that_is_said_holds_the_value(
    form: str,
    language: str,
    mine: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    staff_workbook(mine, everywhere)
    wanted = ["--format", form, "--lang", language, "--as-of", "2024-05-20", "-v"]
    command = ["xlcrm", "check", str(mine), "--return", str(tmp_path / "回"), *wanted]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    said = seen("".join(capfd.readouterr()))
    assert ended.value.code == 1 and "138****5678" in said and PHONE[:7] not in said
    sheets = load_workbook(tmp_path / "回" / "张伟.xlsx")
    listed = seen("".join(str(each.value) for row in sheets[FINDINGS] for each in row))
    assert "138****5678" in listed and PHONE[:7] not in listed


def test_a_returned_workbook_tells_the_same_wherever_the_values_now_lie(
    mine: Path, tmp_path: Path
) -> None:
    path = staff_workbook(mine, everywhere)
    before, made = private(path), back(path, tmp_path / "0")
    listed = [
        (each.sheet, each.cell, each.link) for each in lines(made) if "电话号码" in each.fault
    ]
    after = private(made)
    assert len(after) == len(before) == len(listed)
    assert {sheet for _, sheet, _ in after} >= {LEFT, LOG, "备忘", "名单"}
    told = {(masked(sheet), cell or "打开") for _, sheet, cell in after}
    assert {(sheet, cell) for sheet, cell, _ in listed} == told
    assert all(link for *_, link in listed)
    rounds = [made]
    for number in range(1, 10):
        rounds.append(back(rounds[-1], tmp_path / str(number)))
    assert len({each.read_bytes() for each in rounds[1:]}) == 1
    assert private(rounds[-1]) == after


def masked(name: str | None) -> str:
    return str(name).replace(PHONE, "138****5678")


def test_what_is_masked_among_what_was_left_over_is_gone(mine: Path, tmp_path: Path) -> None:
    made = back(staff_workbook(mine, cell(LOG, "A1", f"销售部 {PHONE}")), tmp_path / "1")
    assert private(made) == [("private-phone", LEFT, "C2")]
    assert private(changed(made, cell(LEFT, "C2", "销售部 138****5678"))) == []


def test_the_master_lists_them(mine: Path) -> None:
    staff_workbook(mine, everywhere)
    merge(mine.parent, Options(date(2024, 5, 20)))
    sheet = load_workbook(mine.parent / "汇总" / "客户沟通汇总.xlsx")["校验结果"]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[1] == "private-phone"]
    places = [(masked(sheet), cell) for _, sheet, cell in private(mine)]
    assert places and [(row[3], row[4]) for row in rows] == places
    assert not any(PHONE[:7] in seen(str(each)) for row in rows for each in row)


def test_a_guide_that_is_broken_costs_no_file(mine: Path) -> None:
    """What stands there can't be read then; all else is."""
    path = staff_workbook(mine, cell(GUIDE, "H3", int(PHONE)))
    broken = PHONE.encode()
    in_parts(
        path, lambda _, data: data.replace(b'r="H3"', b'r="ZZZZ3"') if broken in data else data
    )
    assert [each.status for each in checked(path).files] == ["read"]
