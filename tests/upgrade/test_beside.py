"""What people keep beside the tables after an upgrade: sheets of their own, words on our sheets."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openxml_audit import OpenXmlValidator

from xlcrm.findings import Finding, Language
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.upgrades import upgrade
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

TODAY = Options(date(2024, 5, 20))


def written(path: Path, language: Language = "zh") -> Path:
    spec = load_spec()
    tables = [spec.tables[key] for key in ("communication_log", "satisfaction_evaluation")]
    write_workbook(path, tables, spec, language, created=datetime(2024, 5, 16))
    return path


def one(path: Path, language: Language | None = None) -> tuple[Any, list[Finding]]:
    result = upgrade([path], None, TODAY, language)
    made = result.files[0].workbook
    assert made and not OpenXmlValidator().validate(str(made)).errors
    return load_workbook(made), result.findings


def left(book: Any) -> list[tuple[Any, ...]]:
    """What was left over: sheet, cell, content."""
    rows = book["表外内容"].iter_rows(2, values_only=True) if "表外内容" in book else ()
    return [row[:3] for row in rows]


def test_an_own_sheet_keeps_its_shape(tmp_path: Path, saved: Any) -> None:
    book = load_workbook(written(tmp_path / "a.xlsx"))
    own = book.create_sheet("分析")
    own.merge_cells("A1:F1")
    own.merge_cells("B3:B5")
    own["A1"], own["B3"], own["B6"] = "五月小结", "三行", "=SUM(2,3)"
    own.row_dimensions[1].height, own.column_dimensions["D"].width = 40, 31
    book.save(tmp_path / "a.xlsx")
    path = saved(tmp_path / "a.xlsx")
    new, findings = one(path)
    own, is_stored = new["分析"], "converted" in str(path)  # LibreOffice computes on saving
    assert {str(box) for box in own.merged_cells.ranges} == {"A1:F1", "B3:B5"}
    assert (own["A1"].value, own["B3"].value) == ("五月小结", "三行")
    assert own.row_dimensions[1].height == pytest.approx(40, abs=1)
    assert own.column_dimensions["D"].width == pytest.approx(31, abs=1)
    assert (own["B6"].value, own["B6"].data_type) == ((5, "n") if is_stored else ("=SUM(2,3)", "s"))
    told = [(each.sheet, each.cell, each.parameters["detail"]) for each in findings]
    assert told == ([] if is_stored else [("分析", "B6", "formula")])
    assert all(each.message("zh") and each.message("en") for each in findings)


def test_merged_ranges_that_no_program_makes(tmp_path: Path) -> None:
    book = load_workbook(written(tmp_path / "a.xlsx"))
    own = book.create_sheet("分析")
    own["A1"], own["C3"] = "一", "二"
    for box in ("A1:B2", "B2:C3", "C3:C3", "A8:XFD1048576", "A5:C5"):  # beyond any filled cell too
        own.merged_cells.add(box)
    book.save(tmp_path / "a.xlsx")
    new, findings = one(tmp_path / "a.xlsx")
    assert findings == [] and (new["分析"]["A1"].value, new["分析"]["C3"].value) == ("一", "二")
    assert {str(box) for box in new["分析"].merged_cells.ranges} == {"A1:B2"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_words_on_our_own_sheets_are_kept(tmp_path: Path, saved: Any, language: Language) -> None:
    book = load_workbook(written(tmp_path / "a.xlsx", language))
    guide, choices = book.worksheets[0], book.worksheets[-1]
    guide["H7"], guide["A2"] = "我的提醒:周五交", "改过的一行"
    choices.cell(choices.max_row + 3, 1, "抖音")
    choices.cell(2, choices.max_column + 2, 12.5)
    book.save(tmp_path / "a.xlsx")
    where = (
        choices.cell(choices.max_row, 1).coordinate,
        choices.cell(2, choices.max_column).coordinate,
    )
    new, findings = one(saved(tmp_path / "a.xlsx"), "zh")
    names = guide.title, choices.title
    lines = [
        (names[0], "A2", "改过的一行"),
        (names[0], "H7", "我的提醒:周五交"),
        (names[1], where[1], 12.5),
        (names[1], where[0], "抖音"),
    ]
    assert (left(new), findings) == (lines, [])
    sheet = new["表外内容"]
    sheet["C9"], sheet["F2"], sheet["B4"] = "又一句", "旁边", "原来那里"
    new.save(tmp_path / "b.xlsx")
    again, _ = one(tmp_path / "b.xlsx")
    assert left(again) == [
        *lines[:2],
        (names[1], "原来那里", 12.5),
        lines[3],
        (None, None, "又一句"),
        ("表外内容", "F2", "旁边"),
    ]
    again.save(tmp_path / "c.xlsx")
    assert left(one(tmp_path / "c.xlsx")[0]) == left(again)  # nothing piles up


def test_what_we_print_is_never_taken_for_words_of_theirs(tmp_path: Path, saved: Any) -> None:
    new, findings = one(saved(written(tmp_path / "a.xlsx")), "en")
    assert findings == [] and len(new.sheetnames) == 4 and left(new) == []


def test_a_guide_that_does_not_tell_what_is_printed_is_left_behind(tmp_path: Path) -> None:
    book = load_workbook(written(tmp_path / "a.xlsx"))
    guide = book.worksheets[0]
    guide.cell(1, guide.max_column, "xlcrm.own.guide")  # as versions before wrote it
    book.save(tmp_path / "a.xlsx")
    assert left(one(tmp_path / "a.xlsx")[0]) == []
