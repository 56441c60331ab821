"""A brief as a workbook: one A4 page to print or look at before a talk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import BinaryIO

from xlcrm.briefing.sections import LATE, LOW, SOON, WIDTH, Cell, Section
from xlcrm.findings import Language
from xlcrm.layout.marks import PROPERTY, RUN_PROPERTY
from xlcrm.layout.text_size import text_lines
from xlcrm.record_sheet import Book, CheckedWorksheet, book, palette
from xlcrm.sheet_words import Words

KIND = "brief"  # by which the file is known again, wherever it lies
_PART = 15.0  # characters of a part of the width
_LINE, _PADDING = 15.0, 7.0  # points
_A4 = 9
_INDENT = 1.5  # characters
_LABEL = 1  # parts of a pair that its label takes
_TONES: Mapping[str, Mapping[str, object]] = {
    "": {},
    LATE: {"font_color": palette.ERROR_TEXT, "bg_color": palette.ERROR_FILL, "bold": True},
    SOON: {"font_color": palette.INFO_TEXT, "bg_color": palette.INFO_FILL, "bold": True},
    LOW: {"font_color": palette.NEGATIVE_TEXT, "bg_color": palette.NEGATIVE_FILL},
}


def write_brief(
    path: Path | BinaryIO,
    titles: tuple[str, str, str],
    sections: Sequence[Section],
    language: Language,
    as_of: date,
    created: datetime,
) -> None:
    """Write a page to ``path``, atomically. ``titles`` are the customer's name, its id, and what is
    said beside them. Raises OSError where it can't be written."""
    words = Words(language)
    name = words("brief.file")
    with book(path, created=created, properties={"title": f"{name} {titles[0]}"}) as wb:
        wb.workbook.set_custom_property(PROPERTY, KIND)
        wb.workbook.set_custom_property(RUN_PROPERTY, as_of.isoformat())
        page = _Page(wb, wb.add_sheet(name))
        page.title(titles, words("brief.as_of", day=as_of))
        for each in sections:
            page.section(each)
        page.set_up(f"{name} - {as_of}")


