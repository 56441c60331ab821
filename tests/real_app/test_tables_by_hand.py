"""Each table, core fields alone and all of them: filled in by hand in LibreOffice as people do,
checked, merged and reported; and all this again after openpyxl has saved it.

What is typed, and what has to come of it, stands in ``tables/``; ``hand_work`` says how.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
from hand_steps import FOREIGN, FOREIGN_VALUE, RENAMED, Hands, column_of
from hand_work import as_text, load_work, plain
from openpyxl import Workbook, load_workbook

from xlcrm.findings import catalogue
from xlcrm.spec.loader import load_spec

AS_OF, MONTH = "2024-05-31", "2024-05"
FILE = "张伟.xlsx"
TABLES = load_spec().tables
LEVELS = {"core": ("core",), "full": ("core", "ext")}
from hand_work import TABLES as TD
WORKS = {(table, extent): load_work(table, extent) for table in TABLES for extent in LEVELS if (TD/f"{table}.toml").exists()}
a_table = pytest.mark.parametrize(("table", "extent"), WORKS)
saved_by = pytest.mark.parametrize("saver", ["LibreOffice", "then openpyxl"])


@dataclass
class Worked:
    """A folder with one workbook in it, and what xlcrm says of it."""

    hands: Hands
    folder: Path
    xlcrm: Any

    @cached_property
    def book(self) -> Workbook:
        return load_workbook(self.folder / FILE)

    @cached_property
    def expected(self) -> list[str]:
        """What has to be found."""
        work = self.hands.work
        found = [
            _told(code, *place, cell.shown)
            for n, record in enumerate(work.records)
            for label, cell in record.items()
            for code in cell.codes
            for place in self.hands.places(self.book, n, label)
        ]
        if work.sorted_by:
            header = f"{column_of(self.book[RENAMED], FOREIGN)}2"
            found.append(_told("unknown-column", RENAMED, header, FOREIGN))
        return found

    @cached_property
    def found(self) -> list[str]:
        """What check finds, of every severity: code, sheet, cell and what stands there."""
        has_errors = any(catalogue()[code].severity == "error" for code in map(_code, self.expected))
        told = self.xlcrm("check", self.folder, "--as-of", AS_OF, exit_code=int(has_errors))
        places = ((each["code"], each["sheet"], each["cell"]) for each in told["findings"])
        return [
            _told(code, sheet, cell, as_text(self.book[sheet][cell].value))
            for code, sheet, cell in places
        ]

    @cached_property
    def merged(self) -> dict[str, Any]:
        return self.xlcrm("merge", self.folder, "--as-of", AS_OF)


def _told(code: str, sheet: str, cell: str, text: str) -> str:
    return f"{code}: {sheet}!{cell} [{text}]"


def _code(told: str) -> str:
    return told.partition(":")[0]


@pytest.fixture(scope="module")
def typed(
    xlcrm: Any,
    blank: Callable[[Path], Any],
    at_the_keyboard: Callable[[list[list[Any]]], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[tuple[str, str], tuple[Hands, Path]]:
    """Every workbook as one LibreOffice saved it."""
    folder = tmp_path_factory.mktemp("typed")
    typed, steps = {}, []
    for (table, extent), work in WORKS.items():
        name = f"{table} {extent}.xlsx"
        path = xlcrm.new(folder / f"blank {name}", table, *["--core"] * (extent == "core"))
        hands = Hands(work, blank(path))
        steps += hands.steps(path, folder / name)
        typed[table, extent] = (hands, folder / name)
    at_the_keyboard(steps)
    return typed


@pytest.fixture(scope="module")
def worked(typed: Any, xlcrm: Any, tmp_path_factory: Any) -> Callable[..., Worked]:
    """The folder of a table's workbook, as LibreOffice saved it, and as openpyxl saved that."""

    @cache
    def worked(table: str, extent: str, saver: str) -> Worked:
        hands, path = typed[table, extent]
        folder = tmp_path_factory.mktemp("team")
        if saver == "LibreOffice":
            shutil.copy(path, folder / FILE)
        else:
            load_workbook(path).save(folder / FILE)
        return Worked(hands, folder, xlcrm)

    return worked


@saved_by
@a_table
def test_only_what_was_planted_is_found(
    table: str, extent: str, saver: str, worked: Callable[..., Worked], record_property: Any
) -> None:
    done = worked(table, extent, saver)
    found, expected = Counter(done.found), Counter(done.expected)
    assert (sorted(expected - found), sorted(found - expected)) == ([], [])
    severities = Counter(catalogue()[code].severity for code in map(_code, found))
    record_property("by hand", (f"{table} {extent} {saver}", f"found {dict(severities)}"))


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
    done, work = worked(table, extent, saver), WORKS[table, extent]
    count, copies = len(work.records), 0 if work.sorted_by else 1
    (file,) = done.merged["files"]
    assert done.merged["records"] == {table: count}
    assert done.merged["duplicates"] == copies
    assert (file["rows_seen"], file["rows_merged"]) == (count + copies, count + copies)
    assert file["rows_rejected"] == 0

    master = master_rows(Path(done.merged["master"]), work.sheet)
    rows = {row[work.told_by]: row for row in master}
    assert len(rows) == len(master) == count
    own = {FOREIGN: FOREIGN_VALUE} if work.sorted_by else {}
    wanted = {
        (record[work.told_by], label): text
        for record in map(work.meant, range(count))
        for label, text in (record | own).items()
    }
    read = {(text, label): as_text(rows[text][label]) for text, label in wanted}
    assert {key: text for key, text in read.items() if text != wanted[key]} == {}
    record_property("by hand", (f"{table} {extent} {saver}", f"merged {count} (+{copies} copy)"))


@a_table
def test_its_facts_are_in_the_metrics(
    table: str, extent: str, worked: Callable[..., Worked], xlcrm: Any, record_property: Any
) -> None:
    folder = worked(table, extent, "LibreOffice").folder
    month = xlcrm("report", folder, "--month", MONTH, "--as-of", AS_OF)
    told = {
        " ".join(filter(None, (each["key"], each["subject"]))): plain(each["current"])
        for each in month["metrics"]
    }
    # A metric that nothing is given for has no data.
    wanted = dict.fromkeys(told) | WORKS[table, extent].figures
    assert {name: figure for name, figure in told.items() if figure != wanted[name]} == {}
    given = sum(figure is not None for figure in told.values())
    record_property("by hand", (f"{table} {extent} LibreOffice", f"metrics {given} of {len(told)}"))


@a_table
def test_every_field_is_filled_and_every_dropdown_used(
    table: str, extent: str, typed: dict[Any, tuple[Hands, Path]]
) -> None:
    work, (hands, _) = WORKS[table, extent], typed[table, extent]
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
