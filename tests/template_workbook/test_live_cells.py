"""The evaluation form's overall score and level, recalculated by LibreOffice and formualizer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import formualizer
import openpyxl
import pytest

from xlcrm.findings import Language
from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings
from xlcrm.template_workbook import write_workbook

SPEC = load_spec()
TABLE = SPEC.tables["communication_evaluation"]
DIMENSIONS = ("goal", "efficiency", "expertise", "customer")
LANGUAGES: tuple[Language, ...] = ("zh", "en")
ENGLISH = {
    "优秀": "Excellent",
    "良好": "Good",
    "一般": "Fair",
    "需改进": "Needs improvement",
    None: None,
}
# What stands for the four dimensions: a score, a level, or nothing; and what comes of it.
CASES: list[tuple[tuple[float | str | None, ...], float | None, str | None]] = [
    ((5, 5, 5, 5), 5, "优秀"),
    ((5, 4, 4.5, 4.5), 4.5, "优秀"),
    ((4.5, 4, 4.5, 4.5), 4.375, "良好"),
    ((3.5, 3.5, 3.5, 3.5), 3.5, "良好"),
    ((3.5, 3, 3.5, 3.5), 3.375, "一般"),
    ((2.5, 2.5, 2.5, 2.5), 2.5, "一般"),
    ((2.5, 2, 2.5, 2.5), 2.375, "需改进"),
    ((1, 1, 1, 1), 1, "需改进"),
    (("优秀", "良好", "一般", "需改进"), 3.5, "良好"),
    ((5, "需改进", 4.5, "优秀"), 4.125, "良好"),
    ((5, 5, 5, None), None, None),
    ((None, None, None, None), None, None),
]


def values(four: tuple[float | str | None, ...]) -> dict[str, Any]:
    """A record whose dimensions have these scores or levels."""
    record: dict[str, Any] = {"customer_name": "华东智造"}
    for name, given in zip(DIMENSIONS, four, strict=True):
        if given is not None:
            record[f"{name}_{'level' if isinstance(given, str) else 'score'}"] = given
    return record


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Language, Path]:
    """A form sheet a case, in each language."""
    folder = tmp_path_factory.mktemp("evaluations")
    records = {TABLE.key: [values(four) for four, _, _ in CASES]}
    for language in LANGUAGES:
        path = folder / f"{language}.xlsx"
        write_workbook(
            path, [TABLE], SPEC, language, created=datetime(2024, 5, 20), records=records
        )
    return {language: folder / f"{language}.xlsx" for language in LANGUAGES}


def outcome(language: Language) -> list[tuple[float | None, str | None]]:
    if language == "zh":
        return [(score, level) for _, score, level in CASES]
    return [(score, ENGLISH[level]) for _, score, level in CASES]


def places(path: Path) -> list[tuple[str, str, str]]:
    """Of each form sheet its name and the cells of its overall score and level."""
    found = []
    for sheet in openpyxl.load_workbook(path).worksheets[1:-1]:
        names = {name.rpartition(".")[2]: each for name, each in sheet.defined_names.items()}
        cells = [
            names[key].attr_text.rpartition("!")[2] for key in ("overall_score", "overall_level")
        ]
        found.append((sheet.title, *(cell.replace("$", "") for cell in cells)))
    return found  # type: ignore[return-value]


@pytest.mark.parametrize("language", LANGUAGES)
def test_libreoffice_shows_the_overall_score_and_level(
    workbooks: Mapping[Language, Path], language: Language, soffice: Any
) -> None:
    book = openpyxl.load_workbook(soffice.convert(workbooks[language], "xlsx"), data_only=True)
    found = [
        tuple(book[sheet][cell].value or None for cell in cells)
        for sheet, *cells in places(workbooks[language])
    ]
    assert found == outcome(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_formualizer_shows_the_overall_score_and_level(
    workbooks: Mapping[Language, Path], language: Language
) -> None:
    book = formualizer.load_workbook(str(workbooks[language]))
    book.evaluate_all()
    found = []
    for sheet, *cells in places(workbooks[language]):
        row_column = [openpyxl.utils.cell.coordinate_to_tuple(cell) for cell in cells]
        found.append(tuple(book.get_value(sheet, *place) or None for place in row_column))
    assert found == outcome(language)


def test_a_teams_thresholds_hold(tmp_path: Path) -> None:
    spec = load_spec(Settings({"level_from": {"优秀": 4.8, "良好": 4, "一般": 3}}))
    path = tmp_path / "a.xlsx"
    records = {TABLE.key: [values((4.5, 4.5, 4.5, 4.5))]}
    write_workbook(
        path,
        [spec.tables[TABLE.key]],
        spec,
        "zh",
        created=datetime(2024, 5, 20),
        records=records,
    )
    book = formualizer.load_workbook(str(path))
    book.evaluate_all()
    ((sheet, _, level),) = places(path)
    assert book.get_value(sheet, *openpyxl.utils.cell.coordinate_to_tuple(level)) == "良好"


def test_no_value_is_stored_that_was_not_computed(workbooks: Mapping[Language, Path]) -> None:
    book = openpyxl.load_workbook(workbooks["zh"], data_only=True)
    for sheet, *cells in places(workbooks["zh"]):
        assert [book[sheet][cell].value for cell in cells] == [None, None]
