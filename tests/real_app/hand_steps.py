"""What a person does with a blank workbook, step by step, and where each cell is afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hand_work import Work
from openpyxl import Workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

FOREIGN, FOREIGN_VALUE = "同行人", "李强"
RENAMED = "五月"
_INSERTED_ROW = 6  # of a list, between two records
_INSERTED_COLUMN = 3

# What is done to sheets of a form, by the number of its record: rows or columns put in, names.
_WIDENED = {2: ("rows", 6, 2), 3: ("columns", 2, 1)}
_NAMES = {0: RENAMED, 5: "拜访 三号楼"}
_COPIED_AS_IT_IS, _COPY = 9, "备份"

Steps = list[list[Any]]


@dataclass(frozen=True)
class Hands:
    """A person with a blank workbook."""

    work: Work
    blank: Any
    path: Path  # of the blank workbook

    def steps(self, target: Path) -> Steps:
        """Return all that is done, from opening the blank workbook to saving it."""
        done = self._on_a_list() if self.work.sorted_by else self._on_a_form()
        return [["start", self.path], *done, ["save", target], ["close"]]

    def _on_a_list(self) -> Steps:
        """Records below each other, one more put in between; a column of one's own; sorted."""
        work, sheet = self.work, self.work.sheet
        *first, last = work.typed
        done: Steps = []
        for row, entries in enumerate(first, 4):
            done += self.blank.fill(sheet, entries, row)
        done.append(["insert_rows", sheet, _INSERTED_ROW, 1])
        done += self.blank.fill(sheet, last, _INSERTED_ROW)
        bottom = len(work.typed) + 3
        by = column_index_from_string(self._column(str(work.sorted_by)))
        by += by >= _INSERTED_COLUMN
        own = get_column_letter(_INSERTED_COLUMN)
        return [
            *done,
            ["unprotect", sheet],  # labels are locked: a column of one's own amid ours needs it
            ["insert_columns", sheet, _INSERTED_COLUMN, 1],
            ["type_in", sheet, f"{own}3", FOREIGN],
            *(["type_in", sheet, f"{own}{row}", FOREIGN_VALUE] for row in range(4, bottom + 1)),
            ["sort", sheet, f"A4:AZ{bottom}", by - 1],
            ["rename", sheet, RENAMED],
        ]

    def _on_a_form(self) -> Steps:
        """The first sheet filled in and copied for each further record; a copy left as it is."""
        sheet = self.work.sheet
        first, *others = self.work.typed
        done: Steps = self.blank.fill(sheet, first)
        names = [sheet, *(f"{sheet} ({n})" for n in range(2, len(others) + 2))]
        done += [["copy", sheet, name] for name in names[1:]]
        for name, changes in zip(names[1:], others, strict=True):
            done += self.blank.fill(sheet, changes, copy=name)
        for n, (what, at, count) in _WIDENED.items():
            done += [["unprotect", names[n]]] * (what == "columns")
            done.append([f"insert_{what}", names[n], at, count])
        done.append(["copy", names[_COPIED_AS_IT_IS], _COPY])
        return done + [["rename", names[n], name] for n, name in _NAMES.items()]

    def places(self, book: Workbook, n: int, label: str) -> Iterator[tuple[str, str]]:
        """Yield (sheet, cell) of a label of a record in the workbook that was saved."""
        work = self.work
        if work.sorted_by:
            page = book[RENAMED]
            told_by = column_of(page, work.told_by)
            text = work.records[n][work.told_by].shown
            row = next(cell.row for cell in page[told_by] if cell.value == text)
            yield RENAMED, f"{column_of(page, label)}{row}"
            return
        boxes = self.blank.boxes(work.sheet, label)
        place = boxes[0] if boxes else self.blank.place(work.sheet, label)
        yield self._name(n), _moved(place, *_WIDENED.get(n, ("rows", 0, 0)))
        if n == _COPIED_AS_IT_IS:
            yield _COPY, place

    def _name(self, n: int) -> str:
        usual = f"{self.work.sheet} ({n + 1})" if n else self.work.sheet
        return _NAMES.get(n, usual)

    def _column(self, label: str) -> str:
        return self.blank.place(self.work.sheet, label).rstrip("0123456789")


def column_of(page: Worksheet, label: str) -> str:
    """Return the letter of the column that a list prints a label over."""
    return next(str(cell.column_letter) for cell in page[3] if cell.value == label)


def _moved(place: str, what: str, at: int, count: int) -> str:
    """Return where a cell is after rows or columns were put in."""
    letters, row = re.fullmatch(r"([A-Z]+)(\d+)", place).groups()
    column = column_index_from_string(letters)
    if what == "columns":
        return f"{get_column_letter(column + count * (column >= at))}{row}"
    return f"{letters}{int(row) + count * (int(row) >= at)}"
