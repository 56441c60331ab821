"""A team's folder as ``xlcrm init`` makes it, its settings edited cell by cell, and the command."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.cli.main import main
from xlcrm.layout.lists import FIRST_ROW, HEADER_ROW
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.setup import init_folder

AS_OF = ("--as-of", "2024-05-20")
Cells = Mapping[str, Any]


@dataclass(frozen=True)
class Ran:
    """What a run left."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Callable[..., Ran]]:
    """Runs ``xlcrm`` in this process, on a day after all records of the tests."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    errors = sys.stdout.errors, sys.stderr.errors

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["xlcrm", *map(os.fspath, arguments), *AS_OF])
        with pytest.raises(SystemExit) as ended:
            main()
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, out.decode("utf-8"), err.decode("utf-8"))

    yield run
    for stream, kept in zip((sys.stdout, sys.stderr), errors, strict=True):
        stream.reconfigure(errors=kept)  # type: ignore[union-attr]


class Book:
    """A workbook whose lists are edited by the labels of their columns."""

    first = FIRST_ROW + 1

    def __init__(self, path: Path) -> None:
        self.path, self.book = path, load_workbook(path)

    def columns(self, sheet: Worksheet) -> dict[str, int]:
        return {cell.value: cell.column for cell in sheet[HEADER_ROW + 1] if cell.value}

    def header(self, sheet: str) -> list[str]:
        """The labels of a list, left to right."""
        return list(self.columns(self.book[sheet]))

    def find(self, sheet: str, where: Cells) -> int:
        """The row in which these cells stand."""
        page = self.book[sheet]
        columns = self.columns(page)
        (row,) = (
            n
            for n in range(FIRST_ROW + 1, page.max_row + 1)
            if all(page.cell(n, columns[label]).value == value for label, value in where.items())
        )
        return row

    def set(self, sheet: str, where: Cells, cells: Cells) -> list[str]:
        """Fill cells of the row found; return their addresses."""
        return self.fill(sheet, self.find(sheet, where), cells)

    def add(self, sheet: str, cells: Cells) -> list[str]:
        """Fill cells of the first free row; return their addresses."""
        page = self.book[sheet]
        rows = range(page.max_row, FIRST_ROW, -1)
        filled = (n for n in rows if any(cell.value for cell in page[n]))
        return self.fill(sheet, next(filled, FIRST_ROW) + 1, cells)

    def fill(self, sheet: str, row: int, cells: Cells) -> list[str]:
        page = self.book[sheet]
        columns = self.columns(page)
        for label, value in cells.items():
            page.cell(row, columns[label]).value = value
        return [page.cell(row, columns[label]).coordinate for label in cells]

    def rows(self, sheet: str) -> list[dict[str, Any]]:
        """The rows of a list, by label."""
        page = self.book[sheet]
        columns = self.columns(page)
        values = page.iter_rows(min_row=FIRST_ROW + 1, values_only=True)
        rows = ({label: row[column - 1] for label, column in columns.items()} for row in values)
        return [row for row in rows if any(row.values())]

    def save(self) -> None:
        self.book.save(self.path)


@dataclass(frozen=True)
class Team:
    """The folder of a team."""

    root: Path
    run: Callable[..., Ran]

    @property
    def settings_path(self) -> Path:
        return self.root / "团队设置.xlsx"

    @property
    def settings(self) -> Book:
        return Book(self.settings_path)

    def edit(self, *edits: tuple[str, Cells, Cells] | tuple[str, Cells]) -> list[str]:
        """Change rows of the settings (sheet, where, cells) or add some (sheet, cells); return the
        addresses of the last."""
        book = self.settings
        for edit in edits:
            addresses = book.set(*edit) if len(edit) == 3 else book.add(*edit)
        book.save()
        return addresses

    def letters(self, sheet: str) -> dict[str, str]:
        """The letters of a sheet's columns, by label."""
        page = load_workbook(self.settings_path, read_only=True)[sheet]
        (header,) = page.iter_rows(HEADER_ROW + 1, HEADER_ROW + 1, values_only=True)
        return {label: get_column_letter(n) for n, label in enumerate(header, 1) if label}

    def blank(self, name: str, *tables: str) -> Book:
        """A new workbook in the folder, as its settings have it."""
        ran = self.run("new", *tables, "--settings", self.root, "-o", self.root / name)
        assert ran.code == 0, ran.err
        return Book(self.root / name)

    def findings(self, *arguments: str | Path) -> list[dict[str, Any]]:
        ran = self.run(*(arguments or ("check", self.root)), "--format", "json")
        found: list[dict[str, Any]] = ran.document["findings"]
        return found

    def rows(self, label: str) -> list[dict[str, Any]]:
        """The rows of a table's sheet in the master of a merge."""
        ran = self.run("merge", self.root, "--format", "json")
        assert ran.code == 0, ran.out
        _, header, *rows = load_workbook(ran.document["master"], read_only=True)[label].iter_rows(
            values_only=True
        )
        return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture
def open_book() -> type[Book]:
    return Book


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``init`` makes, but for the blank workbook."""
    root = tmp_path_factory.mktemp("made") / "团队"
    init_folder(root, Options(date(2024, 5, 20)))
    (root / "客户沟通.xlsx").unlink()
    return root


@pytest.fixture
def team(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Ran], made: Path
) -> Team:
    """A folder ``团队`` below the current one, just set up."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(made, "团队")
    return Team(Path("团队"), run)
