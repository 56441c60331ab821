"""Cells of a row set to a text or to nothing in a sheet's XML, the rest left as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from html import escape

from xlcrm.records import address
from xlcrm.values import dataclass

_TAG = re.compile(
    rb"<(/?)((?:[\w.-]+:)?)([\w.-]+)"
    rb"((?:\s+[\w.:-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*(/?)>"
)
_ATTRIBUTE = re.compile(rb"([\w.:-]+)\s*=\s*[\"']([^\"']*)[\"']")
_DECLARED = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*encoding=[\"'](?i:utf-?8)[\"'][^>]*\?>)?"
)
_PLACE = re.compile(rb"([A-Z]{1,3})([1-9][0-9]{0,6})")
_BOX = re.compile(rb"([A-Z]{1,3})([1-9][0-9]{0,6})(?::([A-Z]{1,3})([1-9][0-9]{0,6}))?")
_SPANS = re.compile(rb"\s+spans\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_UNWRITABLE = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|_x[0-9A-Fa-f]{4}_")
_APART = frozenset([b"tableParts"])  # a table of Excel's knows which rows it has

_Splice = tuple[int, int, bytes]


class UnfitError(Exception):
    """A workbook that is not quite as expected, and stays as it is."""


@dataclass
class _Row:
    """A row: its number and attributes, where its tag lies, where its cells end, and each by its
    column, with its first and last byte and its style."""

    number: int
    said: dict[bytes, bytes]
    tag: tuple[int, int]
    end: int
    cells: dict[int, tuple[int, int, bytes | None]] = field(default_factory=dict)


@dataclass
class _Sheet:
    prefix: bytes
    rows: list[_Row]
    end: int
    styles: dict[int, bytes]
    dimension: tuple[int, int, bytes] | None


def with_cells(xml: bytes, row: int, texts: Mapping[int, str]) -> bytes:
    """Return a sheet with texts in cells of a row, by zero-based column; a blank one empties its
    cell. A cell keeps its style, a new one has that of its row or column.

    Raises UnfitError where the XML is written otherwise than spreadsheet programs do.
    """
    if any(map(_UNWRITABLE.search, texts.values())):
        raise UnfitError("text")
    sheet = _sheet(xml)
    splices = [*_dimension(sheet, row, texts), *_row(xml, sheet, row, texts)]
    for start, end, new in sorted(splices, reverse=True):
        xml = xml[:start] + new + xml[end:]
    return xml


def _sheet(xml: bytes) -> _Sheet:
    """Return where rows and cells lie; every tag of the sheet is looked at."""
    declared = _DECLARED.match(xml)
    begin = declared.end() if declared else 0
    tags = list(_TAG.finditer(xml, begin))
    if len(tags) != xml.count(b"<", begin) or b"<!" in xml:
        raise UnfitError("xml")
    names = [tag[3] for tag in tags]
    if names.count(b"sheetData") != 2 or _APART.intersection(names):
        raise UnfitError("table")
    first = names.index(b"sheetData")
    last = names.index(b"sheetData", first + 1)
    sheet = _Sheet(tags[first][2], [], tags[last].start(), {}, None)
    for tag in tags[:first]:
        _add_column(sheet, tag)
    for tag in tags[first + 1 : last]:
        _add_cell(sheet, tag)
    return sheet


def _add_column(sheet: _Sheet, tag: re.Match[bytes]) -> None:
    """Take note of what is said before the rows: the styles of columns, the dimension."""
    said = dict(_ATTRIBUTE.findall(tag[4]))
    if tag[3] == b"dimension":
        sheet.dimension = (tag.start(), tag.end(), said.get(b"ref", b""))
    elif tag[3] == b"col" and b"style" in said:
        columns = range(int(said[b"min"]) - 1, int(said[b"max"]))
        sheet.styles.update(dict.fromkeys(columns, bytes(said[b"style"])))


def _add_cell(sheet: _Sheet, tag: re.Match[bytes]) -> None:
    """Take note of a row, or of a cell of the last one."""
    closing, _, name, attributes, empty = tag.groups()
    said = dict(_ATTRIBUTE.findall(attributes))
    if name == b"row" and closing:
        sheet.rows[-1].end = tag.start()
    elif name == b"row":
        row = _Row(_number(said), said, tag.span(), tag.end() if empty else -1)
        if sheet.rows and sheet.rows[-1].number >= row.number:
            raise UnfitError("row")
        sheet.rows.append(row)
    elif name == b"c" and closing:
        cells = sheet.rows[-1].cells
        column, (start, _, style) = max(cells.items())
        cells[column] = (start, tag.end(), style)
    elif name == b"c":
        sheet.rows[-1].cells[_column(said, sheet)] = (*tag.span(), said.get(b"s"))


def _number(said: Mapping[bytes, bytes]) -> int:
    if not said.get(b"r", b"").isdigit():
        raise UnfitError("row")
    return int(said[b"r"]) - 1


def _column(said: Mapping[bytes, bytes], sheet: _Sheet) -> int:
    place = _PLACE.fullmatch(said.get(b"r", b""))
    if not (place and sheet.rows and int(place[2]) - 1 == sheet.rows[-1].number):
        raise UnfitError("cell")
    column = _column_of(place[1])
    if column <= max(sheet.rows[-1].cells, default=-1):
        raise UnfitError("cell")
    return column


def _column_of(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _row(xml: bytes, sheet: _Sheet, number: int, texts: Mapping[int, str]) -> Iterator[_Splice]:
    """Yield what has to be put where so that a row's cells hold texts."""
    known = next((each for each in sheet.rows if each.number == number), None)
    if known is None:
        after = (each.tag[0] for each in sheet.rows if each.number > number)
        at = next(after, sheet.end)
        made = b"".join(_cell(sheet, None, number, c, text) for c, text in sorted(texts.items()))
        p = sheet.prefix
        yield at, at, b'<%srow r="%d">%s</%srow>' % (p, number + 1, made, p)
        return
    start, end = known.tag
    tag = _SPANS.sub(b"", xml[start:end])  # they need not hold any more
    is_empty = tag.endswith(b"/>")
    added: dict[int, bytes] = {}
    for column, text in sorted(texts.items()):
        made = _cell(sheet, known, number, column, text)
        if column in known.cells:
            first, last, _ = known.cells[column]
            yield first, last, made
        else:
            after = (each[0] for at, each in sorted(known.cells.items()) if at > column)
            at = end if is_empty else next(after, known.end)
            added[at] = added.get(at, b"") + made
    if is_empty:
        inner = b"".join(added.values())
        yield start, end, b"%s>%s</%srow>" % (tag[:-2].rstrip(), inner, sheet.prefix)
        return
    yield start, end, tag
    yield from ((at, at, made) for at, made in added.items())


