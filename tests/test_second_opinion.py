"""A second opinion: openpyxl finds in every cell of a record what our reader found there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from xlcrm.filled_workbook.opening import open_workbook
from xlcrm.filled_workbook.reading import read_file
from xlcrm.filled_workbook.sheets import CellError, RawSheet, UncachedFormula
from xlcrm.filled_workbook.source import read_source
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

sys.path.insert(0, str(Path(__file__).parent))  # for the module beside

from valid_values import record_of

SAMPLES = Path(__file__).parents[1] / "sample_workbooks"
SPEC = load_spec()
CREATED = datetime(2024, 5, 20)
EMPTY = ("", None)


def readable() -> list[Path]:
    """The sample workbooks that are read."""
    files = sorted(SAMPLES.rglob("*.xlsx"))
    return [path for path in files if read_file(path, path.name, SPEC).records]


def places(path: Path) -> dict[str, set[tuple[int, int]]]:
    """The zero-based cells of all records that our reader finds, by sheet."""
    found: dict[str, set[tuple[int, int]]] = {}
    for record in read_file(path, path.name, SPEC, private=True).records:
        block = record.block
        columns = {*block.columns.values(), *block.extras.values()}
        cells = {*block.cells.values()} or {(record.row, column) for column in columns}
        found.setdefault(block.sheet, set()).update(cells)
    return found


def at(rows: Any, row: int, column: int) -> Any:
    """What stands at a place; None beyond the last cell."""
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else None


def opinions(path: Path, *, read_only: bool) -> Iterator[tuple[str, Any, Any, Any]]:
    """Yield sheet and place, what we read, openpyxl's value and its formula, cell by cell."""
    books = [load_workbook(path, read_only=read_only, data_only=known) for known in (True, False)]
    sheets: dict[str, RawSheet] = {
        sheet.name: sheet.reread() for sheet in open_workbook(read_source(path), path.name).sheets
    }
    for name, cells in places(path).items():
        rows = []
        for book in books:
            if read_only:
                book[name].reset_dimensions()
            rows.append(list(book[name].iter_rows(values_only=True)))
        for row, column in sorted(cells):
            ours = at(sheets[name].rows, row, column)
            yield (
                f"{name} {row + 1}/{column + 1}",
                ours,
                at(rows[0], row, column),
                at(rows[1], row, column),
            )
    for book in books:
        book.close()


def agree(ours: Any, value: Any, formula: Any) -> bool:
    """Whether both read a cell alike. Where they say it otherwise, these are the ways:

    a date cell at midnight is a day to calamine; an empty cell is an empty text to it; openpyxl
    gives an error's code as a text, nothing for a formula without a stored value, and leaves
    Excel's escapes in texts (_x000D_) as they are.
    """
    if isinstance(ours, CellError):
        return bool(ours.code == value)
    if isinstance(ours, UncachedFormula):
        return value is None and getattr(formula, "text", formula) == ours.text
    if ours in EMPTY or value in EMPTY:
        return ours in EMPTY and value in EMPTY
    if isinstance(ours, datetime | date) and isinstance(value, datetime):
        moment = ours if isinstance(ours, datetime) else datetime.combine(ours, time())
        return abs(moment - value) < timedelta(milliseconds=1)  # halves are rounded otherwise
    if isinstance(value, str):
        value = unescape(value)
    return bool(type(ours) is type(value) or {type(ours), type(value)} == {int, float}) and bool(
        ours == value
    )


def assert_same(path: Path) -> int:
    """Compare both readings of a workbook; return how many cells were filled."""
    filled = 0
    for read_only in (True, False):
        told = list(opinions(path, read_only=read_only))
        differing = [each for each in told if not agree(*each[1:])]
        assert differing == []
        filled += sum(ours not in EMPTY for _, ours, _, _ in told)
    return filled // 2


@pytest.mark.parametrize("path", readable(), ids=lambda path: path.relative_to(SAMPLES).as_posix())
def test_sample_workbooks_are_read_alike(path: Path) -> None:
    assert assert_same(path) > 5


@settings(
    max_examples=1,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
@pytest.mark.parametrize("key", SPEC.tables)
def test_workbooks_of_any_values_are_read_alike(
    key: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = SPEC.tables[key]
    records = data.draw(st.lists(record_of(table, core=False), min_size=2, max_size=3))
    path = tmp_path_factory.mktemp("any") / "a.xlsx"
    write_workbook(path, [table], SPEC, "zh", created=CREATED, records={key: records})
    assert assert_same(path) > 0
    again = path.with_name("saved by another program.xlsx")
    load_workbook(path).save(again)
    assert assert_same(again) > 0
