"""A person at work on a standard workbook: all that is done to it, and where it stands then."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from hand_steps import Steps, column_of
from hand_work import Work
from openpyxl import Workbook
from openpyxl.utils import column_index_from_string, get_column_letter

_STAFF = Path(__file__).parent / "staff"
_OTHER_LOOK = "DD.MM.YY"  # of dates in workbooks that are not ours
_FIRST = 4  # row of a list's first record
_RENAMED_COPY = 4


@dataclass(frozen=True)
class Staff:
    """A person, the blank workbook, and what is filled in: a part a table."""

    declared: dict[str, Any]
    blank: Any
    path: Path

    @cached_property
    def works(self) -> dict[str, Work]:
        """What is done with each table, by its key."""
        tables = {key: each for key, each in self.declared.items() if "core" in each}
        return {key: Work(key, "core", each) for key, each in tables.items()}

    def steps(self, target: Path) -> Steps:
        """Return all that is done, from opening the blank workbook to saving it."""
        done: Steps = [["start", self.path]]
        for work in self.works.values():
            done.append(["protected", work.sheet])
            done += self._list(work) if work.sorted_by else self._form(work)
        own = self.declared["own_sheet"]
        done += [["add_sheet", own["name"]], ["type_in", own["name"], "A1", own["text"]]]
        return [*done, ["save", target], ["close"]]

    def planted(self, book: Workbook) -> Iterator[tuple[str, str, str | None]]:
        """Yield (code, sheet, cell) of every mistake, as the workbook was saved."""
        own_sheet = self.declared["own_sheet"]
        yield own_sheet["told"], own_sheet["name"], None
        for work in self.works.values():
            if own := work.declared.get("own"):
                yield own["told"], self._name(work, 0), f"{self._own_column(work)}3"
            if "filter" in work.declared:  # what it hides is read, and said
                yield "normalised", self._name(work, 0), None
            for n, record in enumerate(work.records):
                for label, cell in record.items():
                    for code in cell.codes:
                        yield code, self._name(work, n), self.place(book, work, n, label)

    def place(self, book: Workbook, work: Work, n: int, label: str) -> str:
        """Return where a label of a record is on its sheet, as the workbook was saved."""
        if work.sorted_by:
            page = book[self._name(work, n)]
            text = work.records[n][work.told_by].shown
            row = next(c.row for c in page[column_of(page, work.told_by)] if c.value == text)
            return f"{column_of(page, label)}{row}"
        boxes = self.blank.boxes(work.sheet, label)
        return str(boxes[0] if boxes else self.blank.place(work.sheet, label))

    def _list(self, work: Work) -> Steps:
        """Rows typed, inserted and pasted as text, one deleted; sorted; then a block is pasted."""
        sheet, declared, done = work.sheet, work.declared, []
        arrived = list(enumerate(declared["done"]))
        row = _FIRST
        for n, how in (each for each in arrived if each[1] != "block"):
            if how == "tabs":
                done.append(["paste", sheet, f"A{row}", "\t".join(self._line(work, n)) + "\n"])
            elif how == "typed":
                done += self.blank.fill(sheet, work.typed[n], row)
            else:
                where, cell = how.split()
                done.append(["insert_row", sheet, cell, where])
                done += self.blank.fill(sheet, work.typed[n], int(cell[1:]) + (where == "After"))
            row += 1
        done += [*self._slips(work, row), *self._own(work), self._sort(work, row - 1)]
        blocks = [n for n, how in arrived if how == "block"]
        for n in blocks:
            done.append(["paste_block", sheet, f"A{row}", [self._line(work, n)], _OTHER_LOOK])
            row += 1
        if declared.get("sorted_again"):  # what was pasted as a block is locked, as it came
            done += [["unprotect", sheet], self._sort(work, row - 1)]
        return done + self._looked_at(work)

    def _own(self, work: Work) -> Steps:
        own, column = work.declared.get("own"), self._own_column(work)
        if not own:
            return []
        return [
            ["type_in", work.sheet, f"{column}3", own["label"]],
            ["type_in", work.sheet, f"{column}{_FIRST}", own["value"]],
        ]

    def _sort(self, work: Work, last: int) -> list[Any]:
        by = column_index_from_string(self._column(work, str(work.sorted_by)))
        return ["sort_by", work.sheet, f"A3:{self._own_column(work)}{last}", by]

    def _looked_at(self, work: Work) -> Steps:
        """The list filtered, a column widened, the sheet renamed."""
        sheet, declared, done = work.sheet, work.declared, []
        if chosen := declared.get("filter"):
            at = column_index_from_string(self._column(work, chosen[0]))
            done.append(["filter_by", sheet, at, chosen[1]])
        if label := declared.get("wide"):
            done.append(["widen", sheet, self._column(work, label), 6000])
        if name := declared.get("renamed"):
            done.append(["rename", sheet, name])
        return done

    def _slips(self, work: Work, row: int) -> Steps:
        """A row too much, deleted; a good one deleted and brought back."""
        sheet = work.sheet
        return [
            ["type_in", sheet, f"A{row}", "X"],
            ["delete_row", sheet, f"A{row}"],
            ["delete_row", sheet, f"A{_FIRST}"],
            ["undo", sheet, f"A{_FIRST}"],
        ]

    def _form(self, work: Work) -> Steps:
        """The first sheet filled in, copied for each further record, and the copies changed."""
        first, *others = work.typed
        done: Steps = self.blank.fill(work.sheet, first)
        names = [f"{work.sheet} ({n})" for n in range(2, len(others) + 2)]
        done += [["copy", work.sheet, name] for name in names]
        for name, changes in zip(names, others, strict=True):
            done += self.blank.fill(work.sheet, changes, copy=name)
        if renamed := work.declared.get("renamed"):
            done.append(["rename", names[_RENAMED_COPY - 1], renamed])
        return done

    def _line(self, work: Work, n: int) -> list[str]:
        """Return a record as a line of another sheet: a cell a column, up to the last filled."""
        columns = {self._column(work, label): text for label, text in work.typed[n].items()}
        last = max(map(column_index_from_string, columns))
        return [columns.get(get_column_letter(at), "") for at in range(1, last + 1)]

    def _name(self, work: Work, n: int) -> str:
        """Return what the sheet of a record is called in the end."""
        renamed = work.declared.get("renamed", work.sheet)
        if work.sorted_by or n == _RENAMED_COPY:
            return str(renamed)
        return f"{work.sheet} ({n + 1})" if n else work.sheet

    def _column(self, work: Work, label: str) -> str:
        return str(self.blank.place(work.sheet, label)).rstrip("0123456789")

    def _own_column(self, work: Work) -> str:
        """Return the letter of the first column that is not ours."""
        return get_column_letter(self.blank.book[work.sheet].max_column + 1)


def load_staff(language: str, blank: Any, path: Path) -> Staff:
    """Return the person who fills the blank workbook of a language at ``path``."""
    text = (_STAFF / f"{language}.toml").read_text(encoding="utf-8")
    return Staff(tomllib.loads(text.replace("{year}", str(date.today().year))), blank, path)
