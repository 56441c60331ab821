"""How people type: the same values in other words, and dates in the notations of the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import cycle

from sample_team.team import TYPED, Values, data

_DAYS = (
    "{0.year}/{0.month}/{0.day}",
    "{0.year}.{0.month}.{0.day}",
    "{0:%Y%m%d}",
    "{0.year}年{0.month}月{0.day}日",
    "24年{0.month}月{0.day}日",
    "{0.month}月{0.day}日",
    "2024 年 {0.month} 月 {0.day} 日",
    "{0.year}-{0.month}-{0.day} ",
)
_TIMES = (
    "{0.year}年{0.month}月{0.day}日{0:%H:%M}",
    "{0.year}/{0.month}/{0.day} {0:%H:%M}",
    "{0.year}-{0.month}-{0.day} 下午{1}:{0:%M}",
    "{0.year}.{0.month}.{0.day} {0.hour}时{0.minute}分",
)
_WIDE = str.maketrans({chr(0x21 + n): chr(0xFF01 + n) for n in range(94)})
_EVERY = 3  # a typed date in so many rows
# A list's day, by which a row is of April, and what people type as text of it.
_DAY = {
    "communication_log": "date",
    "crm_record": "last_interaction",
    "issue_tracking": "reported_on",
}
_MOMENTS = {
    "communication_log": ("date", "recorded_at"),
    "crm_record": ("last_interaction", "recorded_at", "action_done"),
    "issue_tracking": ("reported_on", "completed_on"),
}


def type_as_people_do(table: str, rows: Sequence[Values]) -> None:
    """Note in rows of April, or of the customer base, what was typed in other words."""
    day = _DAY.get(table)
    chosen = [row for row in rows if day is None or str(row[day]).startswith("2024-04")]
    for each in data("ways")["aliases"]:
        if table in each["tables"]:
            _use_words(chosen, each["field"], each["words"])
    if day:
        _use_notations(chosen[::_EVERY], _MOMENTS[table])


def _use_words(rows: Sequence[Values], key: str, words: Mapping[str, Sequence[str]]) -> None:
    """Type each word once, in the first row that has its value and is not typed already."""
    for value, others in words.items():
        fitting = [row for row in rows if _is(row, key, value)]
        for row, word in zip(fitting, others, strict=False):
            text = word + str(row[key])[len(value) :]  # a remark behind it stays
            row.setdefault(TYPED, {})[key] = text


def _is(row: Values, key: str, value: str) -> bool:
    text = str(row.get(key, ""))
    return key not in row.get(TYPED, {}) and (text == value or text.startswith(f"{value}("))


def _use_notations(rows: Sequence[Values], keys: Sequence[str]) -> None:
    days, times = cycle(_DAYS), cycle(_TIMES)
    for n, row in enumerate(rows):
        typed = row.setdefault(TYPED, {})
        for key in keys:
            if key not in row or key in typed:
                continue
            at = datetime.fromisoformat(row[key])
            if "T" not in row[key]:
                typed[key] = next(days).format(at)
            elif at.hour > 12:
                typed[key] = next(times).format(at, at.hour - 12)
            if n % 5 == 0 and key in typed:
                typed[key] = typed[key].translate(_WIDE)
