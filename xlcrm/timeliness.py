"""Whether a record was entered in time after its talk: one rule for checking and for the metric."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from xlcrm.spec.working_days import Calendar

_DAY = timedelta(days=1)
_TALKS = 10_000  # ends of talks of which the deadline is kept: many end on the same day


def entered_in_time(
    talk: str, recorded: str, hours: float, *, skipping: Calendar | None = None
) -> bool:
    """Whether ``recorded`` is at most ``hours`` after the end of ``talk``; exactly is in time.

    Both are ISO text: a day or a moment, ``talk`` a span too (``start/end``). A talk of which only
    the day is known ends with that day. An entry of which only the day is known is in time up to
    as many days later as the hours fill. ``skipping`` leaves a calendar's days off out of the
    hours.
    """
    end = talk.rpartition("/")[2]
    if len(recorded) == 10:
        last = date.fromisoformat(end[:10])
        for _ in range(math.ceil(hours / 24)):
            last = _next(last, skipping)
        return date.fromisoformat(recorded) <= last
    return datetime.fromisoformat(recorded) <= _deadline(end, hours, skipping)


@lru_cache(_TALKS)
def _deadline(talk: str, hours: float, skipping: Calendar | None) -> datetime:
    left, end = timedelta(hours=hours), datetime.fromisoformat(talk)
    if len(talk) == 10:
        end += _DAY
    if skipping is None:
        return end + left
    moment = end
    while True:
        midnight = datetime.combine(moment.date() + _DAY, time())
        if skipping.is_working_day(moment.date()):
            if moment + left <= midnight:
                return moment + left
            left -= midnight - moment
        moment = midnight


def _next(day: date, skipping: Calendar | None) -> date:
    day += _DAY
    while skipping and not skipping.is_working_day(day):
        day += _DAY
    return day
