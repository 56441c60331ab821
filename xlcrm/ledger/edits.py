"""What the lead has typed into the tables of a master, by comparing its rows with those written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace
from itertools import combinations, count

from xlcrm.customers import CustomerBase
from xlcrm.ledger.claims import disagreements, record_key, row_key
from xlcrm.ledger.lead import APART, LEAD, OWN, Added, Lead, Removal, RowId, Ruling
from xlcrm.ledger.model import Ledger
from xlcrm.ledger.recovery import differing, note_of, own_extras, row_of
from xlcrm.ledger.said import Said, digest, put, record_sign, said, sign, with_said
from xlcrm.records import Block, FileReading, LedgerRecord, Record, row_sign
from xlcrm.spec.model import Spec, Table
from xlcrm.values import dataclass

_PROVED = 8  # differing cells of a row of which it is found out who has changed which


def with_edits(
    lead: Lead,
    master: FileReading,
    written: Ledger,
    spec: Spec,
    base: CustomerBase,
    signs: Mapping[RowId, str] | None = None,
    unchanged: Collection[str] = (),
) -> Lead:
    """Return what the lead says with what was typed into the tables of ``master``.

    ``written`` is what was written into it. Where the state is lost it is what files say today, and
    the ``signs`` of the rows that were written tell what of a difference is the lead's; where that
    can't be told the field, or the row, is a conflict, but for a row of files that are known to be
    ``unchanged``, whatever their fields are called by now.
    """
    rows: dict[str, list[Record]] = defaultdict(list)
    for record in master.records:
        rows[record.table].append(record)
    stood = () if signs is None else signs.keys()
    if signs is not None:
        signs = {**dict(map(row_of, master.records)), **signs}
    found = _Edits(lead, written, spec, base, master.modified, signs, unchanged, stood)
    for key in master.tables & spec.tables.keys():
        found.compare(spec.tables[key], rows[key])
    return found.lead()


@dataclass
class _Edits:
    before: Lead
    written: Ledger
    spec: Spec
    base: CustomerBase
    when: str
    signs: Mapping[RowId, str] | None
    unchanged: Collection[str]
    stood: Collection[RowId]
    rulings: dict[RowId, dict[str, Ruling]] = field(default_factory=dict)
    added: dict[RowId, Added] = field(default_factory=dict)
    removed: dict[RowId, Removal] = field(default_factory=dict)
    notes: dict[RowId, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rulings = {row: dict(fields) for row, fields in self.before.rulings.items()}
        self.added, self.removed = dict(self.before.added), dict(self.before.removed)
        self.notes = dict(self.before.notes)
        self.elsewhere = self.before.added.keys() - self.before.removed.keys()
        self.disputed = {(each.record, each.field): each for each in self.written.conflicts}

    def lead(self) -> Lead:
        return replace(
            self.before,
            rulings=self.rulings,
            added=self.added,
            removed=self.removed,
            notes=self.notes,
        )

    def compare(self, table: Table, rows: Sequence[Record]) -> None:
        """Take note of what differs between the rows of a table and those written."""
        known = {record.id: record for record in self.written.records.get(table.key, ())}
        if self.signs is not None:  # what files have brought since did not stand there
            known = {row: each for row, each in known.items() if row in self.signs}
        pairs, new = _paired(rows, known, table, self._key)
        for row, record in pairs.items():
            self._edit(known[row], record, table)
            if self.signs is None or not row_of(record)[0]:  # else it is known by the row's key
                self._note(row, record)
        for record in new:
            self._add(record, table, known, pairs)
        for was in (each for row, each in known.items() if row not in pairs):
            self._remove(was, table)

    def _key(self, record: Record | LedgerRecord, table: Table) -> object:
        if isinstance(record, LedgerRecord):
            return record_key(_plain(record, table), table, record.customer)
        customer = self.base.resolve(record.values)
        return record_key(_plain(record, table), table, customer)

    def _edit(self, was: LedgerRecord, record: Record, table: Table) -> None:
        """Take note of the cells of a row that hold something else than was written."""
        if (was.values, was.raw, was.extras) == (record.values, record.raw, own_extras(record)):
            return  # as nearly always
        known = _plain(was, table)
        mine: Sequence[str] = list(differing(known, record, table))
        doubtful = False
        if mine and self.signs is not None:
            mine, doubtful = _by_lead(known, record, mine, table, self.signs[was.id])
        own = self.added.get(was.id) if len(was.sources) == 1 else None
        for name in mine:
            now = said(record, name)
            if own:
                put(own.record, name, now, table)
            else:
                self._rule(was.id, name, said(known, name), now, table, doubtful=doubtful)

    def _rule(
        self, row: RowId, name: str, was: Said, now: Said, table: Table, *, doubtful: bool
    ) -> None:
        fields = self.rulings.setdefault(row, {})
        known = fields.get(name)
        if known and self.signs is not None and known.when >= self.when:
            if known.when > self.when or (doubtful and self._stood(row, name, now, table)):
                return  # said in another master later; or decided here, and the cell left alone
            if known.choice and sign(known.said, table, name) != sign(now, table, name):
                # Both are the lead's word: which of them holds is asked.
                fields[name] = Ruling(now, {}, "", known.before, self.when)
                return
        settled = self.written.edited.get(row, {}).get(name)
        if settled is not None and sign(settled, table, name) == sign(now, table, name):
            fields.pop(name, None)  # as it was before the lead typed over it
            return
        if known and known.choice == APART:  # of this record, apart from the others as before
            fields[name] = known._replace(said=now, when=self.when)
            return
        before = known.before if known and not known.choice else was
        choice = OWN if (row, name) in self.disputed else ""
        sides: Mapping[str, str] | None = {} if doubtful else None
        fields[name] = Ruling(now, sides, choice, before, self.when)

    def _stood(self, row: RowId, name: str, now: Said, table: Table) -> bool:
        """Whether a field in conflict may have shown this before the lead decided."""
        conflict = self.disputed.get((row, name))
        versions = conflict.said if conflict else ()
        return sign(now, table, name) in {sign(each.said, table, name) for each in versions}

    def _add(
        self,
        record: Record,
        table: Table,
        known: Mapping[RowId, LedgerRecord],
        pairs: Mapping[RowId, Record],
    ) -> None:
        """Take note of a row that was put in, or put back; an unchanged copy of another is none."""
        row = row_of(record)[0]
        if row in self.removed and row not in self.stood:  # else it stood there as a conflict
            del self.removed[row]
            self._note(row, record)
            return
        block = Block(LEAD, record.block.sheet, table.key)
        made = Record(block, -1, record.values, record.raw, own_extras(record))
        if row and self.signs is not None and self.signs[row] in ("", _sign_of(made, table)):
            return  # a file had it, and has taken it out
        customer = self.base.resolve(made.values)
        key = record_key(made, table, customer)
        same = row_key((*key, 0)) if key else ""
        if self.signs is not None and same in self.elsewhere - known.keys():
            self.elsewhere.remove(same)  # another master has it too, that was taken back or waits
            if row:  # typed into since this one was written
                self.added[same] = self.added[same]._replace(record=made)
            self._note(same, record)
            return
        if same in pairs and not any(disagreements(_plain(known[same], table), made, table)):
            return
        key = key or (table.key, "row", digest([made.values, made.raw, made.extras]))
        taken = {*known, *self.added} - self.removed.keys()
        number = next(n for n in count() if row_key((*key, n)) not in taken)
        row = row_key((*key, number))
        self.removed.pop(row, None)
        self.added[row] = Added((*key, number), made)
        self._note(row, record)

    def _note(self, row: RowId, record: Record) -> None:
        """Take over the note of a row; one that was taken out keeps its own."""
        self.notes.pop(row, None)
        self.notes |= {row: note} if (note := note_of(record)) else {}

    def _remove(self, was: LedgerRecord, table: Table) -> None:
        """Take note of a row that was taken out: without state of what was written, no more."""
        is_as_then = self.signs is None or self.signs[was.id] == _sign_of(was, table)
        sides: Mapping[str, str] | None = None if is_as_then else {}
        if sides is not None and all(each.file in self.unchanged for each in was.sources):
            sides = {each.file: record_sign(was) for each in was.sources}
        text = table.name_of(was.values) or ""
        self.removed[was.id] = Removal(table.key, text, was.customer, sides, self.when)


def _paired(
    rows: Sequence[Record],
    known: Mapping[RowId, LedgerRecord],
    table: Table,
    key_of: Callable[[Record | LedgerRecord, Table], object],
) -> tuple[dict[RowId, Record], list[Record]]:
    """Return the rows that were written, by their keys, and those that were put in since.

    Of rows with one key, as copies have it, the likest to what was written is that row. One whose
    key was lost is known by its record's key, where no other row is that record.
    """
    by_key: dict[RowId, list[Record]] = defaultdict(list)
    new: list[Record] = []
    for record in rows:
        row = row_of(record)[0]
        (by_key[row] if row in known else new).append(record)
    pairs = {}
    for row, found in by_key.items():
        if len(found) > 1:
            was = _plain(known[row], table)
            found.sort(key=lambda each: len([*differing(was, each, table)]))
        pairs[row], *others = found
        new += others
    left = {row: was for row, was in known.items() if row not in pairs} if new else {}
    lost = {key_of(was, table): row for row, was in left.items()}
    put_in = []
    for record in new:
        row = "" if row_of(record)[0] else lost.pop(key_of(record, table), "")
        if row:
            pairs[row] = record
        else:
            put_in.append(record)
    return pairs, put_in


def _plain(record: Record | LedgerRecord, table: Table) -> Record:
    """Return what a record says, without where."""
    return Record(
        Block("", "", table.key), -1, dict(record.values), dict(record.raw), dict(record.extras)
    )


def _sign_of(record: Record | LedgerRecord, table: Table) -> str:
    return row_sign(record, sorted(table.by_key))


def _by_lead(
    today: Record, record: Record, names: Sequence[str], table: Table, written: str
) -> tuple[Sequence[str], bool]:
    """Return which of differing cells the lead has changed, and whether that is in doubt: with
    those back, and only those, the row is what was ``written``."""
    if not written:
        return (), False
    for size in range(len(names), -1, -1) if len(names) <= _PROVED else ():
        for mine in combinations(names, size):
            theirs = {name: said(record, name) for name in names if name not in mine}
            row = with_said(today, theirs, table)
            if _sign_of(row, table) == written:
                return mine, False
    plain = replace(record, extras=own_extras(record))
    return ((), False) if _sign_of(plain, table) == written else (names, True)
