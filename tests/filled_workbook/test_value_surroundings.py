"""What a value means by its workbook: years by the dates around it, serial days by how it counts.

All is read from the cells of real workbooks.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from xlcrm.records import FileReading

LOG, BASE, REVISIT, TALK = (
    "communication_log",
    "customer_base",
    "revisit_record",
    "communication_record",
)
Rows = list[tuple[str, Any]]  # the date cell and the deadline cell of a row of the log


@pytest.fixture
def log_of(tmp_path: Path, write: Any, read: Any) -> Callable[..., FileReading]:
    """Reads a log of these dates, saved on a day, beside customers who were met on ``met``."""

    def reading(*dates: Any, saved: str = "2024-05-20", met: Any = ()) -> FileReading:
        path = write(tmp_path / "a.xlsx", {LOG: [], BASE: []})
        book = openpyxl.load_workbook(path)
        log, base = book["沟通动态记录表"], book["客户基础信息库"]
        (column,) = [c.column for c in base[3] if c.value == "初次接触时间"]
        for row, day in enumerate(dates, 4):
            log.cell(row, 2, "C001")
            log.cell(row, 4, day)
        for row, day in enumerate(met, 4):
            base.cell(row, 1, f"C{row:03}")
            base.cell(row, column, day)
        book.save(path)
        return read(save_on(path, saved))

    return reading


def save_on(path: Path, day: str) -> Path:
    """Set when the workbook was last saved, as its properties say."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    core = parts["docProps/core.xml"].decode()
    moved, count = re.subn(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{day}T08:00:00Z", core)
    assert count == 1
    parts["docProps/core.xml"] = moved.encode()
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path


def days(reading: FileReading) -> list[Any]:
    return [record.values.get("date") for record in reading.records if record.table == LOG]


def told(reading: FileReading) -> list[str]:
    return [f"{finding.code} {finding.cell}" for finding in reading.findings]


def test_a_year_left_out_is_the_one_nearest_the_rows_around(log_of: Any) -> None:
    reading = log_of("2023-12-28", "12月30日", "1月3日", dt.date(2024, 1, 5), saved="2026-08-01")
    assert days(reading) == ["2023-12-28", "2023-12-30", "2024-01-03", "2024-01-05"]
    assert told(reading) == ["year-assumed D5", "year-assumed D6"]
    assert "2023-12-30" in reading.findings[0].message("zh")


def test_a_log_of_several_years_tells_each_year_by_its_place(log_of: Any) -> None:
    years = [["2022-11-01", "2022-11-02"], ["2024-11-01", "2024-11-02", "2014-11-03"]]
    reading = log_of(*years[0], "11月5日", *years[1], "11月5日")
    assert (days(reading)[2], days(reading)[-1]) == ("2022-11-05", "2024-11-05")


def test_without_other_dates_in_its_sheet_the_workbooks_tell_the_year(log_of: Any) -> None:
    reading = log_of("5月20日", met=[dt.date(2022, 3, 1), "2022年7月1日"], saved="2026-08-01")
    assert days(reading) == ["2022-05-20"]


def test_without_any_other_date_the_day_it_was_saved_tells_the_year(log_of: Any) -> None:
    assert days(log_of("5月20日", saved="2023-08-01")) == ["2023-05-20"]
    assert days(log_of("12月30日", saved="2024-01-03")) == ["2023-12-30"]
    assert days(log_of("1月3日", saved="2023-12-30")) == ["2024-01-03"]


def test_birthdays_tell_no_year(tmp_path: Path, write: Any, read: Any) -> None:
    customers = [{"customer_id": f"C00{n}", "customer_name": f"客户{n}"} for n in (1, 2, 3)]
    path = write(tmp_path / "a.xlsx", {BASE: customers, LOG: [{"customer_id": "C001"}]})
    book = openpyxl.load_workbook(path)
    base = book["客户基础信息库"]
    columns = {cell.value: cell.column for cell in base[3]}
    for row in (4, 5, 6):
        base.cell(row, columns["客户生日"], dt.date(1975, 9, row))
    base.cell(5, columns["初次接触时间"], "2024-03-01")
    book["沟通动态记录表"].cell(4, 4, "5月20日")
    book.save(path)
    assert days(read(save_on(path, "2024-06-01"))) == ["2024-05-20"]


@pytest.mark.parametrize("slot", ["last_time", "time"])
def test_a_year_left_out_on_a_form(slot: str, tmp_path: Path, write: Any, read: Any) -> None:
    values = {"customer_name": "滨海医疗", "time": "2024-01-03T09:00", "last_time": "2023-12-20"}
    path = write(tmp_path / "a.xlsx", {REVISIT: [values]})
    book = openpyxl.load_workbook(path)
    sheet = book["客户回访沟通记录表"]
    cell = read(path).records[0].cell(slot)
    sheet[cell] = "12月28日"
    older = book.copy_worksheet(sheet)  # the year is told by the form's own dates
    for row in older.iter_rows():
        for other in row:
            if isinstance(other.value, dt.datetime):
                other.value = other.value.replace(year=other.value.year - 5)
    book.save(path)
    reading = read(save_on(path, "2026-08-01"))
    found = [record.values[slot] for record in reading.records]
    assert found == ["2023-12-28", "2018-12-28"]
    assert told(reading) == [f"year-assumed {cell}"] * 2


def test_serial_days_count_as_their_workbook_does(tmp_path: Path, write: Any, read: Any) -> None:
    """The same numbers mean days four years and a day apart."""
    found = {}
    for name, epoch in (("1900", None), ("1904", CALENDAR_MAC_1904)):
        path = write(tmp_path / f"{name}.xlsx", {LOG: [], TALK: [{"customer_name": "滨海医疗"}]})
        book = openpyxl.load_workbook(path)
        if epoch:
            book.epoch = epoch
        log, form = book["沟通动态记录表"], book["客户沟通记录表"]
        place = read(path).records[0].cell("time")
        for target in (log["C4"], form[place]):
            target.value, target.number_format = 43970, "General"
        log["B4"], log["B5"] = "C001", "C001"
        log["C5"].value, log["C5"].number_format = dt.date(2024, 5, 20), "yyyy-mm-dd"
        book.save(path)
        reading = read(path)
        found[name] = [*days(reading), reading.records[-1].values["time"]]
        assert sorted(told(reading)) == sorted(["normalised C4", f"normalised {place}"])
    assert found == {
        "1900": ["2020-05-19", "2024-05-20", "2020-05-19"],
        "1904": ["2024-05-20", "2024-05-20", "2024-05-20"],
    }


def test_a_deadline_counted_from_a_date_without_a_year(
    log_of: Any, tmp_path: Path, read: Any
) -> None:
    log_of("2023-12-28", "12月29日")
    path = tmp_path / "a.xlsx"
    book = openpyxl.load_workbook(path)
    log = book["沟通动态记录表"]
    (column,) = [cell.column for cell in log[3] if cell.value == "行动截止日期"]
    log.cell(5, column, "3个工作日内")  # over New Year's Day and a weekend
    book.save(path)
    assert read(path).records[1].values["action_due"] == "2024-01-04"


def test_days_counted_from_a_date_that_is_not_understood_stay_as_written(
    log_of: Any, tmp_path: Path, read: Any
) -> None:
    log_of("下周一")
    path = tmp_path / "a.xlsx"
    book = openpyxl.load_workbook(path)
    log = book["沟通动态记录表"]
    (column,) = [cell.column for cell in log[3] if cell.value == "行动截止日期"]
    log.cell(4, column, "3日内")
    book.save(path)
    reading = read(path)
    assert reading.records[0].raw == {"date": "下周一", "action_due": "3日内"}
    assert [finding.code for finding in reading.findings] == ["bad-date", "bad-date"]
