"""The staff workbooks of a folder, read by openpyxl alone: rows of plain values."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet
from oracle_words import (
    CHANNEL_CLASSES,
    CONFIRMED,
    FORMS,
    LABELS,
    LISTS,
    MET,
    NEED_TAGS,
    TABLES,
    TICKED_LABELS,
)

YEAR = 2024  # of dates written without one: that of the sample's others
_TICKS = ("☑", "√", "✓", "■", "●", "☒", "[x]", "是", True)
_LABEL_COLUMNS = (2, 8)
_DATE = re.compile(
    r"(?:(\d{4}|\d{2})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?|(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)"
)
_CLOCK = re.compile(r"(上午|下午)?(\d{1,2})(?::(\d{2})|[时点](?:(\d{1,2})分)?)")


@dataclass
class Row:
    """A row of a list or a form sheet, in a workbook last ``saved`` then, at its ``place`` of all.

    ``start`` and ``end`` of its talk are None where no hour is known.
    """

    table: str
    file: str
    saved: datetime
    values: dict[str, Any]
    place: int = 0
    ordinal: int = 0
    customer: str | None = None
    day: date | None = None
    start: datetime | None = None
    end: datetime | None = None

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def rank(self) -> tuple[Any, ...]:
        """Order on one day: by record id as people count, rows without one last; then by source."""
        parts = re.split(r"(\d+)", str(self["id"] or ""))
        counted = [(int(p), "") if p.isdecimal() else (-1, p) for p in parts]
        return (self["id"] is None, counted, TABLES.index(self.table), self.place)


def read_folder(folder: Path) -> list[Row]:
    """Return the rows of all workbooks that can be read, the folder's own outputs apart."""
    rows: list[Row] = []
    for path in sorted(folder.rglob("*.xlsx")):
        file = path.relative_to(folder).as_posix()
        # Temporary files of an application, and what is no workbook, hold no rows.
        if path.name.startswith("~$") or file.startswith("汇总/") or not zipfile.is_zipfile(path):
            continue
        rows += _read(path, file)
    for place, row in enumerate(rows):
        row.place = place
    return rows


def _read(path: Path, file: str) -> Iterator[Row]:
    workbook = load_workbook(path, data_only=True)
    saved = workbook.properties.modified
    for sheet in workbook:
        title = re.sub(r" \(\d+\)$", "", sheet.title)
        for table, names in LISTS.items():
            if title in names:
                for values in _list_rows(sheet, LABELS[table]):
                    yield Row(table, file, saved, _understood(values))
        for table, name in FORMS.items():
            if title == name:
                values = dict(_form_values(sheet, LABELS[table]))
                if values:
                    yield Row(table, file, saved, _understood(values))


def _understood(values: dict[str, Any]) -> dict[str, Any]:
    """Return a row's values; a score that can't be understood counts as missing."""
    known = number(values.get("score")) is not None
    return {name: value for name, value in values.items() if name != "score" or known}


def _list_rows(sheet: Worksheet, labels: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the rows below the header, the first row with some of the labels."""
    rows = ([_value(cell) for cell in row] for row in sheet.iter_rows())
    header = next(row for row in rows if sum(cell in labels for cell in row) >= 3)
    for row in rows:
        named = zip(header, row, strict=True)
        values = {labels[label]: value for label, value in named if label in labels}
        values = {name: value for name, value in values.items() if value not in (None, "")}
        if values:
            yield values


def _form_values(sheet: Worksheet, labels: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    merged = {area.start_cell.coordinate: area.max_col for area in sheet.merged_cells.ranges}
    for row in sheet.iter_rows():
        for cell in row:
            last = merged.get(cell.coordinate, cell.column)
            is_label = cell.column in _LABEL_COLUMNS and last - cell.column < 2
            if not is_label or cell.value not in labels:
                continue
            if cell.value in TICKED_LABELS:
                value = _ticked(sheet, cell.row)
            else:
                value = _value(sheet.cell(cell.row, last + 1))
            if value not in (None, ""):
                yield labels[cell.value], value


def _value(cell: Cell | MergedCell) -> Any:
    """Return a cell's value; one whose format shows no hour is a day, whatever its value."""
    if isinstance(cell.value, datetime) and "h" not in cell.number_format.lower():
        return cell.value.date()
    return cell.value


def _ticked(sheet: Worksheet, row: int) -> Any:
    """Return what stands beside the one ticked box of a row."""
    cells = [cell.value for cell in sheet[row]]
    chosen = [after for box, after in pairwise(cells) if box in _TICKS]
    return chosen[0] if len(chosen) == 1 else None


def plain(value: Any) -> str:
    """Return text in one width without spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value or "")))


def moment(value: Any) -> tuple[date, datetime | None, datetime | None] | None:
    """Return day, start and end of a cell; start and end only where an hour is written."""
    if isinstance(value, datetime):
        return value.date(), value, value
    if isinstance(value, date):
        return value, None, None
    text = unicodedata.normalize("NFKC", str(value or ""))
    text = re.sub(r"(?<=[年月日]) | (?=[年月日])", "", text)  # a space elsewhere ends a number
    found = _DATE.search(text)
    if not found:
        return None
    year, month, of_month = (found[n] or found[n + 3] for n in (1, 2, 3))
    day = date(int(year or YEAR) % 100 + 2000, int(month), int(of_month))
    clocks = [_at(day, *clock) for clock in _CLOCK.findall(text[found.end() :])]
    return (day, clocks[0], clocks[-1]) if clocks else (day, None, None)


def _at(day: date, half: str, hour: str, minute: str, other: str) -> datetime:
    afternoon = 12 if half == "下午" and int(hour) < 12 else 0
    return datetime(day.year, day.month, day.day) + timedelta(
        hours=int(hour) + afternoon, minutes=int(minute or other or 0)
    )


def number(value: Any) -> float | None:
    """Return a score; ``4分`` is 4."""
    found = re.fullmatch(r"(\d(?:\.\d)?)分?", plain(value))
    return float(found[1]) if found else None


def meant(value: Any, words: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the word of a list that a cell means, by the word itself or another name of it."""
    text = plain(value).casefold()
    for word, others in words.items():
        if text in (plain(each).casefold() for each in (word, *others)):
            return word
    return None


def channel_class(value: Any) -> str | None:
    """Return the class of a channel; text in brackets is the place."""
    return meant(re.sub(r"\(.*\)$", "", plain(value)), CHANNEL_CLASSES)


def tags(value: Any) -> list[str]:
    """Return the tags of a cell, each once."""
    parts = [part.strip() for part in re.split(r"[、,，;；/\n\[\]【】]", str(value or ""))]
    return list(dict.fromkeys(meant(part, NEED_TAGS) or part for part in parts if part))


def met(value: Any) -> str | None:
    """Return whether a need is met; None where nothing is filled in."""
    return meant(value, MET)


def confirmed(value: Any) -> str | None:
    """Return how a customer confirmed a solution."""
    return meant(value, CONFIRMED)
