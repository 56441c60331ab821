"""Each table, core fields alone and all of them: filled in by hand in LibreOffice as people do,
checked, merged and reported; and all this again after openpyxl has saved it.

What is typed, and what has to come of it, stands in ``tables/``; ``hand_work`` says how.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hand_steps import FOREIGN, FOREIGN_VALUE, RENAMED, Hands, column_of
from hand_work import Work, as_text, load_work, plain, shown
from openpyxl import Workbook, load_workbook

from xlcrm.findings import catalogue
from xlcrm.spec.loader import load_spec

AS_OF, MONTH = "2024-05-31", "2024-05"
FILE = "张伟.xlsx"
TABLES = {key: each for key, each in load_spec().tables.items() if not each.private}
LEVELS = {"core": ("core",), "full": ("core", "ext")}
LIBREOFFICE, OPENPYXL = "LibreOffice", "then openpyxl"

a_table = pytest.mark.parametrize(
    ("table", "extent"), [(table, extent) for table in TABLES for extent in LEVELS]
)
saved_by = pytest.mark.parametrize("saver", [LIBREOFFICE, OPENPYXL])
Document = dict[str, Any]


@dataclass
class Worked:
    """A workbook, and what xlcrm says of a folder with it; no report where none is made."""

    hands: Hands
    book: Workbook
    checked: Document
    merged: Document
    month: Document | None

    def found(self) -> list[str]:
        """Return what check finds, of every severity: code, sheet, cell and what stands there."""
        places = ((each["code"], each["sheet"], each["cell"]) for each in self.checked["findings"])
        return [
            _told(code, sheet, cell, shown(self.book[sheet][cell].value))
            for code, sheet, cell in places
        ]

    def planted(self) -> list[str]:
        """Return what has to be found, in the same words."""
        work = self.hands.work
        planted = [
            _told(code, *place, cell.shown)
            for n, record in enumerate(work.records)
            for label, cell in record.items()
            for code in cell.codes
            for place in self.hands.places(self.book, n, label)
        ]
        if work.sorted_by:
            header = f"{column_of(self.book[RENAMED], FOREIGN)}3"
            planted.append(_told("unknown-column", RENAMED, header, FOREIGN))
        return planted


def _told(code: str, sheet: str, cell: str, text: str) -> str:
    return f"{code}: {sheet}!{cell} [{text}]"


def _severities(told: Iterable[str]) -> Counter[str]:
    """Return how many findings of each severity there are, by their codes or as told."""
    return Counter(catalogue()[each.partition(":")[0]].severity for each in told)


@pytest.fixture(scope="module")
def typed(
    request: pytest.FixtureRequest,
    xlcrm: Any,
    blank: Callable[[Path], Any],
    at_the_keyboard: Callable[[list[list[Any]]], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[tuple[str, str], tuple[Hands, Path]]:
    """The workbook of each table that a test wants, as one LibreOffice saved them all."""
    folder = tmp_path_factory.mktemp("typed")
    chosen = (getattr(item, "callspec", None) for item in request.session.items)
    params = [spec.params for spec in chosen if spec and "extent" in spec.params]
    works = [load_work(*key) for key in dict.fromkeys((p["table"], p["extent"]) for p in params)]

    def hands(work: Work) -> Hands:
        path = folder / f"{work.table} {work.extent} blank.xlsx"
        xlcrm.new(path, work.table, *["--core"] * (work.extent == "core"))
        return Hands(work, blank(path), path)

    typed, steps = {}, []
    for each in map(hands, works):
        path = folder / f"{each.work.table} {each.work.extent}.xlsx"
        steps += each.steps(path)
        typed[each.work.table, each.work.extent] = (each, path)
    at_the_keyboard(steps)
    return typed


@pytest.fixture(scope="module")
def worked(
    typed: Mapping[tuple[str, str], tuple[Hands, Path]],
    xlcrm: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str, str, str], Worked]:
    """What xlcrm says of each workbook, as LibreOffice saved it and as openpyxl saved that."""

    @cache
    def work(table: str, extent: str) -> dict[str, Worked]:
        hands, path = typed[table, extent]
        folders = {saver: tmp_path_factory.mktemp("team") for saver in (LIBREOFFICE, OPENPYXL)}
        book = load_workbook(path)
        shutil.copy(path, folders[LIBREOFFICE] / FILE)
        book.save(folders[OPENPYXL] / FILE)
        code = 1 if _severities(hands.work.codes)["error"] else 0
        done = {}
        for saver, folder in folders.items():
            checked = xlcrm("check", folder, "--as-of", AS_OF, exit_code=code)
            merged = xlcrm("merge", folder, "--as-of", AS_OF)
            month = ("report", folder, "--month", MONTH, "--as-of", AS_OF)
            reported = xlcrm(*month) if saver == LIBREOFFICE else None
            done[saver] = Worked(hands, book, checked, merged, reported)
        return done

    return lambda table, extent, saver: work(table, extent)[saver]


@saved_by
@a_table
def test_only_what_was_planted_is_found(
    table: str, extent: str, saver: str, worked: Callable[..., Worked], record_property: Any
) -> None:
    done = worked(table, extent, saver)
    found, planted = Counter(done.found()), Counter(done.planted())
    assert (sorted(planted - found), sorted(found - planted)) == ([], [])
    count = ", ".join(f"{n} {severity}" for severity, n in _severities(found.elements()).items())
    record_property("by hand", (f"{table}, {extent}, {saver}", f"{count} planted and found"))


@saved_by
@a_table
def test_every_record_is_in_the_master_once(
    table: str,
    extent: str,
    saver: str,
    worked: Callable[..., Worked],
    master_rows: Callable[[Path, str], list[dict[str, Any]]],
    record_property: Any,
) -> None:
    done = worked(table, extent, saver)
    work, merged = done.hands.work, done.merged
    count, copies = len(work.records), 0 if work.sorted_by else 1
    (file,) = merged["files"]
    assert (merged["records"], merged["duplicates"]) == ({table: count}, copies)
    rows = [file[key] for key in ("rows_seen", "rows_merged", "rows_rejected")]
    assert rows == [count + copies, count + copies, 0]

    master = master_rows(Path(merged["master"]), work.sheet)
    by = work.name(work.told_by)
    read = {row[by]: row for row in master}
    assert len(read) == len(master) == count
    own = {FOREIGN: FOREIGN_VALUE} if work.sorted_by else {}
    meant = {
        (record[by], label): text
        for record in map(work.meant, range(count))
        for label, text in (record | own).items()
    }
    held = {(text, label): as_text(read[text][label]) for text, label in meant}
    assert {key: text for key, text in held.items() if text != meant[key]} == {}
    record_property("by hand", (f"{table}, {extent}, {saver}", f"{count} records typed and merged"))


@a_table
def test_its_facts_are_in_the_metrics(
    table: str, extent: str, worked: Callable[..., Worked], record_property: Any
) -> None:
    done = worked(table, extent, LIBREOFFICE)
    told = {
        " ".join(filter(None, (each["key"], each["subject"]))): plain(each["current"])
        for each in done.month["metrics"]
    }
    # A metric that no figure is given for has no data.
    wanted = dict.fromkeys(told) | done.hands.work.figures
    assert {name: figure for name, figure in told.items() if figure != wanted[name]} == {}
    given = f"{len(done.hands.work.figures)} of {len(told)} metrics with data"
    record_property("by hand", (f"{table}, {extent}, {LIBREOFFICE}", given))


@pytest.mark.parametrize("table", [key for key, each in TABLES.items() if each.layout == "list"])
@pytest.mark.parametrize("extent", LEVELS)
def test_a_list_is_sorted_with_a_row_and_a_column_put_in(
    table: str, extent: str, typed: Mapping[tuple[str, str], tuple[Hands, Path]]
) -> None:
    hands, path = typed[table, extent]
    page = load_workbook(path)[RENAMED]
    told_by = page[column_of(page, hands.work.told_by)]
    texts = [record[hands.work.told_by].shown for record in hands.work.records]
    rows = [cell.value for cell in told_by[3:] if cell.value]
    assert rows != texts
    assert sorted(rows) == sorted(texts)
    assert [cell.value for cell in page["C"][2:4]] == [FOREIGN, FOREIGN_VALUE]


@a_table
def test_every_field_is_filled_and_every_dropdown_used(
    table: str, extent: str, typed: Mapping[tuple[str, str], tuple[Hands, Path]]
) -> None:
    hands, _ = typed[table, extent]
    work = hands.work
    names = [
        field.labels["zh"]
        for field in TABLES[table].fields
        if field.is_input and field.level in LEVELS[extent]
    ]
    for name in names:
        labels = work.labels_of(name)
        texts = [entries[label] for entries in work.typed for label in labels if label in entries]
        assert texts, name
        assert any(work.meant(n)[name] for n in range(len(work.records))), name
        if hands.blank.has_dropdown(work.sheet, labels[0]):
            assert any(text.startswith("▾") for text in texts), name
