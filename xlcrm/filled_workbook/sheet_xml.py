"""What a sheet's XML says that calamine doesn't: formulas, errors, styles, merges, hidden rows.

As all usual programs write it, the XML can be searched for the few cells that matter. The exact
scan, three times as dear as calamine, is for what is written or shaped unusually.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import field
from functools import cache
from typing import TypeAlias, TypeVar
from xml.parsers import expat

from xlcrm.filled_workbook.guards import room
from xlcrm.filled_workbook.source import Rejected
from xlcrm.records import address
from xlcrm.values import dataclass

CELL_LIMIT = 5_000_000

Address: TypeAlias = tuple[int, int]
_Made = TypeVar("_Made", bound="Scanner")
Box: TypeAlias = tuple[int, int, int, int]
FormulaCells: TypeAlias = Sequence[tuple[bytes, bytes]]

_ROWS = rb"[0-9]{1,6}|10[0-4][0-9]{4}"  # of any sheet
# Boxes from A1 on, the wider first: the letters and numbers of their cells, how many columns and
# rows. A sheet's last row says in which of those that may be read all of its cells should be.
_BOXES = (
    (rb"[A-C]?[A-Z]", rb"[0-9]{1,4}|[1-3][0-9]{4}", 104, 39_999),
    (rb"A?[A-Z]", _ROWS, 52, 1_049_999),
    (rb"[A-Z]", rb"[0-9]{1,5}|1[0-8][0-9]{4}", 26, 189_999),
    (rb"[A-P]", rb"[0-9]{1,5}|[12][0-9]{5}", 16, 299_999),
    (rb"[A-H]", rb"[0-9]{1,5}|[1-5][0-9]{5}", 8, 599_999),
    (rb"[A-D]", _ROWS, 4, 1_049_999),
)
# A cell element that does not start with a reference within a box, names a shared text by what is
# no number (calamine takes the first then), or is written otherwise than all usual programs do.
_NOT_USUAL = (
    rb'<c(?=[\s>/])(?! r="%b(?:%b)"(?: s="[0-9]{1,9}")?+'
    rb'(?: t="(?:s"(?:/>|><v>[0-9]{1,9}+<)|(?:str|inlineStr|n|b|d|e)"[ >/])|/?>| cm="1">))'
)
# Each usual cell that is not blank and holds more than a value and nothing else: the letters and
# number of one with a formula; of any other nothing.
_ODD_CELL = (
    rb'<c(?! r="%b(?:%b)"(?: s="[0-9]{1,9}+")?+'
    rb'(?: t="s"><v>[0-9]{1,9}+</v></c>|><v>[^<]*+</v></c>|/>| t="(?:str|n|b|d)"><v>[^<]*+</v></c>'
    rb'| t="(?:s|str|n|b|d)"/>|></c>| t="inlineStr"><is><t[^>]*+>[^<]*+</t></is></c>))(?=[\s>/])'
    rb'(?: r="(%b)(%b)"(?: s="[0-9]{1,9}")?+'
    rb'(?: t="(?:str|n|b|d)")?+>\s*+<f[\s>/])?'
)
_LAST_ROW = re.compile(rb'<row r="([0-9]{1,7})"')
_FORMULA = re.compile(rb"<f[\s>/]")
# Possessive: what stands in a cell without a formula is not looked at twice.
_FORMULA_CELL = re.compile(
    rb'<c r="([A-Z]++)([0-9]++)"([^>]*+)>\s*+'
    rb"<f(\s[^>]*?)?(?:/>|>([^<]*+)</f>)\s*+(?:(<v)(?:/>|>([^<]*+)</v>))?"
)
_ERROR = b't="e"'
_ERROR_CELL = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"[^>]*\st="e"[^>]*>\s*(?:<f[^<]*(?:</f>)?\s*)?<v>([^<]*)</v>'
)
_SHARED = re.compile(rb'\st="shared".*?\ssi="([0-9]+)"|\ssi="([0-9]+)".*?\st="shared"')
_STYLE = re.compile(rb'<c r="([A-Z]+[0-9]+)" s="([0-9]+)"')
_MERGE = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Za-z]{1,3})([1-9][0-9]{0,6})"
    rb":([A-Za-z]{1,3})([1-9][0-9]{0,6})[\"']"
)
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"']([0-9]{1,7})[\"']")
_HIDDEN = re.compile(rb"\shidden\s*=\s*[\"'](?:1|true)[\"']")
_ROW_SIZED = re.compile(rb"\scustomHeight\s*=\s*[\"'](?:1|true)[\"']")
_HEIGHT = re.compile(rb"\sht\s*=\s*[\"']([0-9]+(?:\.[0-9]+)?)[\"']")
_HIGHEST = 409.5  # points that a row can have
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_ATTRIBUTE = re.compile(rb"(min|max|width)\s*=\s*[\"']([0-9]{1,5}(?:\.[0-9]{1,20})?)[\"']")
_WIDTHS = 200  # columns, at most, whose widths are of interest
_LAST_COLUMN = 16_384
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_INDEX = re.compile(r"[0-9]{1,9}")


@dataclass(slots=True)
class CellScan:
    """The cells that need a second look, by zero-based (row, column).

    `formulas` are without `=`, as XML has them (see `formula_text`); `shared` gives a formula
    without text of its own the address of the one it repeats; `errors` are codes such as `#N/A`;
    `uncached` are formulas without a stored value.
    """

    formulas: dict[Address, bytes] = field(default_factory=dict)
    shared: dict[Address, Address] = field(default_factory=dict)
    errors: dict[Address, str] = field(default_factory=dict)
    uncached: set[Address] = field(default_factory=set)


def formula_cells(xml: bytes) -> FormulaCells | None:
    """Return the letters and number of each cell with a formula, by a search; None of a sheet with
    errors, or written otherwise than all usual programs do, of which only a scan can tell.

    Raises:
        Rejected: too-large (grid: more than 5 million cells from A1 to the last one with
            content), unreadable (xml).
    """
    found = _pattern(_ODD_CELL, _box(xml)).findall(xml)
    if b"<sheetData" in xml and all(letters for letters, _ in found):
        return found
    if not _is_small(xml):
        scanner = exact_scan(xml, Scanner)
        if scanner.height * scanner.width > CELL_LIMIT * room():
            raise Rejected("too-large", "grid")
    return None


def scan_cells(xml: bytes) -> CellScan:
    """Find the formulas and errors of a sheet.

    Raises:
        Rejected: unreadable (xml).
    """
    found = _quick_scan(xml) if _is_small(xml) else None
    return exact_scan(xml, Scanner).found if found is None else found


def columns_under(row: int, cells: FormulaCells) -> Set[int]:
    """Return the zero-based columns of those cells that lie under a row."""
    lowest = dict(cells)  # as the rows of nearly all sheets follow one another
    unsure = {letters for letters, number in lowest.items() if int(number) <= row + 1}
    odd = lowest.keys() - unsure
    if unsure:
        odd |= {each for each, number in cells if each in unsure and int(number) > row + 1}
    return {_column(letters.decode()) for letters in odd}


def cell_styles(xml: bytes) -> dict[bytes, bytes]:
    """The style numbers of a sheet's cells, both as they are written: `B2` to `13`."""
    return dict(_STYLE.findall(xml)) if _is_small(xml) else exact_scan(xml, Scanner).styles


