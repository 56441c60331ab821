"""Figures that are formulas: LibreOffice reckons each as the report says, and anew where a person
corrects a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm import resources
from xlcrm.analysis_rows import text_width
from xlcrm.cli.main import cli
from xlcrm.report_workbook import facts_plan, formulas

PERIODS = ["--week=2024-W20", "--quarter=2024-Q2", "--year=2024"]
# What Excel 2010, WPS and LibreOffice share.
SHARED = {
    *("ABS", "AVERAGEIFS", "COUNTIF", "COUNTIFS", "IF", "IFERROR", "INDEX", "INT", "ISTEXT"),
    *("MATCH", "MAX", "MIN", "NA", "OR", "ROUND", "SUM"),
}
Reported = Callable[..., Path]
Corrected = tuple[dict[str, Any], dict[str, Any]]
WEEK = "周报"


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Reported:
    """The report of a period of the sample team, in a language."""
    folder = tmp_path_factory.mktemp("team")
    resources.copy_tree(resources.sample_workbooks(), folder)

    def made(period: str = "--week=2024-W20", language: str = "zh") -> Path:
        path = folder.parent / f"{period.strip('-')}-{language}.xlsx"
        if not path.exists():
            args = ["report", str(folder), period, "--as-of", "2024-05-27", "--lang", language]
            run = CliRunner().invoke(cli, [*args, "-o", str(path)], standalone_mode=False)
            assert path.exists(), run.output
        return path

    return made


def cells_with_formulas(book: Workbook) -> Iterator[tuple[Worksheet, Cell, str]]:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, ArrayFormula):
                    yield sheet, cell, cell.value.text
                elif cell.data_type == "f":
                    yield sheet, cell, cell.value


def assert_same(path: Path, recalculated: Path) -> int:
    """Assert that what is stored is what comes out; return how many formulas there are."""
    stored, reckoned = (load_workbook(each, data_only=True) for each in (path, recalculated))
    count = 0
    for sheet, cell, formula in cells_with_formulas(load_workbook(path)):
        one, two = (book[sheet.title][cell.coordinate].value for book in (stored, reckoned))
        if isinstance(one, float):
            one = pytest.approx(one, abs=1e-9)
        empty = ("", None)  # an empty text is read as either
        assert one == two or (one in empty and two in empty), (cell.coordinate, formula)
        count += 1
    return count


@pytest.mark.parametrize("period", PERIODS)
def test_an_application_reckons_what_the_report_says(
    period: str, reported: Reported, soffice: Any
) -> None:
    path = reported(period)
    assert assert_same(path, soffice.convert(path, "xlsx")) > 500


def test_so_it_does_in_english(reported: Reported, soffice: Any) -> None:
    path = reported("--month=2024-05", "en")
    assert assert_same(path, soffice.convert(path, "xlsx")) > 500


@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_of_metrics_stand_in_full_beside_their_figures(
    reported: Reported, language: str
) -> None:
    """A name is a link, which LibreOffice does not wrap."""
    book = load_workbook(reported("--month=2024-05", language))
    names = [
        (cell.value, sheet.column_dimensions["A"].width)
        for sheet in book.worksheets[1:10]
        for cell in sheet["A"]
        if cell.hyperlink
    ]
    assert len(names) > 50
    assert all(text_width(str(name)) < width for name, width in names)


def test_formulas_use_what_all_programs_have(reported: Reported) -> None:
    book = load_workbook(reported())
    texts = [re.sub('"[^"]*"', "", text) for _, _, text in cells_with_formulas(book)]
    assert {name for text in texts for name in re.findall(r"([A-Z]+)\(", text)} <= SHARED
    used = {name for text in texts for name in re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text)}
    assert used == set(book.defined_names)


def figures(book: Workbook) -> dict[str, tuple[Any, Any, Any]]:
    """The first sheet's figures and changes, by the metric's name."""
    rows = book[WEEK].iter_rows(min_row=5, max_col=5, values_only=True)
    return {str(row[1]): (row[2], row[3], row[4]) for row in rows if row[0] and row[1]}


@pytest.fixture(scope="module")
def corrected(reported: Reported, soffice: Any) -> Corrected:
    """The figures once a person has corrected a cell on five sheets of the report, and what they
    have to be."""
    book = load_workbook(reported())
    told = figures(load_workbook(reported(), data_only=True))
    expected = {
        "满意度平均分(5分制)": _another_score(book["评分"]),
        "平均响应时长(小时)": _another_time(book["消息"]),
        "需求满足率": _another_need(book["需求"]),
        "潜在客户→意向客户转化率": _another_type(book["类型变化"]),
        "问题解决率": told["问题解决率"][0] - _another_end(book["问题"]),
    }
    changed = reported().with_name("corrected.xlsx")
    book.save(changed)
    return figures(load_workbook(soffice.convert(changed, "xlsx"), data_only=True)), expected


def _another_score(sheet: Worksheet) -> float:
    found = [row["评分"] for row in rows(sheet, 日期=in_week)]
    found[0].value = 1
    return sum(cell.value for cell in found) / len(found)


def _another_time(sheet: Worksheet) -> float:
    found = rows(sheet, 客户回复时间=in_week, 我方发出时间=lambda sent: sent is not None)
    replies = [row for row in found if row["客户回复时间"].value >= row["我方发出时间"].value]
    replies[0]["我方发出时间"].value -= timedelta(hours=30)
    spans = [row["客户回复时间"].value - row["我方发出时间"].value for row in replies]
    return sum(span.total_seconds() for span in spans) / 3600 / len(spans)


def _another_need(sheet: Worksheet) -> float:
    met = next(rows(sheet, 日期=in_week, 需求满足情况=lambda met: met == "已满足"))
    met["需求满足情况"].value = "未满足"
    return 7 / 17  # which were eight


def _another_type(sheet: Worksheet) -> float:
    """Who was lost did not take the step."""
    is_first, is_next = "潜在客户".__eq__, "意向客户".__eq__
    next(rows(sheet, 日期=in_week, 变化前=is_first, 变化后=is_next))["变化后"].value = "流失客户"
    return 2 / 20  # which were three


def _another_end(sheet: Worksheet) -> float:
    reported_in = list(rows(sheet, 反馈时间=in_week))
    next(row for row in reported_in if in_week(row["完成时间"].value))["完成时间"].value = None
    return 1 / len(reported_in)


def rows(sheet: Worksheet, **wanted: Any) -> Iterator[dict[str, Cell]]:
    """The rows of a sheet of facts that hold some values, as cells by label."""
    labels = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        cells = dict(zip(labels, row, strict=True))
        if all(test(cells[label].value) for label, test in wanted.items()):
            yield cells


def in_week(value: Any) -> bool:
    return value is not None and "2024-05-13" <= str(value)[:10] <= "2024-05-19"


def test_a_cell_that_is_corrected_moves_its_figure(
    reported: Reported, corrected: Corrected
) -> None:
    before, (after, expected) = figures(load_workbook(reported(), data_only=True)), corrected
    for name, value in expected.items():
        assert before[name][0] != pytest.approx(value, abs=1e-6), name
        assert after[name][0] == pytest.approx(value, abs=1e-9), name


def test_and_the_change_beside_it(corrected: Corrected) -> None:
    figures, _ = corrected
    assert figures["潜在客户→意向客户转化率"][2] == "→"
    now, before, change = figures["满意度平均分(5分制)"]
    assert change == ("↓" if now < before else "↑") + f"{abs(round(now - before, 1)):g}"


def test_a_metric_leads_to_the_rows_it_rests_on(reported: Reported) -> None:
    book = load_workbook(reported())
    led = {cell.value: cell.hyperlink.location for cell in book[WEEK]["B"] if cell.hyperlink}
    assert len(led) > 15
    for name, place in led.items():
        sheet, _, at = place.rpartition("!")
        facts = book[sheet.strip("'")]
        labels = [cell.value for cell in facts[1]]
        supports = facts.cell(facts[at].row, 1 + labels.index("支持的指标")).value
        assert name in supports.split("、")


def test_too_many_facts_to_compare_with_one_another(
    reported: Reported, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Distinct counts are values then; sums stay formulas."""
    monkeypatch.setattr(formulas, "MOST", 5)
    book = load_workbook(reported("--week=2024-W19"))
    page = {row[1].value: row[2] for row in book[WEEK].iter_rows(min_row=5, max_col=5)}
    assert isinstance(page["满意度平均分(5分制)"].value, ArrayFormula)
    assert not isinstance(page["需求满足率"].value, ArrayFormula)
    says = {
        row[0]: row[2] for row in book["指标口径"].iter_rows(min_row=2, max_col=3, values_only=True)
    }
    assert says["满意度平均分(5分制)"].startswith("公式")
    assert says["需求满足率"].startswith("数值")


