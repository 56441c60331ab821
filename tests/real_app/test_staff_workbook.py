"""The standard workbook, in both languages, worked on in LibreOffice as people do: all is found.

What is typed, pasted and planted stands in ``staff/``; ``staff_steps`` says what else is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hand_steps import column_of
from hand_work import as_text
from openpyxl import Workbook, load_workbook
from staff_steps import Staff, load_staff

AS_OF = ("--as-of", "2024-05-31")
FILES = {"zh": "张伟.xlsx", "en": "Zhang Wei.xlsx"}


@dataclass(frozen=True)
class Worked:
    """A workbook, and what check and merge say of a folder with it."""

    staff: Staff
    book: Workbook
    checked: dict[str, Any]
    merged: dict[str, Any]


@pytest.fixture(scope="module")
def typed(
    xlcrm: Any,
    blank: Callable[[Path], Any],
    at_the_keyboard: Callable[[list[list[Any]]], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, tuple[Staff, Path]]:
    """The workbooks of both languages, as one LibreOffice saved them."""
    done: dict[str, tuple[Staff, Path]] = {}
    steps = []
    for language, name in FILES.items():
        folder = tmp_path_factory.mktemp(language)
        path = xlcrm.new(folder / "blank.xlsx", "--lang", language)
        done[language] = (load_staff(language, blank(path), path), folder / "team" / name)
        done[language][1].parent.mkdir()
        steps += done[language][0].steps(done[language][1])
    at_the_keyboard(steps)
    return done


@pytest.fixture(scope="module", params=FILES)
def worked(request: pytest.FixtureRequest, typed: Any, xlcrm: Any) -> Worked:
    """The workbook of one language."""
    staff, path = typed[request.param]
    options = (path.parent, *AS_OF, "--lang", request.param)
    checked = xlcrm("check", *options, exit_code=1)
    return Worked(staff, load_workbook(path), checked, xlcrm("merge", *options))


def test_exactly_what_was_planted_is_found(worked: Worked) -> None:
    findings = worked.checked["findings"]
    found = Counter((each["code"], each["sheet"], each["cell"]) for each in findings)
    planted = Counter(worked.staff.planted(worked.book))
    assert (planted - found, found - planted) == (Counter(), Counter())
    assert len({code for code, _, _ in planted}) > 20
    assert "13800138000" not in str(findings)


def test_every_record_is_in_the_master_with_what_was_meant(
    worked: Worked, master_rows: Callable[[Path, str], list[dict[str, Any]]]
) -> None:
    works, merged = worked.staff.works, worked.merged
    counts = {key: len(work.records) for key, work in works.items()}
    assert (merged["records"], merged["duplicates"]) == (counts, 0)
    (file,) = merged["files"]
    rows = [file[key] for key in ("rows_seen", "rows_merged", "rows_rejected")]
    assert rows == [sum(counts.values()), sum(counts.values()), 0]
    for work in works.values():
        master = master_rows(Path(merged["master"]), work.sheet)
        read = {row[work.told_by]: row for row in master}
        assert len(read) == len(master) == len(work.records)
        for record in map(work.meant, range(len(work.records))):
            row = read[record[work.told_by]]
            assert {label: as_text(row[label]) for label in record} == record


def test_it_was_worked_on_as_people_do(worked: Worked) -> None:
    """The sheets are still protected, sorted and filtered; a block brought its own look."""
    work = worked.staff.works["communication_log"]
    page = worked.book[work.declared["renamed"]]
    assert page.protection.sheet
    assert any(row.hidden for number, row in page.row_dimensions.items() if number > 3)
    fills = {cell.fill.fgColor.rgb for row in page.iter_rows(min_row=4) for cell in row}
    assert "FFFFFF00" in fills
    texts = [record[work.told_by].shown for record in work.records]
    by = column_of(page, work.told_by)
    shown = [cell.value for cell in page[by][3:] if cell.value in texts]
    assert sorted(shown) == sorted(texts) and shown != texts
