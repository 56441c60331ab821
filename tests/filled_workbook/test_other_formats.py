"""Workbooks that are no .xlsx say the same as one, or are named for what they are."""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import load_workbook

from xlcrm.filled_workbook.opening import open_workbook
from xlcrm.filled_workbook.source import Rejected, Source, read_source
from xlcrm.records import FileReading

RETYPED = Path(__file__).parent / "files" / "retyped.xlsb"  # by pyxlsbwriter, labels alone
LOG = "communication_log"
TALK = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "date": "2024-05-14",
    "channel": "电话",
    "content": '谈价格, "九折"; 下周再谈\n第二行',
    "satisfaction": 4.5,
    "recorded_at": "2024-05-14T10:30",
}
WRONG = {"record_id": "j 002", "customer_name": "滨海医疗", "date": "2024-05-15", "channel": "电联"}
ROWS = [
    ["记录ID", "客户名称", "沟通日期", "沟通方式", "关键内容记录", "满意度评分"],
    ["J001", "星辰科技", "2024/5/14", "电话", "谈价格,九折", "4.5"],
    ["", "", "", "", "", ""],
    ["J002", "滨海医疗", "2024-05-15", "电联", "送样品;再访", "9"],
]
Read = Callable[[Path], FileReading]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, samples: Any, write: Any) -> Path:
    """Our own workbook with every field of both tables filled, and a row with mistakes."""
    path = tmp_path_factory.mktemp("original") / "李娜.xlsx"
    records = {"customer_base": samples()["customer_base"], LOG: [*samples()[LOG], TALK, WRONG]}
    return write(path, records)


def said(reading: FileReading) -> tuple[list[Any], list[Any]]:
    records = [(each.table, each.block.sheet, each.row, each.values) for each in reading.records]
    found = [(each.code, each.sheet, each.cell, each.value) for each in reading.findings]
    return records, found


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_what_libreoffice_saves_in_another_format_reads_as_before(
    soffice: Any, original: Path, read: Read, kind: str
) -> None:
    expected = said(read(original))
    assert len(expected[0]) == 6 and expected[1]
    assert said(read(soffice.convert(original, kind))) == expected


def test_an_old_workbook_is_known_whatever_its_name_says(
    soffice: Any, original: Path, read: Read, tmp_path: Path
) -> None:
    old = soffice.convert(original, "xls").rename(tmp_path / "李娜.xlsx")
    assert said(read(old)) == said(read(original))
    renamed = tmp_path / "张伟.et"
    renamed.write_bytes(old.read_bytes())
    assert said(read(renamed)) == said(read(original))


def test_a_sheet_exported_as_csv_reads_as_before(
    soffice: Any, original: Path, read: Read, tmp_path: Path
) -> None:
    book = load_workbook(original)
    for name in book.sheetnames:
        if name != "沟通动态记录表":
            del book[name]
    plain = tmp_path / "沟通动态记录表.xlsx"  # a .csv's sheet is named by its file
    book.save(plain)
    records, found = said(read(soffice.convert(plain, "csv")))
    expected, problems = said(read(plain))
    assert len(expected) == 4 and records == expected
    told = [each for each in found if each[0] != "normalised"]  # its dates and times are texts
    assert told == [each for each in problems if each[0] != "normalised"]


