"""Where the texts that a form prints stand on a sheet, the misspelt labels among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Literal

from xlcrm.filled_workbook.misspelt import can_hold, nearest
from xlcrm.filled_workbook.sheets import CellValue, RawSheet
from xlcrm.layout.forms import FormCell, FormPlan, choices_of
from xlcrm.layout.marks import read_marks
from xlcrm.spec.model import Labels
from xlcrm.spec.types.actions import Actions
from xlcrm.spec.types.base import as_text
from xlcrm.text import label_key
from xlcrm.values import dataclass

Place = tuple[int, int]
_SAME_COLUMN = 0.1  # what standing in the planned column adds to a match
_LONGEST_LABEL = 60  # characters
_TEXTS, _BELOW = 500, 3  # texts that may be labels, rows below the last label in which they stand


@dataclass(frozen=True)
class FormLabels:
    """Where on a sheet each printed cell of a plan stands: ``places`` are by its planned place.

    ``nearly`` are, by the places of labels that are misspelt, those that they were read as,
    ``perhaps`` those that others may be.
    """

    places: Mapping[Place, Place]
    nearly: Mapping[Place, Labels]
    perhaps: Mapping[Place, Labels]


@dataclass(frozen=True)
class _Printed:
    """A text that the form prints, where the plan has it, and the forms it is known by."""

    cell: FormCell
    keys: frozenset[str]
    kind: Literal["label", "head", "choice", "section"]

    @property
    def planned(self) -> Place:
        return self.cell.row, self.cell.column


def find_labels(sheet: RawSheet, plan: FormPlan) -> FormLabels:
    """Return where the texts of a plan stand on ``sheet``, aligned in reading order."""
    printed = list(_printed(plan))
    places = _match(sheet, printed)
    certain, perhaps = _misspelt(sheet, plan, printed, places)
    places |= {each.planned: place for place, each in certain.items()}
    return FormLabels(places, _labels(certain), _labels(perhaps))


def _labels(found: Mapping[Place, _Printed]) -> dict[Place, Labels]:
    return {place: each.cell.text or {} for place, each in found.items()}


def _match(sheet: RawSheet, printed: Sequence[_Printed]) -> dict[Place, Place]:
    known = {key for each in printed for key in each.keys}
    found = [
        (key, (row, column))
        for row, cells in enumerate(sheet.rows)
        for column, cell in enumerate(cells)
        if cell != "" and (key := _cell_key(cell)) in known
    ]
    places = {each.planned: found[n][1] for each, n in _align(printed, found)}
    used = set(places.values())
    for each in printed:  # labels that people moved to another line
        if each.planned in places or each.kind != "label":
            continue
        free = [at for key, at in found if key in each.keys and at not in used]
        if len(free) == 1:
            places[each.planned] = free[0]
            used.add(free[0])
    return places


def _misspelt(
    sheet: RawSheet, plan: FormPlan, printed: Sequence[_Printed], places: Mapping[Place, Place]
) -> tuple[dict[Place, _Printed], dict[Place, _Printed]]:
    """Return the labels that texts on a sheet certainly are, and those they may be.

    A label is meant where it is clearly the nearest and stands nowhere yet. That is certain where
    no other text means it too, and what is beside it can be read as its field's.
    """
    labels = {each.planned: each for each in printed if each.kind == "label"}
    missing = labels.keys() - places.keys()
    in_order = sorted(printed, key=lambda each: each.planned in missing)  # a label before a head
    known = {key: each.planned for each in in_order for key in each.keys}
    texts = islice(_other_texts(sheet, plan, known, places), _TEXTS) if missing else ()
    meant = ((place, nearest(text, known)) for place, text in texts)
    found = {place: labels[each] for place, each in meant if each in missing}
    times = Counter(each.planned for each in found.values())
    certain = {
        place: each
        for place, each in found.items()
        if times[each.planned] == 1 and _fits(sheet, place, each, set(places.values()))
    }
    return certain, {place: found[place] for place in found.keys() - certain.keys()}


def _other_texts(
    sheet: RawSheet, plan: FormPlan, known: Collection[str], places: Mapping[Place, Place]
) -> Iterator[tuple[Place, str]]:
    """Yield texts that are none of the form's, but for those that stand where a value does."""
    values = set()
    for cell in plan.cells:
        label = places.get((cell.row, cell.column)) if cell.role == "label" else None
        value = plan.slots.get(cell.field.key) if label and cell.field else None
        if label:
            away = value.column - cell.column if value else 1
            values |= {(label[0], label[1] + 1), (label[0], label[1] + away)}
    last = max((row for row, _ in places.values()), default=-1) + _BELOW
    for row, cells in enumerate(sheet.rows[: last + 1]):
        for column, text in enumerate(cells):
            if isinstance(text, str) and 0 < len(text) <= _LONGEST_LABEL:
                key, place = label_key(text), (row, column)
                if key and key not in known and place not in values:
                    yield place, text