def merged_ranges(xml: bytes) -> list[Box]:
    """Merged ranges as zero-based (top, left, bottom, right), all inclusive."""
    below = max(xml.rfind(b"sheetData"), 0)  # where they stand; mostly there are none
    if xml.find(b"mergeCell", below) < 0:
        return []
    return [
        (int(top) - 1, _column(left.decode()), int(bottom) - 1, _column(right.decode()))
        for left, top, right, bottom in _MERGE.findall(xml, below)
    ]


def column_widths(xml: bytes) -> dict[int, float]:
    """Widths in characters of the columns that have one of their own, by zero-based column."""
    widths: dict[int, float] = {}
    for match in _COLUMN.finditer(xml):
        given = dict(_ATTRIBUTE.findall(match[1]))
        if {b"min", b"max", b"width"} <= given.keys():
            first, last = int(float(given[b"min"])) - 1, min(int(float(given[b"max"])), _WIDTHS)
            widths.update(dict.fromkeys(range(first, last), float(given[b"width"])))
    return widths


def row_heights(xml: bytes) -> dict[int, float]:
    """Heights in points of the rows to which somebody gave one, by zero-based row."""
    if b"customHeight" not in xml:
        return {}
    given = ((row, _HEIGHT.search(text)) for row, text in _rows(xml) if _ROW_SIZED.search(text))
    return {row: min(float(height[1]), _HIGHEST) for row, height in given if height}


