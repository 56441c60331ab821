"""What shows by colour while a sheet is filled, derived from a table's fields and rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.choices import Choice
from xlcrm.spec.types.codes import CreditCode, Id
from xlcrm.spec.types.dates import Day, TimeRange
from xlcrm.spec.types.numbers import Number
from xlcrm.template_workbook import conditions as when
from xlcrm.template_workbook.making import Making, column_name
from xlcrm.template_workbook.private_text import private_conditions
from xlcrm.template_workbook.validations import list_name
from xlcrm.values import dataclass

# The first that holds shows: what must not stay comes before what is yet to be done.
Kind = Literal["private", "wrong", "overdue", "due", "late", "review", "missing"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Spot:
    """Where a slot lies: its ``cell`` as formulas name it, the ``area`` that is coloured.

    ``blank`` says whether nothing was filled in. ``moving`` names the cell so that one formula
    serves several columns; a form's cells have none.
    """

    cell: str
    area: str
    blank: str
    moving: str = ""


@dataclass(frozen=True)
class Ground:
    """A sheet as its rules see it: its spots by slot.

    ``begun`` says whether a record was begun, ``ids`` names all cells of its id with their label;
    ``texts`` is a cell and the area of all text to be searched for private values; ``ticks`` are
    the boxes of fields of which one may be ticked.
    """

    table: Table
    making: Making
    spots: Mapping[str, Spot]
    begun: str
    texts: tuple[str, Sequence[str]]
    ids: str = ""
    ticks: Sequence[Spot] = ()

    def kind(self, slot: str) -> Any:
        """Return the type of a slot's value; the dates of action rows are days."""
        key, _, part = slot.partition(".")
        return Day() if part else self.table.by_key[key].type

    def shows(self, key: str, values: Iterable[str]) -> str:
        """Whether the cell of a choice shows one of some values, in any language."""
        return _shows(self.table.by_key[key], self.spots[key].cell, values, self.making.language)


@dataclass(frozen=True)
class LiveRule:
    """A condition under which cells of some areas take the look of a kind."""

    kind: Kind
    areas: Sequence[str]
    formula: str


def live_rules(ground: Ground) -> list[LiveRule]:
    """Return the rules of a sheet, those that win first."""
    found = (rule for _, rule in named_rules(ground))
    return sorted(found, key=lambda rule: KINDS.index(rule.kind))


def named_rules(ground: Ground) -> Iterator[tuple[str, LiveRule]]:
    """Yield the rules of a sheet, each with the name of what it is derived from."""
    for name, of_fields in _OF_FIELDS.items():
        yield from ((name, rule) for rule in of_fields(ground))
    for declared in ground.table.rules:
        derive = _DERIVED.get(declared.name)
        found = derive(ground, declared.arguments) if derive else ()
        yield from ((declared.name, rule) for rule in found)


def is_searched(field: Field) -> bool:
    """Whether private values are looked for in a field: long numbers and ids are none."""
    return field.is_input and not isinstance(field.type, Id | CreditCode | Number)


def _private(ground: Ground) -> Iterator[LiveRule]:
    cell, areas = ground.texts
    if areas and not ground.table.private:
        yield from (LiveRule("private", areas, each) for each in private_conditions(cell))


def _outside(ground: Ground) -> Iterator[LiveRule]:
    """Closed lists: one rule serves the columns that have the same one."""
    groups: dict[tuple[Any, ...], list[tuple[Choice, Spot]]] = defaultdict(list)
    for field in ground.table.fields:
        spot, kind = ground.spots.get(field.key), field.type
        if spot and isinstance(kind, Choice) and not kind.vocabulary.open and spot.cell:
            shared = (type(kind), kind.vocabulary.key, kind.remark)
            groups[shared if spot.moving else (field.key,)].append((kind, spot))
    for members in groups.values():
        kind, spot = members[0]
        cell, names = spot.moving or spot.cell, list_name(kind.vocabulary.key)
        formula = when.outside(kind, names, cell, ground.making.language)
        yield LiveRule("wrong", [each.area for _, each in members], formula)