def _cell(sheet: _Sheet, row: _Row | None, number: int, column: int, text: str) -> bytes:
    style = sheet.styles.get(column)
    if row is not None:
        style = row.said.get(b"s", style)
        style = row.cells[column][2] if column in row.cells else style
    p = sheet.prefix
    said = b' r="%s"' % address(number, column).encode()
    said += b' s="%s"' % style if style else b""
    if not text:
        return b"<%sc%s/>" % (p, said)
    data = escape(text, quote=False).encode()
    return b'<%sc%s t="inlineStr"><%sis><%st>%s</%st></%sis></%sc>' % (p, said, p, p, data, p, p, p)


def _dimension(sheet: _Sheet, row: int, columns: Iterable[int]) -> Iterator[_Splice]:
    """Yield the stored dimension so that the cells lie in it."""
    if sheet.dimension is None:
        return
    start, end, ref = sheet.dimension
    box = _BOX.fullmatch(ref)
    if box is None:
        raise UnfitError("dimension")
    first, last = (box[1], box[2]), (box[3] or box[1], box[4] or box[2])
    rows = [row, *(int(number) - 1 for _, number in (first, last))]
    places = [*columns, *(_column_of(letters) for letters, _ in (first, last))]
    corners = (address(min(rows), min(places)), address(max(rows), max(places)))
    yield start, end, b'<%sdimension ref="%s"/>' % (sheet.prefix, ":".join(corners).encode())
