"""What openpyxl writes, arranged as Excel does: its own way opens with remarks from validators."""

from __future__ import annotations

import re

_STYLES, _TEXTS = "xl/styles.xml", "xl/sharedStrings.xml"
_SHEETS, _TYPES, _RELATIONS = (
    "xl/worksheets/",
    "[Content_Types].xml",
    "xl/_rels/workbook.xml.rels",
)
_FONT = re.compile(rb"<font>(.*?)</font>", re.DOTALL)
_FONT_PART = re.compile(rb"<(\w+)[^>]*/>")
_FONT_ORDER = b"b i strike outline shadow u vertAlign sz color name family charset scheme".split()
_INLINE = re.compile(rb't="inlineStr"><is>(<t.*?</t>)</is>', re.DOTALL)
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KIND = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
_CONTENT = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def arrange(parts: dict[str, bytes]) -> None:
    """Give fonts the order that the format asks for, and let cells share their texts."""
    parts[_STYLES] = _FONT.sub(_in_order, parts[_STYLES])
    texts: dict[bytes, int] = {}
    count = 0

    def share(cell: re.Match[bytes]) -> bytes:
        number = texts.setdefault(cell[1], len(texts))
        return b't="s"><v>%d</v>' % number

    for name in parts:
        if name.startswith(_SHEETS):
            parts[name], found = _INLINE.subn(share, parts[name])
            count += found
    if texts:
        _add_texts(parts, texts, count)


def _in_order(font: re.Match[bytes]) -> bytes:
    found = list(_FONT_PART.finditer(font[1]))
    found.sort(key=lambda part: _FONT_ORDER.index(part[1]))
    return b"<font>" + b"".join(part[0] for part in found) + b"</font>"


def _add_texts(parts: dict[str, bytes], texts: dict[bytes, int], count: int) -> None:
    head = b'<sst xmlns="%s" count="%d" uniqueCount="%d">' % (_MAIN, count, len(texts))
    parts[_TEXTS] = head + b"".join(b"<si>%s</si>" % text for text in texts) + b"</sst>"
    override = b'<Override PartName="/%s" ContentType="%s"/>' % (_TEXTS.encode(), _CONTENT)
    relation = b'<Relationship Id="texts" Type="%s" Target="sharedStrings.xml"/>' % _KIND
    parts[_TYPES] = parts[_TYPES].replace(b"</Types>", override + b"</Types>")
    parts[_RELATIONS] = parts[_RELATIONS].replace(
        b"</Relationships>", relation + b"</Relationships>"
    )
