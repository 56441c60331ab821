"""A brief as it is printed: what stands under which title, as page and console show it alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from xlcrm.briefing.gather import PROMISE, Brief, Point
from xlcrm.facts.matters import NEXT, Matter
from xlcrm.facts.model import Communication
from xlcrm.privacy import mask
from xlcrm.sheet_words import Words, declared, how_far
from xlcrm.spec.model import Spec
from xlcrm.spec.types.choices import bare
from xlcrm.values import dataclass

LATE, SOON, LOW = "late", "soon", "low"  # how a cell looks, where it is to be seen
_LAST = "9999"  # behind every day
WIDTH = 8  # parts of the page's width, which columns share

_Value = str | date | float | None


class Cell(NamedTuple):
    """What stands in a cell, and how it looks."""

    value: _Value
    tone: str = ""


class Column(NamedTuple):
    """A column: its label, and how many parts of the width it takes."""

    label: str
    span: int


@dataclass(frozen=True)
class Section:
    """A titled part: ``pairs`` of label and value, or ``columns`` with their rows. ``more`` is what
    stands below of rows that are left out, ``none`` what stands there in place of any."""

    title: str
    pairs: Sequence[tuple[str, str]] = ()
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell]] = ()
    more: str = ""
    none: str = ""


class Reminder(NamedTuple):
    """Something that comes round: what kind of thing in words, when, and what it is."""

    kind: str
    day: date
    what: str


class Sections:
    """The sections of a brief, in a language."""

    def __init__(self, brief: Brief, spec: Spec, words: Words) -> None:
        self._brief, self._spec, self._words = brief, spec, words
        self._most: Mapping[str, int] = declared("brief.most")
        self._longest: int = declared("brief.longest")

    def all(self, reminders: Sequence[Reminder]) -> list[Section]:
        """Return every section of which there is something, or to be said that there is nothing."""
        brief = self._brief
        return [
            *self._pairs("base", brief.base),
            *self._pairs("preferences", brief.preferences),
            *self._people(),
            *self._list("reminders", {"kind": 1, "date": 1, "what": 6}, self._reminders(reminders)),
            *self._list("promises", {"when": 2, "what": 5, "owner": 1}, self._promises()),
            *self._list(
                "issues",
                {"reported": 1, "progress": 1, "description": 5, "owner": 1},
                self._issues(),
            ),
            *self._list(
                "talks", {"date": 1, "channel": 1, "content": 5, "emotion": 1}, self._talks()
            ),
            *self._list("key_points", {"date": 1, "what": 7}, self._key_points()),
            *self._list(
                "needs",
                {"date": 1, "need": 4, "priority": 1, "met": 1, "mentions": 1},
                self._needs(),
            ),
            *self._scores(),
        ]

    @property
    def summary(self) -> str:
        """When the last talk was, and how many there were, in a sentence."""
        talks = [each for each in self._brief.talks if each.date]
        if not talks:
            return self._words("brief.no_talk")
        last = date.fromisoformat(talks[0].date or "")
        days = (self._brief.as_of - last).days
        return self._words("brief.last_talk", day=last, days=days, count=len(self._brief.talks))

    def _pairs(self, key: str, points: Sequence[Point]) -> Iterator[Section]:
        language = self._words.language
        pairs = [(e.field.labels[language], self._cut(e.text(language))) for e in points]
        if pairs:
            yield Section(self._title(key), pairs=pairs)

    def _list(
        self, key: str, columns: Mapping[str, int], rows: Sequence[Sequence[Cell]]
    ) -> Iterator[Section]:
        none = self._words.get(f"brief.none.{key}") or ""
        if not (rows or none):
            return
        title, most = self._title(key), self._most[key]
        left = len(rows) - most
        labels = [Column(self._words(f"brief.column.{key}"), n) for key, n in columns.items()]
        more = self._words("brief.more", count=left) if left > 0 else ""
        yield Section(title, (), labels, rows[:most], more, "" if rows else none)

    def _people(self) -> Iterator[Section]:
        """Yield who there is at the customer's, a row each; the last column has what is left."""
        of, language = declared("brief.people"), self._words.language
        table = self._spec.tables.get(of["table"])
        people = self._brief.people
        if not (table and people):
            return
        fields = [table.by_key[key] for key in of["fields"] if key in table.by_key]
        rows = []
        for person in people:
            said = {each.field.key: each.text(language) for each in person}
            rows.append([Cell(self._cut(said.get(each.key, ""))) for each in fields])
        spans = [*[1] * (len(fields) - 1), WIDTH - len(fields) + 1]
        columns = [Column(f.labels[language], n) for f, n in zip(fields, spans, strict=True)]
        left = len(rows) - self._most["people"]
        more = self._words("brief.more", count=left) if left > 0 else ""
        yield Section(self._title("people"), (), columns, rows[: self._most["people"]], more)

    def _reminders(self, reminders: Sequence[Reminder]) -> list[list[Cell]]:
        return [[Cell(each.kind), Cell(each.day), Cell(self._cut(each.what))] for each in reminders]

    def _promises(self) -> list[list[Cell]]:
        """Return what is nearest to the day, in order of days, and the rest behind it."""
        promises = [*self._brief.promises]
        shown = promises[: self._most["promises"]]
        rest = promises[len(shown) :]
        shown.sort(key=lambda each: (each.kind != PROMISE, each.due or _LAST))
        return [
            [self._due(each.due), Cell(self._what(each)), Cell(each.owner)]
            for each in (*shown, *rest)
        ]

    def _due(self, due: str | None) -> Cell:
        """Return by when something is to be done, and how far off that is."""
        if due is None:
            return Cell(self._words("brief.without"))
        days = (date.fromisoformat(due) - self._brief.as_of).days
        return Cell(
            f"{due} {how_far(self._words, days)}", LATE if days < 0 else SOON if days <= 1 else ""
        )

    def _what(self, matter: Matter) -> str:
        text = self._cut(mask(matter.what or ""))
        if matter.kind == NEXT:
            return f"{self._words('brief.next')} {text}".rstrip()
        key = f"brief.{matter.kind}"
        if text and self._words.get(key):
            return self._words(key, what=text)
        return text or self._words("brief.unnamed")

    def _issues(self) -> list[list[Cell]]:
        rows = []
        for each in self._brief.issues:
            is_late = bool(each.due and each.due < self._brief.as_of.isoformat())
            progress = Cell(self._label("progress", each.progress), LATE if is_late else "")
            text = self._cut(mask(each.description or ""))
            rows.append([Cell(_day(each.reported)), progress, Cell(text), Cell(each.owner)])
        return rows

    def _talks(self) -> list[list[Cell]]:
        return [
            [
                Cell(_day(each.date)),
                Cell(self._label("channel", each.channel)),
                Cell(self._content(each)),
                Cell(self._label("emotion", each.emotion), LOW * (each.polarity == "negative")),
            ]
            for each in self._brief.talks
        ]

    def _content(self, talk: Communication) -> str:
        topic, content = (mask(text or "") for text in (talk.topic, talk.content))
        if topic and content:
            return self._cut(self._words("brief.topic", topic=topic, content=content))
        return self._cut(topic or content)

    def _key_points(self) -> list[list[Cell]]:
        return [
            [Cell(_day(each.date)), Cell(self._cut(each.text))] for each in self._brief.key_points
        ]

    def _needs(self) -> list[list[Cell]]:
        return [
            [
                Cell(_day(each.date)),
                Cell(self._cut(mask(each.tag))),
                Cell(self._label("priority", each.priority)),
                Cell(self._label("need_met", each.met)),
                Cell(float(each.mentions)),
            ]
            for each in self._brief.needs
        ]

    def _scores(self) -> Iterator[Section]:
        """Yield the last scores side by side, the newest on the right."""
        low = self._spec.parameter("low_score")
        scores = self._brief.scores[: self._most["scores"]][::-1]
        if scores:
            columns = [Column(each.date or self._words("brief.without"), 1) for each in scores]
            row = [Cell(each.score, LOW * (each.score < low)) for each in scores]
            yield Section(self._title("scores"), (), columns, [row])

    def _label(self, vocabulary: str, value: str | None) -> str:
        """Return a value as a workbook in the language shows it."""
        known = self._spec.vocabularies[vocabulary]
        return known.label(bare(value), self._words.language) if value else ""

    def _title(self, key: str) -> str:
        return self._words(f"brief.section.{key}")

    def _cut(self, text: str) -> str:
        """Return a text on one line, as long as the page has room for."""
        text = " ".join(text.split())
        return text if len(text) <= self._longest else f"{text[: self._longest - 1]}…"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
