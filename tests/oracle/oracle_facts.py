"""What the staff rows say: customers, talks, needs, scores, issues and customers' types."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from oracle_sheets import (
    Row,
    channel_class,
    confirmed,
    meant,
    met,
    moment,
    number,
    plain,
    read_folder,
    tags,
)
from oracle_words import (
    BASE,
    CHANNELS,
    CRM,
    ISSUES,
    LADDER,
    LOG,
    LOST,
    MOODS,
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    RECORD,
    REVISIT,
    SCORES,
    TYPES,
)

# "The fact takes each field from the first table that has it, in the order log, A, C, D, B."
TALKS = (LOG, RECORD, REVISIT, CHANNELS, CRM)


@dataclass
class Talk:
    """The rows of one talk, in the order their fields are taken."""

    rows: list[Row]

    def first(self, name: str) -> Row | None:
        return next((row for row in self.rows if row[name] is not None), None)

    @property
    def customer(self) -> str | None:
        return self.rows[0].customer

    @property
    def day(self) -> date | None:
        return self.rows[0].day


@dataclass
class Need:
    customer: str | None
    day: date
    rank: tuple[Any, ...]
    tag: str | None
    met: str | None


@dataclass
class Score:
    customer: str | None
    day: date
    rank: tuple[Any, ...]
    value: float


@dataclass
class Issue:
    customer: str | None
    reported: date | None
    due: date | None
    completed: date | None
    settled: bool

    def is_done(self, by: date) -> bool:
        """完成时间 is on or before it, and the confirmation is not 需改进 without a second 满意."""
        return self.completed is not None and self.completed <= by and self.settled


@dataclass
class Change:
    day: date
    before: str | None
    after: str


@dataclass
class Customer:
    """``there_from`` None: from the beginning. ``type`` is what the customer base says."""

    key: str
    name: str
    type: str | None = None
    there_from: date | None = None
    changes: list[Change] = field(default_factory=list)

    def type_before(self, day: date) -> str | None:
        """Return the type at 00:00 of a day, before that day's changes."""
        if not self.changes:
            return self.type
        past = [change for change in self.changes if change.day < day]
        return past[-1].after if past else self.changes[0].before


class Team:
    """The facts of a team's folder."""

    def __init__(self, folder: Path) -> None:
        rows = read_folder(folder)
        base = [row for row in rows if row.table == BASE]
        for row in rows:
            row.customer = _customer(row, base)
            found = moment(row["date"])
            if found:
                row.day, row.start, row.end = found
            if row.table in (LOG, CRM):
                row.start = row.end = None  # their date is a day
        rows = _records(rows)
        self.rows = rows
        self.talks = _talks(rows)
        self.revisits = [row for row in rows if row.table == REVISIT and row.day]
        self.needs = list(_needs(self.talks))
        self.scores = sorted(_scores(self.talks, rows), key=lambda each: (each.day, each.rank))
        self.issues = list(_issues(rows))
        self.customers = _customers(rows)
        for talk in sorted(
            (talk for talk in self.talks if talk.first("type_after") and talk.day),
            key=lambda talk: (talk.day, talk.first("type_after").rank),
        ):
            _add_change(self.customers, talk)

    def messages(self) -> Iterator[tuple[str | None, datetime, datetime | None]]:
        """Yield customer, sent and replied of each message of ours."""
        for row in self.rows:
            if row.table == LOG and row["sent"]:
                yield row.customer, _hour(row["sent"]), _hour(row["replied"])


def _records(rows: list[Row]) -> list[Row]:
    """Return one row a record: that of the workbook saved last, where several files have it.

    Of rows of one workbook that are known by the same, the first is other files' first, and so on.
    """
    numbers: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        known_by = row["id"] or (row.customer, row["date"], row["topic"])
        row.ordinal = numbers[row.file, row.table, known_by]
        numbers[row.file, row.table, known_by] += 1
    records: list[Row] = []
    for row in rows:
        same = (n for n, other in enumerate(records) if _is_same_record(row, other))
        n = next(same, None)
        if n is None:
            records.append(row)
        elif row.saved > records[n].saved:
            records[n] = row
    return records


def _is_same_record(row: Row, other: Row) -> bool:
    """Whether two files tell of one record: known by its id, else by customer, time and topic."""
    if (row.table, row.customer) != (other.table, other.customer) or row.file == other.file:
        return False
    if row.ordinal != other.ordinal:
        return False
    if row["id"] or other["id"]:
        # The same id, but both date and topic differ: another record.
        same = row["date"] == other["date"] or row["topic"] == other["topic"]
        return row["id"] == other["id"] and same
    return row["date"] == other["date"] and row["topic"] == other["topic"]


def polarity(talk: Talk) -> str | None:
    """Return a talk's: the longest words first; negative if any is, else positive, else neutral."""
    row = talk.first("mood")
    text = plain(row["mood"]).casefold() if row else ""
    words = [(plain(word).casefold(), name) for name in MOODS for word in MOODS[name]]
    found = set()
    for word, name in sorted(words, key=lambda each: -len(each[0])):
        if word in text:
            found.add(name)
            text = text.replace(word, "|")
    return next((name for name in (NEGATIVE, POSITIVE, NEUTRAL) if name in found), None)


