"""Occasions: days that come round each year, ends of contracts, and suggestions to thank for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlcrm.facts.lines import History, Line, day_of
from xlcrm.facts.model import Texts
from xlcrm.facts.sources import CONTACTS, CUSTOMERS, SUGGESTIONS
from xlcrm.spec.names import is_nothing

BIRTHDAY, ANNIVERSARY, RENEWAL, THANKS = "birthday", "anniversary", "renewal", "thanks"
_THANKED = "thanked_on"


class Occasion(NamedTuple):
    """An occasion of a customer. ``day`` is a day (ISO); of a birthday the month and day, as
    ``05-20`` or ``农历08-15``. ``what`` is whose birthday it is, or the suggestion."""

    id: str
    kind: str
    customer: str | None
    what: str | None
    owner: str | None
    day: str
    source: Texts


def occasions(history: History) -> Iterator[Occasion]:
    """Yield birthdays, a person's once, anniversaries, ends of contracts and suggestions for which
    nobody has thanked yet."""
    tables = history.of_tables((CUSTOMERS, CONTACTS))
    seen: set[tuple[str | None, ...]] = set()
    for line in (*tables[CUSTOMERS], *tables[CONTACTS]):
        born, who = line.text(BIRTHDAY), line.text("contact")
        if born and (line.customer, who, born) not in seen:
            seen.add((line.customer, who, born))
            yield _occasion(line, BIRTHDAY, who, born)
    for line in tables[CUSTOMERS]:
        for kind, field in ((ANNIVERSARY, "anniversary"), (RENEWAL, "contract_end")):
            if on := day_of(line.values.get(field)):
                yield _occasion(line, kind, None, on)
    yield from _suggestions(history)


def _suggestions(history: History) -> Iterator[Occasion]:
    """Yield what customers have suggested and nobody has thanked for, then or later, on any form;
    of a suggestion that says only that there is none nothing is said."""
    thanked: dict[str | None, str] = {}
    for line in history.lines(history.holding(_THANKED)):
        on = day_of(line.values[_THANKED]) or ""
        thanked[line.customer] = max(on, thanked.get(line.customer, ""))
    for table, lines in history.of_tables(SUGGESTIONS).items():
        for line in lines:
            text, day = line.text(SUGGESTIONS[table]), line.day
            if text and day and not is_nothing(text) and thanked.get(line.customer, "") < day:
                yield _occasion(line, THANKS, text, day)


def _occasion(line: Line, kind: str, what: str | None, day: str) -> Occasion:
    return Occasion(f"{line.id}#{kind}", kind, line.customer, what, line.owner, day, (line.id,))
