"""A book is written whole or not at all, the same each time, and refuses what would be dropped."""

from __future__ import annotations

import datetime as dt
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xlcrm.record_sheet import (
    Book,
    Column,
    RecordSheet,
    WriteFailed,
    book,
    cell_target,
    hooks,
    safe_sheet_name,
)

CREATED = dt.datetime(2024, 5, 20, 8, 0)
COLUMNS = (Column("id", "记录ID", 12), Column("link", "来源", 12, "link"))


def fill(wb: Book, count: int = 300) -> None:
    wb.add_sheet("首页").write_string(0, 0, "汇总", wb.format({"bold": True}))
    rows = ((f"J{number}", ("看", cell_target("首页", number))) for number in range(count))
    wb.add_record_sheet(RecordSheet("记录", COLUMNS, rows))


def test_the_same_calls_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        with book(tmp_path / name, created=CREATED) as wb:
            fill(wb)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    properties = openpyxl.load_workbook(tmp_path / "a.xlsx").properties
    assert properties.created == properties.modified == CREATED


def test_a_buffer_takes_a_book_too(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with book(buffer, created=CREATED, properties={"title": "汇总"}) as wb:
        fill(wb)
    read = openpyxl.load_workbook(buffer)
    assert read.sheetnames == ["首页", "记录"]
    assert read.properties.title == "汇总"
    assert read["记录"].max_row == 301


def test_many_distinct_texts_leave_the_shared_strings_small(tmp_path: Path) -> None:
    with book(tmp_path / "a.xlsx", created=CREATED) as wb:
        fill(wb, 30_000)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        shared = package.read("xl/sharedStrings.xml")
        sheet = package.read("xl/worksheets/sheet2.xml")
    count = int(shared.split(b'count="')[1].split(b'"')[0])
    assert shared.count(b"<si>") == 20_000 + 3
    assert sheet.count(b'inlineStr"') > 10_000
    # 首页's text is the one shared text that this sheet doesn't use.
    assert count == sheet.count(b't="s"') + 1


def failing_rows() -> Iterator[tuple[str, str]]:
    yield "J001", "x"
    raise RuntimeError("reading failed")


def fail_in_rows(wb: Book) -> None:
    wb.add_record_sheet(RecordSheet("记录", COLUMNS, failing_rows()))


def fail_after_rows(wb: Book) -> None:
    fill(wb)
    raise RuntimeError("planning failed")


@pytest.mark.parametrize("fail", [fail_in_rows, fail_after_rows])
def test_after_an_error_the_old_file_stands_and_nothing_is_left(
    fail: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    folder = tmp_path / "folder"
    folder.mkdir()
    target = folder / "汇总.xlsx"
    target.write_bytes(b"old")
    with pytest.raises(RuntimeError), book(target, created=CREATED) as wb:
        fail(wb)
    assert target.read_bytes() == b"old"
    assert list(folder.iterdir()) == [target]
    with book(target, created=CREATED) as wb:
        fill(wb)
    assert target.read_bytes() != b"old"
    assert [*folder.iterdir(), *scratch.iterdir()] == [target]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no file modes")
def test_colleagues_may_read_what_is_written(tmp_path: Path) -> None:
    (usual := tmp_path / "usual").touch()
    with book(tmp_path / "a.xlsx", created=CREATED) as wb:
        fill(wb)
    assert (tmp_path / "a.xlsx").stat().st_mode == usual.stat().st_mode


def outside_the_sheet(wb: Book) -> None:
    wb.add_sheet("a").write_number(1_048_576, 0, 1)


def long_dropdown(wb: Book) -> None:
    options = {"validate": "list", "source": ["值" * 20] * 20}
    wb.add_sheet("a").data_validation(0, 0, 9, 0, options)


def bad_table_name(wb: Book) -> None:
    wb.add_sheet("a").add_table(0, 0, 3, 1, {"name": "1 bad name"})


def bad_defined_name(wb: Book) -> None:
    wb.define_name("bad name", "=Sheet1!$A$1")


def chart_without_values(wb: Book) -> None:
    wb.chart({"type": "line"}).add_series({})


def cell_among_records(wb: Book) -> None:
    written = wb.add_record_sheet(RecordSheet("a", COLUMNS, [("J001", None)]))
    written.worksheet.write_string(written.first_row, 0, "J002")


def format_of_a_record_row(wb: Book) -> None:
    written = wb.add_record_sheet(RecordSheet("a", COLUMNS, [("J001", None)]))
    written.worksheet.set_row(written.last_row, 30)


def too_many_rows(wb: Book) -> None:
    rows = [("J", None)] * 1000
    wb.add_record_sheet(RecordSheet("a", COLUMNS, rows, first_row=1_047_577, autofilter=False))


@pytest.mark.parametrize(
    "wrong",
    [
        outside_the_sheet,
        long_dropdown,
        bad_table_name,
        bad_defined_name,
        chart_without_values,
        cell_among_records,
        format_of_a_record_row,
        too_many_rows,
    ],
)
def test_what_would_be_dropped_or_spoil_the_file_raises(wrong: Any, tmp_path: Path) -> None:
    with pytest.raises(WriteFailed), book(tmp_path / "a.xlsx", created=CREATED) as wb:
        wrong(wb)
    assert list(tmp_path.iterdir()) == []


def test_text_beyond_what_a_cell_holds_is_cut_and_shows_it(tmp_path: Path) -> None:
    with book(tmp_path / "a.xlsx", created=CREATED) as wb:
        wb.add_sheet("a").write_string(0, 0, "x" * 32_768)
        wb.add_record_sheet(RecordSheet("记录", COLUMNS, [("😀" * 16_384, None)]))
    read = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert read["a"]["A1"].value == "x" * 32_766 + "…"
    assert read["记录"]["A2"].value == "😀" * 16_383 + "…"


def test_links_beyond_what_a_sheet_holds_stay_as_text(tmp_path: Path) -> None:
    rows = [("J1", ("看", "'记录'!A1"))] * 65_532
    with book(tmp_path / "a.xlsx", created=CREATED) as wb:
        written = wb.add_record_sheet(RecordSheet("记录", COLUMNS, rows))
    assert written.unlinked == 2
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    assert sheet.count(b"<hyperlink ") == 65_530
    assert sheet.count(b"<row ") == 65_533


def test_sheets_get_valid_free_names(tmp_path: Path) -> None:
    with book(tmp_path / "a.xlsx", created=CREATED) as wb:
        names = [wb.add_sheet(name).name for name in ("表", "表", "a/b")]
        written = wb.add_record_sheet(RecordSheet("A_B", COLUMNS, []))
    assert [*names, written.name] == ["表", "表 (2)", "a_b", "A_B (2)"]


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("沟通动态记录表", [], "沟通动态记录表"),
        ("a[b]:c*d?e/f\\g", [], "a_b__c_d_e_f_g"),
        ("'quoted'", [], "quoted"),
        ("it's", [], "it's"),
        ("History", [], "History (2)"),
        ("", [], "Sheet"),
        ("'' ", ["SHEET"], "Sheet (2)"),
        ("a\x00b\ud800", [], "a_b_"),
        ("x" * 40, [], "x" * 31),
        ("x" * 40, ["X" * 31], "x" * 27 + " (2)"),
        ("表", ["表", "表 (2)"], "表 (3)"),
        # Two UTF-16 units each.
        ("😀" * 20, [], "😀" * 15),
    ],
)
def test_safe_sheet_name(name: str, taken: list[str], expected: str) -> None:
    assert safe_sheet_name(name, taken) == expected


