"""from-assumed: a customer's first change without an arrow, at its cell, over a run's files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from xlcrm.findings import Finding
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.options import Options
from xlcrm.spec.loader import load_spec
from xlcrm.template_workbook import write_workbook

SPEC = load_spec()
LOG, FORM, BASE = "communication_log", "communication_record", "customer_base"
Told = Callable[..., list[Finding]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """Gives the from-assumed findings of files of these records, in order of file and place."""

    def told(*files: dict[str, list[dict[str, Any]]]) -> list[Finding]:
        for number, records in enumerate(files):
            tables = [SPEC.tables[key] for key in records]
            path = tmp_path / f"{number}.xlsx"
            created = datetime(2024, 5, 20)
            write_workbook(path, tables, SPEC, "zh", created=created, records=records)
        found = check([tmp_path], Options(date(2024, 6, 1), workers=1)).findings
        return [each for each in found if each.code == "from-assumed"]

    return told


def talk(day: str, **values: Any) -> dict[str, Any]:
    return {"customer_id": "C001", "date": day, "channel": "电话", "content": "谈价格", **values}


def test_the_first_change_without_an_arrow_is_told_with_where_it_started(told: Told) -> None:
    rows = [
        talk("2024-05-02", type_after="成交客户"),
        talk("2024-05-01", type_after="意向客户(试用满意)"),
        talk("2024-05-03", type_after="维持"),
    ]
    (found,) = told({LOG: rows})
    assert (found.severity, found.cell, found.value) == ("info", "K5", "意向客户(试用满意)")
    assert "潜在客户" in found.message("zh") and "潜在客户" in found.message("en")


@pytest.mark.parametrize(
    "values",
    [
        {"type_after": "潜在客户→意向客户"},  # says it
        {"type_after": "维持"},  # is no change
        {"type_after": "潜在客户"},  # the first step of all
        {},
    ],
)
def test_what_needs_no_assumption_is_not_told(told: Told, values: dict[str, str]) -> None:
    assert told({LOG: [talk("2024-05-01", **values)]}) == []


def test_a_customers_first_change_may_stand_in_another_file_and_table(told: Told) -> None:
    form = {"customer_id": "C001", "time": "2024-05-01", "type_after": "意向客户"}
    (found,) = told(
        {LOG: [talk("2024-05-02", type_after="成交客户")]}, {FORM: [{**form, "channel": "电话"}]}
    )
    assert (found.file, found.table) == ("1.xlsx", FORM)


@pytest.mark.parametrize(("type_", "places"), [("意向客户", ["K4"]), ("流失客户", [])])
def test_a_customer_lost_came_from_the_bases_type_where_that_is_another(
    told: Told, type_: str, places: list[str]
) -> None:
    base = {"customer_id": "C001", "customer_name": "星辰", "customer_type": type_}
    found = told({BASE: [base]}, {LOG: [talk("2024-05-01", type_after="流失客户")]})
    assert [each.cell for each in found] == places


def test_stages_are_told_the_same(told: Told) -> None:
    (found,) = told({LOG: [talk("2024-05-01", stage_after="方案评估")]})
    assert (found.field, found.cell) == ("stage_after", "L4")
    assert "需求沟通" in found.message("zh")
