"""Workbooks changed by chance, the same for the same number: what a fuzzer feeds the reader."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias

SAMPLES = Path(__file__).parents[1] / "sample_workbooks"

Parts: TypeAlias = dict[str, bytes]
Chance: TypeAlias = random.Random

_TOKEN = re.compile(rb"<[^>]*>|[^<]+")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_START = re.compile(rb"<(?:row|c|si|sheet|xf|definedName)\b")
_VALUES = (
    *(b"", b"0", b"-1", b"1", b"1.5", b"1e999", b"NaN", b"true", b"x", b"#REF!", b"2958466"),
    *(b"1048576", b"1048577", b"4294967296", b"9" * 5_000, b"A1", b"XFD1048576", b"ZZZZ1", b"A0"),
    *(b"A1:XFD1048576", b"s", b"e", b"str", b"inlineStr", b"d", b"rId1", b"../../x", b"_xD800_"),
    *(b"=1+1", b"&#65533;", b"&amp;", b"&x;", b"\xff\xfe", "客户".encode("gb18030"), b" " * 3_000),
)


def mutation(number: int) -> tuple[str, str, bytes]:
    """Return the kind of a mutation, the file it was made of, and the bytes that came of it."""
    chance = random.Random(number)
    path = chance.choice(_samples())
    kind = chance.choice(list(_KINDS))
    data = path.read_bytes()
    return kind, path.relative_to(SAMPLES).as_posix(), _KINDS[kind](data, chance)


@cache
def _samples() -> Sequence[Path]:
    """The workbooks that are archives, in the order of their paths."""
    return [path for path in sorted(SAMPLES.rglob("*.xls[xm]")) if zipfile.is_zipfile(path)]


def _flip(data: bytes, chance: Chance) -> bytes:
    """Change a few bytes."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(data: bytes, chance: Chance) -> bytes:
    """Lose a stretch, at the end or within."""
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.choice((len(data), chance.randrange(1, 5_000))) :]


def _put(data: bytes, chance: Chance) -> bytes:
    """Write a stretch of the file over another."""
    length = chance.randrange(1, min(4_000, len(data)))
    start, end = chance.randrange(len(data) - length), chance.randrange(len(data) - length)
    return data[:end] + data[start : start + length] + data[end + length :]


def _of_part(change: Callable[[bytes, Chance], bytes]) -> Callable[[bytes, Chance], bytes]:
    """Change one part that has content, mostly a sheet, and pack the archive anew."""

    def changed(data: bytes, chance: Chance) -> bytes:
        parts = _parts(data)
        sheets = [name for name in parts if "/worksheets/sheet" in name]
        name = chance.choice(sheets if chance.random() < 0.5 else list(parts))
        return _packed(parts | {name: change(parts[name], chance)})

    return changed


def _attribute(part: bytes, chance: Chance) -> bytes:
    """Give some attributes other values."""
    found = list(_ATTRIBUTE.finditer(part))
    for match in sorted(chance.sample(found, min(len(found), 3)), key=lambda m: -m.start()):
        value = chance.choice((*_VALUES, chance.choice(found)[2]))
        part = part[: match.start(2)] + value + part[match.end(2) :]
    return part


def _text(part: bytes, chance: Chance) -> bytes:
    """Give some elements another text."""
    tokens = _TOKEN.findall(part)
    texts = [n for n, token in enumerate(tokens) if not token.startswith(b"<")]
    for n in chance.sample(texts, min(len(texts), 3)):
        tokens[n] = chance.choice((*_VALUES, tokens[chance.choice(texts)]))
    return b"".join(tokens)


def _tag(part: bytes, chance: Chance) -> bytes:
    """Drop, repeat, move or rename some tags."""
    tokens = _TOKEN.findall(part)
    for _ in range(chance.randint(1, 4)):
        if not tokens:
            break
        n, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        match chance.randrange(4):
            case 0:
                del tokens[n]
            case 1:
                tokens.insert(other, tokens[n])
            case 2:
                tokens[n], tokens[other] = tokens[other], tokens[n]
            case 3:
                tokens[n] = tokens[n].replace(b"<c ", b"<row ").replace(b"<", b"<x:", 1)
    return b"".join(tokens)


def _element(part: bytes, chance: Chance) -> bytes:
    """Drop, repeat or move a stretch from the beginning of one element to that of another."""
    starts = [match.start() for match in _START.finditer(part)]
    if len(starts) < 3:
        return _tag(part, chance)
    first = chance.randrange(len(starts) - 1)
    start, end = starts[first], starts[min(len(starts) - 1, first + chance.randint(1, 40))]
    block = part[start:end]
    rest = part[:start] + part[end:] if chance.random() < 0.5 else part
    at = chance.choice(starts) if chance.random() < 0.7 else 0
    return rest if at == 0 or at > len(rest) else rest[:at] + block + rest[at:]


def _shuffle(data: bytes, chance: Chance) -> bytes:
    """Drop, swap, rename or repeat parts."""
    parts = _parts(data)
    one, other = chance.choice(list(parts)), chance.choice(list(parts))
    match chance.randrange(4):
        case 0:
            del parts[one]
        case 1:
            parts[one], parts[other] = parts[other], parts[one]
        case 2:
            parts[one.replace("1", "2") + "x"] = parts.pop(one)
        case 3:
            parts["xl/" + one] = parts[other]
    return _packed(parts)


def _parts(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        read = {name: archive.read(name) for name in archive.namelist()}
    return {name: content for name, content in read.items() if content}


def _packed(parts: Parts) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 1)
    return buffer.getvalue()


_KINDS: dict[str, Callable[[bytes, Chance], bytes]] = {
    "bytes of the file": _flip,
    "file cut": _cut,
    "stretch of the file": _put,
    "bytes of a part": _of_part(_flip),
    "part cut": _of_part(_cut),
    "attributes": _of_part(_attribute),
    "texts": _of_part(_text),
    "tags": _of_part(_tag),
    "elements": _of_part(_element),
    "parts": _shuffle,
}