def test_of_a_period_that_is_not_over_the_report_says_so(reported: Reported) -> None:
    for period, is_running in (("--quarter=2024-Q2", True), ("--week=2024-W20", False)):
        book = load_workbook(reported(period))
        for page in (book.worksheets[0], book["需求匹配度"]):
            texts = [str(cell.value) for row in page.iter_rows(max_row=3) for cell in row]
            assert any("未结束，数据到 2024-05-27" in text for text in texts) == is_running


def test_of_too_many_facts_none_is_listed_and_no_figure_is_another(
    reported: Reported, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = reported().rename(tmp_path / "whole.xlsx")
    monkeypatch.setattr(facts_plan, "MOST", 100)
    short, known = load_workbook(reported()), load_workbook(whole)
    shown, expected = (load_workbook(path, data_only=True) for path in (reported(), whole))
    whole.replace(reported())
    assert {*known.sheetnames} - {*short.sheetnames} == {"沟通", "后续行动", "录入"}
    assert figures(shown) == figures(expected)
    texts = [text for _, _, text in cells_with_formulas(short)]
    assert texts and not any("communications_" in text for text in texts)
    says = {row[0].value: row[1].value for row in short["来源质量"]}
    assert says["条数太多、本报告不逐条列出（见客户沟通汇总）"].startswith("沟通、")


def test_of_many_facts_those_of_the_period_stand_there_and_give_its_figures(
    reported: Reported, monkeypatch: pytest.MonkeyPatch, soffice: Any
) -> None:
    everything = load_workbook(reported())["沟通"].max_row
    monkeypatch.setattr(formulas, "MOST", 160)
    path = reported("--week=2024-W18")
    assert 20 < load_workbook(path)["沟通"].max_row < everything
    assert assert_same(path, soffice.convert(path, "xlsx")) > 100