def _doubled(ground: Ground) -> Iterator[LiveRule]:
    """Ids that stand twice."""
    spot = ground.spots.get(ground.table.id or "")
    if spot and ground.ids:
        twice = f"COUNTIF({ground.ids},{spot.cell})>1"
        yield LiveRule("wrong", [spot.area], when.every(when.filled(spot.cell), twice))


def _spans(ground: Ground) -> Iterator[LiveRule]:
    """Spans of time that end before their start."""
    for field in ground.table.fields:
        span = ground.spots.get(field.key)
        if span and isinstance(field.type, TimeRange):
            yield LiveRule("wrong", [span.area], when.ends_before_start(span.cell))


def _ticked_twice(ground: Ground) -> Iterator[LiveRule]:
    """Several boxes ticked where one is to be."""
    yield from (LiveRule("wrong", [each.area], each.cell) for each in ground.ticks)


def _required(ground: Ground) -> Iterator[LiveRule]:
    required = [each.key for each in ground.table.fields if each.required]
    yield from _missing(ground, required, ground.begun)


def _missing(ground: Ground, slots: Iterable[str], condition: str) -> Iterator[LiveRule]:
    spots = [ground.spots[slot] for slot in slots if slot in ground.spots]
    moving = [spot for spot in spots if spot.moving]
    if moving:
        formula = when.every(condition, when.blank(moving[0].moving))
        yield LiveRule("missing", [spot.area for spot in moving], formula)
    for spot in spots:
        if not spot.moving:
            yield LiveRule("missing", [spot.area], when.every(condition, spot.blank))


def _any_required(ground: Ground, rule: Mapping[str, Any]) -> Iterator[LiveRule]:
    keys = [key for key in rule["fields"] if key in ground.spots]
    none = [ground.spots[key].blank for key in keys]
    yield from _missing(ground, keys, when.every(ground.begun, *none))


def _required_if(ground: Ground, rule: Mapping[str, Any]) -> Iterator[LiveRule]:
    spot = ground.spots.get(rule["field"])
    if spot:
        given = f"NOT({spot.blank})"
        holds = ground.shows(rule["field"], rule["in"]) if "in" in rule else given
        yield from _missing(ground, rule["needs"], holds)


def _required_remark(ground: Ground, rule: Mapping[str, Any]) -> Iterator[LiveRule]:
    spot = ground.spots.get(rule["field"])
    if spot:
        yield LiveRule("missing", [spot.area], ground.shows(rule["field"], rule["in"]))


def _required_unless(ground: Ground, rule: Mapping[str, Any]) -> Iterator[LiveRule]:
    if rule["field"] in ground.spots:
        otherwise = f"NOT({ground.shows(rule['field'], rule['in'])})"
        yield from _missing(ground, rule["needs"], when.every(ground.begun, otherwise))


def _action_with_due(ground: Ground, rule: Mapping[str, Any]) -> Iterator[LiveRule]:
    """The first action's day is missing where there is an action, and none has a day."""
    actions, day = rule["actions"], ground.spots.get(f"{rule['actions']}.1.due")
    if rule["field"] in ground.spots and day:
        begun = f"NOT({ground.spots[actions].blank})"
        holds = ground.shows(rule["field"], rule["in"])
        yield LiveRule("missing", [day.area], when.every(holds, begun, day.blank))


def _improvement_plan(ground: Ground, rule: Mapping[str, Any]) -> Iterator[LiveRule]:
    spec = ground.making.spec
    enough = min(spec.parameter("level_from").values())
    lowest = list(spec.parameter("level_score"))[-1]
    low = []
    for score, level in zip(rule["scores"], rule["levels"], strict=True):
        if score in ground.spots and level in ground.spots:
            cell = ground.spots[score].cell
            by_level = ground.shows(level, [lowest])
            low.append(f"IF(ISNUMBER({cell}),{cell}<{enough:g},{by_level})")
    if low:
        yield from _missing(ground, rule["needs"], when.some(low))


