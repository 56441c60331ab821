"""The marks by which a sheet is known again after people renamed, copied and rearranged it.

In layers, since no mark survives everything: the key text of every cell in a hidden row above a
list's header, or a hidden column beside a form; the same text as sheet-scoped defined names; and
the labels themselves. A mark is ``xlcrm.<table>.<slot>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2s
from typing import NamedTuple

PREFIX = "xlcrm."
MARK_WIDTH = 3  # columns in which a form's marks are looked for
OWN_SHEET = "own"  # in the place of a table: a guide or list sheet
LEFTOVERS = "leftovers"  # that of them which holds what people filled beside our tables
NOTE_AUTHOR = "xlcrm"  # whose notes on cells are ours: written anew each time, never carried
CHECK = "check"  # that of them which lists the findings
PROPERTY = "xlcrm"
RUN_PROPERTY = "xlcrm-run"
TEAM_RUN = "team-"  # begins the run id of a master for the team
_VERSION = "xlcrm-version."
_SIGN = 6  # hexadecimal digits by which a printed text is known

_REFERENCE = re.compile(r"(?:'(?:[^']|'')*'|[^'!]*)!\$?([A-Z]{1,3})\$?([0-9]{1,7})")


class Mark(NamedTuple):
    """A table's key and a slot of it: a field key, or a part such as ``actions.1.due``."""

    table: str
    slot: str


def mark(table: str, slot: str) -> str:
    """Return the text that marks a slot of a table, in a cell and as a defined name."""
    return f"{PREFIX}{table}.{slot}"


def own_mark(name: str, printed: Iterable[str]) -> str:
    """Return the text that marks a sheet of ours without records; it tells too what we print there,
    whatever the version and the language: the rest is a person's."""
    signs = sorted({_sign(text) for text in printed})
    return f"{mark(OWN_SHEET, name)} {''.join(signs)}"


def is_own_mark(text: str) -> bool:
    """Whether a text is one of ``own_mark``, which is nobody's words."""
    return text.startswith(mark(OWN_SHEET, ""))


def is_printed(text: str, own: str) -> bool:
    """Whether a text is one of those printed on a sheet with the mark ``own`` (``own_mark``)."""
    signs, sign = own.partition(" ")[2], _sign(text)
    return any(signs[at : at + _SIGN] == sign for at in range(0, len(signs), _SIGN))


def _sign(text: str) -> str:
    said = " ".join(text.split()).encode("utf-8", "surrogatepass")
    return blake2s(said, digest_size=_SIGN // 2).hexdigest()


def version_property(table: str) -> str:
    """Return the workbook's property that says from which template the sheets of a table are."""
    return f"{_VERSION}{table}"


def versions(properties: Mapping[str, str]) -> dict[str, str]:
    """Return what a workbook's properties say of its templates, by table."""
    named = ((name, text) for name, text in properties.items() if name.startswith(_VERSION))
    return {name.removeprefix(_VERSION): text for name, text in named}


def header_marks(table: str, keys: Iterable[str]) -> list[str]:
    """Return the texts of the hidden row above a list's header."""
    return [mark(table, key) for key in keys]


def read_marks(text: object) -> Sequence[Mark]:
    """Return the marks in a cell's text; none for any other text."""
    return _marks(text) if isinstance(text, str) and text.startswith(PREFIX) else ()


@lru_cache(maxsize=10_000)  # every sheet of a table has the same
def _marks(text: str) -> Sequence[Mark]:
    words = (word.removeprefix(PREFIX) for word in text.split() if word.startswith(PREFIX))
    parts = (word.partition(".") for word in words)
    return tuple(Mark(table, slot) for table, _, slot in parts if slot)


def named_cells(names: Mapping[str, str]) -> dict[Mark, tuple[int, int]]:
    """Return the zero-based cell of each of our names that still refers to one."""
    named = (_named_cell(*each) for each in names.items() if each[0].startswith(PREFIX))
    return {each: place for marks, place in named if place for each in marks}


@lru_cache(maxsize=10_000)  # most workbooks have the same
def _named_cell(name: str, reference: str) -> tuple[Sequence[Mark], tuple[int, int] | None]:
    match = _REFERENCE.fullmatch(reference)
    return read_marks(name), match and (int(match[2]) - 1, column_index(match[1]))


def column_index(letters: str) -> int:
    """Return the zero-based column of its letters."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
