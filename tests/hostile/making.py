"""Makes hostile and broken workbooks out of a good one of ours, by changing one thing in it.

The workbook has a communication log with three good rows in rows 4 to 6: 记录ID in A, 沟通日期 in
C, 沟通方式 in D, 关键内容记录 in G, 客户名称 in J.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import os
import re
import struct
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

TABLE = "communication_log"
SHEET = "xl/worksheets/sheet2.xml"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
BOOK = "xl/workbook.xml"
BOOK_RELS = "xl/_rels/workbook.xml.rels"
ROOT_RELS = "_rels/.rels"
TYPES = "[Content_Types].xml"
CORE = "docProps/core.xml"
CUSTOM = "docProps/custom.xml"
EVIL = "EVILMARK"  # stands in every formula, link and macro of a case
# The file whose content must turn up nowhere; the tests put it there.
SECRET = Path(tempfile.gettempdir(), f"xlcrm-secret-{os.getpid()}.txt")
_IDS = "J900"
GOOD_ROWS = 3

Parts: TypeAlias = dict[str, bytes]
Make: TypeAlias = Callable[[Parts], bytes]
Change: TypeAlias = Callable[[Parts], object]


@dataclass(frozen=True)
class Case:
    """A file and what must become of it: ``status`` and ``reason`` of the merge's document, how
    many of its rows are merged, and codes of findings it must have, each with its cell if any.

    ``file`` is its path below the folder, as the bytes of a POSIX system where it is no text;
    ``listed`` how that is named. ``write`` is used in place of ``make`` for what is no plain file.
    """

    file: str | bytes
    make: Make | None = None
    status: str = "merged"
    reason: str | None = None
    rows: int = GOOD_ROWS
    found: tuple[str, ...] = ()
    listed: str = ""
    write: Callable[[Path], None] | None = None

    @property
    def path(self) -> str:
        return self.listed or str(self.file)


@functools.cache
def good_parts() -> dict[str, bytes]:
    """The parts of our own workbook; don't change them."""
    spec = load_spec()
    rows = [
        {
            "record_id": f"{_IDS}{n}",
            "customer_name": "星辰科技",
            "date": f"2024-05-1{n}",
            "channel": "电话",
            "content": f"客户要求5月底前提交第{n}份方案",
        }
        for n in range(1, GOOD_ROWS + 1)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.xlsx")
        saved = dt.datetime(2024, 5, 20)
        tables = [spec.tables[TABLE]]
        write_workbook(path, tables, spec, "zh", created=saved, records={TABLE: rows})
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def parts_of(number: int) -> Parts:
    """The parts of a good workbook whose ids are its own."""
    parts = dict(good_parts())
    parts[STRINGS] = parts[STRINGS].replace(_IDS.encode(), b"J%d" % (1000 + number))
    return parts


def zipped(parts: Parts, method: int = zipfile.ZIP_DEFLATED, level: int = 1) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, method, level)
    return buffer.getvalue()


def having(*changes: Change) -> Make:
    """The workbook after changes to its parts."""

    def make(parts: Parts) -> bytes:
        for change in changes:
            change(parts)
        return zipped(parts)

    return make


def raw(change: Callable[[bytes], bytes]) -> Make:
    """The workbook's file after a change to its bytes."""
    return lambda parts: change(zipped(parts))


def of(data: bytes) -> Make:
    """A file of other bytes."""
    return lambda _: data


def drop(name: str) -> Change:
    return lambda parts: parts.pop(name)


def put(name: str, content: bytes | str) -> Change:
    """Add a part, or replace it."""
    data = content.encode() if isinstance(content, str) else content
    return lambda parts: parts.update({name: data})


def sub(name: str, old: str, new: str | bytes) -> Change:
    """Replace what stands once or more in a part; it must be there."""
    to = new.encode() if isinstance(new, str) else new

    def change(parts: Parts) -> None:
        assert old.encode() in parts[name], (name, old)
        parts[name] = parts[name].replace(old.encode(), to)

    return change


