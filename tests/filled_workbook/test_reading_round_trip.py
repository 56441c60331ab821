"""What is written is read: every field of every table, and after other applications saved it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xlcrm.records import FileReading
from xlcrm.spec.model import Spec


@pytest.mark.parametrize("core", [False, True], ids=["full", "core"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_field_of_every_table_reads_back(
    tmp_path: Path, samples: Any, write: Any, read: Any, said: Any, language: str, core: bool
) -> None:
    records = samples(core=core)
    reading = read(write(tmp_path / "a.xlsx", records, language, core=core))
    assert said(reading) == records
    assert reading.findings == []
    assert all(record.raw == record.extras == {} for record in reading.records)


def test_every_value_of_every_list_reads_back(
    tmp_path: Path, spec: Spec, write: Any, read: Any, said: Any
) -> None:
    """Each choice of a field in a record of its own, ticked ones too."""
    records: dict[str, list[dict[str, Any]]] = {}
    for key, table in spec.tables.items():
        rows = records[key] = []
        for field in table.fields:
            vocabulary = getattr(field.type, "vocabulary", None)
            for n, choice in enumerate(vocabulary.choices if vocabulary else ()):
                if n == len(rows):
                    named = {"customer_name": f"客户{n}"}
                    rows.append(named if "customer_name" in table.by_key else {})
                many = field.type.name == "many"
                rows[n][field.key] = [choice.value] if many else choice.value
    records = {key: rows for key, rows in records.items() if rows}
    for language in ("zh", "en"):
        reading = read(write(tmp_path / f"{language}.xlsx", records, language))
        assert said(reading) == records
        assert reading.findings == []


@pytest.fixture(scope="module")
def original(tmp_path_factory: Any, samples: Any, write: Any) -> Path:
    path = tmp_path_factory.mktemp("round") / "原件.xlsx"
    return write(path, samples())  # type: ignore[no-any-return]


def test_a_workbook_saved_by_libreoffice_reads_the_same(
    original: Path, samples: Any, read: Any, said: Any, soffice: Any
) -> None:
    reading = read(soffice.convert(original, "xlsx"))
    assert said(reading) == samples()
    assert reading.findings == []


def test_a_workbook_saved_by_openpyxl_reads_the_same(
    original: Path, tmp_path: Path, samples: Any, read: Any, said: Any
) -> None:
    openpyxl.load_workbook(original).save(tmp_path / "a.xlsx")
    reading = read(tmp_path / "a.xlsx")
    assert said(reading) == samples()
    assert reading.findings == []


def test_a_reading_goes_through_state_and_back(original: Path, read: Any) -> None:
    reading = read(original)
    assert FileReading.decoded(original.name, reading.encoded) == reading


def test_a_record_knows_its_cells(original: Path, read: Any) -> None:
    records = {record.table: record for record in reversed(read(original).records)}
    book = openpyxl.load_workbook(original)
    log = records["communication_log"]
    assert (log.cell("date"), log.place) == ("D4", "4")
    revisit = records["revisit_record"]
    cell = revisit.cell("feedback")
    assert book[revisit.block.sheet][cell].value == "系统稳定,希望加快响应"
    assert revisit.cell("topics") == revisit.cell("topics.1")
    assert revisit.place == "" and revisit.cell("nothing") is None
