"""What the lead says of the customers that a report names is there when it is written again."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from xlcrm.periods import parse_period
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.reports import report

SHEET = "客户满意度"


def score(team: Any, *scores: int) -> None:
    """Put in a talk with each customer, with these scores."""
    talks = [
        {"record_id": f"J{n:03}", "customer_name": f"第{n}公司", "date": "2024-05-14",
         "channel": "电话", "topic": "回访", "content": "问了使用情况", "satisfaction": each}
        for n, each in enumerate(scores, 1)
    ]  # fmt: skip
    team.put("a.xlsx", {"communication_log": talks})


def rows(path: Path) -> dict[str, tuple[Any, Any]]:
    """Cause and measures of each customer named on the sheet, by name."""
    found = load_workbook(path, read_only=True)[SHEET].iter_rows(min_row=4, values_only=True)
    return {str(row[1]): (row[7], row[8]) for row in found if "公司" in str(row[1])}


def say(path: Path, customer: str, cause: str) -> None:
    book = load_workbook(path)
    for row in book[SHEET].iter_rows():
        if row[1].value == customer and str(row[9].value).startswith("xlcrm.listed."):
            row[7].value = cause
    book.save(path)


def test_it_is_kept_from_run_to_run(team: Any) -> None:
    options = Options(date(2024, 5, 20))
    score(team, 2, 2, 5)
    path = report(team.root, options).path
    say(path, "第1公司", "交付延期")
    assert rows(report(team.root, options).path)["第1公司"] == ("交付延期", None)

    # Another week's report takes nothing over; the next run of this one still has it.
    report(team.root, options, parse_period("2024-W19"))
    score(team, 4, 2, 5)  # the first customer is on the list no more
    assert rows(report(team.root, options).path) == {
        "第2公司": (None, None), "第1公司": ("交付延期", None),
    }  # fmt: skip


def test_another_periods_report_in_its_place_says_nothing(team: Any, tmp_path: Path) -> None:
    options, path = Options(date(2024, 5, 20)), tmp_path / "报告.xlsx"
    score(team, 2)
    report(team.root, options, target=path)
    say(path, "第1公司", "交付延期")
    month = report(team.root, options, parse_period("2024-05"), target=path)
    assert rows(month.path) == {"第1公司": (None, None)}