def _order(ground: Ground, rule: Mapping[str, Any]) -> Iterator[LiveRule]:
    first, last = ground.spots.get(rule["earlier"]), ground.spots.get(rule["later"])
    if first and last:
        kinds = ground.kind(rule["later"]), ground.kind(rule["earlier"])
        before = when.is_before(kinds[0], last.cell, kinds[1], first.cell)
        yield LiveRule("wrong", [last.area], before)


def _late_entry(ground: Ground, rule: Mapping[str, Any]) -> Iterator[LiveRule]:
    spec = ground.making.spec
    talk, entry = ground.spots.get(rule["talk"]), ground.spots.get(rule["recorded"])
    if talk and entry:
        hours, skipping = spec.parameter("entry_hours"), spec.parameter("entry_skip_nonworking")
        kind = ground.kind(rule["talk"])
        late = when.is_late(kind, talk.cell, entry.cell, hours, skipping=skipping)
        yield LiveRule("late", [entry.area], late)


def _overdue(ground: Ground, rule: Mapping[str, Any]) -> Iterator[LiveRule]:
    due, done = ground.spots.get(rule["due"]), ground.spots.get(rule["done"])
    if not due:
        return
    still = [done.blank] if done else []
    if rule.get("closed") in ground.spots:
        still.append(f"NOT({ground.shows(rule['closed'], rule['in'])})")
    kind, days = ground.kind(rule["due"]), ground.making.spec.parameter("remind_days")
    passed, soon = when.is_overdue(kind, due.cell), when.is_due_within(kind, due.cell, days)
    yield LiveRule("overdue", [due.area], when.every(*still, passed))
    yield LiveRule("due", [due.area], when.every(*still, soon))


def _needs_review(ground: Ground, rule: Mapping[str, Any]) -> Iterator[LiveRule]:
    spot, key = ground.spots.get(rule["status"]), rule["base"]
    grade = _grade(ground, key)
    if spot and grade:
        language, base = ground.making.language, _base_field(ground, key)
        fits = ground.shows(rule["status"], rule["fit"])
        graded = _shows(base, grade, rule["in"], language)
        yield LiveRule("review", [spot.area], when.every(graded, f"NOT({fits})"))


def _grade(ground: Ground, key: str) -> str:
    """The customer's value of a column of the base: its own row's, else looked up there."""
    if ground.table.role:
        return ground.spots[key].cell if key in ground.spots else ""
    found = '""'
    for field in ("customer_name", "customer_id"):
        known = {field, key} <= ground.making.customers and field in ground.spots
        if known:
            place = f"MATCH({ground.spots[field].cell},{column_name(field)},0)"
            found = f"IFERROR(INDEX({column_name(key)},{place}),{found})"
    return "" if found == '""' else found


def _base_field(ground: Ground, key: str) -> Field:
    base = ground.making.spec.with_role("customers")
    assert base
    return base.by_key[key]


def _shows(field: Field, cell: str, values: Iterable[str], language: str) -> str:
    label = field.type.vocabulary.label if isinstance(field.type, Choice) else (lambda v, _: v)
    return when.is_one_of(cell, dict.fromkeys(w for v in values for w in (v, label(v, language))))


_OF_FIELDS: Mapping[str, Callable[[Ground], Iterable[LiveRule]]] = {
    "private": _private,
    "outside": _outside,
    "doubled": _doubled,
    "span": _spans,
    "tick": _ticked_twice,
    "required": _required,
}
_DERIVED: Mapping[str, Callable[[Ground, Mapping[str, Any]], Iterable[LiveRule]]] = {
    "any-required": _any_required,
    "required-if": _required_if,
    "required-if-remark": _required_remark,
    "required-unless": _required_unless,
    "action-with-due-if": _action_with_due,
    "improvement-plan": _improvement_plan,
    "order": _order,
    "late-entry": _late_entry,
    "overdue": _overdue,
    "needs-review": _needs_review,
}
