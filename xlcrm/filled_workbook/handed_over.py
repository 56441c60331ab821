"""The archive that the reader of cells gets: made of parts that were inflated and looked through.

What the file's own archive says twice or otherwise, no second reader sees; and what it would have
to inflate again, or has no use for, it is spared.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence

from xlcrm.filled_workbook.archive import Archive, checksum
from xlcrm.filled_workbook.package import Package

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION, _DAY = 20, 0x21  # the oldest version of the format, and its first day
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def handed_over(
    archive: Archive, package: Package, sheets: Sequence[bytes], *, with_texts: bool = True
) -> bytes:
    """Return a workbook of some worksheets, in their order, with what their cells need: shared
    texts if they have some, number formats, and how days are counted."""
    usual = {"sharedStrings": package.shared_strings} if with_texts else {}
    usual["styles"] = package.styles
    return stored(dict(_parts(archive, package.date1904, sheets, usual)))


def _parts(
    archive: Archive, date1904: bool, sheets: Sequence[bytes], usual: Mapping[str, str | None]
) -> Iterator[tuple[str, bytes]]:
    needed = {kind: part or _place(kind) for kind, part in usual.items()}
    needed = {kind: part for kind, part in needed.items() if part in archive}
    relations = "".join(
        [_relation(kind, kind, _place(kind)) for kind in needed]
        + [_relation(f"r{n}", "worksheet", _sheet(n)) for n, _ in enumerate(sheets, 1)]
    )
    listed = "".join(
        f'<sheet name="{n}" sheetId="{n}" r:id="r{n}"/>' for n, _ in enumerate(sheets, 1)
    )
    counted = ' date1904="1"' if date1904 else ""
    yield "[Content_Types].xml", b"<Types/>"
    yield "_rels/.rels", _rels(_relation("r", "officeDocument", "xl/workbook.xml"))
    yield "xl/_rels/workbook.xml.rels", _rels(relations)
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_KINDS}"><workbookPr{counted}/>'
        f"<sheets>{listed}</sheets></workbook>".encode(),
    )
    for kind, part in needed.items():
        yield _place(kind), archive.read(part)
    for n, xml in enumerate(sheets, 1):
        yield _sheet(n), xml


def _place(kind: str) -> str:
    return f"xl/{kind}.xml"


def _sheet(number: int) -> str:
    return f"xl/worksheets/sheet{number}.xml"


def _relation(key: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{key}" Type="{_KINDS}/{kind}" Target="/{target}"/>'


def _rels(relations: str) -> bytes:
    return f'<Relationships xmlns="{_RELATIONS}">{relations}</Relationships>'.encode()


def stored(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of parts as they are: the standard library's costs as much as reading
    half of a small workbook."""
    files, directory = list[bytes](), list[bytes]()
    start = 0
    for name, content in parts.items():
        size, called = len(content), name.encode()
        about = (0, _DAY, checksum(content), size, size, len(called), 0)
        files += [_LOCAL.pack(b"PK\3\4", _VERSION, 0, 0, *about), called, content]
        directory.append(
            _CENTRAL.pack(b"PK\1\2", _VERSION, _VERSION, 0, 0, *about, 0, 0, 0, 0, start)
        )
        directory.append(called)
        start += _LOCAL.size + len(called) + size
    count, length = len(parts), sum(map(len, directory))
    end = _END.pack(b"PK\5\6", 0, 0, count, count, length, start, 0)
    return b"".join([*files, *directory, end])
