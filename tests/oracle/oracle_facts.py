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
    Owners,
    Row,
    channel_class,
    confirmed,
    deadline,
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
    SOURCES,
    STAGES,
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
    is_answered: bool


@dataclass
class Score:
    customer: str | None
    day: date
    rank: tuple[Any, ...]
    value: float
    row: Row


@dataclass
class Issue:
    customer: str | None
    reported: date | None
    due: date | None
    completed: date | None
    settled: bool
    tags: list[str]

    def is_done(self, by: date) -> bool:
        """完成时间 is on or before it, and the confirmation is not 需改进 without a second 满意."""
        return self.completed is not None and self.completed <= by and self.settled


@dataclass
class Change:
    day: date
    before: str | None
    after: str
    talk: Talk


@dataclass
class Timeline:
    """What a customer is on the customer base, and the changes that the talks tell."""

    base: str | None = None
    changes: list[Change] = field(default_factory=list)

    def before(self, day: date) -> str | None:
        """Return what it is at 00:00 of a day, before that day's changes."""
        if not self.changes:
            return self.base
        past = [change for change in self.changes if change.day < day]
        return past[-1].after if past else self.changes[0].before


@dataclass
class Customer:
    """``there_from`` None: from the beginning."""

    key: str
    name: str
    there_from: date | None = None
    types: Timeline = field(default_factory=Timeline)
    stages: Timeline = field(default_factory=Timeline)
    origin: str | None = None
    grade: str | None = None
    deals: float | None = None
    tags: set[str] = field(default_factory=set)

    def is_there(self, day: date) -> bool:
        """Whether the customer is there on a day."""
        return self.there_from is None or self.there_from <= day


class Team:
    """The facts of a team's folder."""

    def __init__(self, folder: Path) -> None:
        rows, owners = read_folder(folder), Owners(folder)
        base = [row for row in rows if row.table == BASE]
        for row in rows:
            row.customer = _customer(row, base)
            found = moment(row["date"])
            if found:
                row.day, row.start, row.end = found
            if row.table in (LOG, CRM):
                row.start = row.end = None  # their date is a day
            row.owner = owners.of(row.file, row["owner"])
        rows = _records(rows)
        self.rows = rows
        self.talks = _talks(rows)
        self.revisits = [row for row in rows if row.table == REVISIT and row.day]
        self.needs = list(_needs(self.talks))
        self.scores = sorted(_scores(self.talks, rows), key=lambda each: (each.day, each.rank))
        self.issues = list(_issues(rows))
        self.customers = _customers(rows)
        self._add_changes("type_after", "types", TYPES, LADDER)
        self._add_changes("stage_after", "stages", STAGES, tuple(STAGES))

    def _add_changes(self, name: str, kind: str, words: Any, ladder: tuple[str, ...]) -> None:
        told = [talk for talk in self.talks if talk.first(name) and talk.day]
        for talk in sorted(told, key=lambda talk: (talk.day, talk.first(name).rank)):
            row = talk.first(name)
            if row.customer is not None:
                timeline = getattr(self.customers[row.customer], kind)
                _add_change(timeline, talk, plain(row[name]), words, ladder)

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
    """A customer is known by its id, else by its name in the file's base, then the folder's.

    A name that stands under two ids there tells neither.
    """
    if row["customer_id"]:
        return plain(row["customer_id"])
    name = plain(re.sub(r"\(9[0-9A-Z]{17}\)$", "", plain(row["customer_name"])))
    for scope in ([each for each in base if each.file == row.file], base):
        ids = {plain(row["customer_id"]) for row in scope if plain(row["customer_name"]) == name}
        if ids:
            return ids.pop() if len(ids) == 1 else name
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
                yield Need(row.customer, talk.day, row.rank, tag, met(row["met"]), _answers(row))
        # Need text without a tag is one untagged need.
        text = talk.first("need_text") or talk.first("latent_text")
        if text and not talk.first("tags"):
            is_met, answered = met(text["met"]), _answers(text)
            yield Need(text.customer, talk.day, text.rank, None, is_met, answered)


