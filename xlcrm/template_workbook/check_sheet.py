"""The sheet of findings of a workbook that goes back: a line each, the gravest first, with a link
to its cell, and what may be accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from xlcrm.findings import SEVERITIES, Language
from xlcrm.layout.marks import CHECK, OWN_SHEET, header_marks
from xlcrm.layout.remarks import NO_KEY, LineKey, Remark, digest, row_key
from xlcrm.privacy import mask
from xlcrm.record_sheet import Book, Column, RecordSheet, Toned, WrittenSheet, cell_target
from xlcrm.records import address
from xlcrm.sheet_words import Words
from xlcrm.template_workbook import styles
from xlcrm.template_workbook.checked import TONES, label_of
from xlcrm.template_workbook.lists_sheet import mark_own_sheet
from xlcrm.values import dataclass

_TITLE_ROW, _HINT_ROW, _MARK_ROW, _HEADER_ROW = range(4)
_WIDTHS = {
    "severity": 8,
    "place": 20,
    "cell": 9,
    "field": 16,
    "value": 24,
    "fault": 40,
    "remedy": 40,
    "suggestion": 26,
    "accept": 8,
    "key": 8,
}
_WRAPPED = ("place", "field", "value", "fault", "remedy", "suggestion")
_OPEN = "open"  # the tone of a cell in which something may be typed


@dataclass(frozen=True)
class Line:
    """A remark with its cell: the name of the sheet and the zero-based place there, where it has
    any; ``label`` is that of an extra column."""

    remark: Remark
    sheet: str | None = None
    place: tuple[int, int] | None = None
    label: str = ""


def write_check_sheet(wb: Book, name: str, lines: Iterable[Line], language: Language) -> None:
    """Write the sheet of findings."""
    words = Words(language)
    rows = sorted(lines, key=_rank)
    columns = [
        Column(
            key,
            words(f"returned.{key}"),
            width,
            "link" if key == "cell" else "text",
            wrap=key in _WRAPPED,
            hidden=key == "key",
            look=styles.CHECK_CELL,
            tones={**TONES, _OPEN: styles.OPEN_CELL},
        )
        for key, width in _WIDTHS.items()
    ]
    sheet = RecordSheet(name, columns, (_row(each, words) for each in rows), _HEADER_ROW)
    written = wb.add_record_sheet(sheet)
    _write_head(wb, written, rows, words)
    _write_choice(written, rows, words)
    mark_own_sheet(wb, written.worksheet, CHECK, written.column("key"), ())
    _set_up_page(written, words)


def _write_choice(written: WrittenSheet, lines: Sequence[Line], words: Words) -> None:
    """Let it be chosen whether to accept, where there is something to accept."""
    rows = [n for n, line in enumerate(lines, written.first_row) if line.remark.offer is not None]
    if not rows:
        return
    accept = written.column("accept")
    rule = {
        "validate": "list",
        "source": [words("returned.yes")],
        "show_error": False,
        "other_cells": [[row, accept, row, accept] for row in rows[1:]],
    }
    written.worksheet.data_validation(rows[0], accept, rows[0], accept, rule)


def _rank(line: Line) -> tuple[object, ...]:
    spot, finding = line.remark.spot, line.remark.finding
    page, place = spot.page if spot else -1, line.place or (-1, -1)
    return SEVERITIES.index(finding.severity), page, place, finding.code, finding.cell or ""


def _row(line: Line, words: Words) -> Sequence[object]:
    remark, finding, language = line.remark, line.remark.finding, words.language
    suggestion = finding.suggestion if finding.suggestion != finding.value else None
    offered = remark.offer is not None
    cells: dict[str, object] = {
        "severity": Toned(words(f"severity.{finding.severity}"), finding.severity),
        "place": mask(line.sheet) if line.sheet else finding.said_sheet,
        "cell": _link(line, words),
        "field": label_of(finding, language),
        "value": finding.value,
        "fault": finding.fault(language),
        "remedy": finding.remedy(language),
        "suggestion": Toned(remark.offer, _OPEN) if offered else suggestion,
        "accept": Toned(None, _OPEN) if offered else None,
        "key": str(_key(line)) if offered else NO_KEY,
    }
    return [cells[key] for key in _WIDTHS]


def _link(line: Line, words: Words) -> object:
    if line.sheet is None:
        return line.remark.finding.cell
    text = address(*line.place) if line.place else words("returned.open")
    return text, cell_target(line.sheet, *(line.place or (0, 0)))


def _key(line: Line) -> LineKey:
    spot = line.remark.spot
    assert spot and spot.row is not None
    slot = "" if isinstance(spot.slot, int) else str(spot.slot)
    key = row_key(spot.page, spot.row)
    return LineKey(key, digest(line.remark.cell), slot, line.label)


def _write_head(wb: Book, written: WrittenSheet, lines: Sequence[Line], words: Words) -> None:
    """Write the rows above the lines: title and counts, what to do, and the hidden marks."""
    sheet, last = written.worksheet, written.column("accept")
    counts = Counter(each.remark.finding.severity for each in lines)
    told = words("returned.counts", **{name: counts[name] for name in SEVERITIES})
    plain = wb.format({"valign": "vcenter"})
    sheet.set_row(_TITLE_ROW, 30, plain)
    sheet.write_string(_TITLE_ROW, 0, words("returned.sheet"), wb.format(styles.CHECK_TITLE))
    sheet.merge_range(
        _TITLE_ROW, written.column("fault"), _TITLE_ROW, last, told, wb.format(styles.CHECK_COUNTS)
    )
    sheet.set_row(_HINT_ROW, 36)
    sheet.merge_range(
        _HINT_ROW, 0, _HINT_ROW, last, words("returned.hint"), wb.format(styles.CHECK_HINT)
    )
    for column, text in enumerate(header_marks(OWN_SHEET, (f"{CHECK}.{key}" for key in _WIDTHS))):
        sheet.write_string(_MARK_ROW, column, text)
    sheet.set_row(_MARK_ROW, None, None, {"hidden": True})
    sheet.set_row(_HEADER_ROW, 26)


def _set_up_page(written: WrittenSheet, words: Words) -> None:
    sheet = written.worksheet
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(f"&L&A&R{words('blank.page')}")