def test_text_typed_by_people_is_never_a_formula_a_link_or_a_number(tmp_path: Path) -> None:
    texts = ["=1+1", "{=1+1}", "http://example.com", "internal:a!A1", "12", "<r>x</r>"]
    with book(tmp_path / "a.xlsx", created=CREATED) as wb:
        wb.add_sheet("a").write_column(0, 0, texts)
    column = openpyxl.load_workbook(tmp_path / "a.xlsx")["a"]["A"]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in column] == [
        (text, "s", None) for text in texts
    ]


def test_equal_formats_are_one(tmp_path: Path) -> None:
    with book(tmp_path / "a.xlsx", created=CREATED) as wb:
        wb.add_sheet("a")
        one = wb.format({"bold": True, "italic": True})
        assert one is wb.format({"italic": True, "bold": True})
        assert one is not wb.format({"bold": True})


def test_sheets_are_set_in_the_workbooks_font(tmp_path: Path) -> None:
    with book(tmp_path / "a.xlsx", created=CREATED) as wb:
        fill(wb)
    read = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for cell in (read["首页"]["A1"], read["记录"]["A1"], read["记录"]["A2"]):
        assert (cell.font.name, cell.font.size, cell.font.scheme) == ("Microsoft YaHei", 10, None)


def test_rows_that_find_no_place_in_the_archive_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where xlsxwriter calls a sheet's part otherwise by the time it is packed."""
    splice = hooks.Splice
    monkeypatch.setattr(hooks, "Splice", lambda path, *rest: splice(f"{path}.other", *rest))
    with (
        pytest.raises(WriteFailed, match="记录: its rows were not written"),
        book(tmp_path / "a.xlsx", created=CREATED) as wb,
    ):
        fill(wb)
    assert not (tmp_path / "a.xlsx").exists()