def _answers(row: Row) -> bool:
    """Whether a record has a next action or action row, promise, response or follow-up date."""
    if row.table == CRM:
        return deadline(row["action_due"], row.day) is not None
    return bool(row["answer"] or row["actions"] or row["promise"] or row["response"])


def _scores(talks: list[Talk], rows: list[Row]) -> Iterator[Score]:
    for talk in talks:
        row = talk.first("score")  # one score a talk
        if row and talk.day:
            yield Score(row.customer, talk.day, row.rank, number(row["score"]) or 0, row)
    for row in rows:
        if row.table == ISSUES and row["score"] is not None:
            day = _day(row["completed"]) or _day(row["archived"]) or row.day
            yield Score(row.customer, day, row.rank, number(row["score"]) or 0, row)
        if row.table == SCORES and row["score"] is not None and row.day:
            yield Score(row.customer, row.day, row.rank, number(row["score"]) or 0, row)


def _issues(rows: list[Row]) -> Iterator[Issue]:
    tracked = set()
    for row in (row for row in rows if row.table == ISSUES):
        tracked.add((row.customer, plain(row["topic"])))
        settled = (
            confirmed(row["confirmation"]) != "需改进" or confirmed(row["second_result"]) == "满意"
        )
        due, completed = _day(row["due"]), _day(row["completed"])
        yield Issue(row.customer, row.day, due, completed, settled, tags(row["issue_tags"]))
    for row in (row for row in rows if row.table == REVISIT and row["description"]):
        # A revisit's issue too, unless the tracker has the same customer and description.
        if (row.customer, plain(row["description"])) not in tracked:
            told = tags(row["issue_tags"])
            yield Issue(row.customer, row.day, _day(row["due"]), None, False, told)


def _customers(rows: list[Row]) -> dict[str, Customer]:
    days: dict[str, list[date]] = defaultdict(list)
    first: dict[str, date] = {}
    customers: dict[str, Customer] = {}
    for row in sorted(rows, key=lambda row: row.table != BASE):
        if row.customer is None:
            continue
        customer = customers.setdefault(row.customer, Customer(row.customer, ""))
        customer.name = customer.name or str(row["customer_name"] or "").strip()
        customer.types.base = customer.types.base or _value(row["type"], TYPES)
        customer.stages.base = customer.stages.base or _value(row["stage"], STAGES)
        customer.tags.update(tags(row["labels"]))
        if row.table == BASE:
            origin = row["origin"] and (meant(row["origin"], SOURCES) or plain(row["origin"]))
            customer.origin = customer.origin or origin
            customer.grade = customer.grade or (row["grade"] and plain(row["grade"]))
            customer.deals = row["deals"] if customer.deals is None else customer.deals
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


def _add_change(
    timeline: Timeline, talk: Talk, text: str, words: Any, ladder: tuple[str, ...]
) -> None:
    text = text.replace("->", "→")
    if text.startswith("维持"):
        return  # no change
    said, _, last = text.rpartition("→")
    after = _value(last, words)
    if after is None:
        return
    if said:
        before = _value(said, words)
    elif timeline.changes:
        before = timeline.changes[-1].after
    elif after in ladder:
        before = ladder[ladder.index(after) - 1] if after != ladder[0] else None
    else:
        before = timeline.base if timeline.base != LOST else None
    if before != after:
        timeline.changes.append(Change(talk.day, before, after, talk))


def _value(text: Any, words: Any) -> str | None:
    """Return a value of a list; a stage's trailing 阶段 is ignored."""
    return meant(text, words) or meant(plain(text).removesuffix("阶段"), words)


def _day(value: Any) -> date | None:
    found = moment(value)
    return found[0] if found else None


def _hour(value: Any) -> datetime | None:
    found = moment(value)
    if found is None:
        return None
    return found[1] or datetime.combine(found[0], datetime.min.time())
