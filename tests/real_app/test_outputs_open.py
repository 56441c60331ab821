"""Every workbook that xlcrm writes is valid, and LibreOffice opens, prints and saves it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator

from xlcrm.filled_workbook.reading import read_file
from xlcrm.spec.loader import load_spec

SPEC = load_spec()
AS_OF = "2024-05-20"
BLANKS = {
    **{table: (table,) for table in SPEC.tables},
    "standard": (),
    "all": tuple(SPEC.tables),
    "core": (*SPEC.tables, "--core"),
    "english": (*SPEC.tables, "--lang", "en"),
}
WRITTEN = (
    *("master", "week", "month", "english master", "english week"),
    *("team", "index", "filed", "filed evaluation", "due", "brief"),
)
# What "standard" and "all" have is printed sheet by sheet with the blanks of one table.
PRINTED = [*SPEC.tables, "core", "english"]
PRINTED += ["master", "week", "month", "index", "filed", "due", "brief"]
_PAGE = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture(scope="module")
def outputs(xlcrm: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A workbook of every kind that the commands write, by what it is."""
    folder = tmp_path_factory.mktemp("outputs")
    made = {name: xlcrm.new(folder / f"{name}.xlsx", *args) for name, args in BLANKS.items()}
    team = folder / "team"
    made["week"] = Path(xlcrm("demo", team)["report"])
    made["master"] = team / "汇总" / "客户沟通汇总.xlsx"
    for name, args in {
        "month": ("--month", "2024-05"),
        "english week": ("--week", "2024-W20", "--lang", "en"),
    }.items():
        path = folder / f"{name}.xlsx"
        xlcrm("report", team, *args, "--as-of", AS_OF, "-o", path, exit_code=3)
        made[name] = path
    for name, args in {"due": (), "brief": ("C033",)}.items():
        made[name] = folder / f"{name}.xlsx"
        xlcrm(name, team, *args, "--as-of", AS_OF, "-o", made[name], exit_code=3)
    path = folder / "english master.xlsx"
    xlcrm("merge", team, "--lang", "en", "--as-of", AS_OF, "-o", path, exit_code=3)
    copy, filed = folder / "team.xlsx", folder / "filed"
    xlcrm("merge", team, "--audience", "team", "--as-of", AS_OF, "-o", copy, exit_code=3)
    files = xlcrm("archive", team, "--as-of", AS_OF, "--to", filed, exit_code=3)["files"]
    tables = {each["table"]: filed / each["path"] for each in files if each["path"]}
    return made | {
        "english master": path,
        "team": copy,
        "index": filed / "归档目录.xlsx",
        "filed": tables["communication_record"],
        "filed evaluation": tables["communication_evaluation"],
    }


@pytest.fixture(scope="module")
def opened(
    outputs: dict[str, Path],
    at_the_keyboard: Callable[[list[list[Any]]], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A folder with what one LibreOffice printed (.pdf) and saved (.xlsx) of all outputs."""
    folder = tmp_path_factory.mktemp("opened")
    steps: list[list[Any]] = []
    for name, path in outputs.items():
        steps += [["start", path], ["save", folder / f"{name}.xlsx"]]
        if name in PRINTED:
            steps.append(["print_to", folder / f"{name}.pdf"])
        steps.append(["close"])
    at_the_keyboard(steps)
    return folder


@pytest.mark.parametrize("name", [*BLANKS, *WRITTEN])
def test_it_is_valid(name: str, outputs: dict[str, Path]) -> None:
    result = OpenXmlValidator().validate(str(outputs[name]))
    assert [str(error) for error in result.errors] == []


@pytest.mark.parametrize("name", PRINTED)
def test_libreoffice_prints_it(name: str, opened: Path) -> None:
    assert len(_PAGE.findall((opened / f"{name}.pdf").read_bytes())) > 0


@pytest.mark.parametrize("name", [*BLANKS, *WRITTEN])
def test_libreoffice_keeps_its_sheets(name: str, opened: Path, outputs: dict[str, Path]) -> None:
    sheets = load_workbook(outputs[name]).sheetnames
    assert load_workbook(opened / f"{name}.xlsx").sheetnames == sheets


@pytest.mark.parametrize("name", BLANKS)
def test_a_blank_that_libreoffice_saved_is_still_blank_and_known(name: str, opened: Path) -> None:
    reading = read_file(opened / f"{name}.xlsx", name, SPEC, private=True)
    assert (reading.rejected, reading.records, reading.findings) == (None, [], [])


@pytest.mark.parametrize("name", ["standard", "all", "core", "english"])
def test_a_blank_that_openpyxl_saved_is_still_blank_and_known(
    name: str, outputs: dict[str, Path], tmp_path: Path
) -> None:
    load_workbook(outputs[name]).save(tmp_path / "saved.xlsx")
    reading = read_file(tmp_path / "saved.xlsx", name, SPEC, private=True)
    assert (reading.rejected, reading.records, reading.findings) == (None, [], [])


@pytest.mark.parametrize("name", WRITTEN)
def test_no_formula_of_an_output_is_in_error(name: str, opened: Path) -> None:
    for sheet in load_workbook(opened / f"{name}.xlsx", data_only=True, read_only=True):
        sheet.reset_dimensions()
        errors = [cell.coordinate for row in sheet for cell in row if cell.data_type == "e"]
        assert errors == [], sheet.title