def _customer(row: Row, base: list[Row]) -> str | None:
    """A customer is known by its id, else by its name in the file's base, then the folder's."""
    if row["customer_id"]:
        return plain(row["customer_id"])
    name = plain(re.sub(r"\(9[0-9A-Z]{17}\)$", "", plain(row["customer_name"])))
    for scope in ([each for each in base if each.file == row.file], base):
        for each in scope:
            if plain(each["customer_name"]) == name:
                return plain(each["customer_id"])
    return name or None


def _talks(rows: list[Row]) -> list[Talk]:
    talks: list[Talk] = []
    for table in TALKS:
        before = list(talks)  # rows of one table are never one talk
        for row in (row for row in rows if row.table == table):
            talk = next((talk for talk in before if _is_same(talk, row)), None)
            if talk:
                before.remove(talk)  # matched one to one, in row order
                talk.rows.append(row)
            else:
                talks.append(Talk([row]))
    return talks


def _is_same(talk: Talk, row: Row) -> bool:
    first = talk.rows[0]
    same = (first.customer, first.day, channel_class(first["channel"]))
    return (
        None not in same
        and same == (row.customer, row.day, channel_class(row["channel"]))
        # "whose times overlap or of which at most one has a time"
        and all(
            not (each.start and row.start) or (each.start < row.end and row.start < each.end)
            for each in talk.rows
        )
    )


def _needs(talks: list[Talk]) -> Iterator[Need]:
    for talk in talks:
        if talk.day is None:
            continue
        for row in talk.rows:
            for tag in tags(row["tags"]):
                yield Need(row.customer, talk.day, row.rank, tag, met(row["met"]))
        # Need text without a tag is one untagged need.
        text = talk.first("need_text") or talk.first("latent_text")
        if text and not talk.first("tags"):
            yield Need(text.customer, talk.day, text.rank, None, met(text["met"]))


def _scores(talks: list[Talk], rows: list[Row]) -> Iterator[Score]:
    for talk in talks:
        row = talk.first("score")  # one score a talk
        if row and talk.day:
            yield Score(row.customer, talk.day, row.rank, number(row["score"]) or 0)
    for row in rows:
        if row.table == ISSUES and row["score"] is not None:
            day = _day(row["completed"]) or _day(row["archived"]) or row.day
            yield Score(row.customer, day, row.rank, number(row["score"]) or 0)
        if row.table == SCORES and row["score"] is not None and row.day:
            yield Score(row.customer, row.day, row.rank, number(row["score"]) or 0)


def _issues(rows: list[Row]) -> Iterator[Issue]:
    tracked = set()
    for row in (row for row in rows if row.table == ISSUES):
        tracked.add((row.customer, plain(row["topic"])))
        settled = (
            confirmed(row["confirmation"]) != "需改进" or confirmed(row["second_result"]) == "满意"
        )
        due, completed = _day(row["due"]), _day(row["completed"])
        yield Issue(row.customer, row.day, due, completed, settled)
    for row in (row for row in rows if row.table == REVISIT and row["description"]):
        # A revisit's issue too, unless the tracker has the same customer and description.
        if (row.customer, plain(row["description"])) not in tracked:
            yield Issue(row.customer, row.day, _day(row["due"]), None, False)


def _customers(rows: list[Row]) -> dict[str, Customer]:
    days: dict[str, list[date]] = defaultdict(list)
    first: dict[str, date] = {}
    customers: dict[str, Customer] = {}
    for row in sorted(rows, key=lambda row: row.table != BASE):
        if row.customer is None:
            continue
        customer = customers.setdefault(row.customer, Customer(row.customer, ""))
        customer.name = customer.name or str(row["customer_name"] or "").strip()
        customer.type = customer.type or meant(row["type"], TYPES)
        contacted = _day(row["first_contact"])
        if contacted:
            first.setdefault(row.customer, contacted)
        if row.day:
            days[row.customer].append(row.day)
    for key, customer in customers.items():
        # There from 初次接触时间, else from the first dated record, else from the beginning.
        customer.there_from = first.get(key) or min(days[key], default=None)
        customer.name = customer.name or key
    return customers


def _add_change(customers: dict[str, Customer], talk: Talk) -> None:
    row = talk.first("type_after")
    if row is None or row.customer is None or talk.day is None:
        return
    text = plain(row["type_after"]).replace("->", "→")
    if text.startswith("维持"):
        return  # no change
    customer = customers[row.customer]
    said, _, last = text.rpartition("→")
    after = meant(last, TYPES)
    if after is None:
        return
    if said:
        before = meant(said, TYPES)
    elif customer.changes:
        before = customer.changes[-1].after
    elif after in LADDER:
        before = LADDER[LADDER.index(after) - 1] if after != LADDER[0] else None
    else:
        before = customer.type if customer.type != LOST else None
    if before != after:
        customer.changes.append(Change(talk.day, before, after))


def _day(value: Any) -> date | None:
    found = moment(value)
    return found[0] if found else None


def _hour(value: Any) -> datetime | None:
    found = moment(value)
    if found is None:
        return None
    return found[1] or datetime.combine(found[0], datetime.min.time())
