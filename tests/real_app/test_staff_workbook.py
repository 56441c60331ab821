"""The standard workbook, in both languages, worked on in LibreOffice as people do: all is found.

What is typed, pasted and planted stands in ``staff/``; ``staff_steps`` says what else is done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pytest
from hand_steps import column_of
from hand_work import Work, as_text
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
    """Protected all the while: sorted, filtered, widened; what was pasted has no rules of ours."""
    works, book = worked.staff.works, worked.book
    log, issues = works["communication_log"], works["issue_tracking"]
    page = book[log.declared["renamed"]]
    assert page.protection.sheet
    hidden = [row.hidden for number, row in page.row_dimensions.items() if number > 3]
    assert any(hidden) and not all(hidden)
    assert page.column_dimensions[column_of(page, log.declared["wide"])].width > 25

    pasted = log.declared["done"].index("block")
    dated = log.declared["wide"]
    cells = {n: page[worked.staff.place(book, log, n, dated)] for n in (0, pasted)}
    ruled = {
        n: any(cell.coordinate in rule.sqref for rule in page.data_validations.dataValidation)
        for n, cell in cells.items()
    }
    assert ruled == {0: True, pasted: False}
    assert cells[pasted].fill.fgColor.rgb == "FFFFFF00"

    days = _column(book, issues)
    assert len(days) == len(issues.records) and days[:-1] == sorted(days[:-1])
    base = [normalize("NFKC", text) for text in _column(book, works["customer_base"])]
    assert len(base) == 8 and base == sorted(base)


def _column(book: Workbook, work: Work) -> list[Any]:
    """Return what stands in the column by which a list was sorted."""
    page = book[work.sheet]
    return [cell.value for cell in page[column_of(page, str(work.sorted_by))][3:] if cell.value]