def hidden_columns(xml: bytes) -> set[int]:
    """Zero-based numbers of the columns that are hidden."""
    above = xml[: max(xml.find(b"sheetData"), 0)]
    hidden: set[int] = set()
    for match in _COLUMN.finditer(above) if b"hidden" in above else ():
        given = dict(_ATTRIBUTE.findall(match[1]))
        if _HIDDEN.search(match[1]) and {b"min", b"max"} <= given.keys():
            first, last = (int(float(given[name])) for name in (b"min", b"max"))
            hidden.update(range(first - 1, min(last, _LAST_COLUMN)))
    return hidden


def hidden_rows(xml: bytes, first: int = 0) -> set[int]:
    """Zero-based numbers of the rows that are hidden, by hand or by a filter.

    Those above ``first`` may be left out.
    """
    start = xml.find(b'<row r="%d"' % (first + 1))
    if start >= 0 and xml.rfind(b"hidden", start) < 0:  # several times as fast from the end
        return set()
    return {row for row, text in _rows(xml) if _HIDDEN.search(text)}


def _rows(xml: bytes) -> Iterator[tuple[int, bytes]]:
    """The rows with what their elements say of themselves."""
    row = -1
    for match in _ROW.finditer(xml):
        number = _ROW_NUMBER.search(match[1])
        row = int(number[1]) - 1 if number else row + 1
        yield row, match[1]


def a1(place: Address) -> str:
    """The name of a cell, `(6, 3)` being `D7`."""
    return address(*place)


def _is_small(xml: bytes) -> bool:
    """Whether elements carry no prefix and every cell is a usual one, in a small box."""
    return b"<sheetData" in xml and _pattern(_NOT_USUAL, _box(xml)).search(xml) is None


def _box(xml: bytes) -> int:
    """The number of the box in which the cells of a sheet should be."""
    last = _LAST_ROW.match(xml, max(xml.rfind(b"<row "), 0))
    row, most = int(last[1]) if last else 0, CELL_LIMIT * room()
    boxes = ((n, columns * rows, rows) for n, (_, _, columns, rows) in enumerate(_BOXES))
    return next((n for n, cells, rows in boxes if row <= rows and cells <= most), 0)


