"""Rows held a column at a time, and cells that are made once a value."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from xlsxwriter.sharedstrings import SharedStrings, SharedStringTable

from xlcrm import deflate
from xlcrm.record_sheet import ByColumn, Column, Kind, RecordSheet, book, hooks
from xlcrm.record_sheet.hooks import QuickSharedStrings

CREATED = dt.datetime(2024, 5, 20, 8, 0)
DAY = dt.date(2024, 5, 20)
COLUMNS = (Column("id", "记录ID", 12), Column("day", "沟通日期", 12, "date"))
PLAIN = tuple(f"J{number:04}" for number in range(300))
ODD = ("a_x0041_", "a\nb", " a", "a\t", "<b>&", '"', "<r><t>a</t></r>", "a\ufffeb", "", "文 ")


def write(path: Path, columns: tuple[Column, ...], rows: object, *, plain: bool = False) -> Path:
    with book(path, created=CREATED) as wb:
        wb.add_record_sheet(RecordSheet("表", columns, rows), plain=plain)  # type: ignore[arg-type]
    return path


def numbers(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    return re.findall(r'<c r="A(?!1")\d+"[^>]*><v>([^<]*)</v>', sheet)


def test_rows_by_column_give_the_same_bytes_as_rows(tmp_path: Path) -> None:
    rows = [[f"J{number}", DAY if number % 3 else None] for number in range(2_500)]
    by_row = write(tmp_path / "a.xlsx", COLUMNS, rows)
    blocks = [list(zip(*part, strict=True)) for part in (rows[:1_000], rows[1_000:])]
    by_column = write(tmp_path / "b.xlsx", COLUMNS, ByColumn(blocks))
    assert by_row.read_bytes() == by_column.read_bytes()


def test_rows_by_column_are_rows_too(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", COLUMNS, ByColumn([[["a", "b"], [DAY, None]]]), plain=True)
    sheet = openpyxl.load_workbook(path)["表"]
    assert [[cell.value for cell in row] for row in sheet["A2:B3"]] == [
        ["a", dt.datetime(2024, 5, 20)],
        ["b", None],
    ]


def test_columns_of_different_lengths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lengths"):
        write(tmp_path / "a.xlsx", COLUMNS, ByColumn([[["a", "b"], [None]]]))


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("columns", [1, 3])
def test_as_many_columns_as_the_sheet_has_are_asked_for(
    plain: bool, columns: int, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="zip"):
        write(tmp_path / "a.xlsx", COLUMNS, ByColumn([[["a"]] * columns]), plain=plain)


@pytest.mark.parametrize("kind", ["text", "integer", "number", "percent"])
@pytest.mark.parametrize("step", [1, -1])
def test_numbers_that_are_equal_are_written_each_as_it_is(
    kind: Kind, step: int, tmp_path: Path
) -> None:
    values = [4, 4.0, 1, True, 1.0, 0, -0.0, 0.0, False, 4.5, 4, 4.5][::step]
    path = write(tmp_path / "a.xlsx", (Column("a", "甲", 9, kind),), [[v] for v in values])
    assert numbers(path) == [f"{v:d}" if isinstance(v, bool) else repr(v) for v in values]


def test_more_different_texts_than_are_remembered_or_shared_stay_themselves(tmp_path: Path) -> None:
    texts = [f"J{number}" for number in range(21_500)] * 2 + list(ODD[:-2]) * 2
    path = write(tmp_path / "a.xlsx", (COLUMNS[0],), [[text] for text in texts])
    sheet = openpyxl.load_workbook(path, read_only=True)["表"]
    read = [value for (value,) in sheet.iter_rows(min_row=2, values_only=True)]
    assert read == [text.replace("\ufffe", "\ufffd") for text in texts]
    with zipfile.ZipFile(path) as package:
        assert package.read("xl/sharedStrings.xml").count(b"<si>") < 20_100


@pytest.mark.parametrize("texts", [PLAIN, ODD, PLAIN + ODD + PLAIN[::-1], ()])
def test_shared_texts_are_written_as_xlsxwriter_writes_them(texts: tuple[str, ...]) -> None:
    parts = []
    for writer in (QuickSharedStrings(), SharedStrings()):
        writer.string_table = SharedStringTable()
        for text in texts:
            writer.string_table._get_shared_string_index(text)
        writer.string_table._sort_string_data()
        part = StringIO()
        writer._set_xml_writer(part)
        writer._assemble_xml_file()
        parts.append(part.getvalue())
    assert parts[0] == parts[1]


def test_a_large_part_packed_by_the_quick_codec_holds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[f"文字 {number} {number % 7}", DAY] for number in range(20_000)]
    quick = write(tmp_path / "quick.xlsx", COLUMNS, rows)
    monkeypatch.setattr(hooks, "codec", zlib)
    usual = write(tmp_path / "usual.xlsx", COLUMNS, rows)
    with zipfile.ZipFile(quick) as one, zipfile.ZipFile(usual) as other:
        assert one.testzip() is None
        packed = {each.filename: each.compress_size for each in one.infolist()}
        other_packed = {each.filename: each.compress_size for each in other.infolist()}
        assert {n: one.read(n) for n in packed} == {n: other.read(n) for n in other_packed}
    if deflate.codec is not zlib:
        large = {"xl/worksheets/sheet1.xml"}
        assert {n for n in packed if packed[n] != other_packed[n]} == large