def own_labels(
    sheet: RawSheet, plan: FormPlan, found: FormLabels, values: Collection[Place]
) -> Iterator[Place]:
    """Yield texts that are none of the form's, each with a cell beside it that is no field's.

    One stands first in its row, or behind a value: what follows a label is not looked at.
    """
    texts = {label_key(text) for cell in plan.cells for text in (cell.text or {}).values()}
    labels = {*found.places.values(), *found.perhaps}
    rows = [row for row, _ in labels]
    behind, taken = set(values), set(labels)
    for row in range(
        min(rows, default=0), min(max(rows, default=-1) + _BELOW + 1, len(sheet.rows))
    ):
        filled = [
            (row, n) for n, cell in enumerate(sheet.rows[row]) if cell != "" and not _is_mark(cell)
        ]
        for before, place, beside in zip([None, *filled], filled, filled[1:], strict=False):
            cell = sheet.rows[row][place[1]]
            is_own = isinstance(cell, str) and label_key(cell) not in texts
            is_free = not {place, beside} & (behind | taken)
            if is_own and is_free and (before is None or before in behind):
                behind.add(beside)
                taken.add(place)
                yield place


def written_labels(
    sheet: RawSheet, plan: FormPlan, fields: Collection[str], values: Collection[Place]
) -> Iterator[tuple[Place, Sequence[Place]]]:
    """Yield texts that people wrote on a form, each with the cells that are filled right of it as
    far as the next that is ours. The form prints what ``plan`` has, of labels those of ``fields``,
    by any name they ever had; ``values`` are where these are filled."""
    texts: set[str] = set()
    for each in plan.cells:
        is_printed = each.field is not None and each.field.key in fields
        if is_printed or each.field is None or each.role != "label":
            texts |= {label_key(text) for text in (each.text or {}).values()}
        if is_printed and each.field:
            texts |= {*each.field.label_keys}
    last = max((row for row, _ in values), default=-1)

    def is_ours(place: Place) -> bool:
        cell, is_below = sheet.at(place), place[0] > last
        is_text = isinstance(cell, str) and label_key(cell) in texts
        return place in values or (is_text and not is_below)

    for number, row in enumerate(sheet.rows):
        filled = [(number, n) for n, c in enumerate(row) if c != "" and not _is_mark(c)]
        for ours, run in groupby(filled, is_ours):
            place, *beside = run
            if not ours and beside and isinstance(sheet.at(place), str):
                yield place, beside


def _is_mark(cell: CellValue) -> bool:
    return isinstance(cell, str) and any(read_marks(cell))


def _fits(sheet: RawSheet, place: Place, label: _Printed, labels: Collection[Place]) -> bool:
    """Whether what is filled beside a label can be read as its field's. Boxes tell nothing."""
    row, column = place
    end = min((c for r, c in labels if r == row and c > column), default=sheet.width)
    filled = next((cell for cell in sheet.rows[row][column + 1 : end] if cell != ""), None)
    field = label.cell.field
    if filled is None or field is None or choices_of(field) or isinstance(field.type, Actions):
        return True
    return can_hold(field, filled)


def _printed(plan: FormPlan) -> Iterator[_Printed]:
    for cell in plan.cells:
        if not cell.text or cell.role not in ("label", "head", "choice", "section"):
            continue
        keys = {label_key(text) for text in cell.text.values() if isinstance(text, str)}
        if cell.role == "label" and cell.field:
            keys |= set(cell.field.label_keys)
        yield _Printed(cell, frozenset(keys), cell.role)


def _cell_key(cell: CellValue) -> str:
    if isinstance(cell, str):
        return label_key(cell) if len(cell) <= _LONGEST_LABEL else ""
    return as_text(cell) if isinstance(cell, float) else ""


def _align(
    printed: Sequence[_Printed], found: Sequence[tuple[str, Place]]
) -> list[tuple[_Printed, int]]:
    """Return the longest common order of printed and found texts; planned columns break ties."""
    width = len(found) + 1
    best = [[0.0] * width for _ in range(len(printed) + 1)]
    for i in range(len(printed) - 1, -1, -1):
        keys, column = printed[i].keys, printed[i].cell.column
        for j in range(len(found) - 1, -1, -1):
            score = max(best[i + 1][j], best[i][j + 1])
            key, place = found[j]
            if key in keys:
                score = max(score, best[i + 1][j + 1] + _weight(column, place))
            best[i][j] = score
    pairs = []
    i = j = 0
    while i < len(printed) and j < len(found):
        key, place = found[j]
        weight = _weight(printed[i].cell.column, place)
        if key in printed[i].keys and best[i][j] == best[i + 1][j + 1] + weight:
            pairs.append((printed[i], j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _weight(column: int, place: Place) -> float:
    return 1 + (_SAME_COLUMN if place[1] == column else 0)
