"""Talks: rows of different tables that tell of the same one are brought together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from xlcrm.facts.lines import Line, Pair, Told, by_table, texts_of
from xlcrm.facts.sources import REVISITS, TALKS
from xlcrm.spec.model import Spec
from xlcrm.spec.types.choices import bare
from xlcrm.values import dataclass

_Agreement = tuple[str | None, str | None, str | None]  # customer, day, channel class
_COLUMNS = {"category": "talk_category", "trend": "satisfaction_trend"}
# What talks say as text: columns that figures rest on, and those that people read besides.
_SAID = ("emotion", "trend", "campaign", "participation")
_READ = (
    *("channel", "topic", "content", "type_after", "stage_after", "category", "status"),
    "next_contact",
)
_NOTHING: tuple[object, ...] = (None, "", [])


@dataclass(slots=True)
class Talk:
    """The lines that tell of one talk, one of a table at most, in the order fields are taken."""

    lines: list[Line]
    channel_class: str | None
    start: str | None = None
    end: str | None = None

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def day(self) -> str | None:
        return self.first.day

    def holder(self, column: str) -> tuple[Line, str] | None:
        """Return the first line that has a column, and the field it has it in."""
        for line in self.lines:
            key = _field(line.record.table, column)
            if line.record.values.get(key) not in _NOTHING:
                return line, key
        return None

    def add(self, line: Line) -> None:
        self.lines.append(line)
        if line.start and line.end:
            self.start = min(self.start or line.start, line.start)
            self.end = max(self.end or line.end, line.end)


@cache
def _field(table: str, column: str) -> str:
    """Return the field of a table that gives a column of a talk."""
    return TALKS[table].get(column) or _COLUMNS.get(column, column)


def match_talks(lines: Iterable[Line], spec: Spec) -> list[Talk]:
    """Return each talk once, whatever number of tables it was entered on.

    Rows of different tables are the same talk where customer, day and channel class agree and
    their times overlap, or at most one of them has a time; they are matched one to one in row
    order. Without a customer, a day or a channel nothing can be said to agree.
    """
    channels = spec.vocabularies["channel"]
    class_of = lru_cache(lambda channel: channels.group(bare(channel)))
    known: dict[_Agreement, list[Talk]] = defaultdict(list)
    talks: list[Talk] = []
    tables = by_table(lines, TALKS)
    shared = _on_several(tables.values())
    for rows in tables.values():
        unmatched: dict[_Agreement, list[Talk]] = {}  # of the tables before this one
        added: list[tuple[_Agreement, Talk]] = []
        for line in rows:
            channel = line.text("channel")
            group = class_of(channel) if channel else None
            if (line.customer, line.day) not in shared:
                talks.append(Talk([line], group, line.start, line.end))
                continue
            key = (line.customer, line.day, group)
            if key not in unmatched:
                unmatched[key] = list(known[key])
            talk = next((each for each in unmatched[key] if _no_conflict(each, line)), None)
            if talk:
                unmatched[key].remove(talk)
            else:
                talk = Talk([], group)
                talks.append(talk)
                if all(key):
                    added.append((key, talk))
            talk.add(line)
        for key, talk in added:
            known[key].append(talk)
    return talks


def told_on(history: Told, column: str) -> list[Pair]:
    """Return the customer and day of each record that tells of a talk and has a column of it."""
    found = history.said(column, TALKS)
    return [(who, day) for who, day, value in found if value not in _NOTHING and who and day]


def tells(history: Told, column: str) -> bool:
    """Whether any record of a talk has a column."""
    return any(value not in _NOTHING for _, _, value in history.said(column, TALKS))


def earliest(history: Told, column: str) -> str | None:
    """Return the least value of a column (of moments the earliest, ISO) that any talk's record has;
    None where none has one."""
    found = (value for _, _, value in history.said(column, TALKS) if value not in _NOTHING)
    return min(map(str, found), default=None)


def talk_days(history: Told) -> dict[str, list[str]]:
    """Return the days (ISO) on which each customer was talked to, each once, in their order."""
    return history.talked(TALKS)


def communications(
    talks: Sequence[Talk], spec: Spec, *, texts: bool = True
) -> Mapping[str, Sequence[Any]]:
    """Return the columns of the communications, each from the first table that has it.

    Without ``texts`` those are left out that people read and no figure rests on.
    """
    polarity = cache(spec.vocabularies["emotion"].polarity)
    lines = [talk.lines for talk in talks]
    firsts = [each[0] for each in lines]
    told = _told(lines, (*_SAID, *(_READ if texts else ())))
    columns: dict[str, list[Any]] = {
        "id": [line.record.id for line in firsts],
        "customer": [line.record.customer for line in firsts],
        "date": [line.day for line in firsts],
        "start": [talk.start for talk in talks],
        "end": [talk.end for talk in talks],
        "channel_class": [talk.channel_class for talk in talks],
        **told,
        "polarity": [polarity(emotion) if emotion else None for emotion in told["emotion"]],
        "trend": [text and bare(text) for text in told["trend"]],
        "owner": [line.record.owner or None for line in firsts],
        "is_revisit": [line.record.table == REVISITS for line in firsts],
        "source": [(line.record.id,) for line in firsts],
    }
    for n, (_, *others) in _of_several(lines):
        columns["owner"][n] = columns["owner"][n] or next(
            filter(None, (line.owner for line in others)), None
        )
        columns["is_revisit"][n] |= any(line.record.table == REVISITS for line in others)
        columns["source"][n] += tuple(line.record.id for line in others)
    return columns


def _told(lines: Sequence[Sequence[Line]], columns: Sequence[str]) -> dict[str, list[str | None]]:
    """Return columns of talks as text, each talk's from the first of its lines that has it."""
    told: dict[str, list[str | None]] = {column: [] for column in columns}
    for table, group in groupby((line for line, *_ in lines), attrgetter("record.table")):
        fields = [_field(table, column) for column in columns]
        for column, texts in zip(columns, texts_of(list(group), fields), strict=True):
            told[column] += texts
    for n, (_, *others) in _of_several(lines):
        for line in others:
            for column, values in told.items():
                values[n] = values[n] or line.text(_field(line.record.table, column))
    return told


def _of_several(lines: Iterable[Sequence[Line]]) -> Iterator[tuple[int, Sequence[Line]]]:
    """Yield the talks that several lines tell of, with their numbers."""
    return ((n, each) for n, each in enumerate(lines) if len(each) > 1)


def _on_several(tables: Iterable[Iterable[Line]]) -> set[tuple[str | None, str | None]]:
    """Return the customers and days that stand on more than one table."""
    seen: set[tuple[str | None, str | None]] = set()
    several: set[tuple[str | None, str | None]] = set()
    for rows in tables:
        pairs = {(line.customer, line.day) for line in rows}
        several |= seen & pairs
        seen |= pairs
    return several


def _no_conflict(talk: Talk, line: Line) -> bool:
    """Whether the times of a talk and of a line overlap, or one of them has none."""
    if talk.start is None or talk.end is None or line.start is None or line.end is None:
        return True
    if talk.start < talk.end and line.start < line.end:
        return talk.start < line.end and line.start < talk.end
    return talk.start <= line.end and line.start <= talk.end
