"""Days, moments, spans, birthdays and deadlines in the forms that people write them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from xlcrm.spec.types.base import ReadContext
from xlcrm.spec.types.dates import Day, DayTime, Due, MonthDay, TimeRange

MONDAY = date(2024, 5, 20)
CONTEXT = ReadContext(anchor=MONDAY, near=MONDAY)


def read(kind: Any, raw: Any, context: ReadContext = CONTEXT) -> tuple[Any, list[str]]:
    """The value and the codes of the problems."""
    reading = kind.read(raw, context)
    return reading.value, [problem.code for problem in reading.problems]


@pytest.mark.parametrize(
    ("raw", "value", "codes"),
    [
        (date(2024, 5, 20), "2024-05-20", []),
        (datetime(2024, 5, 20), "2024-05-20", []),
        (datetime(2024, 5, 20, 14, 30), "2024-05-20", ["normalised"]),
        (45432.0, "2024-05-20", ["normalised"]),
        (20240520.0, "2024-05-20", ["normalised"]),
        ("2024-05-20", "2024-05-20", []),
        (" 2024-05-20\u00a0", "2024-05-20", []),
        ("2024-5-20", "2024-05-20", ["normalised"]),
        ("2024/5/20", "2024-05-20", ["normalised"]),
        ("2024.5.20", "2024-05-20", ["normalised"]),
        ("24.5.20", "2024-05-20", ["normalised"]),
        ("20240520", "2024-05-20", ["normalised"]),
        ("2024年5月20日", "2024-05-20", ["normalised"]),
        ("2024 年 5 月 20 日", "2024-05-20", ["normalised"]),
        ("24年5月20日", "2024-05-20", ["normalised"]),
        ("2024年5月20号", "2024-05-20", ["normalised"]),
        ("2024-5-20(周一)", "2024-05-20", ["normalised"]),
        ("２０２４－０５－２０", "2024-05-20", ["normalised"]),
        ("5月20日", "2024-05-20", ["year-assumed"]),
        ("2024-5-20 14:30", "2024-05-20", ["normalised"]),
        ("2024-02-29", "2024-02-29", []),
        ("2023-02-29", None, ["bad-date"]),
        ("2024-13-01", None, ["bad-date"]),
        ("2024年5月", None, ["bad-date"]),
        ("1899-05-20", None, ["bad-date"]),
        ("下周一", None, ["bad-date"]),
        ("2024-05-20前", None, ["bad-date"]),
        ("3日内", None, ["bad-date"]),
        ("2024-05-20 14:30-15:10", None, ["bad-date"]),
        (3.0, None, ["bad-date"]),
        (True, None, ["bad-date"]),
        (time(9, 30), None, ["bad-date"]),
        (timedelta(hours=30), None, ["bad-date"]),
        ("", None, []),
        (" \u3000", None, []),
    ],
)
def test_a_day(raw: Any, value: str | None, codes: list[str]) -> None:
    assert read(Day(), raw) == (value, codes)


def test_a_day_without_a_year_lies_near_the_others() -> None:
    for near, written, day in [
        (date(2024, 1, 5), "12月30日", "2023-12-30"),
        (date(2023, 12, 28), "1月3日", "2024-01-03"),
        (date(2023, 6, 1), "2月29日", "2024-02-29"),
    ]:
        assert read(Day(), written, ReadContext(near=near)) == (day, ["year-assumed"])
    own = ReadContext(anchor=date(2024, 1, 3), near=date(2024, 11, 1))  # its record's date counts
    assert read(Day(), "12月30日", own) == ("2023-12-30", ["year-assumed"])
    assert read(Day(), "5月20日", ReadContext()) == (None, ["bad-date"])


def test_serial_days_of_a_1904_workbook() -> None:
    assert read(Day(), 43970.0, ReadContext(date1904=True))[0] == "2024-05-20"


@pytest.mark.parametrize(
    ("raw", "value", "codes"),
    [
        ("2024-05-25前", "2024-05-25", []),
        ("5月25日之前", "2024-05-25", ["year-assumed"]),
        ("3日内", "2024-05-23", ["normalised"]),
        ("三天内", "2024-05-23", ["normalised"]),
        ("5个工作日内", "2024-05-27", ["normalised"]),
        ("3日内发方案", None, ["bad-date"]),
        ("下次沟通前1天", None, ["bad-date"]),
        ("2024-05-25", "2024-05-25", []),
        (date(2024, 5, 25), "2024-05-25", []),
        (3.0, None, ["bad-date"]),
        ("", None, []),
    ],
)
def test_a_day_that_is_a_deadline(raw: Any, value: str | None, codes: list[str]) -> None:
    assert read(Day(deadline=True), raw) == (value, codes)


@pytest.mark.parametrize(
    ("raw", "value", "codes"),
    [
        (datetime(2024, 5, 20, 14, 30), "2024-05-20T14:30", []),
        (datetime(2024, 5, 20, 14, 29, 59, 999_600), "2024-05-20T14:30", []),
        (datetime(2024, 5, 20, 14, 30, 15), "2024-05-20T14:30:15", []),
        (date(2024, 5, 20), "2024-05-20", []),
        (45432.604166666664, "2024-05-20T14:30", ["normalised"]),
        ("2024-05-20 14:30", "2024-05-20T14:30", []),
        ("2024-05-20T14:30", "2024-05-20T14:30", []),
        ("2024-5-20 14：30", "2024-05-20T14:30", ["normalised"]),
        ("2024-5-20 下午2:30", "2024-05-20T14:30", ["normalised"]),
        ("2024-5-20 下午2点半", "2024-05-20T14:30", ["normalised"]),
        ("2024年5月20日14时30分", "2024-05-20T14:30", ["normalised"]),
        ("2024年5月20日上午9点", "2024-05-20T09:00", ["normalised"]),
        ("2024/5/20 2:30 PM", "2024-05-20T14:30", ["normalised"]),
        ("2024/5/20 12:05 am", "2024-05-20T00:05", ["normalised"]),
        ("5月20日 9:00", "2024-05-20T09:00", ["year-assumed"]),
        ("2024-05-20", "2024-05-20", []),
        ("2024-05-20 24:30", None, ["bad-time"]),
        ("2024-05-20 14:75", None, ["bad-time"]),
        ("14:30", None, ["bad-time"]),
        (time(14, 30), None, ["bad-time"]),
        ("2024-05-20 14:30-15:10", None, ["bad-time"]),
    ],
)
def test_a_moment(raw: Any, value: str | None, codes: list[str]) -> None:
    assert read(DayTime(), raw) == (value, codes)


@pytest.mark.parametrize(
    ("raw", "value", "codes"),
    [
        ("2024-05-20 14:30-15:10", "2024-05-20T14:30/2024-05-20T15:10", []),
        ("2024年5月20日14:30-15:10", "2024-05-20T14:30/2024-05-20T15:10", ["normalised"]),
        ("2024-5-20 下午2:30~3:10", "2024-05-20T14:30/2024-05-20T15:10", ["normalised"]),
        ("2024-5-20 上午11:00至下午1:00", "2024-05-20T11:00/2024-05-20T13:00", ["normalised"]),
        ("2024-5-20 14:30—15:10", "2024-05-20T14:30/2024-05-20T15:10", ["normalised"]),
        (
            "2024-05-20 14:30 - 2024-05-21 10:00",
            "2024-05-20T14:30/2024-05-21T10:00",
            [],
        ),
        ("2024-05-20 14:30", "2024-05-20T14:30", []),
        ("2024-05-20", "2024-05-20", []),
        (datetime(2024, 5, 20, 14, 30), "2024-05-20T14:30", []),
        ("2024-05-20 15:10-14:30", None, ["date-order"]),
        ("2024-05-20 14:30-下班", None, ["bad-time"]),
        ("下午", None, ["bad-time"]),
    ],
)
def test_a_span(raw: Any, value: str | None, codes: list[str]) -> None:
    assert read(TimeRange(), raw) == (value, codes)


@pytest.mark.parametrize(
    ("raw", "value", "codes"),
    [
        (date(1985, 8, 15), "08-15", []),
        ("08-15", "08-15", []),
        ("8月15日", "08-15", ["normalised"]),
        ("8/15", "08-15", ["normalised"]),
        ("1985-8-15", "08-15", ["normalised"]),
        ("2月29日", "02-29", ["normalised"]),
        ("农历八月十五", "农历08-15", ["normalised"]),
        ("农历 8月15日", "农历08-15", ["normalised"]),
        ("阴历正月初一", "农历01-01", ["normalised"]),
        ("农历腊月廿三", "农历12-23", ["normalised"]),
        ("农历十一月初十", "农历11-10", ["normalised"]),
        ("农历十二月三十", "农历12-30", ["normalised"]),
        ("农历08-15", "农历08-15", []),
        ("农历二一月初五", None, ["bad-date"]),
        ("农历13-01", None, ["bad-date"]),
        ("2月30日", None, ["bad-date"]),
        ("中秋", None, ["bad-date"]),
        (5.2, None, ["bad-date"]),  # 5.2 or 5.20
        (45432.0, "05-20", ["normalised"]),
        ("", None, []),
    ],
)
def test_a_day_of_the_year(raw: Any, value: str | None, codes: list[str]) -> None:
    assert read(MonthDay(), raw) == (value, codes)


@pytest.mark.parametrize(
    ("raw", "value", "codes"),
    [
        (date(2023, 11, 25), {"date": "2023-11-25"}, []),
        (datetime(2023, 11, 25, 9, 0), {"date": "2023-11-25"}, ["normalised"]),
        ("2023-11-25", {"date": "2023-11-25"}, []),
        ("2023-11-25前发送定制方案", {"date": "2023-11-25", "text": "发送定制方案"}, []),
        (
            "2023年11月25日前发送定制方案",
            {"date": "2023-11-25", "text": "发送定制方案"},
            ["normalised"],
        ),
        (
            "发送定制方案,5月25日以前",
            {"date": "2024-05-25", "text": "发送定制方案"},
            ["year-assumed"],
        ),
        ("3日内跟进", {"date": "2024-05-23", "text": "跟进"}, ["normalised"]),
        ("十五天之内", {"date": "2024-06-04"}, ["normalised"]),
        ("二十天内", {"date": "2024-06-09"}, ["normalised"]),
        ("2个工作日内答复", {"date": "2024-05-22", "text": "答复"}, ["normalised"]),
        ("下次沟通前1天", {"text": "下次沟通前1天"}, []),
        ("合同120240520号", {"text": "合同120240520号"}, []),
        ("2024-02-30前", {"text": "2024-02-30前"}, []),
        (3.0, None, ["bad-date"]),
        ("", None, []),
    ],
)
def test_a_deadline(raw: Any, value: Any, codes: list[str]) -> None:
    assert read(Due(), raw) == (value, codes)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2024, 5, 20), 2, "2024-05-22"),
        (date(2024, 5, 24), 1, "2024-05-27"),  # over a weekend
        (date(2024, 4, 26), 1, "2024-04-28"),  # Sunday 28 April was worked
        (date(2024, 4, 30), 2, "2024-05-07"),  # 1 to 5 May off
        (date(2024, 5, 10), 1, "2024-05-11"),  # Saturday 11 May was worked
    ],
)
def test_working_days_are_those_of_the_chinese_calendar(start: date, days: int, end: str) -> None:
    context = ReadContext(anchor=start, near=start)
    assert read(Due(), f"{days}个工作日内", context)[0] == {"date": end}


def test_working_days_of_a_year_without_a_calendar_are_said_to_be_assumed() -> None:
    friday = date(2035, 5, 4)
    context = ReadContext(anchor=friday, near=friday)
    value, codes = read(Due(), "2个工作日内", context)
    assert (value, codes) == ({"date": "2035-05-08"}, ["calendar-assumed"])


def test_days_counted_from_nothing_stay_words() -> None:
    assert read(Due(), "3日内", ReadContext()) == ({"text": "3日内"}, [])
    assert read(Day(deadline=True), "3日内", ReadContext()) == (None, ["bad-date"])


def test_cells_are_real_dates() -> None:
    assert Day().cell("2024-05-20") == date(2024, 5, 20)
    assert DayTime().cell("2024-05-20T14:30") == datetime(2024, 5, 20, 14, 30)
    assert TimeRange().cell("2024-05-20T14:30/2024-05-20T15:10") == "2024-05-20 14:30-15:10"
    assert Due().cell({"date": "2024-05-20"}) == date(2024, 5, 20)
    assert Due().cell({"date": "2024-05-20", "text": "发方案"}) == "2024-05-20前发方案"
