"""What a master says by itself: its rows as claims, where the state is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from xlcrm.ledger.lead import LEAD
from xlcrm.records import MASTER_SLOTS, SOURCES_NAMED, Block, FileReading, Record, Records

_SLOTS = ("source_file", "source_place", "lead_note", "row_key")
_FILE, _PLACE, _NOTE, _KEY = (MASTER_SLOTS[name] for name in _SLOTS)


def row_of(record: Record) -> tuple[str, str]:
    """Return the key of a master's row, and the sign of what it said when it was written; blank
    where they are not there."""
    key, _, written = record.extras.get(_KEY, "").strip().partition(" ")
    return key, written


def note_of(record: Record) -> str:
    """Return what the lead has noted beside a master's row."""
    return record.extras.get(_NOTE, "")


def rows_of(master: FileReading) -> dict[str, Record]:
    """Return the master's rows by their row keys: of copies with one key the first."""
    return {key: each for each in reversed(master.records) if (key := row_of(each)[0])}


def added_rows(master: FileReading) -> dict[str, Record]:
    """Return by their row keys the rows that stand in a master alone."""
    return {row: each for row, each in rows_of(master).items() if file_of(each) == LEAD}


def recovered(master: FileReading) -> list[FileReading]:
    """Return the master's rows as the readings of the files they came from, all taken as removed.

    Files that are still there claim their records anew, and their claims hold over these.
    """
    files: dict[str, list[Record]] = defaultdict(list)
    blocks: dict[tuple[str, str, str], Block] = {}
    for record in master.records:
        for file, (sheet, row) in _places(record).items():
            where = (file, sheet, record.table)
            block = blocks.setdefault(where, Block(file, sheet, record.table, record.block.columns))
            files[file].append(Record(block, row, record.values, record.raw, own_extras(record)))
    return [
        FileReading(file, modified=master.modified, blocks=_blocks(records), removed=True)
        for file, records in sorted(files.items())
    ]


def without(reading: FileReading, records: Sequence[Record]) -> FileReading:
    """Return a recovered reading without some of its records."""
    gone = {id(each) for each in records if each.block.file == reading.file}
    if not gone:
        return reading
    kept = [each for each in reading.records if id(each) not in gone]
    return replace(reading, blocks=_blocks(kept))


def _blocks(records: Sequence[Record]) -> list[Records]:
    groups = groupby(records, key=attrgetter("block"))
    return [Records.of(list(group)) for _, group in groups]


def file_of(record: Record) -> str:
    """Return the file that a row comes from; blank for one that the lead has typed."""
    return record.extras.get(_FILE, "").split("\n")[0]


def own_extras(record: Record) -> dict[str, str]:
    """Return the extra columns of a master's row that are no columns of ours."""
    ours = MASTER_SLOTS.values()
    return {name: text for name, text in record.extras.items() if name not in ours}


def _places(record: Record) -> dict[str, tuple[str, int]]:
    """Return sheet and zero-based row of the places of a record, by the files in which it stands:
    ``sheet · row``, or a form's sheet."""
    files, places = (record.extras.get(slot, "").split("\n") for slot in (_FILE, _PLACE))
    named = zip(files[:SOURCES_NAMED], places, strict=False)
    return {file: _place(place) for file, place in named if file not in ("", LEAD)}


def _place(place: str) -> tuple[str, int]:
    sheet, _, row = place.rpartition(" · ")
    return (sheet, int(row) - 1) if sheet and row.isdecimal() else (place, -1)
