"""A late entry where days off don't count: the sheet's formula against the rule of `check`."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import formualizer
import openpyxl
import pytest

from xlcrm.findings import Language
from xlcrm.spec.loader import load_spec
from xlcrm.spec.settings import Settings
from xlcrm.spec.types.base import FieldType
from xlcrm.spec.types.dates import Day, DayTime, TimeRange
from xlcrm.template_workbook import write_workbook
from xlcrm.template_workbook.conditions import is_late
from xlcrm.timeliness import entered_in_time

CREATED = datetime(2024, 5, 20)
# National Day 2024 is off from 1 to 7 October, with 29 September and 12 October worked instead;
# this team works on Saturday 9 November, and has Monday 11 November off.
SPEC = load_spec(
    Settings(
        {
            "entry_skip_nonworking": True,
            "days_off": ["2024-11-11", "2027-03-01"],
            "days_worked": ["2024-11-09", "2027-03-06"],
        }
    )
)
LOG = SPEC.tables["communication_log"]
# (end of the talk, entry): exactly 24 hours of working days are in time.
CASES = [
    ("2024-09-14T15:00", "2024-09-18T15:00", True),  # a worked Saturday, then Mid-Autumn
    ("2024-09-14T15:00", "2024-09-18T15:01", False),
    ("2024-09-28T15:00", "2024-09-30T00:00", True),  # a Saturday off; the Sunday is worked
    ("2024-09-28T15:00", "2024-09-30T00:01", False),
    ("2024-09-30T15:00", "2024-10-08T15:00", True),
    ("2024-09-30T15:00", "2024-10-08T15:01", False),
    ("2024-10-11T15:00", "2024-10-12T15:01", False),  # the Saturday is worked
    ("2024-10-10", "2024-10-12T00:00", True),  # of a day alone: from its midnight on
    ("2024-10-10", "2024-10-12T00:01", False),
    ("2024-05-16", "2024-05-18T00:00", True),  # the deadline is the midnight before the weekend
    ("2024-05-16", "2024-05-18T10:00", False),
    ("2024-05-16", "2024-05-20T00:00", False),
    ("2024-05-17", "2024-05-21T00:00", True),
    ("2024-11-08T15:00", "2024-11-09T15:01", False),  # the team's own days
    ("2024-11-09T15:00", "2024-11-12T15:00", True),
    ("2027-02-26T15:00", "2027-03-02T15:00", True),  # a year without a calendar yet
    ("2027-03-05T15:00", "2027-03-06T15:01", False),
]


def moments(n: int) -> Iterator[tuple[str, str]]:
    """Yield talks and entries round the turn of months with holidays."""
    draw = random.Random(24)
    starts = ["2024-02-05", "2024-04-28", "2024-09-10", "2024-09-25", "2024-12-27", "2025-01-22"]
    for _ in range(n):
        start = datetime.fromisoformat(draw.choice(starts)) + timedelta(days=draw.randrange(18))
        talk = start + timedelta(minutes=draw.choice([1, 2, 540, 875, 1439]))
        entry = talk + timedelta(
            minutes=draw.choice([0, 1, 60, 1439, 1440, 1441, *range(0, 20160, 720)])
        )
        as_day = draw.random() < 0.4
        yield (
            talk.date().isoformat() if as_day else talk.isoformat("T", "minutes"),
            entry.isoformat("T", "minutes"),
        )


def cell_of(kind: FieldType, talk: str) -> Any:
    """What stands in a talk's cell of a type."""
    if isinstance(kind, TimeRange) and "T" in talk:
        end = talk.replace("T", " ")
        return f"{end}-{end[-5:]}"
    return datetime.fromisoformat(talk)


def formulas(kind: FieldType, hours: float, count: int) -> list[str]:
    return [
        f"={is_late(kind, f'$A{n}', f'$B{n}', hours, skipping=True)}" for n in range(1, count + 1)
    ]


def filled(tmp_path: Path, kind: FieldType, hours: float, cases: Sequence[tuple[str, str]]) -> Path:
    """A workbook with the team's calendar, and a sheet with a talk, an entry and the formula."""
    path = tmp_path / "a.xlsx"
    write_workbook(path, [LOG], SPEC, "zh", created=CREATED)
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet("cases")
    for (talk, entry), formula in zip(cases, formulas(kind, hours, len(cases)), strict=True):
        sheet.append([cell_of(kind, talk), datetime.fromisoformat(entry), formula])
    book.save(path)
    return path


def wanted(cases: Sequence[tuple[str, str]], hours: float) -> list[bool]:
    return [not entered_in_time(*case, hours, skipping=SPEC.calendar) for case in cases]


@pytest.mark.parametrize("kind", [DayTime(), TimeRange()], ids=lambda kind: kind.name)
def test_days_off_are_left_out_as_check_does(kind: FieldType, tmp_path: Path, soffice: Any) -> None:
    cases = [case[:2] for case in CASES]
    assert wanted(cases, 24) == [not in_time for _, _, in_time in CASES]
    cases += moments(400)
    path = filled(tmp_path, kind, 24, cases)
    late = wanted(cases, 24)
    assert 80 < sum(late) < 340
    assert by_formualizer(path, len(cases)) == late
    book = openpyxl.load_workbook(soffice.convert(path, "xlsx"), data_only=True)
    assert [row[2].value for row in book["cases"].iter_rows()] == late


@pytest.mark.parametrize("hours", [12, 36, 72])
def test_a_teams_hours_hold_too(hours: float, tmp_path: Path) -> None:
    cases = [(talk[:10], entry) for talk, entry in moments(300)]
    path = filled(tmp_path, Day(), hours, cases)
    assert by_formualizer(path, len(cases)) == wanted(cases, hours)


def by_formualizer(path: Path, count: int) -> list[Any]:
    book = formualizer.load_workbook(str(path))
    book.evaluate_all()
    return [book.get_value("cases", row, 3) for row in range(1, count + 1)]


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("zh", ["放假的周一至周五", "上班的周六、周日"]),
        ("en", ["Days off, Monday to Friday", "Days worked at weekends"]),
    ],
)
def test_the_calendar_stands_on_the_sheet_of_choices(
    language: Language, labels: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook(path, [LOG], SPEC, language, created=CREATED)
    book = openpyxl.load_workbook(path)
    columns = [[c.value for c in column if c.value] for column in book.worksheets[-1].columns][
        -3:-1
    ]
    assert [column[0] for column in columns] == labels
    off, worked = ({each.date() for each in column[1:]} for column in columns)
    assert {date(2024, 10, 1), date(2024, 11, 11)} <= off and date(2024, 10, 5) not in off
    assert {date(2024, 9, 29), date(2024, 11, 9)} <= worked


def test_it_is_there_only_where_a_sheet_needs_it(tmp_path: Path) -> None:
    usual = load_spec()
    for spec, table, core, has in [
        (SPEC, "communication_log", False, True),
        (SPEC, "communication_log", True, False),  # no time of entry
        (SPEC, "customer_base", False, False),
        (usual, "communication_log", False, False),
    ]:
        path = tmp_path / "a.xlsx"
        write_workbook(path, [spec.tables[table]], spec, "zh", created=CREATED, core=core)
        names = openpyxl.load_workbook(path).defined_names
        assert ({"calendar_off", "calendar_worked"} <= set(names)) is has