class _Page:
    """The page in the making, top to bottom."""

    def __init__(self, wb: Book, sheet: CheckedWorksheet) -> None:
        self._book, self._sheet, self._row = wb, sheet, 0
        sheet.hide_gridlines(2)
        sheet.set_column(0, WIDTH - 1, _PART)

    def title(self, titles: tuple[str, str, str], as_of: str) -> None:
        name, code, summary = titles
        band = {"bg_color": palette.HEADER_FILL, "valign": "vcenter", "indent": 1}
        bold = {**band, "font_color": palette.HEADER_TEXT, "bold": True}
        faint = {**band, "font_color": palette.SECTION_FILL}
        for height, texts, looks in (
            (36, (name, code), ({**bold, "font_size": 20}, {**bold, "align": "right"})),
            (22, (summary, as_of), (faint, {**faint, "align": "right"})),
        ):
            self._sheet.set_row(self._row, height)
            self._span(0, WIDTH - 2, texts[0], {**looks[0], "shrink": True})
            self._span(WIDTH - 2, WIDTH, texts[1], looks[1])
            self._row += 1

    def section(self, section: Section) -> None:
        self._heading(section.title)
        for pairs in _beside(section.pairs):
            self._pairs(pairs)
        if section.rows:
            self._labels(section)
        for row in section.rows:
            self._cells(section, row)
        if note := section.more or section.none:
            faint = {"font_color": palette.MUTED_TEXT, "valign": "vcenter", "indent": 1}
            self._span(0, WIDTH, note, faint)
            self._row += 1

    def _heading(self, text: str) -> None:
        look = {
            **{"bold": True, "font_size": 12, "font_color": palette.TITLE_TEXT, "valign": "bottom"},
            **{"bottom": 2, "border_color": palette.TITLE_TEXT},
        }
        self._sheet.set_row(self._row, 28)
        self._span(0, WIDTH, text, look)
        self._row += 1

    def _pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Write one pair over the whole width, or two side by side."""
        share = WIDTH // len(pairs)
        room = (share - _LABEL) * _PART - _INDENT
        lines = [
            max(text_lines(label, _LABEL * _PART - _INDENT), text_lines(text, room))
            for label, text in pairs
        ]
        self._height(max(lines))
        label_look = {"font_color": palette.SECTION_TEXT, "bg_color": palette.SECTION_FILL}
        for n, (label, text) in enumerate(pairs):
            start = n * share
            self._span(start, start + _LABEL, label, self._cell({**label_look, "indent": 1}))
            self._span(start + _LABEL, start + share, text, self._cell({"indent": 1}))
        self._row += 1

    def _labels(self, section: Section) -> None:
        fill = {"font_color": palette.SECTION_TEXT, "bg_color": palette.SECTION_FILL}
        look = {**fill, "bold": True}
        self._height(1)
        for (start, end), column in zip(_places(section), section.columns, strict=True):
            self._span(start, end, column.label, self._cell({**look, **_aligned(end - start)}))
        self._row += 1

    def _cells(self, section: Section, row: Sequence[Cell]) -> None:
        places = list(_places(section))
        lines = [
            text_lines(cell.value, (end - start) * _PART - _INDENT, bold=bool(cell.tone))
            for (start, end), cell in zip(places, row, strict=True)
            if isinstance(cell.value, str)
        ]
        self._height(max(lines, default=1))
        for (start, end), cell in zip(places, row, strict=True):
            look = {**_aligned(end - start), **_TONES[cell.tone]}
            self._span(start, end, cell.value, self._cell(look))
        self._row += 1

    def _height(self, lines: int) -> None:
        self._sheet.set_row(self._row, lines * _LINE + _PADDING)

    def _cell(self, look: Mapping[str, object]) -> dict[str, object]:
        shared = {"valign": "vcenter", "text_wrap": True, "bottom": 1}
        return {**shared, "border_color": palette.BORDER, **look}

    def _span(self, start: int, end: int, value: object, look: Mapping[str, object]) -> None:
        """Write a value over some columns of the row."""
        row, kind = self._row, {"num_format": "yyyy-mm-dd"} if isinstance(value, date) else {}
        shown = self._book.format({**look, **kind})
        if end - start > 1:
            self._sheet.merge_range(row, start, row, end - 1, "", shown)
        if isinstance(value, str) and value:
            self._sheet.write_string(row, start, value, shown)
        elif isinstance(value, date):
            self._sheet.write_datetime(row, start, datetime.combine(value, time()), shown)
        elif isinstance(value, float):
            self._sheet.write_number(row, start, value, shown)
        else:
            self._sheet.write_blank(row, start, None, shown)

    def set_up(self, footer: str) -> None:
        """Print on one A4 page, upright."""
        self._sheet.set_portrait()
        self._sheet.set_paper(_A4)
        self._sheet.set_margins(0.4, 0.4, 0.45, 0.5)
        self._sheet.center_horizontally()
        self._sheet.fit_to_pages(1, 1)
        self._sheet.print_area(0, 0, self._row - 1, WIDTH - 1)
        self._sheet.set_footer(f"&C&8{footer}")


def _aligned(span: int) -> dict[str, object]:
    return {"indent": 1} if span > 1 else {"align": "center"}


def _beside(pairs: Sequence[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """Yield pairs two at a time; one that takes more than half the width stands by itself."""
    room = (WIDTH // 2 - _LABEL) * _PART - _INDENT
    short: list[tuple[str, str]] = []
    for pair in pairs:
        if text_lines(pair[1], room) > 1:
            yield from ([each] for each in short)
            yield [pair]
            short = []
        elif short:
            yield [*short, pair]
            short = []
        else:
            short = [pair]
    if short:
        yield [*short, ("", "")]


def _places(section: Section) -> Iterator[tuple[int, int]]:
    """Yield where the columns of a section begin and end."""
    start = 0
    for column in section.columns:
        yield start, start + column.span
        start += column.span
