"""What is wrong between records: ids given twice, customers nobody registered, places of cells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from xlcrm.findings import Finding
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.options import Options

Examined = Callable[..., list[Finding]]
Told = Callable[..., list[tuple[str, str]]]

BASE = {"customer_id": "C001", "customer_name": "星辰科技", "customer_type": "潜在客户"}
LOG = {"record_id": "J001", "date": "2024-05-13", "channel": "电话", "content": "谈价格"}
REVISIT = {"time": "2024-05-13T14:30", "channel": "电话", "feedback": "好"}


@pytest.fixture
def customers_told(examined: Examined, tmp_path: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """Gives code, table, cell and expected name of what a workbook's customers show."""

    def told(records: dict[str, Any]) -> list[tuple[Any, ...]]:
        examined(records)
        found = check([tmp_path], Options(date(2024, 5, 20), workers=1)).findings
        return [(each.code, each.table, each.cell) for each in found if each.severity != "info"]

    return told


def test_an_id_given_twice_is_told_at_each_with_the_others_cells(examined: Examined) -> None:
    rows = [{**LOG, "customer_name": name, "record_id": "J007"} for name in ("甲", "乙", "丙")]
    found = examined({"communication_log": [*rows, {**LOG, "customer_name": "丁"}]})
    assert [(each.code, each.cell) for each in found] == [
        ("duplicate-id", "A4"),
        ("duplicate-id", "A5"),
        ("duplicate-id", "A6"),
    ]
    assert "A5、A6" in found[0].message("zh") and "A4" in found[2].message("en")


def test_an_unchanged_copy_of_a_sheet_repeats_no_id(examined: Examined) -> None:
    def copy(workbook: Workbook) -> None:
        workbook.copy_worksheet(workbook["沟通动态记录表"]).title = "备份"

    def change(workbook: Workbook) -> None:
        copy(workbook)
        workbook["备份"]["G4"] = "谈交期"

    rows = {"communication_log": [{**LOG, "customer_name": "甲"}]}
    assert examined(rows, copy) == []
    found = examined(rows, change)
    assert [(each.sheet, each.cell) for each in found] == [("沟通动态记录表", "A4"), ("备份", "A4")]
    assert "备份!A4" in found[0].message("zh")


def test_cells_are_right_where_columns_were_inserted(examined: Examined) -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["沟通动态记录表"]
        sheet.insert_cols(3, 2)
        sheet.insert_rows(1, 3)
        sheet["E7"] = "下周三"

    found = examined({"communication_log": [{**LOG, "customer_name": "甲"}]}, edit)
    assert [(each.code, each.cell) for each in found if each.severity == "error"] == [
        ("bad-date", "E7")
    ]


def test_unknown_customers_only_where_a_base_is_known(customers_told: Any) -> None:
    rows = [{**LOG, "customer_id": "C002"}]
    assert customers_told({"communication_log": rows}) == []
    found = customers_told({"customer_base": [BASE], "communication_log": rows})
    assert found == [("unknown-customer", "communication_log", "B4")]
    rows = [{**LOG, "customer_id": "C001"}, {**LOG, "record_id": "J002", "customer_name": "新"}]
    assert customers_told({"customer_base": [BASE], "communication_log": rows}) == []


def test_a_name_that_belongs_to_another_id(customers_told: Any) -> None:
    form = {**REVISIT, "customer_id": "C001", "customer_name": "月亮科技"}
    found = customers_told({"customer_base": [BASE], "revisit_record": [form]})
    assert found == [("name-mismatch", "revisit_record", "C4")]
    same = {**form, "customer_name": " 星辰 科技"}
    assert customers_told({"customer_base": [BASE], "revisit_record": [same]}) == []