def edit(name: str, change: Callable[[bytes], bytes]) -> Change:
    """Change the whole of a part."""
    return lambda parts: parts.update({name: change(parts[name])})


def cell(address: str, xml: str) -> Change:
    """Put XML in the place of a cell of the log, or at the end of its row."""
    return edit(SHEET, lambda sheet: _with_cell(sheet, address, xml.encode()))


def _with_cell(sheet: bytes, address: str, xml: bytes) -> bytes:
    found = re.search(rb'<c r="%s"[^>]*?(/>|>.*?</c>)' % address.encode(), sheet)
    if found:
        return sheet[: found.start()] + xml + sheet[found.end() :]
    number = re.sub("[A-Z]", "", address).encode()
    row = re.search(rb'<row r="%s"[^>]*>.*?(?=</row>)' % number, sheet)
    assert row, address
    return sheet[: row.end()] + xml + sheet[row.end() :]


def text(address: str, value: str) -> Change:
    """Type a text into a cell of the log; it stands as XML has it."""
    kind = f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
    return cell(address, kind)


def number(address: str, value: str, attributes: str = "") -> Change:
    return cell(address, f'<c r="{address}" {attributes}><v>{value}</v></c>')


def rows(xml: str) -> Change:
    """Add XML at the end of the log's rows."""
    return sub(SHEET, "</sheetData>", f"{xml}</sheetData>")


def after_rows(xml: str) -> Change:
    """Add XML behind the log's rows."""
    return sub(SHEET, "</sheetData>", f"</sheetData>{xml}")


def relation(kind: str, target: str, mode: str = "") -> Change:
    """Relate another part, or a place elsewhere, to the workbook."""
    family = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    said = f'<Relationship Id="rIdX" Type="{family}/{kind}" Target="{target}" {mode}/>'
    return sub(BOOK_RELS, "</Relationships>", f"{said}</Relationships>")


def before_root(xml: str) -> Callable[[bytes], bytes]:
    """Put XML between a part's declaration and its root."""
    return lambda part: part.replace(b"?>", b"?>" + xml.encode(), 1)


def encoded(encoding: str, declared: str = "") -> Callable[[bytes], bytes]:
    """Write a part in another encoding, and say so, or say what is wrong."""
    said = declared or encoding
    return lambda part: part.decode().replace("UTF-8", said, 1).encode(encoding)


def strict(parts: Parts) -> None:
    """Make it a Strict workbook."""
    family = b"http://schemas.openxmlformats.org/"
    pairs = {
        family + b"spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        family + b"officeDocument/2006/relationships": (
            b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }
    for name in parts:
        for old, new in pairs.items():
            parts[name] = parts[name].replace(old, new)


def directory_at(data: bytes, name: str) -> int:
    """Where the central directory's entry of a part begins."""
    return data.index(b"PK\x01\x02", data.rindex(name.encode()) - 46)


def with_bytes(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def listed(name: str, offset: int, layout: str, value: int) -> Make:
    """The workbook with another number in the central directory's entry of a part."""

    def change(data: bytes) -> bytes:
        return with_bytes(data, directory_at(data, name) + offset, struct.pack(layout, value))

    return raw(change)


def doubled(entries: Iterable[tuple[str, bytes]]) -> Make:
    """The workbook with more entries behind its own, whatever their names."""

    def make(parts: Parts) -> bytes:
        buffer = io.BytesIO(zipped(parts))
        with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(buffer, "a") as archive:
            for name, content in entries:
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        return buffer.getvalue()

    return make


def bad(file: str, make: Make, reason: str) -> Case:
    """A case that must be rejected whole."""
    return Case(file, make, "rejected", reason, 0)


def good(file: str, make: Make, *found: str, rows: int = GOOD_ROWS) -> Case:
    """A case that must be merged, with so many of its rows."""
    return Case(file, make, rows=rows, found=found)
