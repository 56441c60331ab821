"""Records of every table, written and read through the public functions."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.filled_workbook.reading import read_file
from xlcrm.findings import Language
from xlcrm.records import FileReading, Values
from xlcrm.spec.loader import load_spec
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.settings import Settings
from xlcrm.spec.types.base import ReadContext
from xlcrm.template_workbook import write_workbook

sys.path.insert(0, str(Path(__file__).parent))  # for the modules of cases

CREATED = dt.datetime(2024, 5, 20, 8, 0)
NEAR = dt.date(2024, 5, 20)
Records = Mapping[str, Sequence[Values]]
Change = Callable[[Worksheet], object]


@pytest.fixture(scope="session")
def spec() -> Spec:
    """The declared tables, with their off fields shown."""
    plain = load_spec()
    off = {
        key: tuple(field.key for field in table.fields if field.level == "off")
        for key, table in plain.tables.items()
    }
    return load_spec(Settings(shown=off))


def _example(field: Field) -> Any:
    """The value of a field that its declared example states."""
    value = field.type.read(field.example["zh"], ReadContext(near=NEAR)).value
    assert value is not None
    return value


def _record(table: Table, *, core: bool) -> Values:
    return {field.key: _example(field) for field in table.shown(core=core) if field.is_input}


@pytest.fixture(scope="session")
def samples(spec: Spec) -> Callable[..., dict[str, list[Values]]]:
    """Makes, for each table, a record with every shown field and one with a name alone."""

    def make(*, core: bool = False) -> dict[str, list[Values]]:
        return {
            key: [_record(table, core=core), {"customer_name": "滨海医疗器械有限公司"}]
            if "customer_name" in {field.key for field in table.shown(core=core)}
            else [_record(table, core=core)]
            for key, table in spec.tables.items()
        }

    return make


@pytest.fixture(scope="session")
def write(spec: Spec) -> Callable[..., Path]:
    """Writes records, of some tables or of all that have any, to a workbook."""

    def save(
        path: Path, records: Records, language: Language = "zh", *, core: bool = False
    ) -> Path:
        tables = [spec.tables[key] for key in records]
        write_workbook(path, tables, spec, language, created=CREATED, core=core, records=records)
        return path

    return save


@pytest.fixture(scope="session")
def read(spec: Spec) -> Callable[[Path], FileReading]:
    """Reads a workbook, tables that are kept apart too."""
    return lambda path: read_file(path, path.name, spec, private=True)


@pytest.fixture(scope="session")
def said() -> Callable[[FileReading], dict[str, list[Values]]]:
    """What a reading says: values by table, in the file's order."""

    def values(reading: FileReading) -> dict[str, list[Values]]:
        found: dict[str, list[Values]] = {}
        for record in reading.records:
            found.setdefault(record.table, []).append(record.values)
        return found

    return values


@pytest.fixture(scope="session")
def codes() -> Callable[[FileReading], list[str]]:
    """The codes of a reading's findings with their cells, sorted."""
    return lambda reading: sorted(
        " ".join(filter(None, (finding.code, finding.cell))) for finding in reading.findings
    )


@pytest.fixture
def sheet(tmp_path: Path, read: Any) -> Callable[..., FileReading]:
    """Reads a plain workbook of one sheet: texts by the cell in which each begins."""

    from structure_cases import put

    def make(
        cells: dict[str, str] | str, change: Callable[[Worksheet], object] | None = None
    ) -> FileReading:
        book = openpyxl.Workbook()
        for place, text in ({"A1": cells} if isinstance(cells, str) else cells).items():
            put(book.active, place, text)
        if change:
            change(book.active)
        book.save(tmp_path / "a.xlsx")
        return read(tmp_path / "a.xlsx")  # type: ignore[no-any-return]

    return make
