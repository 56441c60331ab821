"""The master's list of customers who may be one, where the lead answers with yes or no."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xlcrm.master_workbook.pages import HEADER_ROW
from xlcrm.master_workbook.plan import Likely
from xlcrm.record_sheet import Column, RecordSheet, holdable, palette
from xlcrm.records import ListRow
from xlcrm.sheet_words import Words
from xlcrm.spec.types.texts import is_ticked

NAME = "likely"
_WIDTHS = {"one": 34, "rows_one": 10, "other": 34, "rows_other": 13, "reason": 44}


class Answer(NamedTuple):
    """A row of the list, read back: whether ``other`` is the same customer as ``one``; None where
    nothing is said, or what is said (``typed``) is neither yes nor no; ``kept`` is what the
    settings held of it."""

    one: str
    other: str
    same: bool | None
    typed: str
    kept: bool | None


def likely_sheet(likely: Sequence[Likely], words: Words) -> RecordSheet:
    """Return the pairs, a row each; one that is decided to be the same shows its alias, as the
    settings have it."""
    columns = [
        Column(
            key,
            words(f"master.likely.{key}"),
            width,
            wrap=True,
            kind="integer" if key.startswith("rows") else "text",
        )
        for key, width in _WIDTHS.items()
    ]
    columns += [
        Column("same", words("master.likely.same"), 14, fill=palette.INPUT_FILL),
        Column("state", words("master.conflict.state"), 12),
        Column("alias", words("master.likely.alias"), 26, wrap=True),
        Column("decided", words("master.likely.decided"), 26, wrap=True),
        Column("data", words("master.conflict.data"), 10, hidden=True),
    ]
    rows = [_row(each, words) for each in likely]
    return RecordSheet(words("master.sheet.likely"), columns, rows, HEADER_ROW, 1)


def _row(each: Likely, words: Words) -> Sequence[object]:
    (one, _, rows_one), (other, _, rows_other) = each.one, each.other
    reasons = (words(f"master.likely.by_{kind}", what=what) for kind, what in each.reasons)
    kept = [] if each.kept is None else [each.kept]
    data = json.dumps([one, other, *kept], ensure_ascii=False)
    told = {True: "yes", False: "no", None: ""}[each.same]
    cells = [
        _named(each.one),
        rows_one,
        _named(each.other),
        rows_other,
        words("master.record.and").join(reasons),
        words(f"master.likely.{told}") if told else each.typed or None,
        words("master.likely.is_one" if each.same else "master.likely.are_two")
        if told
        else words("master.conflict.open"),
        other if each.same else None,
        one if each.same else None,
        data,
    ]
    return [holdable(cell) for cell in cells]


def _named(party: tuple[str, str, int]) -> str:
    text, name, _ = party
    return text if name in ("", text) else f"{text} {name}"


def read_answers(rows: Sequence[ListRow]) -> Iterator[Answer]:
    """Yield what stands on the rows of the list that are still known by their keys."""
    for texts in (each.texts for each in rows):
        said = texts.get("same", "")
        try:
            one, other, *kept = json.loads(texts.get("data", ""))
        except (TypeError, ValueError):
            continue  # a row of the lead's own, or one whose key was typed over
        same = is_ticked(said) if said else None
        held = kept[0] if kept and isinstance(kept[0], bool) else None
        yield Answer(str(one), str(other), same, said if same is None else "", held)
