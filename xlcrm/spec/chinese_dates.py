"""Dates, times and deadlines in the forms that people write them in Chinese offices.

All functions take text and give ISO 8601 text. Other parsers were tried and err on these forms
(``5月25日前`` as a past year, ``24.5.20`` as 2020), which is why this one exists.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from xlcrm.spec.working_days import OFFICIAL, Calendar, is_covered
from xlcrm.text import clean, compiled

FIRST_YEAR, LAST_YEAR = 1901, 2100

_DATE = (
    r"(?:(?P<y>\d{4})\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})(?:\s?[日号]|(?!\d))"
    r"|(?P<y2>\d{2})\s?[-/.年]\s?(?P<m2>\d{1,2})\s?[-/.月]\s?(?P<d2>\d{1,2})(?:\s?[日号]|(?!\d))"
    r"|(?P<y3>\d{4})(?P<m3>\d{2})(?P<d3>\d{2})(?!\d)"
    r"|(?P<m4>\d{1,2})\s?月\s?(?P<d4>\d{1,2})\s?[日号])"
)
_HALF = r"(?P<half{n}>上午|下午|晚上|中午|早上|凌晨|[AaPp][Mm])?\s?"
_TIME = (
    _HALF + r"(?P<h{n}>\d{{1,2}})(?:\s?[:时点]\s?(?P<i{n}>\d{{1,2}}|半)?\s?分?)"
    r"(?::?(?P<s{n}>\d{{2}})(?:\.\d+)?秒?)?\s?(?P<tail{n}>[AaPp][Mm])?"
)
_WEEKDAY = r"(?:\s?\(?(?:星期|周)[一二三四五六日天]\)?)?"
_MOMENT = (
    rf"{_DATE}{_WEEKDAY}(?:[\sT,]*{_TIME.format(n=1)}"
    rf"(?:\s?(?:[-~～—–至到]+)\s?(?:{_DATE.replace('(?P<', '(?P<e')}\s?)?{_TIME.format(n=2)})?)?"
)
_WITHIN = r"(?P<n>\d{1,3}|[一二两三四五六七八九十]{1,2})\s?(?:个)?(?P<work>工作)?(?:日|天)(?:之)?内"
_BEFORE = rf"(?<!\d){_DATE}\s?(?:之前|以前|前)?"
_MORNINGS = frozenset({"上午", "早上"})
_EDGES = " ,;:、。()"
_NUMERALS = {word: n for n, word in enumerate("零一二三四五六七八九十")} | {"两": 2}


class Moment(NamedTuple):
    """ISO text of what was read, and whether its year was assumed."""

    iso: str
    year_assumed: bool = False


class Deadline(NamedTuple):
    """A day (ISO), the rest of the text, whether its year or its calendar was assumed."""

    day: str
    rest: str
    year_assumed: bool = False
    calendar_assumed: bool = False


def read_moment(text: str, near: date | None = None) -> Moment | None:
    """Return the date, date and time, or span (``start/end``) that the whole ``text`` states.

    ``near`` is a day near which a date without a year lies; without it such a date is not read.
    """
    match = compiled(_MOMENT).fullmatch(clean(text).rstrip("。.,;"))
    if not match:
        return None
    groups = match.groupdict()
    day = _day(groups, "", near)
    if day is None:
        return None
    assumed = bool(groups["m4"])
    if not groups["h1"]:
        return Moment(day.isoformat(), assumed)
    start = _clock(groups, "1", None)
    if start is None:
        return None
    if not groups["h2"]:
        return Moment(f"{day.isoformat()}T{start}", assumed)
    last_day = day if not _has_day(groups, "e") else _day(groups, "e", near)
    end = _clock(groups, "2", groups["half1"])
    if end is not None and end < start and groups["half1"] in _MORNINGS and last_day == day:
        end = _clock(groups, "2", "下午")  # 上午11:30-1:00
    if last_day is None or end is None:
        return None
    return Moment(f"{day.isoformat()}T{start}/{last_day.isoformat()}T{end}", assumed)


def read_deadline(
    text: str, anchor: date | None, near: date | None = None, calendar: Calendar = OFFICIAL
) -> Deadline | None:
    """Return the first deadline in ``text``: a date (itself included), or days from ``anchor``.

    ``N日内`` counts calendar days, ``N个工作日内`` working days of ``calendar``, both with
    ``anchor`` as day 0.
    """
    text = clean(text)
    within = compiled(_WITHIN).search(text)
    if within and anchor:
        count = _number(within["n"])
        if within["work"]:
            day = calendar.add_working_days(anchor, count)
            known = is_covered(anchor) and is_covered(day)
            return Deadline(day.isoformat(), _without(text, within), calendar_assumed=not known)
        day = anchor + timedelta(days=count)
        return Deadline(day.isoformat(), _without(text, within))
    match = compiled(_BEFORE).search(text)
    if not match:
        return None
    found = _day(match.groupdict(), "", anchor or near)
    if found is None:
        return None
    return Deadline(found.isoformat(), _without(text, match), bool(match["m4"]))


def _without(text: str, match: re.Match[str]) -> str:
    """Return ``text`` without the deadline: what is to be done by then."""
    return (text[: match.start()] + text[match.end() :]).strip(_EDGES)


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if len(text) == 2 and text[0] == "十":
        return 10 + _NUMERALS[text[1]]
    return _NUMERALS[text[0]] * (10 if text.endswith("十") and len(text) == 2 else 1)


def _has_day(groups: dict[str, str | None], prefix: str) -> bool:
    return any(groups[f"{prefix}{name}"] for name in ("m", "m2", "m3", "m4"))


def _day(groups: dict[str, str | None], prefix: str, near: date | None) -> date | None:
    """Return the day of a match; None for one that no calendar has."""
    for suffix in ("", "2", "3", "4"):
        month, day = groups[f"{prefix}m{suffix}"], groups[f"{prefix}d{suffix}"]
        if month and day:
            year = groups.get(f"{prefix}y{suffix}")
            if year is None:
                return _nearest(int(month), int(day), near)
            return _date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(month: int, day: int, near: date | None) -> date | None:
    """Return the day of any year that lies nearest to ``near``."""
    if near is None:
        return None
    days = (_date(near.year + step, month, day) for step in (-1, 0, 1))
    return min((d for d in days if d), key=lambda d: abs(d - near), default=None)


def _clock(groups: dict[str, str | None], n: str, inherited: str | None) -> str | None:
    """Return HH:MM[:SS] of a match; an afternoon said of the start holds for the end too."""
    hour = int(groups[f"h{n}"] or 0)
    minute = 30 if groups[f"i{n}"] == "半" else int(groups[f"i{n}"] or 0)
    second = int(groups[f"s{n}"] or 0)
    half = (groups[f"half{n}"] or groups[f"tail{n}"] or inherited or "").lower()
    if (half in {"下午", "晚上", "pm"} and hour < 12) or (half == "中午" and hour < 3):
        hour += 12
    elif half in {"am", "凌晨"} and hour == 12:
        hour = 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    return f"{hour:02d}:{minute:02d}" + (f":{second:02d}" if second else "")
