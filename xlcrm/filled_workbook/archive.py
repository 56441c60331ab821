"""A workbook's zip archive, inflated under guards before any reader gets the bytes."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from xlcrm.deflate import codec
from xlcrm.filled_workbook.guards import room
from xlcrm.filled_workbook.source import Rejected
from xlcrm.values import dataclass

# Measured on 4,148 real files: none of these refuses one of them.
PART_COUNT_LIMIT = 2_000
PART_LIMIT = 128 * 1024 * 1024
TOTAL_LIMIT = 256 * 1024 * 1024
RATIO_LIMIT = 200
RATIO_FREE = 1024 * 1024  # a part this small may be packed as tightly as it likes

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_LOCAL_HEADER = b"PK\x03\x04"
_END_RECORD = b"PK\x05\x06"
_DEFLATE = zipfile.ZIP_DEFLATED
_ENCRYPTED_FLAG = 1
_BEFORE_MARKUP = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"
_DTD = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
# A document type stands before the root element or nowhere.
_NO_DTD = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?[^>]*\?>\s*)*<[A-Za-z_]")
_UNSAFE_NAME = re.compile(r"/|[A-Za-z]:|(?:.*/)?\.\.(?:/|$)")


@dataclass(frozen=True, slots=True)
class Archive:
    """The parts by name, names with `/`; inflated, or to be when they are asked for."""

    parts: Mapping[str, bytes]

    def __contains__(self, name: str) -> bool:
        return self._find(name) is not None

    @property
    def may_have_notes(self) -> bool:
        """Whether any part may hold comments, by its name."""
        return any("comment" in name.lower() for name in self.parts)

    def read(self, name: str) -> bytes:
        """A part's bytes; the case of its name doesn't matter, as the format has it.

        Raises:
            Rejected: unreadable (missing-part).
        """
        content = self._find(name)
        if content is None:
            raise Rejected("unreadable", "missing-part")
        return content

    def _find(self, name: str) -> bytes | None:
        content = self.parts.get(name)
        if content is not None:
            return content
        folded = name.casefold()
        return next((self.parts[key] for key in self.parts if key.casefold() == folded), None)


def checksum(content: bytes) -> int:
    """Return the CRC-32 of a part, by which an archive knows that it is whole."""
    return int(codec.crc32(content))


class _Parts(Mapping[str, bytes]):
    """The parts of an archive, each inflated once, when it is first asked for."""

    def __init__(self, data: bytes, entries: Mapping[str, zipfile.ZipInfo]) -> None:
        self._data, self._entries = data, entries
        self._inflated: dict[str, bytes] = {}
        self._left = TOTAL_LIMIT * room()

    def __getitem__(self, name: str) -> bytes:
        if name not in self._inflated:
            content = _inflate(self._data, self._entries[name], self._left)
            self._left -= len(content)
            _refuse_markup(name, content)
            self._inflated[name] = content
        return self._inflated[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def open_archive(data: bytes, *, whole: bool = True) -> Archive:
    """Inflate every part once, trusting no size that the archive states; where the ``whole`` is
    not wanted, those alone that are asked for, when they are.

    Raises:
        Rejected: not-a-workbook (empty, xls, ole, html, pdf, text, unknown), encrypted,
            unreadable (truncated, damaged, checksum, compression, encoding), too-large
            (part-count, part, archive), suspicious-archive (inflate-ratio, stated-size,
            duplicate-part, part-name, dtd).
    """
    _refuse_other_formats(data)
    parts = _Parts(data, dict(_checked_names(_directory(data))))
    return Archive(dict(parts) if whole else parts)


def _refuse_other_formats(data: bytes) -> None:
    if data.startswith((_LOCAL_HEADER, _END_RECORD)):
        return
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Rejected("encrypted", "password")
        old = any(name.encode("utf-16-le") in data for name in ("Workbook", "Book"))
        raise Rejected("not-a-workbook", "xls" if old else "ole")
    start = data[:1024].lstrip(_BEFORE_MARKUP).lower()
    if not data:
        kind = "empty"
    elif start.startswith(b"%pdf"):
        kind = "pdf"
    elif start.startswith(b"<"):
        kind = "html"
    else:
        kind = "unknown" if b"\0" in data[:1024] else "text"
    raise Rejected("not-a-workbook", kind)


def _directory(data: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
        detail = "damaged" if _END_RECORD in data else "truncated"
        raise Rejected("unreadable", detail) from error
    if len(entries) > PART_COUNT_LIMIT:
        raise Rejected("too-large", "part-count")
    return entries


def _checked_names(entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if _UNSAFE_NAME.match(name):
            raise Rejected("suspicious-archive", "part-name")
        if name.casefold() in seen:
            raise Rejected("suspicious-archive", "duplicate-part")
        seen.add(name.casefold())
        if not name.endswith("/"):
            yield name, entry


def _inflate(data: bytes, entry: zipfile.ZipInfo, left: int) -> bytes:
    if entry.flag_bits & _ENCRYPTED_FLAG:
        raise Rejected("encrypted", "password")
    packed = _packed(data, entry)
    limit = PART_LIMIT * room()
    if entry.compress_type == zipfile.ZIP_STORED:
        content = packed
    elif entry.compress_type == _DEFLATE:
        content = _inflate_within(packed, min(limit, left))
    else:
        raise Rejected("unreadable", "compression")
    if len(content) > min(limit, left):
        raise Rejected("too-large", "part" if len(content) > limit else "archive")
    if checksum(content) != entry.CRC:
        raise Rejected("unreadable", "checksum")
    if len(content) != entry.file_size:
        # The reader that follows reserves memory by this number.
        raise Rejected("suspicious-archive", "stated-size")
    return content


def _packed(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    start = entry.header_offset
    header = data[start : start + 30]
    if len(header) < 30 or not header.startswith(_LOCAL_HEADER):
        raise Rejected("unreadable", "damaged")
    name_length, extra_length = struct.unpack("<HH", header[26:])
    start += 30 + name_length + extra_length
    packed = data[start : start + entry.compress_size]
    if len(packed) < entry.compress_size:
        raise Rejected("unreadable", "truncated")
    return packed


def _inflate_within(packed: bytes, limit: int) -> bytes:
    """Inflate to at most one byte more than the limit, or to the ratio's."""
    ratio_limit = max(RATIO_FREE, RATIO_LIMIT * len(packed))
    inflater = codec.decompressobj(-zlib.MAX_WBITS)
    try:
        content: bytes = inflater.decompress(packed, min(limit, ratio_limit) + 1)
    except codec.error as error:
        raise Rejected("unreadable", "damaged") from error
    if len(content) > ratio_limit:
        raise Rejected("suspicious-archive", "inflate-ratio")
    if len(content) <= limit and not inflater.eof:
        raise Rejected("unreadable", "truncated")
    return content


def _refuse_markup(name: str, content: bytes) -> None:
    if _NO_DTD.match(content) or not content[:64].lstrip(_BEFORE_MARKUP).startswith(b"<"):
        return
    if any(mark in content for mark in _DTD):
        raise Rejected("suspicious-archive", "dtd")
    if b"\0" in content[:4] and name.startswith("xl/"):
        # calamine takes a UTF-16 sheet for an empty one and says nothing.
        raise Rejected("unreadable", "encoding")