def test_a_binary_workbook_is_read_by_its_labels(read: Read) -> None:
    reading = read(RETYPED)
    records, _ = said(reading)
    assert [each[:3] for each in records] == [
        (LOG, "沟通记录", 2),
        (LOG, "沟通记录", 3),
        ("customer_base", "客户", 1),
    ]
    assert records[0][3]["date"] == "2024-05-14" and records[0][3]["satisfaction"] == 4
    assert records[0][3]["recorded_at"] == "2024-05-14T10:30"
    problems = [(each.code, each.cell) for each in reading.findings if each.cell]
    assert problems == [("normalised", "C4"), ("not-in-list", "D4"), ("out-of-range", "G4")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_of_text_are_read_with_their_separator_and_encoding(
    tmp_path: Path, read: Read, separator: str, encoding: str
) -> None:
    path = tmp_path / "记录.CSV"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows([["沟通记录"], *ROWS])
    reading = read(path)
    records, _ = said(reading)
    assert [each[:3] for each in records] == [(LOG, "记录", 2), (LOG, "记录", 4)]
    assert records[0][3] == {
        "record_id": "J001",
        "customer_name": "星辰科技",
        "date": "2024-05-14",
        "channel": "电话",
        "content": "谈价格,九折",
        "satisfaction": 4.5,
    }
    cells = {each.code: each.cell for each in reading.findings if each.cell}
    assert (cells["not-in-list"], cells["out-of-range"]) == ("D5", "F5")


TEXT = "\n".join(",".join(row) for row in ROWS)


@pytest.mark.parametrize(
    ("name", "data", "code", "detail"),
    [
        ("a.csv", b"", "not-a-workbook", "empty"),
        ("a.csv", b"<html><table>", "not-a-workbook", "html"),
        ("a.csv", b"a,b\0c", "not-a-workbook", "unknown"),
        ("a.csv", "记录ID,客户".encode()[:-1], "unreadable", "truncated"),
        ("a.csv", TEXT.encode() + b"\xff\xff\n", "unreadable", "encoding"),
        ("a.csv", (TEXT + '\n"J003,').encode(), "unreadable", "quotes"),
        ("a.csv", b"," * 5_000_001, "too-large", "grid"),
        ("a.xlsx", TEXT.encode(), "not-a-workbook", "text"),
        ("a.xls", TEXT.encode(), "not-a-workbook", "text"),
        ("a.xls", b"", "not-a-workbook", "empty"),
        ("a.xls", b"<table><tr><td>", "not-a-workbook", "html"),
        ("a.et", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "not-a-workbook", "ole"),
        ("a.xlsb", b"PK\3\4" + b"\0" * 99, "unreadable", "truncated"),
    ],
)
def test_what_is_none_is_named(name: str, data: bytes, code: str, detail: str) -> None:
    assert rejection(data, name) == (code, detail)


def rejection(data: bytes, name: str = "a", password: str | None = None) -> tuple[str, str]:
    with pytest.raises(Rejected) as caught:
        open_workbook(Source(data, "", len(data), 0), name, password=password)
    return caught.value.code, caught.value.detail


def damaged(data: bytes) -> Iterator[bytes]:
    """The file cut short, and with one part of its archive cut short or of zeros."""
    yield data[: len(data) * 2 // 3]
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    for name, content in parts.items():
        for bad in (content[: len(content) // 2], b"\0" * len(content)):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
                for each, good in parts.items():
                    file.writestr(each, bad if each == name else good)
            yield buffer.getvalue()


def test_damaged_binary_workbooks_are_rejections_or_read() -> None:
    codes = set()
    for data in damaged(RETYPED.read_bytes()):
        try:
            open_workbook(Source(data, "", len(data), 0))
        except Rejected as rejected:
            codes.add((rejected.code, rejected.detail))
    assert {("unreadable", "truncated"), ("not-a-workbook", "xlsb")} <= codes


def test_cut_old_workbooks_are_named(soffice: Any, original: Path) -> None:
    data = soffice.convert(original, "xls").read_bytes()
    for end in (600, len(data) // 3, len(data) * 2 // 3):
        assert rejection(data[:end])[0] == "not-a-workbook"


def test_open_documents_pass_the_guards_of_archives(soffice: Any, original: Path) -> None:
    data = soffice.convert(original, "ods").read_bytes()
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as file:
        file.writestr(
            "other.xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
        )
    assert rejection(buffer.getvalue()) == ("suspicious-archive", "dtd")
    encrypted = io.BytesIO()
    with zipfile.ZipFile(encrypted, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("META-INF/manifest.xml", "<manifest><encryption-data/></manifest>")
    assert rejection(encrypted.getvalue(), password="x") == ("encrypted", "password-ods")


_WITH_PASSWORD = """
book = open_workbook(args[0])
for path, kind in zip(args[1:], ("MS Excel 97", "calc8")):
    asked = (_property("FilterName", kind), _property("Password", "春天"))
    book.storeToURL(uno.systemPathToFileUrl(path), asked)
"""


def encrypted(path: Path, password: str) -> bytes:
    buffer = io.BytesIO()
    with path.open("rb") as file:
        OOXMLFile(file).encrypt(password, buffer)
    return buffer.getvalue()


def test_a_password_opens_its_workbook(original: Path, tmp_path: Path) -> None:
    data = encrypted(original, "春天 2024")
    (path := tmp_path / "a.xlsx").write_bytes(data)
    opened = open_workbook(read_source(path), path.name, password="春天 2024")
    plain = open_workbook(read_source(original), original.name)
    assert [each.rows for each in opened.sheets] == [each.rows for each in plain.sheets]
    assert rejection(data) == ("encrypted", "password")
    assert rejection(data, password="春天2024") == ("encrypted", "password-wrong")
    assert rejection(data[:3000] + "EncryptedPackage".encode("utf-16-le"), password="x") == (
        "unreadable",
        "damaged",
    )


def test_a_password_opens_an_old_workbook(
    soffice: Any, original: Path, read: Read, tmp_path: Path
) -> None:
    old, document = tmp_path / "李娜.xls", tmp_path / "李娜.ods"
    soffice.uno_script(_WITH_PASSWORD, original, old, document)
    opened = open_workbook(read_source(old), password="春天")
    plain = open_workbook(read_source(soffice.convert(original, "xls")))
    assert [each.rows for each in opened.sheets] == [each.rows for each in plain.sheets]
    assert rejection(old.read_bytes()) == ("encrypted", "password")
    assert rejection(old.read_bytes(), password="夏天") == ("encrypted", "password-wrong")
    assert rejection(document.read_bytes(), password="春天") == ("encrypted", "password-ods")


def test_without_the_optional_library_the_way_to_it_is_named(
    original: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encrypted(original, "春天")
    monkeypatch.setitem(sys.modules, "msoffcrypto", None)
    assert rejection(data, password="春天") == ("encrypted", "password-reader")
