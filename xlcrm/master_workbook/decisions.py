"""What a lead has decided on the master's list of conflicts, read back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, get_args

from xlcrm.findings import Language
from xlcrm.records import ListRow
from xlcrm.sheet_words import Words
from xlcrm.text import fold

SHOWN = "shown"  # what was written into the two cells of a decision


class Decision(NamedTuple):
    """A row of the list. ``choice`` is ``take`` with the number of a version, ``both``, ``own``
    with its text, ``""`` where nothing is decided, None where that is not understood;
    ``decision`` and ``own`` what stands in the two cells, ``changed`` whether somebody typed there
    since. ``data`` is what the run that wrote the row kept with it, ``texts``
    what stands in all of its cells."""

    row: str
    field: str
    choice: str | None
    number: int
    decision: str
    own: str
    changed: bool
    data: dict[str, Any]
    texts: Mapping[str, str]


def read_decisions(rows: Sequence[ListRow]) -> Iterator[Decision]:
    """Yield what stands on the rows of the list that are still known by their keys."""
    for texts in (each.texts for each in rows):
        row, _, field = texts.get("key", "").partition(" ")
        data = _data(texts.get("data", ""))
        if not row or data is None:
            continue
        decision, own = texts.get("decision", ""), texts.get("own_value", "")
        was_decision, was_own = data[SHOWN]
        decided, owned = decision != was_decision, own != was_own
        if decision and decided and not owned:
            own = ""  # the decision is the newer of the two
        elif own and owned:
            decision = ""
        choice, number = ("own", 0) if own else _choice(decision)
        yield Decision(row, field, choice, number, decision, own, decided or owned, data, texts)


def _data(text: str) -> dict[str, Any] | None:
    """Return what was kept with a row; None where somebody has typed over it."""
    try:
        data = json.loads(text)
        one, other = data[SHOWN]
        versions = [(list(what), bool(leads)) for what, leads in data["versions"] or ()]
        whole = all(len(what) == 2 for what, _ in versions)
        whole &= all(_are_texts(data[name]) for name in ("sides", "saved"))
    except (KeyError, TypeError, ValueError):
        return None
    texts = (one, other, data.get("table"))
    return data if whole and "ruling" in data and all(isinstance(t, str) for t in texts) else None


def _are_texts(data: Any) -> bool:
    """Whether data says a text of each of its names."""
    return isinstance(data, dict) and all(isinstance(each, str) for each in data.values())


def _choice(text: str) -> tuple[str | None, int]:
    """Return how a conflict is decided, and the number of the version that is taken."""
    if not text:
        return "", 0
    said = fold(text)
    number = int("".join(filter(str.isdecimal, said))[:6] or 0)
    for words in map(Words, get_args(Language)):
        if said == fold(words("master.conflict.keep_both")):
            return "both", 0
        if number and said == fold(words("master.conflict.take", number=number)):
            return "take", number
    return None, 0
