"""Files that are no archive, and archives that are broken or set as traps."""

from __future__ import annotations

import gzip
import random
import zipfile
import zlib

import making
from making import BOOK, SHEET, Case, bad, doubled, good, having, listed, of, put, raw, zipped

_OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504
_HTML = "<html><table><tr><td>记录ID</td><td>J001</td></tr></table></html>"
_XML = '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
_NO_END = b"PK\5\6" + b"\0" * 18
_MB = 1024 * 1024


def _stream(name: str) -> bytes:
    return _OLE + name.encode("utf-16-le") + random.Random(5).randbytes(4000)


def _repeating(size: int, ratio: int) -> bytes:
    """Bytes that are packed about so many times."""
    block = random.Random(7).randbytes(64)
    return (block + b"\0" * 64 * (ratio // 2))[: 64 * ratio // 2] * (size // (64 * ratio // 2))


def _many(count: int) -> making.Make:
    return doubled((f"xl/media/{n}.bin", b"") for n in range(count))


def _nested(parts: making.Parts) -> bytes:
    inner = zipped({"a.bin": b"\0" * 20 * _MB}, level=9)
    for _ in range(3):
        inner = zipped({f"{n}.zip": inner for n in range(8)}, zipfile.ZIP_STORED)
    return having(put("xl/media/bomb.zip", inner))(parts)


def _overlapping(parts: making.Parts) -> bytes:
    """Two entries of the directory for the same bytes."""
    data = zipped(parts)
    at = making.directory_at(data, SHEET)
    length = 46 + len(SHEET)
    entry = data[at : at + length].replace(b"sheet2.xml", b"sheet9.xml")
    end = data.rindex(b"PK\5\6")
    count, size = len(parts) + 1, end - data.index(b"PK\1\2") + length
    counts = count.to_bytes(2, "little") * 2 + size.to_bytes(4, "little")
    return data[:end] + entry + data[end : end + 8] + counts + data[end + 16 :]


def _cut_inside(parts: making.Parts) -> bytes:
    """A part whose packed bytes stop early, in an archive that is whole."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(parts[SHEET]) + packer.flush(zlib.Z_SYNC_FLUSH)
    data = zipped(parts)
    at = data.index(SHEET.encode()) + len(SHEET)
    return data[:at] + packed[:100] + b"\0" * 200 + data[at + 300 :]


def _damaged(parts: making.Parts) -> bytes:
    data = zipped(parts)
    at = data.index(SHEET.encode()) + len(SHEET) + 500
    return data[:at] + b"\xff" * 64 + data[at + 64 :]


NO_ARCHIVES = [
    bad("kind/empty.xlsx", of(b""), "not-a-workbook"),
    bad("kind/one byte.xlsx", of(b"P"), "not-a-workbook"),
    bad("kind/zeros.xlsx", of(b"\0" * 4096), "not-a-workbook"),
    bad("kind/random.xlsx", of(random.Random(1).randbytes(9000)), "not-a-workbook"),
    bad("kind/html.xlsx", of(_HTML.encode()), "not-a-workbook"),
    bad("kind/html utf-16.xlsx", of(_HTML.encode("utf-16")), "not-a-workbook"),
    bad("kind/html.xls", of(_HTML.encode("gb18030")), "not-a-workbook"),
    bad("kind/xml 2003.xls", of(_XML.encode()), "not-a-workbook"),
    bad("kind/pdf.xlsx", of(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), "not-a-workbook"),
    bad("kind/csv.xlsx", of("记录ID,客户名称\nJ001,星辰\n".encode()), "not-a-workbook"),
    bad("kind/rtf.xlsx", of(rb"{\rtf1\ansi J001}"), "not-a-workbook"),
    bad("kind/png.xlsx", of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "not-a-workbook"),
    bad("kind/program.xlsx", of(b"MZ\x90\0\3\0\0\0\4\0"), "not-a-workbook"),
    bad("kind/json.xlsx", of(b'{"rows": [["J001"]]}'), "not-a-workbook"),
    bad("kind/gzip.xlsx", of(gzip.compress(b"J001", mtime=0)), "not-a-workbook"),
    bad("kind/ole header.xlsx", of(_OLE[:8]), "not-a-workbook"),
    bad("kind/ole.xlsx", of(_OLE), "not-a-workbook"),
    bad("kind/ole word.xlsx", of(_stream("WordDocument")), "not-a-workbook"),
    bad("kind/ole workbook.xls", of(_stream("Workbook")), "not-a-workbook"),
    bad("kind/ole book.et", of(_stream("Book")), "not-a-workbook"),
    bad("kind/encrypted garbage.xlsx", of(_stream("EncryptedPackage")), "encrypted"),
    bad("kind/zip.xlsb", of(zipped({"a.txt": b"a"})), "not-a-workbook"),
    bad("kind/zip of a workbook.xlsx", lambda p: zipped({"a.xlsx": zipped(p)}), "not-a-workbook"),
    bad("kind/docx.xlsx", of(zipped({"word/document.xml": b"<d/>"})), "not-a-workbook"),
    bad("kind/zip without parts.xlsx", of(_NO_END), "not-a-workbook"),
    bad("kind/other format.numbers", of(b"PK\3\4"), "not-a-workbook"),
    good("kind/a workbook.xls", raw(bytes)),
    good("kind/a workbook.csv", raw(bytes)),
    good("kind/a workbook.ods", raw(bytes)),
]

ARCHIVES = [
    *(
        bad(
            f"zip/cut at {share} percent.xlsx",
            raw(lambda d, s=share: d[: len(d) * s // 100]),
            "unreadable",
        )
        for share in (1, 10, 50, 90, 99)
    ),
    bad("zip/cut in its last record.xlsx", raw(lambda d: d[:-5]), "unreadable"),
    bad("zip/without its first bytes.xlsx", raw(lambda d: d[100:]), "not-a-workbook"),
    bad("zip/behind other bytes.xlsx", raw(lambda d: b"MZ" * 50 + d), "not-a-workbook"),
    good("zip/with bytes behind.xlsx", raw(lambda d: d + b"\0" * 99)),
    bad("zip/with many bytes behind.xlsx", raw(lambda d: d + b"\0" * 99_999), "unreadable"),
    bad(
        "zip/its middle of zeros.xlsx",
        raw(lambda d: d[:900] + b"\0" * 9000 + d[9900:]),
        "unreadable",
    ),
    bad(
        "zip/directory elsewhere.xlsx",
        raw(lambda d: making.with_bytes(d, len(d) - 6, b"\xf0\xff\xff\x7f")),
        "unreadable",
    ),
    good(
        "zip/fewer entries.xlsx",
        raw(lambda d: making.with_bytes(d, len(d) - 14, b"\3\0\3\0")),
    ),
    bad("zip/wrong checksum of a sheet.xlsx", listed(SHEET, 16, "<I", 1), "unreadable"),
    bad("zip/wrong checksum of the book.xlsx", listed(BOOK, 16, "<I", 1), "unreadable"),
    bad("zip/states too much.xlsx", listed(SHEET, 24, "<I", 2**31), "suspicious-archive"),
    bad("zip/states too little.xlsx", listed(SHEET, 24, "<I", 9), "suspicious-archive"),
    bad("zip/packed beyond its end.xlsx", listed(SHEET, 20, "<I", 2**31), "unreadable"),
    bad("zip/begins beyond its end.xlsx", listed(SHEET, 42, "<I", 2**31), "unreadable"),
    bad("zip/begins elsewhere.xlsx", listed(SHEET, 42, "<I", 1), "unreadable"),
    bad("zip/part with a password.xlsx", listed(SHEET, 8, "<H", 1), "encrypted"),
    bad("zip/unknown method.xlsx", listed(SHEET, 10, "<H", 99), "unreadable"),
    bad("zip/bzip2.xlsx", lambda p: zipped(p, zipfile.ZIP_BZIP2), "unreadable"),
    bad("zip/lzma.xlsx", lambda p: zipped(p, zipfile.ZIP_LZMA), "unreadable"),
    good("zip/stored.xlsx", lambda p: zipped(p, zipfile.ZIP_STORED)),
    bad("zip/part damaged.xlsx", _damaged, "unreadable"),
    bad("zip/part cut.xlsx", _cut_inside, "unreadable"),
    bad(
        "zip/bomb in a sheet.xlsx",
        having(making.after_rows(f"<!--{' ' * 30 * _MB}-->")),
        "suspicious-archive",
    ),
    bad(
        "zip/bomb beside.xlsx",
        having(put("xl/media/a.bin", b"\0" * 50 * _MB)),
        "suspicious-archive",
    ),
    bad("zip/large part.xlsx", having(put("a.bin", _repeating(129 * _MB, 90))), "too-large"),
    bad(
        "zip/large parts.xlsx",
        having(*(put(f"{n}.bin", _repeating(90 * _MB, 90)) for n in range(3))),
        "too-large",
    ),
    good("zip/archives in archives.xlsx", _nested),
    bad("zip/many parts.xlsx", _many(2_000), "too-large"),
    good("zip/rather many parts.xlsx", _many(1_900)),
    bad("zip/a part twice.xlsx", doubled([(SHEET, b"<worksheet/>")]), "suspicious-archive"),
    bad("zip/a part twice by case.xlsx", doubled([(SHEET.upper(), b"")]), "suspicious-archive"),
    good("zip/two names for the same bytes.xlsx", _overlapping),
    *(
        bad(f"zip/outside {n}.xlsx", doubled([(name, b"EVILMARK")]), "suspicious-archive")
        for n, name in enumerate(
            ("../evil.xml", "/etc/evil", "C:/evil", "xl\\..\\..\\evil", "xl/../../evil", "..")
        )
    ),
    good("zip/folders among parts.xlsx", doubled([("xl/worksheets/", b""), ("a/", b"")])),
    good("zip/odd names.xlsx", doubled([("a\x1b[31m\u202e.xml", b""), ("\U0001f600", b"")])),
]

CASES: list[Case] = NO_ARCHIVES + ARCHIVES
