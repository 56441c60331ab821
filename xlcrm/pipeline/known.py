"""What is known of the last run, now that files say what they say."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from xlcrm.ledger.history import Before
from xlcrm.ledger.lead import Lead
from xlcrm.ledger.recovery import rows_of
from xlcrm.ledger.renaming import renamed_files
from xlcrm.pipeline.checks import customer_base
from xlcrm.pipeline.older_runs import older_history, older_readings
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.previous import Previous
from xlcrm.pipeline.recovering import kept_apart, left_by
from xlcrm.records import FileReading
from xlcrm.spec.model import CUSTOMER_FIELDS, Spec
from xlcrm.spec.types.texts import CUSTOMERS

Readings = Mapping[str, FileReading]


class Known(NamedTuple):
    """What is known of the last run, what files said then that have left the folder, and which
    records were taken out of those that are there."""

    before: Before
    gone: list[FileReading]
    withdrawn: Mapping[str, Sequence[str]]


def known_before(previous: Previous, readings: Readings, options: Options) -> Known:
    """Return what is known of the last run, now that files say ``readings``, by path: those of
    today that are there and could be read."""
    if previous.state:
        return _by_state(previous, readings, options)
    if previous.older:
        return _by_older(previous, readings, options.spec)
    if previous.edited is None:
        return Known(Before(lead=previous.lead), [], {})
    left = left_by(previous.edited, previous.lead, readings, options.spec)
    lead, rows = previous.lead.renamed(left.names), rows_of(previous.edited)
    apart = kept_apart(previous.edited, options.spec)
    return Known(Before(lead=lead, rows=rows, told=left.told, apart=apart), left.gone, {})


def _by_state(previous: Previous, readings: Readings, options: Options) -> Known:
    assert previous.state
    spec, meta, states = options.spec, previous.state.meta, previous.files
    then = {file: each.load() for file, each in states.items() if file not in readings}
    gone, names = _left(then, readings, states, spec)
    old = {
        file: states[file].load()
        for file, reading in readings.items()
        if file in states and states[file].reading != reading.encoded
    }
    old |= {to: then[file] for file, to in names.items()}
    files = {names.get(file, file) for file in states}
    base, said, customers = None, Lead.from_state(meta["lead"]), meta["customers"]
    news = customers != options.customers or _news(said) != _news(previous.lead)
    if news or _customers_changed(readings, old, states, spec):
        known = {**readings, **gone, **old}
        there = [each for file, each in known.items() if file in files]
        base = customer_base([*there, said.reading], replace(spec, **customers), said.related)
    history, lead = previous.history.renamed(names), previous.lead.renamed(names)
    withdrawn = {names.get(file, file): each for file, each in previous.withdrawn.items()}
    before = Before(files, old, history, lead, base, apart=said.apart)
    return Known(before, [*gone.values()], withdrawn)


def _by_older(previous: Previous, readings: Readings, spec: Spec) -> Known:
    assert previous.older
    then = older_readings(previous.older, spec)
    left = {file: each for file, each in then.items() if file not in readings}
    gone, names = _left(left, readings, then, spec)
    old = {file: each for file, each in then.items() if file in readings}
    old |= {to: then[file] for file, to in names.items()}
    files = {names.get(file, file) for file in then}
    history, lead = older_history(previous.older, spec), previous.lead.renamed(names)
    rows = rows_of(previous.edited) if previous.edited else {}
    before = Before(files, old, history.renamed(names), lead, rows=rows)
    withdrawn = previous.older.meta["withdrawn"]
    return Known(
        before,
        [*gone.values()],
        {names.get(file, file): each for file, each in withdrawn.items()},
    )


def _left(
    then: Readings, readings: Readings, known: Collection[str], spec: Spec
) -> tuple[dict[str, FileReading], dict[str, str]]:
    """Return what files said ``then`` that have left since, but for copies of what is there, and
    the names of today of those that were renamed; ``known`` are all that the last run read."""
    gone = {file: each for file, each in then.items() if each.blocks}
    new = [each for file, each in readings.items() if file not in known]
    names = renamed_files(gone, new, spec)
    hashes = {each.sha256 for each in readings.values()}
    left = {
        file: each for file, each in gone.items() if file not in names and each.sha256 not in hashes
    }
    for reading in left.values():
        reading.removed = True
    return left, names


def _news(lead: Lead) -> tuple[object, ...]:
    """Return what a lead says by which customers may be others."""
    return [each[:3] for each in lead.related], lead.added


def _customers_changed(
    readings: Readings,
    old: Readings,
    known: Collection[str],
    spec: Spec,
) -> bool:
    """Whether a file that is new, or has changed, says anything else of who is a customer."""
    table = spec.with_role(CUSTOMERS)

    def said(reading: FileReading | None) -> list[Any]:
        blocks = (each for each in (reading.blocks if reading else ()))
        own = (each for each in blocks if table and each.table == table.key)
        return [[each.column(key) for key in CUSTOMER_FIELDS] for each in own]

    changed = (file for file in readings if file in old or file not in known)
    return any(said(readings[file]) != said(old.get(file)) for file in changed)
