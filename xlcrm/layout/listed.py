"""Customers named in a report, and what the lead says of them there: by whom, in which list."""

from __future__ import annotations

import json
from typing import NamedTuple

from xlcrm.layout.marks import PREFIX

LISTS = f"{PREFIX}lists"  # the name by which a sheet with such lists is known
_BEGINS = f"{PREFIX}listed."


class Listed(NamedTuple):
    """A customer in the list of a metric."""

    metric: str
    customer: str
    name: str


class Said(NamedTuple):
    """What the lead says of one: why it is on the list, and what is done about it."""

    cause: str
    measures: str


NOTHING = Said("", "")


def listed_mark(listed: Listed) -> str:
    """Return the text that stands, hidden, behind the two cells in which the lead says so."""
    return _BEGINS + json.dumps(listed, ensure_ascii=False)


def read_listed(text: object) -> Listed | None:
    """Return whom a cell's text marks; None for any other text."""
    if not (isinstance(text, str) and text.startswith(_BEGINS)):
        return None
    try:
        found = json.loads(text.removeprefix(_BEGINS))
    except ValueError:
        return None
    is_ours = isinstance(found, list) and len(found) == 3
    return Listed(*map(str, found)) if is_ours else None
