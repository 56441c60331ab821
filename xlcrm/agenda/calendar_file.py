"""The agenda as an iCalendar file (RFC 5545), each item an event of a whole day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from xlcrm.agenda.items import Item
from xlcrm.findings import Language
from xlcrm.sheet_words import Words
from xlcrm.text import uncontrolled

_OCTETS = 75  # of a line, its end apart
_SPECIAL = re.compile(r"([\\;,])")


def calendar(items: Sequence[Item], language: Language, as_of: date) -> bytes:
    """Return items as a calendar.

    An event keeps its UID from run to run, and a later day's is the later revision of it: to take
    a calendar in again changes its events and doubles none. Equal items give equal bytes.
    """
    words = Words(language)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//xlcrm//due//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(words('due.title'))}",
    ]
    for each in items:
        lines += _event(each, words, as_of)
    lines.append("END:VCALENDAR")
    return b"".join(b"\r\n ".join(_folded(line)) + b"\r\n" for line in lines)


def _event(item: Item, words: Words, as_of: date) -> Iterable[str]:
    kind, what = words(f"due.kind.{item.kind}"), item.what[words.language]
    summary = " ".join(filter(None, (f"[{kind}]", item.name or item.customer, what)))
    described = {"what_label": what, "owner": item.owner, "source": item.place}
    told = (f"{words(f'due.{key}')}: {text}" for key, text in described.items() if text)
    return (
        "BEGIN:VEVENT",
        f"UID:{item.uid}@xlcrm",
        f"DTSTAMP:{as_of:%Y%m%d}T000000Z",
        f"SEQUENCE:{as_of.toordinal()}",
        f"DTSTART;VALUE=DATE:{item.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{item.day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(' '.join(summary.split()))}",
        f"DESCRIPTION:{_escaped(chr(10).join(told))}",
        f"CATEGORIES:{_escaped(kind)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    )


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", uncontrolled(text)).replace("\n", "\\n")


def _folded(line: str) -> Iterator[bytes]:
    """Yield a line in pieces that, with the blank before a further one, are short enough; no
    character is cut."""
    piece, room = b"", _OCTETS
    for char in line:
        octets = char.encode("utf-8", "replace")
        if len(piece) + len(octets) > room:
            yield piece
            piece, room = b"", _OCTETS - 1
        piece += octets
    yield piece
