from __future__ import annotations

from datetime import date

import pytest

from xlcrm.periods import last_full_week, parse_period


@pytest.mark.parametrize(
    ("text", "start", "end", "kind", "previous"),
    [
        ("2024-W20", "2024-05-13", "2024-05-19", "week", "2024-W19"),
        ("2020-W53", "2020-12-28", "2021-01-03", "week", "2020-W52"),
        ("2021-W01", "2021-01-04", "2021-01-10", "week", "2020-W53"),
        ("2024-02", "2024-02-01", "2024-02-29", "month", "2024-01"),
        ("2024-01", "2024-01-01", "2024-01-31", "month", "2023-12"),
        ("2024-12", "2024-12-01", "2024-12-31", "month", "2024-11"),
        ("2024-Q1", "2024-01-01", "2024-03-31", "quarter", "2023-Q4"),
        ("2024-Q4", "2024-10-01", "2024-12-31", "quarter", "2024-Q3"),
        ("2024", "2024-01-01", "2024-12-31", "year", "2023"),
        (" 2024-w20 ", "2024-05-13", "2024-05-19", "week", "2024-W19"),
    ],
)
def test_a_period_by_its_name(text: str, start: str, end: str, kind: str, previous: str) -> None:
    period = parse_period(text)
    assert (str(period.start), str(period.end), period.kind) == (start, end, kind)
    assert period.previous.label == previous
    assert parse_period(period.label) == period


@pytest.mark.parametrize(
    "text", ["", "2024-W", "2024-W5", "2024-13-01", "24-05", "2024-Q5", "1900"]
)
def test_what_is_no_period_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="is no period: write 2024-W20"):
        parse_period(text)


@pytest.mark.parametrize("text", ["2024-W53", "2024-W00", "2024-13", "2024-00"])
def test_what_the_calendar_lacks_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=f"There is no {text} in the calendar"):
        parse_period(text)


@pytest.mark.parametrize(
    ("as_of", "label"),
    [
        (date(2024, 5, 20), "2024-W20"),  # the Monday after it
        (date(2024, 5, 19), "2024-W19"),  # its Sunday is not over yet
        (date(2024, 5, 26), "2024-W20"),
        (date(2021, 1, 4), "2020-W53"),
    ],
)
def test_the_last_full_week_ended_before_the_day(as_of: date, label: str) -> None:
    assert last_full_week(as_of).label == label


def test_the_last_periods_end_with_this_one() -> None:
    labels = [period.label for period in parse_period("2021-W01").last(3)]
    assert labels == ["2020-W52", "2020-W53", "2021-W01"]


def test_a_week_is_judged_monthly_over_the_thirty_days_that_end_with_it() -> None:
    week = parse_period("2024-W20")
    assert (str(week.window.start), str(week.window.end)) == ("2024-04-20", "2024-05-19")
    assert [parse_period(text).months for text in ("2024-W20", "2024-05", "2024-Q2", "2024")] == [
        1, 1, 3, 12,
    ]  # fmt: skip
    assert parse_period("2024-Q2").window == parse_period("2024-Q2")


def test_of_a_period_that_is_not_over_only_what_has_been_is_looked_at() -> None:
    may, day = parse_period("2024-05"), date(2024, 5, 20)
    so_far = may.until(day)
    assert (so_far.start, so_far.end, so_far.label) == (may.start, day, "2024-05")
    assert so_far.whole == may and not so_far.is_over(day)
    assert so_far.previous == parse_period("2024-04")
    assert may.until(date(2024, 6, 3)) == may
    week = parse_period("2024-W21").until(day)
    assert str(week.window.start) == "2024-04-21"  # 30 days up to that day


def test_of_a_period_that_has_not_begun_there_is_no_day_nor_of_the_days_to_come_before_it() -> None:
    day = date(2024, 5, 20)
    later = parse_period("2025").until(day)
    assert not [each for each in (date(2025, 1, 1), day) if each in later]
    assert later.previous == parse_period("2024").until(day)
