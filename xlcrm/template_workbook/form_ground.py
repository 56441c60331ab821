"""A form as its live rules see it: its cells are named absolutely, its ticks by their boxes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from xlcrm.layout.forms import FIRST_UNIT, LAST_COLUMN, FormCell, FormPlan
from xlcrm.records import address, column_letters
from xlcrm.spec.model import Field
from xlcrm.spec.types.actions import Actions
from xlcrm.spec.types.choices import Many
from xlcrm.spec.types.texts import TICKED
from xlcrm.template_workbook.conditions import blank
from xlcrm.template_workbook.live_rules import Ground, Spot
from xlcrm.template_workbook.making import Making

_MOST_ARGUMENTS = 200  # of COUNTA; Excel takes 255


def form_ground(plan: FormPlan, making: Making) -> Ground:
    """Return what the rules of a form refer to."""
    cells: dict[str, list[FormCell]] = defaultdict(list)
    for slot, cell in plan.slots.items():
        if cell.field and cell.field.is_input:
            cells[slot.partition(".")[0]].append(cell)
    fields = {key: members[0].field for key, members in cells.items()}
    spots: dict[str, Spot] = {}
    for key, members in cells.items():
        spots.update(_spots(key, fields[key], members))
    ticks = [
        Spot(f"{_ticked(members)}>1", _areas(members), "")
        for key, members in cells.items()
        if _is_ticked(members) and not isinstance(getattr(fields[key], "type", None), Many)
    ]
    begun = f"{_filled(cells.values())}>0"
    first, last = min(c.row for c in plan.slots.values()), plan.height - 1
    texts = f"{address(first, FIRST_UNIT)}:{address(last, LAST_COLUMN)}"
    return Ground(plan.table, making, spots, begun, (texts.partition(":")[0], [texts]), "", ticks)


def _spots(key: str, field: Field | None, cells: Sequence[FormCell]) -> Iterator[tuple[str, Spot]]:
    if _is_ticked(cells):
        yield key, Spot("", _areas(cells), f"{_ticked(cells)}=0")
    elif field and isinstance(field.type, Actions):
        yield from _action_spots(key, cells)
    else:
        cell = cells[0]
        yield key, Spot(_absolute(cell), _area(cell), blank(_absolute(cell)))


def _action_spots(key: str, cells: Sequence[FormCell]) -> Iterator[tuple[str, Spot]]:
    """Yield the spot of all action rows, of each column of them, and of the first row's cells."""
    every = ",".join(_absolute(cell) for cell in cells)
    yield key, Spot("", _area(cells[0]), f"COUNTA({every})=0")
    columns: dict[str, list[FormCell]] = defaultdict(list)
    for cell in cells:
        columns[(cell.slot or "").rpartition(".")[2]].append(cell)
    for part, members in columns.items():
        top, bottom = members[0], members[-1]
        at = f"${column_letters(top.column)}{top.row + 1}"
        area = f"{_area(top).partition(':')[0]}:{_area(bottom).rpartition(':')[2]}"
        yield f"{key}.{part}", Spot(at, area, blank(at))
        none = f"COUNTA({','.join(_absolute(cell) for cell in members)})=0"
        yield f"{key}.1.{part}", Spot(_absolute(top), _area(top), none)


def _is_ticked(cells: Sequence[FormCell]) -> bool:
    return cells[0].role == "tick"


def _filled(fields: Collection[Sequence[FormCell]]) -> str:
    """Return the formula of how many cells hold something, and how many boxes are ticked."""
    values = [_absolute(c) for cells in fields if not _is_ticked(cells) for c in cells]
    counts = [
        f"COUNTA({','.join(values[n : n + _MOST_ARGUMENTS])})"
        for n in range(0, len(values), _MOST_ARGUMENTS)
    ]
    return "+".join([*counts, *(_ticked(cells) for cells in fields if _is_ticked(cells))])


def _ticked(cells: Sequence[FormCell]) -> str:
    """Return the formula of how many boxes are ticked: one COUNTIF a line of them."""
    lines: dict[int, list[FormCell]] = defaultdict(list)
    for cell in cells:
        lines[cell.row].append(cell)
    ranges = (f"{_absolute(line[0])}:{_absolute(line[-1])}" for line in lines.values())
    return "+".join(f'COUNTIF({each},"{TICKED}")' for each in ranges)


def _absolute(cell: FormCell) -> str:
    return f"${column_letters(cell.column)}${cell.row + 1}"


def _area(cell: FormCell) -> str:
    return f"{address(cell.row, cell.column)}:{address(cell.row, cell.column + cell.width - 1)}"


def _areas(cells: Sequence[FormCell]) -> str:
    return " ".join(map(_area, cells))
