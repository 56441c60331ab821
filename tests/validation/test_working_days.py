"""Days and hours that are counted in working days: official ones, and those of the team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from xlcrm.examination import examine
from xlcrm.records import FileReading
from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings
from xlcrm.template_workbook import write_workbook

LOG = {
    "record_id": "J001",
    "customer_name": "星辰科技",
    "channel": "电话",
    "content": "客户要求5月底前完成对接",
}
FORM = {
    "customer_name": "星辰科技",
    "channel": "电话",
    "needs": ["降低成本"],
    "conclusions": "客户同意试用",
}
Read = Callable[..., FileReading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Examines a record of a table under a team's parameters, after a cell was typed over."""

    def read(
        table: str, values: dict[str, Any], typed: tuple[str, str] | None = None, **parameters: Any
    ) -> FileReading:
        spec = load_spec(Settings(parameters=parameters))
        path = tmp_path / "a.xlsx"
        created, rows = datetime(2024, 5, 20), {table: [values]}
        write_workbook(path, [spec.tables[table]], spec, "zh", created=created, records=rows)
        if typed:
            workbook = load_workbook(path)
            workbook[spec.tables[table].labels["zh"]][typed[0]] = typed[1]
            workbook.save(path)
        return examine(path, path.name, spec)

    return read


@pytest.mark.parametrize(
    ("day", "days", "due"),
    [
        ("2024-04-26", {}, "2024-04-30"),  # Sunday 28 April is worked
        ("2024-04-29", {}, "2024-05-07"),  # 1 to 5 May are off
        ("2024-05-09", {}, "2024-05-13"),  # Saturday 11 May is worked
        ("2024-04-29", {"days_off": ["2024-05-06"]}, "2024-05-08"),
        ("2024-04-29", {"days_worked": ["2024-05-04"]}, "2024-05-06"),
    ],
)
@pytest.mark.parametrize("cell", ["X4", "I4"])
def test_three_working_days_over_a_holiday(
    day: str, days: dict[str, Any], due: str, cell: str, read: Read
) -> None:
    reading = read("communication_log", {**LOG, "date": day}, (cell, "3个工作日内"), **days)
    assert reading.records[0].values["action_due"] == due


@pytest.mark.parametrize(
    ("recorded", "parameters", "late"),
    [
        ("2024-05-06T18:00", {}, False),  # 30 April and 6 May
        ("2024-05-07T09:00", {}, True),
        ("2024-05-07T09:00", {"days_off": ["2024-05-06"]}, False),
        ("2024-05-07T09:00", {"completion_days": 3}, False),
        ("2024-05-06T18:00", {"days_worked": ["2024-05-03"]}, True),
    ],
)
def test_a_form_is_finished_within_two_working_days(
    recorded: str, parameters: dict[str, Any], late: bool, read: Read
) -> None:
    values = {**FORM, "time": "2024-04-29T14:30/2024-04-29T15:10", "recorded_at": recorded}
    found = read("communication_record", values, **parameters).findings
    assert [each.code for each in found] == (["late-completion"] if late else [])


@pytest.mark.parametrize(
    ("recorded", "parameters", "late"),
    [
        ("2024-05-06T23:59", {}, True),
        ("2024-05-06T23:59", {"entry_skip_nonworking": True}, False),
        ("2024-05-07T00:01", {"entry_skip_nonworking": True}, True),
        ("2024-05-07T00:01", {"entry_skip_nonworking": True, "days_off": ["2024-05-06"]}, False),
        ("2024-05-06T23:59", {"entry_hours": 24 * 6}, False),
    ],
)
def test_a_talk_is_entered_within_a_day_of_working_time(
    recorded: str, parameters: dict[str, Any], late: bool, read: Read
) -> None:
    values = {**LOG, "date": "2024-04-30", "recorded_at": recorded}
    found = read("communication_log", values, **parameters).findings
    assert [each.code for each in found] == (["late-entry"] if late else [])


def test_a_year_without_a_calendar_is_told(read: Read) -> None:
    values = {**LOG, "date": date(2027, 5, 10).isoformat()}
    found = read("communication_log", values, ("X4", "3个工作日内")).findings
    assert [(each.code, each.cell) for each in found] == [("calendar-assumed", "X4")]
