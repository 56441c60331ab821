"""A person at the keyboard of LibreOffice, and xlcrm as its users start it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.cli.main import cli

sys.path.insert(0, str(Path(__file__).parent))  # for what the tests of the tables are made of

from hand_verbs import HANDS
from hand_work import CHOSEN, PASTED

_TICKS = re.compile("([☑☐])([^☑☐]+)")
_LABELS = (2, 8)  # the columns in which a form prints its labels
_HEADER = 3  # the row in which a list prints them

Steps = list[list[Any]]


class Blank:
    """Where a blank workbook wants what, found as people find it: by what is printed on it."""

    def __init__(self, path: Path) -> None:
        """Open the workbook at ``path``."""
        self.book = load_workbook(path)

    def fill(
        self, sheet: str, entries: Mapping[str, str], row: int = 4, copy: str | None = None
    ) -> Steps:
        """Return the steps that fill a record in: on a list in ``row``, else beside the labels.

        An entry's key is a label, or ``label/head`` or ``label/number/head`` for a cell of a
        printed grid or of action rows. ``▾a`` chooses a from the dropdown, ``☑a☐b`` ticks the box
        of a and unticks that of b, ``⌫`` empties the cell, ``⎘a`` pastes a.
        ``copy``: the sheet's copy to fill.
        """
        page = self.book[sheet]
        steps: Steps = []
        for label, text in entries.items():
            if self.boxes(sheet, label) and (boxes := _TICKS.findall(text)):
                places = self._boxes(page, label, [choice for _, choice in boxes])
                steps += [
                    ["type_in", copy or sheet, place, box]
                    for place, (box, _) in zip(places, boxes, strict=True)
                ]
            else:
                steps.append(_step(copy or sheet, self.place(sheet, label, row), text))
        return steps

    def place(self, sheet: str, label: str, row: int = 4) -> str:
        """Return the address of the cell that a label asks to fill."""
        page = self.book[sheet]
        headers = {cell.value: cell.column for cell in page[_HEADER]}
        if label in headers:
            return f"{get_column_letter(headers[label])}{row}"
        name, *inner = label.split("/")
        found = _label(page, name)
        if not inner:
            return f"{get_column_letter(_last_column(page, found) + 1)}{found.row}"
        number = int(inner[0]) if len(inner) == 2 else 0
        return f"{_head(page, found.row, inner[-1])}{found.row + number}"

    def boxes(self, sheet: str, label: str) -> list[str]:
        """Return the addresses of the boxes that a form prints for a label; none elsewhere."""
        page = self.book[sheet]
        if label in {cell.value for cell in page[_HEADER]} or "/" in label:
            return []
        top = _label(page, label).row
        return [cell.coordinate for cell in page[top] if cell.value == "☐"]

    def has_dropdown(self, sheet: str, label: str) -> bool:
        """Whether a cell offers a list to choose from."""
        if self.boxes(sheet, label):
            return False
        place = self.place(sheet, label)
        rules = self.book[sheet].data_validations.dataValidation
        return any(rule.type == "list" and place in rule.sqref for rule in rules)

    def _boxes(self, page: Worksheet, label: str, choices: Sequence[str]) -> list[str]:
        top = _label(page, label).row
        cells = [cell for row in page.iter_rows(min_row=top, max_row=top + 1) for cell in row]
        found = [next(cell for cell in cells if str(cell.value) == each) for each in choices]
        return [cell.offset(0, -1).coordinate for cell in found]


def _step(sheet: str, place: str, text: str) -> list[str]:
    if text == "⌫":
        return ["clear", sheet, place]
    verb = {CHOSEN: "choose", PASTED: "paste"}.get(text[:1], "type_in")
    return [verb, sheet, place, text.lstrip(CHOSEN + PASTED)]


def _label(page: Worksheet, text: str) -> Cell:
    """Return the cell that prints a label; a section's title goes over the whole line."""
    cells = (page.cell(row, column) for row in range(3, page.max_row + 1) for column in _LABELS)
    same = (cell for cell in cells if cell.value == text)
    return next(cell for cell in same if _last_column(page, cell) - cell.column < 2)


def _last_column(page: Worksheet, cell: Cell) -> int:
    merged = (each for each in page.merged_cells.ranges if cell.coordinate in each)
    return next((each.max_col for each in merged), cell.column)


def _head(page: Worksheet, row: int, text: str) -> str:
    """Return the letter of the column that has ``text`` at its head, in ``row`` or above."""
    cells = (cell for above in range(row, 0, -1) for cell in page[above][2:])
    return next(str(cell.column_letter) for cell in cells if cell.value == text)


@pytest.fixture(scope="session")
def at_the_keyboard(soffice: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """Does steps in one LibreOffice."""

    def work(steps: Sequence[Sequence[Any]]) -> None:
        path = tmp_path_factory.mktemp("steps") / "steps.json"
        path.write_text(json.dumps(steps, default=str), encoding="utf-8")
        soffice.uno_script(HANDS, path)

    return work


class Xlcrm:
    """xlcrm's commands, by their arguments."""

    def __call__(self, *args: str | Path, exit_code: int = 0) -> dict[str, Any]:
        """Run a command and return its JSON document."""
        command = [*map(str, args), "--format", "json"]
        run = CliRunner().invoke(cli, command, standalone_mode=False, catch_exceptions=False)
        assert (run.return_value or 0) == exit_code, run.stderr + run.stdout[:2000]
        document: dict[str, Any] = json.loads(run.stdout)
        return document

    def new(self, path: Path, *args: str) -> Path:
        """Write a blank workbook."""
        self("new", *args, "-o", path)
        return path


@pytest.fixture(scope="session")
def xlcrm() -> Xlcrm:
    """xlcrm as its users start it."""
    return Xlcrm()


def rows(page: Worksheet) -> Iterator[dict[str, Any]]:
    """Yield the records of a master's sheet, by the labels in its first visible row."""
    lines = [[cell.value for cell in row] for row in page.iter_rows()]
    top = next(n for n, _ in enumerate(lines, 1) if not page.row_dimensions[n].hidden)
    for line in lines[top:]:
        yield {label: value for label, value in zip(lines[top - 1], line, strict=True) if label}


@pytest.fixture(scope="session")
def master_rows() -> Callable[[Path, str], list[dict[str, Any]]]:
    """Reads the records of a sheet of a master."""
    return lambda path, sheet: list(rows(load_workbook(path)[sheet]))


@pytest.fixture(scope="session")
def blank() -> Callable[[Path], Blank]:
    """Opens a blank workbook to see where it wants what."""
    return Blank


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the counts that tests gave for a line of the summary, ``by hand``: (line, count)."""
    lines: dict[str, list[str]] = {}
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "by hand" and report.when == "call":
                lines.setdefault(value[0], []).append(value[1])
    if lines:
        terminalreporter.section("by hand in LibreOffice")
    for line, counts in lines.items():
        terminalreporter.write_line(f"{line}: {', '.join(counts)}")
