"""Remarks: findings on the cells of a workbook that goes back to whoever filled it, and the keys
by which an accepted suggestion finds its cell again after sorting and inserting."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from xlcrm.findings import Finding
from xlcrm.spec.types.base import Cell, as_text
from xlcrm.text import compact
from xlcrm.values import dataclass

Slot = str | int  # a field key or a form's slot; the number of an extra column
CHECK_RESULT, ROW_KEY = "check_result", "row_key"  # slots of columns that are ours
ACCEPT, SUGGESTION, KEY = "accept", "suggestion", "key"  # columns of the sheet of findings
RETURNED_SLOTS = frozenset({CHECK_RESULT, ROW_KEY})
OTHERS, LISTED, MORE = "others", "、", "…"  # the parameter of a finding that names other cells
NO_KEY = "-"  # of a line of the sheet of findings on which nothing can be accepted
_EXTRA = "+"  # before the label of an extra column
_DIGEST = 12
_MIDNIGHT = " 00:00"


BESIDE = -1  # in the place of a page: what was left over, a line each


class Spot(NamedTuple):
    """A place on pages: the page's number (or BESIDE), a list's record or HEADER (0: a form), and
    which cell of it; a person's own sheet has rows and columns. Without a slot it is the whole row,
    without a row the whole sheet."""

    page: int
    row: int | None = None
    slot: Slot | None = None


@dataclass(frozen=True)
class Remark:
    """A finding, with where it stands on the pages; None where it is of the whole file.

    ``offer`` is the text that the cell holds once the suggestion is accepted, None where nothing
    can be accepted; ``cell`` what it holds now. ``others`` are the further cells that the finding
    names: their addresses are known when the pages are laid out.
    """

    finding: Finding
    spot: Spot | None = None
    offer: str | None = None
    cell: Cell | None = None
    others: tuple[Spot, ...] = ()


class LineKey(NamedTuple):
    """What a line of the sheet of findings says of its cell: the key of its row, the digest of what
    the cell held, and its slot, or the label of an extra column."""

    row: str
    was: str
    slot: str = ""
    label: str = ""

    def __str__(self) -> str:
        return f"{self.row} {self.was} {_EXTRA + self.label if self.label else self.slot}"

    @classmethod
    def read(cls, text: str) -> LineKey | None:
        """Return the key that a text is; None for any other text."""
        row, _, rest = text.strip().partition(" ")
        was, _, place = rest.partition(" ")
        if not place:
            return None
        extra = place.startswith(_EXTRA)
        return cls(row, was, "" if extra else place, place.removeprefix(_EXTRA) if extra else "")


def row_key(page: int, row: int) -> str:
    """Return what stands in the hidden column of a row, and on a form in its marks."""
    return f"p{page + 1}r{row + 1}"  # no text that a program takes for a number


def digest(cell: Cell | None) -> str:
    """Return by what it is told whether a cell still holds what it held; blanks mean nothing."""
    text = compact(as_text("" if cell is None else cell).removesuffix(_MIDNIGHT))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_DIGEST]
