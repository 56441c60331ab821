"""Days, moments, spans of time, days of the year, and deadlines."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from xlcrm.records import Value
from xlcrm.spec.chinese_dates import FIRST_YEAR, LAST_YEAR, Moment, read_deadline, read_moment
from xlcrm.spec.types.base import (
    BLANK,
    Cell,
    CellKind,
    FieldType,
    Problem,
    ReadContext,
    Reading,
    Validation,
    as_text,
    normalised,
)
from xlcrm.text import clean, compact, compiled, prose
from xlcrm.values import dataclass

_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_SERIAL = re.compile(r"[3-7]\d{4}(?:\.\d+)?")
_ISO_T = re.compile(r"(?<=\d)T(?=\d)")
_LUNAR = (
    r"(?:农历|阴历)(?:(\d{1,2})[-/.月]|(正|冬|腊|[一二三四五六七八九]|十[一二]?)月)"
    r"(?:(\d{1,2})日?|(初[一二三四五六七八九十]|十[一二三四五六七八九]?|二十[一二三四五六七八九]?"
    r"|廿[一二三四五六七八九]?|三十|卅))"
)
_MONTH_DAY = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?")
_NUMERALS = {numeral: n for n, numeral in enumerate("零一二三四五六七八九十")}


def moment_of(raw: Cell, context: ReadContext) -> Moment | None:
    """Return the ISO text of any cell that states a day or moment; None for any other."""
    if isinstance(raw, str):
        if not _SERIAL.fullmatch(raw.strip()):
            return read_moment(raw, context.anchor or context.near)
        raw = float(raw)
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        serial = _from_serial(float(raw), context.date1904)
        if serial is None:
            return read_moment(as_text(raw))  # 20240520
        raw = serial
    if isinstance(raw, datetime):
        if not FIRST_YEAR <= raw.year <= LAST_YEAR:
            return None
        raw = (raw + timedelta(milliseconds=500)).replace(microsecond=0)
        return Moment(raw.isoformat("T", "seconds" if raw.second else "minutes"))
    if isinstance(raw, date) and FIRST_YEAR <= raw.year <= LAST_YEAR:
        return Moment(raw.isoformat())
    return None


def _from_serial(serial: float, date1904: bool) -> datetime | date | None:
    """Return the day a serial number means, where it is one between 1982 and 2100."""
    if not 30_000 <= serial + (1462 if date1904 else 0) <= 73_415:
        return None
    moment = (_EPOCH_1904 if date1904 else _EPOCH) + timedelta(days=serial)
    return moment.date() if serial.is_integer() else moment


class Moments(FieldType):
    """Base of the types that hold a day or a moment; ``code`` is the finding of a bad one."""

    contextual: ClassVar[bool] = True
    code: ClassVar[str] = "bad-date"
    kind: ClassVar[CellKind] = "date"
    number_format: ClassVar[str] = "yyyy-mm-dd"
    width: ClassVar[int] = 12

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        if isinstance(raw, str) and not raw.strip():
            return BLANK
        moment = moment_of(raw, context)
        value = self.fit(moment.iso) if moment else None
        if moment is None or value is None:
            return Reading(None, (Problem(self.code),))
        return Reading(value, self._notes(raw, value, moment.year_assumed))

    def fit(self, iso: str) -> str | None:
        """Return the moment as this type holds it; None where it does not fit."""
        raise NotImplementedError

    def _notes(self, raw: Cell, value: str, year_assumed: bool) -> tuple[Problem, ...]:
        if year_assumed:
            return (Problem("year-assumed", None, {"read": self.text(value)}),)
        if isinstance(raw, datetime | date):
            return ()
        return normalised(_ISO_T.sub(" ", as_text(raw)), self.text(value))

    def text(self, value: Value, language: str = "zh") -> str:
        return str(value).replace("T", " ")

    def cell(self, value: Value, language: str = "zh") -> Cell:
        text = str(value)
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)

    @property
    def validation(self) -> Validation | None:
        return Validation("date", date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


@dataclass(frozen=True)
class Day(Moments):
    """A day. A time of day beside it is left away and said.

    With ``deadline`` it may be told as one: ``2024-05-20前``, ``3日内``, ``5个工作日内``.
    """

    deadline: bool = False
    name: ClassVar[str] = "date"

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        reading = super().read(raw, context)
        if not self.deadline or not isinstance(raw, str) or reading == BLANK or reading.value:
            return reading
        due = Due().read(raw, context)
        if not isinstance(due.value, dict) or "date" not in due.value:
            return reading
        if "text" in due.value:  # words that a day has no place for
            return Reading(None, (Problem(self.code, due.value["date"]),))
        return Reading(due.value["date"], due.problems)

    def fit(self, iso: str) -> str | None:
        return iso[:10] if "/" not in iso else None

    def _notes(self, raw: Cell, value: str, year_assumed: bool) -> tuple[Problem, ...]:
        return _day_notes(raw, value) or super()._notes(raw, value, year_assumed)


def _day_notes(raw: Cell, day: str) -> tuple[Problem, ...]:
    """Return the note on a cell that holds more than a day, or a number for one."""
    plain = isinstance(raw, str) or (
        isinstance(raw, date) and (not isinstance(raw, datetime) or raw.time() == time())
    )
    return () if plain else normalised(as_text(raw), day)


class DayTime(Moments):
    """A day and time; a day alone stays a day."""

    name: ClassVar[str] = "datetime"
    code: ClassVar[str] = "bad-time"
    kind: ClassVar[CellKind] = "datetime"
    number_format: ClassVar[str] = "yyyy-mm-dd hh:mm"
    width: ClassVar[int] = 17

    def fit(self, iso: str) -> str | None:
        return iso if "/" not in iso else None


class TimeRange(Moments):
    """A span of time, ``start/end``; a moment or a day alone stays one."""

    name: ClassVar[str] = "time_range"
    code: ClassVar[str] = "bad-time"
    kind: ClassVar[CellKind] = "text"
    number_format: ClassVar[str] = "@"
    width: ClassVar[int] = 26

    def fit(self, iso: str) -> str | None:
        return iso

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        reading = super().read(raw, context)
        if isinstance(reading.value, str):
            start, _, end = reading.value.partition("/")
            if end and end < start:
                return Reading(None, (Problem("date-order", None, {"earlier": _STARTS}),))
        return reading

    def text(self, value: Value, language: str = "zh") -> str:
        start, _, end = str(value).partition("/")
        text = start.replace("T", " ")
        if not end:
            return text
        same_day = start[:10] == end[:10]
        return f"{text}-{end[11:]}" if same_day else f"{text} - {end.replace('T', ' ')}"

    def cell(self, value: Value, language: str = "zh") -> Cell:
        return self.text(value, language)

    def _notes(self, raw: Cell, value: str, year_assumed: bool) -> tuple[Problem, ...]:
        if isinstance(raw, str) and raw.replace(" ", "") == self.text(value).replace(" ", ""):
            return ()
        return super()._notes(raw, value, year_assumed)

    @property
    def validation(self) -> Validation | None:
        return None


_STARTS = {"zh": "开始时间", "en": "its start"}


class MonthDay(FieldType):
    """A day of the year, of the moon's year too: ``08-15`` or ``农历08-15``."""

    name: ClassVar[str] = "month_day"

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        if isinstance(raw, date):
            return Reading(f"{raw.month:02d}-{raw.day:02d}")
        text = compact(as_text(raw))
        if not text:
            return BLANK
        # A number is a serial day: 5.2 may have been typed as 5.20.
        value = (_lunar(text) or _month_day(text)) if isinstance(raw, str) else None
        if value is None:
            moment = moment_of(raw, context)
            value = moment.iso[5:10] if moment else None
        if value is None:
            return Reading(None, (Problem("bad-date"),))
        return Reading(value, normalised(as_text(raw), value))


