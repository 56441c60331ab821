"""The guards in front of the readers: what is let through, and the reason why the rest is not."""

from __future__ import annotations

import io
import os
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from xlcrm.filled_workbook import archive as guards
from xlcrm.filled_workbook import source
from xlcrm.filled_workbook.archive import Archive, open_archive
from xlcrm.filled_workbook.handed_over import handed_over
from xlcrm.filled_workbook.package import read_package
from xlcrm.filled_workbook.source import Rejected, read_source


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return buffer.getvalue()


def workbook() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("客户 & 记录")
    sheet.write("A1", "客户")
    book.add_chartsheet("图")
    hidden = book.add_worksheet("lists")
    hidden.very_hidden()
    book.define_name("渠道", "=lists!$A$1:$A$9")
    book.define_name("lists!own", "=lists!$B$2")
    book.set_custom_property("xlcrm_run", "abc")
    book.close()
    return buffer.getvalue()


def replaced(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    parts = open_archive(data).parts
    return zipped({name: change(old) if name == part else old for name, old in parts.items()})


def rejection(action: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Rejected) as caught:
        action()
    return caught.value.code, caught.value.detail


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512


@pytest.mark.parametrize(
    ("data", "code", "detail"),
    [
        (b"", "not-a-workbook", "empty"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted", "password"),
        (OLE + "Workbook".encode("utf-16-le"), "not-a-workbook", "xls"),
        (OLE + "WordDocument".encode("utf-16-le"), "not-a-workbook", "ole"),
        (b"\xef\xbb\xbf <html><table>", "not-a-workbook", "html"),
        (b"%PDF-1.7", "not-a-workbook", "pdf"),
        ("客户,日期\n".encode(), "not-a-workbook", "text"),
        (b"\0" * 4096, "not-a-workbook", "unknown"),
        (workbook()[:-30], "unreadable", "truncated"),
        (workbook()[:2000], "unreadable", "truncated"),
    ],
)
def test_other_files_are_named_for_what_they_are(data: bytes, code: str, detail: str) -> None:
    assert rejection(lambda: open_archive(data)) == (code, detail)


@pytest.mark.parametrize(
    ("parts", "detail"),
    [
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "ods"),
        ({"xl/workbook.bin": b"\x83\1"}, "xlsb"),
        ({"word/document.xml": b"<document/>"}, "zip"),
        ({"xl/workbook.xml": b"<document/>"}, "zip"),
    ],
)
def test_other_zip_files_are_no_workbooks(parts: dict[str, bytes], detail: str) -> None:
    archive = open_archive(zipped(parts))
    assert rejection(lambda: read_package(archive)) == ("not-a-workbook", detail)


def test_every_part_is_inflated_and_found_whatever_its_case() -> None:
    archive = open_archive(zipped({"xl/A.xml": b"<a/>", "folder/": b"", "xl\\b.xml": b"<b/>"}))
    assert dict(archive.parts) == {"xl/A.xml": b"<a/>", "xl/b.xml": b"<b/>"}
    assert archive.read("XL/a.XML") == b"<a/>"
    assert rejection(lambda: archive.read("xl/c.xml")) == ("unreadable", "missing-part")


def test_parts_that_nobody_asks_for_are_not_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped({"xl/a.xml": b"<a/>", "xl/bomb.xml": b"<a>" + b" " * 3_000_000})
    archive = open_archive(data, whole=False)
    assert archive.read("XL/a.XML") == b"<a/>"
    assert "xl/c.xml" not in archive
    assert rejection(lambda: archive.read("xl/bomb.xml")) == ("suspicious-archive", "inflate-ratio")
    monkeypatch.setattr(guards, "TOTAL_LIMIT", 6)
    two = open_archive(zipped({"a": b"1234", "b": b"1234"}), whole=False)
    assert two.read("a") == b"1234"
    assert rejection(lambda: two.read("b")) == ("too-large", "archive")


@pytest.mark.parametrize("name", ["/xl/a.xml", "xl/../../a.xml", "..", "C:/a.xml", "..\\a.xml"])
def test_names_that_lead_outside_are_refused(name: str) -> None:
    assert rejection(lambda: open_archive(zipped({name: b""}))) == (
        "suspicious-archive",
        "part-name",
    )


def test_two_parts_of_one_name_are_refused() -> None:
    data = zipped({"xl/a.xml": b"<a/>", "XL/A.xml": b"<b/>"})
    assert rejection(lambda: open_archive(data)) == ("suspicious-archive", "duplicate-part")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("prolog", ["", "<?xml version='1.0'?>\n", "<!-- <a> -->"])
@pytest.mark.parametrize("name", ["docProps/app.xml", "xl/sheet.data"])
def test_document_types_are_refused(encoding: str, prolog: str, name: str) -> None:
    content = f'{prolog}<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode(encoding)
    assert rejection(lambda: open_archive(zipped({name: content}))) == ("suspicious-archive", "dtd")


def test_a_document_type_in_quoted_text_is_none() -> None:
    content = b'<?xml version="1.0"?><a><!-- <!DOCTYPE --></a>'
    assert open_archive(zipped({"xl/a.xml": content})).parts["xl/a.xml"] == content


def test_a_sheet_in_utf_16_is_not_read_as_an_empty_one() -> None:
    data = zipped({"xl/worksheets/sheet1.xml": "<worksheet/>".encode("utf-16")})
    assert rejection(lambda: open_archive(data)) == ("unreadable", "encoding")


def test_a_bomb_is_refused_by_its_ratio_not_by_what_it_states() -> None:
    bomb = zipped({"xl/a.xml": b"<a>" + b" " * 3_000_000})
    assert rejection(lambda: open_archive(bomb)) == ("suspicious-archive", "inflate-ratio")
    liar = with_stated_size(bomb, 100)
    assert rejection(lambda: open_archive(liar)) == ("suspicious-archive", "inflate-ratio")
    small = zipped({"xl/a.xml": b"<a>" + b" " * 1_000_000})
    assert len(open_archive(small).read("xl/a.xml")) == 1_000_003


def test_a_wrong_stated_size_is_refused() -> None:
    data = with_stated_size(zipped({"xl/a.xml": b"<a/>"}), 2**31)
    assert rejection(lambda: open_archive(data)) == ("suspicious-archive", "stated-size")


def with_stated_size(data: bytes, size: int) -> bytes:
    """The archive with another uncompressed size in its central directory."""
    at = data.rindex(b"PK\x01\x02") + 24
    return data[:at] + struct.pack("<I", size) + data[at + 4 :]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_sizes_and_counts_are_limited(method: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped({f"xl/{number}.bin": os.urandom(600) for number in range(5)}, method)
    assert len(open_archive(data).parts) == 5
    for limit, value, detail in (
        ("PART_LIMIT", 599, "part"),
        ("TOTAL_LIMIT", 2_999, "archive"),
        ("PART_COUNT_LIMIT", 4, "part-count"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(guards, limit, value)
            assert rejection(lambda: open_archive(data)) == ("too-large", detail)


def test_damage_is_seen() -> None:
    plain = zipped({"xl/a.xml": b"<a>12345</a>"}, zipfile.ZIP_STORED)
    flipped = plain.replace(b"12345", b"12346")
    assert rejection(lambda: open_archive(flipped)) == ("unreadable", "checksum")
    bzip = zipped({"xl/a.xml": b"<a/>"}, zipfile.ZIP_BZIP2)
    assert rejection(lambda: open_archive(bzip)) == ("unreadable", "compression")
    packed = zipped({"xl/a.xml": b"<a/>" * 99})
    at = packed.index(b"a.xml") + len("a.xml")
    torn = packed[:at] + b"\xff" * 9 + packed[at + 9 :]
    assert rejection(lambda: open_archive(torn)) == ("unreadable", "damaged")


def test_two_sheets_in_one_part_are_refused() -> None:
    """Read as often as it is named, one small part would fill all memory."""

    def named_again(xml: bytes) -> bytes:
        return xml.replace(b"</sheets>", b'<sheet name="b" sheetId="9" r:id="rId1"/></sheets>')

    data = replaced(workbook(), "xl/workbook.xml", named_again)
    refused = rejection(lambda: read_package(open_archive(data)))
    assert refused == ("suspicious-archive", "shared-part")


def test_what_is_handed_over_is_as_the_file_has_it() -> None:
    """Whole as another program sees it, at the usual places, wherever the file keeps its parts."""
    sheets = [b"<worksheet/>", "<worksheet>客户</worksheet>".encode()]
    parts = dict(open_archive(workbook()).parts)
    texts = parts["elsewhere/Texts.xml"] = parts.pop("xl/sharedStrings.xml")
    relations = parts["xl/_rels/workbook.xml.rels"]
    moved = relations.replace(b"sharedStrings.xml", b"../elsewhere/texts.xml")
    archive = Archive({**parts, "xl/_rels/workbook.xml.rels": moved})
    made = zipfile.ZipFile(io.BytesIO(handed_over(archive, read_package(archive), sheets)))
    assert made.testzip() is None
    assert made.read("xl/sharedStrings.xml") == texts
    assert made.read("xl/styles.xml") == parts["xl/styles.xml"]
    assert [made.read(f"xl/worksheets/sheet{n}.xml") for n in (1, 2)] == sheets


def test_the_package_tells_sheets_names_and_properties() -> None:
    package = read_package(open_archive(workbook()))
    assert [(s.name, s.hidden, s.part is None) for s in package.sheets] == [
        ("客户 & 记录", False, False),
        ("图", False, True),
        ("lists", True, False),
    ]
    assert package.sheets[2].names == {"own": "lists!$B$2"}
    assert package.names == {"渠道": "lists!$A$1:$A$9"}
    assert package.properties == {"xlcrm_run": "abc"}
    assert not package.has_macros
    assert not package.date1904


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-05-20T14:30:00Z", "2024-05-20T14:30:00+00:00"),
        ("2024-05-20T22:30:00+08:00", "2024-05-20T14:30:00+00:00"),
        ("2024-05-20T14:30:00", "2024-05-20T14:30:00+00:00"),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_time_of_saving_is_in_utc(written: str, read: str | None) -> None:
    def change(core: bytes) -> bytes:
        head, _, tail = core.partition(b"<dcterms:modified")
        return head + b"<dcterms:modified>" + written.encode() + tail[tail.index(b"</") :]

    archive = open_archive(replaced(workbook(), "docProps/core.xml", change))
    assert read_package(archive).modified == read


def test_macros_are_seen_and_broken_parts_named() -> None:
    parts = dict(open_archive(workbook()).parts)
    assert read_package(Archive({**parts, "xl/vbaProject.bin": b"\0"})).has_macros
    broken = Archive({**parts, "xl/workbook.xml": b"<workbook>"})
    assert rejection(lambda: read_package(broken)) == ("unreadable", "xml")
    parts["xl/_rels/workbook.xml.rels"] = b"<Relationships/>"
    assert rejection(lambda: read_package(Archive(parts))) == ("unreadable", "missing-part")


def test_a_file_is_read_once_with_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    path.write_bytes(b"abc")
    read = read_source(path)
    assert (read.data, read.size) == (b"abc", 3)
    assert read.sha256.startswith("ba7816bf")
    assert read.mtime_ns == path.stat().st_mtime_ns


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    assert rejection(lambda: read_source(tmp_path)) == ("unreadable", "not-a-regular-file")
    assert rejection(lambda: read_source(tmp_path / "none")) == ("unreadable", "missing")


@pytest.mark.skipif(sys.platform == "win32", reason="needs links and pipes")
@pytest.mark.parametrize("flags", [source._FLAGS, os.O_RDONLY])  # the second as on Windows
def test_links_and_pipes_are_not_read(
    flags: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_FLAGS", flags)
    (tmp_path / "file").write_bytes(b"abc")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        reason = rejection(lambda path=tmp_path / name: read_source(path))  # type: ignore[misc]
        assert reason == ("unreadable", "not-a-regular-file")


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as stream:
        stream.truncate(64 * 1024 * 1024 + 1)
    assert rejection(lambda: read_source(path)) == ("too-large", "file")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_forbidden_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "forbidden.xlsx"
    path.write_bytes(b"abc")
    path.chmod(0)
    assert rejection(lambda: read_source(path)) == ("unreadable", "permission")


def test_a_file_that_changes_while_read_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing.xlsx"
    path.write_bytes(b"abc")
    look = os.fstat

    def look_and_grow(descriptor: int) -> os.stat_result:
        seen = look(descriptor)
        with path.open("ab") as stream:
            stream.write(b"d")
        return seen

    monkeypatch.setattr("xlcrm.filled_workbook.source.os.fstat", look_and_grow)
    assert rejection(lambda: read_source(path)) == ("locked", "still-growing")
