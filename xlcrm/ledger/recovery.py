"""What a master says by itself: its rows as claims, where the state is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from itertools import chain, groupby
from operator import attrgetter

from xlcrm.ledger.cells import differs_in_cell
from xlcrm.ledger.lead import LEAD, RowId, Ruling
from xlcrm.ledger.said import Said, said, sign, with_said
from xlcrm.records import MASTER_SLOTS, SOURCES_NAMED, Block, FileReading, Record, Records
from xlcrm.spec.model import Spec, Table
from xlcrm.values import dataclass

_OURS = frozenset(MASTER_SLOTS.values())
_SLOTS = ("source_file", "source_place", "lead_note", "row_key")
_FILE, _PLACE, _NOTE, _KEY = (MASTER_SLOTS[name] for name in _SLOTS)


@dataclass(frozen=True)
class Told:
    """What a master tells of files besides its rows: what each of them ``says`` of fields on which
    they disagree, by row, file and field; and when they were ``saved``, as far as it is known."""

    says: Mapping[RowId, Mapping[str, Mapping[str, Said]]] = field(default_factory=dict)
    saved: Mapping[str, str] = field(default_factory=dict)

    def of(self, row: RowId, file: str) -> Mapping[str, Said]:
        """Return what is told of a row by a file, by field."""
        return self.says.get(row, {}).get(file, {})


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


def recovered(
    master: FileReading, told: Told, rulings: Mapping[RowId, Mapping[str, Ruling]], spec: Spec
) -> list[FileReading]:
    """Return the master's rows as the readings of the files they came from, all taken as removed.

    A row holds what its files were merged into: what each of them said is known of fields on which
    they disagree, and of those that the lead has typed over (``rulings``).
    """
    files: dict[str, list[Record]] = defaultdict(list)
    stood: dict[str, list[RowId]] = defaultdict(list)
    blocks: dict[tuple[str, str, str], Block] = {}
    for record in master.records:
        row, table, places = row_of(record)[0], spec.tables[record.table], _places(record)
        for file in dict.fromkeys([*places, *told.says.get(row, ())]):
            sheet, line = places.get(file, (record.block.sheet, -1))
            where = (file, sheet, record.table)
            block = blocks.setdefault(where, _block_in(record, file, sheet))
            words = {**_typed_over(rulings.get(row, {}), file, table), **told.of(row, file)}
            plain = Record(block, line, record.values, record.raw, own_extras(record))
            files[file].append(with_said(plain, words, table) if words else plain)
            stood[file].append(row)
    return [
        FileReading(
            file,
            modified=told.saved.get(file) or master.modified,
            blocks=_blocks(records),
            removed=True,
            stood=stood[file],
        )
        for file, records in sorted(files.items())
        if file != LEAD
    ]


def _block_in(record: Record, file: str, sheet: str) -> Block:
    """Return where a row of a master stood in a file."""
    extras = {name: n for name, n in record.block.extras.items() if name not in _OURS}
    return Block(file, sheet, record.table, record.block.columns, extras=extras)


def _typed_over(rulings: Mapping[str, Ruling], file: str, table: Table) -> dict[str, Said]:
    """Return what a file said of fields that the lead has typed over, where that is known."""
    return {
        name: each.before
        for name, each in rulings.items()
        if not each.choice
        and (not each.sides or each.sides.get(file) == sign(each.before, table, name))
    }


def beside(
    record: Record, others: Sequence[Record], fields: Sequence[str], table: Table
) -> Record | None:
    """Return what a removed file said of a record, as far as ``fields`` tell, beside what files say
    that are there: the same as the likest of ``others`` but for what differs; None for nothing."""
    differing = ([n for n in fields if differs_in_cell(o, record, n, table)] for o in others)
    names, other = min(zip(differing, others, strict=True), key=lambda each: len(each[0]))
    if not names:
        return None
    made = with_said(other, {name: said(record, name) for name in names}, table)
    return replace(made, block=record.block, row=record.row)


def with_records(
    reading: FileReading, known: Sequence[tuple[Record, Record | None]]
) -> FileReading:
    """Return a recovered reading with its records as they are ``known`` by now; None is for those
    that are to be forgotten."""
    if not reading.removed:
        return reading  # as nearly all
    today = {id(was): each for was, each in known if was.block.file == reading.file}
    if not today:
        return reading
    pairs = zip(reading.records, reading.stood, strict=True)
    left = [(each, row) for was, row in pairs if (each := today.get(id(was), was))]
    blocks = _blocks([each for each, _ in left])
    return replace(reading, blocks=blocks, stood=[row for _, row in left])


def _blocks(records: Sequence[Record]) -> list[Records]:
    groups = groupby(records, key=attrgetter("block"))
    return [Records.of(list(group)) for _, group in groups]


def differing(was: Record, record: Record, table: Table) -> Iterator[str]:
    """Yield the fields of which a master's row says anything else than was written there."""
    return (name for name in names_in(record) if differs_in_cell(was, record, name, table))


def names_in(record: Record) -> Iterator[str]:
    """Yield the fields and extra columns that a master's sheet has: of others nothing was said."""
    names = chain(record.block.columns, record.block.extras)
    return (name for name in names if name not in _OURS)


def file_of(record: Record) -> str:
    """Return the file that a row comes from; blank for one that the lead has typed."""
    return record.extras.get(_FILE, "").split("\n")[0]


def own_extras(record: Record) -> dict[str, str]:
    """Return the extra columns of a master's row that are no columns of ours."""
    return {name: text for name, text in record.extras.items() if name not in _OURS}


def _places(record: Record) -> dict[str, tuple[str, int]]:
    """Return sheet and zero-based row of the places of a record, by the files in which it stands:
    ``sheet · row``, or a form's sheet."""
    files, places = (record.extras.get(slot, "").split("\n") for slot in (_FILE, _PLACE))
    named = zip(files[:SOURCES_NAMED], places, strict=False)
    return {file: _place(place) for file, place in named if file not in ("", LEAD)}


def _place(place: str) -> tuple[str, int]:
    sheet, _, row = place.rpartition(" · ")
    return (sheet, int(row) - 1) if sheet and row.isdecimal() else (place, -1)
