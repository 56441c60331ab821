"""The Chinese calendar, as ``templates/lunar.toml`` declares its years."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from xlcrm import resources

_MONTHS = 12
_BITS = 13


class LunarDay(NamedTuple):
    """A day of the Chinese calendar; ``length`` is that of its month, 29 or 30 days."""

    month: int
    day: int
    is_leap: bool
    length: int


def lunar_day(day: date) -> LunarDay | None:
    """Return a day by the Chinese calendar; None outside the years that are declared."""
    months = _months()
    place = bisect_right(months, (day, _MONTHS + 1)) - 1
    if place < 0:
        return None
    first, month, is_leap, length = months[place]
    number = (day - first).days + 1
    return LunarDay(month, number, is_leap, length) if number <= length else None


@cache
def _months() -> list[tuple[date, int, bool, int]]:
    """Return every month in order: its first day, its number, whether it is a leap month, and its
    length."""
    declared = resources.declared("lunar.toml")
    first, months = declared["first_day"], []
    for code in declared["years"].split():
        for month, is_leap, length in _months_of(code):
            months.append((first, month, is_leap, length))
            first += timedelta(days=length)
    return months


def _months_of(code: str) -> Iterator[tuple[int, bool, int]]:
    leap, long = int(code[0], 16), int(code[1:], 16)
    numbers = [(n, False) for n in range(1, _MONTHS + 1)]
    if leap:
        numbers.insert(leap, (leap, True))
    for place, (month, is_leap) in enumerate(numbers, 1):
        yield month, is_leap, 29 + (long >> (_BITS - place) & 1)