def _month_day(text: str) -> str | None:
    match = _MONTH_DAY.fullmatch(text)
    if not match:
        return None
    try:
        day = date(2000, int(match[1]), int(match[2]))  # a leap year: 29 February is a birthday
    except ValueError:
        return None
    return f"{day.month:02d}-{day.day:02d}"


def _lunar(text: str) -> str | None:
    match = compiled(_LUNAR).fullmatch(text)
    if not match:
        return None
    month = (
        int(match[1])
        if match[1]
        else {"正": 1, "冬": 11, "腊": 12}.get(match[2]) or _count(match[2])
    )
    day = int(match[3]) if match[3] else _count(match[4])
    return f"农历{month:02d}-{day:02d}" if 1 <= month <= 12 and 1 <= day <= 30 else None


def _count(text: str) -> int:
    text = text.replace("初", "").replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.partition("十")
    if not ten:
        return _NUMERALS[text]
    return (_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0)


class Due(FieldType):
    """A deadline: a day, or a day with its action (``2023-11-25前发送定制方案``).

    The value is ``{"date": ISO day, "text": what is to be done}``, either may be absent.
    """

    name: ClassVar[str] = "deadline"
    number_format: ClassVar[str] = Day.number_format  # a date alone is a real one
    contextual: ClassVar[bool] = True
    width: ClassVar[int] = 24
    wraps: ClassVar[bool] = True

    def read(self, raw: Cell, context: ReadContext) -> Reading:
        if not isinstance(raw, str):
            moment = moment_of(raw, context)
            if moment is None:
                return Reading(None, (Problem("bad-date"),))
            day = moment.iso[:10]
            return Reading({"date": day}, _day_notes(raw, day))
        text = prose(raw)
        if not text:
            return BLANK
        due = read_deadline(text, context.anchor, context.near, context.calendar)
        if due is None:
            return Reading({"text": text})
        value: dict[str, Any] = {"date": due.day}
        if due.rest:
            value["text"] = due.rest
        return Reading(value, self._due_notes(text, value, due.year_assumed, due.calendar_assumed))

    def _due_notes(
        self, text: str, value: Value, year: bool, calendar: bool
    ) -> tuple[Problem, ...]:
        assert isinstance(value, dict)
        notes = []
        if year:
            notes.append(Problem("year-assumed", None, {"read": value["date"]}))
        if calendar:
            notes.append(Problem("calendar-assumed", None, {"year": value["date"][:4]}))
        if not notes and value["date"] not in clean(text):
            notes.append(Problem("normalised", None, {"read": self.text(value)}))
        return tuple(notes)

    def text(self, value: Value, language: str = "zh") -> str:
        assert isinstance(value, dict)
        day, text = value.get("date", ""), value.get("text", "")
        return f"{day}前{text}" if day and text else day or text

    def cell(self, value: Value, language: str = "zh") -> Cell:
        assert isinstance(value, dict)
        if set(value) == {"date"}:
            return date.fromisoformat(value["date"])
        return self.text(value, language)

    def compare_key(self, value: Value) -> Any:
        assert isinstance(value, dict)
        return tuple(sorted(value.items()))
