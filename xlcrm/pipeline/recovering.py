"""What a master whose state is lost tells of files that have left the folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from xlcrm.ledger.lead import APART, WHOLE, Lead, RowId, as_told, ruling_of
from xlcrm.ledger.recovery import Told, recovered
from xlcrm.ledger.renaming import renamed_files
from xlcrm.ledger.said import Said, Sign, as_declared, sign
from xlcrm.master_workbook.decisions import Decision, read_decisions
from xlcrm.pipeline.lead_work import versions_of, with_told
from xlcrm.records import FileReading
from xlcrm.spec.model import Spec

Says = dict[str, dict[str, dict[str, Said]]]


class Left(NamedTuple):
    """What files said that have left, what the master tells of them, and the names of today of
    those that were renamed."""

    gone: list[FileReading]
    told: Told
    names: Mapping[str, str]


def left_by(
    master: FileReading, lead: Lead, readings: Mapping[str, FileReading], spec: Spec
) -> Left:
    """Return what is known of files that are not among ``readings``, by path; ``lead`` is what the
    lead has said in the master, as far as it is known."""
    told = told_of(master, spec)
    found = {each.file: each for each in recovered(master, told, lead.rulings, spec)}
    new = [each for file, each in readings.items() if file not in found]
    gone = {file: each for file, each in found.items() if file not in readings}
    names = renamed_files(gone, new, spec)
    return Left([each for file, each in gone.items() if file not in names], told, names)


def with_left(
    readings: Iterable[FileReading], master: FileReading, lead: Lead, spec: Spec
) -> list[FileReading]:
    """Return readings, in path order, with what files said that have left, now that all is known
    that the lead has said."""
    there = {each.file: each for each in readings if not each.removed}
    found = [*there.values(), *left_by(master, lead, there, spec).gone]
    return sorted(found, key=attrgetter("file"))


def told_of(master: FileReading, spec: Spec) -> Told:
    """Return what a master's list of conflicts tells of each file."""
    says: Says = defaultdict(lambda: defaultdict(dict))
    saved: dict[str, str] = {}
    for each in read_decisions(master.lists.get("conflicts", [])):
        for file, what in _sides(each, spec):
            says[each.row][file][each.field] = what
        saved |= {file: when for file, when in each.data["saved"].items() if _is_moment(when)}
    return Told(says, saved)


def kept_apart(master: FileReading, spec: Spec) -> Mapping[RowId, Mapping[str, Collection[Sign]]]:
    """Return ``Lead.apart`` as it was when a master was written, whatever has become of the
    decisions since."""
    decisions = read_decisions(master.lists.get("conflicts", []))
    return with_told(Lead(), decisions, spec).apart


def _sides(decision: Decision, spec: Spec) -> Iterator[tuple[str, Said]]:
    """Yield what each file says of a conflict's field."""
    table = spec.tables.get(decision.data["table"])
    if table is None or decision.field == WHOLE:
        return
    versions = (what for what, _ in versions_of(decision, table.by_key.get(decision.field)))
    today = [as_declared(each, table, decision.field) for each in versions]
    by_sign = {sign(each, table, decision.field): each for each in today}
    ruling = as_told(ruling_of, decision.data["ruling"])
    if ruling and ruling.choice == APART:  # the others have rows of their own
        own = sign(as_declared(ruling.before, table, decision.field), table, decision.field)
        by_sign = {each: by_sign[each] for each in (own, "") if each in by_sign}
    for file, known in decision.data["sides"].items():
        if known in by_sign:
            yield file, by_sign[known]


def _is_moment(text: str) -> bool:
    try:
        return bool(datetime.fromisoformat(text).tzinfo)
    except ValueError:
        return False
