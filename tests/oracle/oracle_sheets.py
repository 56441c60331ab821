"""The staff workbooks of a folder, read by openpyxl alone: rows of plain values."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet
from oracle_words import (
    ASPECTS,
    CHANNEL_CLASSES,
    CONFIRMED,
    EVALUATED,
    FORMS,
    LABELS,
    LEVELS,
    LISTS,
    MET,
    NEED_TAGS,
    REVISIT,
    SCORES,
    TABLES,
    TICKED_LABELS,
)

YEAR = 2024  # of dates written without one: that of the sample's others
_TICKED_FORMS = (FORMS[REVISIT], FORMS[SCORES])
_TICKS = ("☑", "√", "✓", "✔", "■", "●", "☒", "[x]", "是", True)
_LABEL_COLUMNS = (2, 8)
_NO_FIELDS = 2  # the rows of actions and of views, which every form has here
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
    owner: str = ""
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


class Owners:
    """Whose a file's rows are that name no owner: the member's whose file pattern fits."""

    def __init__(self, folder: Path) -> None:
        rows = list(load_workbook(folder / "团队设置.xlsx")["成员"].iter_rows(values_only=True))
        header = next(n for n, row in enumerate(rows) if "文件名规则" in row)
        name, file = rows[header].index("姓名"), rows[header].index("文件名规则")
        self._members = [(row[name], row[file]) for row in rows[header + 1 :] if row[name]]

    def of(self, file: str, named: Any) -> str:
        """Return the owner of a row: whom it names, else the file's member, else its folder."""
        if named:
            return str(named).strip()
        for member, pattern in self._members:
            if any(fnmatch(text, pattern) for text in (file, file.rpartition("/")[2])):
                return str(member)
        return file.partition("/")[0].removesuffix(".xlsx")


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
                if len(values) > _NO_FIELDS:
                    yield Row(table, file, saved, _understood(values))


def _understood(values: dict[str, Any]) -> dict[str, Any]:
    """Return a row's values; a score that can't be understood counts as missing."""
    if ASPECTS[-1] in values:
        values["score"] = values[ASPECTS[-1]]
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
            if cell.value in TICKED_LABELS and sheet.title.startswith(_TICKED_FORMS):
                value = _ticked(sheet, cell.row)
            else:
                value = _value(sheet.cell(cell.row, last + 1))
            if value not in (None, ""):
                yield labels[cell.value], value
    yield "actions", list(_actions(sheet))
    yield "views", dict(_views(sheet))


def _actions(sheet: Worksheet) -> Iterator[dict[str, Any]]:
    """Yield the filled rows of actions, numbered below their header, by its labels."""
    header: dict[int, str] = {}
    for row in sheet.iter_rows():
        cells = {cell.column: _value(cell) for cell in row if cell.value is not None}
        if cells.get(2) == "后续行动" and "负责人" in cells.values():
            header = {column: label for column, label in cells.items() if column > 2}
        elif header and str(cells.get(2)).isdecimal():
            action = {label: cells[column] for column, label in header.items() if column in cells}
            if action:
                yield action


def _views(sheet: Worksheet) -> Iterator[tuple[str, float]]:
    """Yield the score of each dimension of an evaluation; a level alone counts as one."""
    header: dict[str, int] = {}
    for row in sheet.iter_rows():
        texts = {str(cell.value): cell.column for cell in row if cell.value is not None}
        if "评分" in texts and "等级" in texts:
            header = texts
        elif header and row[1].value in EVALUATED:
            score = number(sheet.cell(row[0].row, header["评分"]).value)
            level = plain(sheet.cell(row[0].row, header["等级"]).value)
            if score is None:
                score = LEVELS.get(level)
            if score is not None:
                yield row[1].value, float(score)


def _value(cell: Cell | MergedCell) -> Any:
    """Return a cell's value; one whose format shows no hour is a day, whatever its value."""
    if isinstance(cell.value, datetime) and "h" not in cell.number_format.lower():
        return cell.value.date()
    return cell.value


def _ticked(sheet: Worksheet, row: int) -> Any:
    """Return what stands beside the one ticked box of a row; of several of a plan any."""
    cells = [cell.value for cell in sheet[row]]
    chosen = [after for box, after in pairwise(cells) if box in _TICKS]
    if "下一步计划" in cells:  # of which there may be several, on the row below too
        below = [cell.value for cell in sheet[row + 1]]
        return next((after for box, after in pairwise(cells + below) if box in _TICKS), None)
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


def deadline(value: Any, written: date | None) -> date | None:
    """Return the day of a cell: a date, or ``3日内``, ``3个工作日内`` counted from the record's."""
    found = re.search(r"(\d+)个?(工作)?[日天]内", plain(value)) if isinstance(value, str) else None
    if not found:
        day = moment(value)
        return day[0] if day else None
    if written is None:
        return None
    day, left = written, int(found[1])
    while left:
        day += timedelta(days=1)
        left -= 1 if not found[2] or _is_worked(day) else 0
    return day


def _is_worked(day: date) -> bool:
    """Whether offices worked on a day of spring 2024."""
    text = f"{day:%m-%d}"
    return text in _MADE_UP or (day.weekday() < 5 and text not in _HOLIDAYS)


_HOLIDAYS = ("04-04", "04-05", "05-01", "05-02", "05-03", "06-10")
_MADE_UP = ("04-07", "04-28", "05-11")


def met(value: Any) -> str | None:
    """Return whether a need is met; None where nothing is filled in."""
    return meant(value, MET)


def confirmed(value: Any) -> str | None:
    """Return how a customer confirmed a solution."""
    return meant(value, CONFIRMED)