@cache
def _pattern(text: bytes, box: int) -> re.Pattern[bytes]:
    """Compile a pattern for the cells of a box; it asks for their letters and numbers in turn."""
    letters, numbers, *_ = _BOXES[box]
    return re.compile(text % ((letters, numbers) * (text.count(b"%b") // 2)))


def _quick_scan(xml: bytes) -> CellScan | None:
    """The scan by search; None where it did not account for every formula and error."""
    found = CellScan()
    formula_count, error_count = len(_FORMULA.findall(xml)), xml.count(_ERROR)
    formulas = _FORMULA_CELL.findall(xml) if formula_count else []
    errors = _ERROR_CELL.findall(xml) if error_count else []
    if len(formulas) != formula_count or len(errors) != error_count:
        return None
    masters: dict[str, Address] = {}
    columns = {letters: _column(letters.decode()) for letters in {each[0] for each in formulas}}
    for letters, number, attributes, kind, text, value, stored in formulas:
        address = (int(number) - 1, columns[letters])
        cached = stored or (value and b't="str"' in attributes)
        if not kind:
            found.formulas[address] = text
            if not cached:
                found.uncached.add(address)
            continue
        shared = _SHARED.search(kind)
        index = (shared[1] or shared[2]).decode() if shared else None
        _add_formula(found, masters, address, text, index, bool(cached))
    for letters, number, code in errors:
        found.errors[int(number) - 1, _column(letters.decode())] = formula_text(code).strip()
    return found


def _add_formula(
    found: CellScan,
    masters: dict[str, Address],
    address: Address,
    text: bytes,
    shared: str | None,
    cached: bool,
) -> None:
    found.formulas[address] = text
    if shared is not None:
        master = masters.setdefault(shared, address)
        if master != address and not text:
            found.shared[address] = master
    if not cached:
        found.uncached.add(address)


def formula_text(raw: bytes) -> str:
    """A formula, or an error's code, as it is meant."""
    from html import unescape  # slow to load, rarely wanted

    return unescape(raw.decode(errors="replace"))


def exact_scan(xml: bytes, make: Callable[[Callable[[], int]], _Made]) -> _Made:
    """Return a scanner that has gone through a sheet; it is made with what tells the byte that the
    parser is at.

    Raises:
        Rejected: unreadable (xml).
    """
    parser = expat.ParserCreate()
    scanner = make(lambda: parser.CurrentByteIndex)
    parser.buffer_text = True
    parser.StartElementHandler = scanner.start
    parser.EndElementHandler = scanner.end
    parser.CharacterDataHandler = scanner.text
    try:
        parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Rejected("unreadable", "xml") from error
    return scanner


class Scanner:
    """Expat's handlers. A cell's own reference counts; without one it follows the cell before."""

    def __init__(self, position: Callable[[], int]) -> None:
        self.position = position
        self.found = CellScan()
        self.styles: dict[bytes, bytes] = {}
        self.height = self.width = 0  # from A1 to the last cell with content
        self._columns: dict[str, int] = {}
        self._masters: dict[str, Address] = {}
        self._row = self._column = -1
        self._cell: dict[str, str] = {}
        self._formula: dict[str, str] | None = None
        self._texts: dict[str, str] = {}
        self._open = ""
        self._is_sheet = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if not self._is_sheet:
            if name != "worksheet":
                raise ValueError("no worksheet")
            self._is_sheet = True
        if name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 2)) - 1
            self._column = -1
        elif name in ("v", "f", "is"):
            self._open = name
            self._texts[name] = ""
            if name == "f":
                self._formula = attributes

    def text(self, data: str) -> None:
        if self._open:
            self._texts[self._open] += data

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == self._open:
            self._open = ""
        elif name == "c":
            self._end_cell()

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cell = attributes
        self._formula = None
        self._texts = {}
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
            return
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise ValueError("no reference")
        letters, number = match.groups()
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = _column(letters)
        self._row, self._column = int(number) - 1, column

    def _end_cell(self) -> None:
        address = (self._row, self._column)
        if _INDEX.fullmatch(self._cell.get("s", "")):
            self.styles[a1(address).encode()] = self._cell["s"].encode()
        if not self._texts:
            return
        self.height = max(self.height, self._row + 1)
        self.width = max(self.width, self._column + 1)
        kind = self._cell.get("t")
        if kind == "s" and not _INDEX.fullmatch(self._texts.get("v") or "0"):
            raise ValueError("no index")  # calamine would take the first text
        if kind == "e":
            self.found.errors[address] = self._texts.get("v", "").strip()
        if self._formula is not None:
            from html import escape  # as above

            # A stored empty text is a value; a missing or empty number is none.
            stored = self._texts.get("v")
            cached = bool(stored) or (stored == "" and kind == "str")
            shared = self._formula.get("si") if self._formula.get("t") == "shared" else None
            text = escape(self._texts["f"]).encode()
            _add_formula(self.found, self._masters, address, text, shared, cached)


def _column(letters: str) -> int:
    """Zero-based number of a column's letters."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1
