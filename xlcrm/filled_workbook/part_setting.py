"""One part of a zip archive replaced, all others copied as they lie there, byte by byte."""

from __future__ import annotations

import struct
import zlib

from xlcrm.filled_workbook.cell_setting import UnfitError

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END_MARK, _ENTRY_MARK, _LOCAL_MARK = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8
_DESCRIBED = 8  # the flag of an entry whose sizes follow it
_ZIP64 = 0xFFFFFFFF


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """Return an archive in which the part ``name`` holds something else, packed the same way.

    Raises UnfitError for an archive that is divided, larger than 4 GiB or laid out unusually.
    """
    at = data.rfind(_END_MARK)
    if at < 0 or at + _END.size > len(data):
        raise UnfitError("archive")
    _, disk, first, here, count, size, start, _ = _END.unpack_from(data, at)
    if disk or first or here != count or start + size != at or start == _ZIP64:
        raise UnfitError("archive")
    entries = _entries(data[start:at], count)
    if [named for _, named, _ in entries].count(name.encode()) != 1:
        raise UnfitError("archive")
    ends = sorted([*(each[-1] for each, _, _ in entries), start])
    body, directory = bytearray(), bytearray()
    for fields, named, rest in sorted(entries, key=lambda each: each[0][-1]):
        offset = fields[-1]
        piece = data[offset : ends[ends.index(offset) + 1]]
        if not piece.startswith(_LOCAL_MARK):
            raise UnfitError("archive")
        if named == name.encode():
            piece, fields = _packed(piece, fields, content)
        fields = (*fields[:-1], len(body))
        body += piece
        directory += _ENTRY.pack(*fields) + named + rest
    comment = data[at + _END.size :]
    end = _END.pack(_END_MARK, 0, 0, count, count, len(directory), len(body), len(comment))
    return bytes(body + directory) + end + comment


Fields = tuple[int, ...]


def _entries(data: bytes, count: int) -> list[tuple[Fields, bytes, bytes]]:
    """Return the entries of a directory: their fields, the last of them where each lies, their
    names, and what follows these."""
    found, at = [], 0
    for _ in range(count):
        fields = _ENTRY.unpack_from(data, at)
        lengths = fields[10:13]
        name, end = at + _ENTRY.size + lengths[0], at + _ENTRY.size + sum(lengths)
        if fields[0] != _ENTRY_MARK or end > len(data) or _ZIP64 in fields[8:10]:
            raise UnfitError("archive")
        found.append((fields, data[at + _ENTRY.size : name], data[name:end]))
        at = end
    if at != len(data):
        raise UnfitError("archive")
    return found


def _packed(piece: bytes, fields: Fields, content: bytes) -> tuple[bytes, Fields]:
    """Return a part with other content, and the fields of its entry."""
    mark, version, flags, method, *rest = _LOCAL.unpack_from(piece)
    if method not in (_STORED, _DEFLATED):
        raise UnfitError("method")
    packer = zlib.compressobj(level=6, wbits=-zlib.MAX_WBITS)
    data = packer.compress(content) + packer.flush() if method else content
    flags &= ~_DESCRIBED
    sizes = zlib.crc32(content), len(data), len(content)
    time, day, _, _, _, name, _ = rest
    head = _LOCAL.pack(mark, version, flags, method, time, day, *sizes, name, 0)
    named = piece[_LOCAL.size : _LOCAL.size + name]
    said = (*fields[:3], flags, *fields[4:7], *sizes, *fields[10:])
    return head + named + data, said
