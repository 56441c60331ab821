"""Records on which the lead has worked keep their rows, whatever becomes of their keys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from xlcrm.customers import CustomerBase
from xlcrm.ledger.claims import Claim, Key, record_key, row_key
from xlcrm.ledger.fields import Known, merge_fields
from xlcrm.ledger.history import Before
from xlcrm.ledger.identity import Identities
from xlcrm.ledger.lead import LEAD, Added, RowId, Ruling
from xlcrm.ledger.recovery import file_of, own_extras
from xlcrm.ledger.said import with_said
from xlcrm.records import Block, Record
from xlcrm.spec.model import CUSTOMER_FIELDS, Spec, Table

Groups = Mapping[Key, list[Claim]]


def followed(
    groups: Groups, identities: Identities, before: Before, base: CustomerBase, spec: Spec
) -> Iterator[tuple[Key, Key]]:
    """Yield keys with those by which their records are known: the lead has given a record another
    key, and a file has it by now."""
    rulings = {
        row: fields
        for row, fields in before.lead.rulings.items()
        if any(name in _key_names(spec) for name in fields)
    }
    if not rulings:
        return
    old = ((key, record) for (_, key), record in identities.old.items() if key not in groups)
    now = ((key, claims[0].record) for key, claims in groups.items())
    for key, record in chain(now, old):
        fields = rulings.get(row_key(key))
        if fields:
            table = spec.tables[record.table]
            ruled = with_rulings(record, fields, table)
            customer = base.resolve(ruled.values, record.block.file)
            other = record_key(ruled, table, customer)
            if other and other != key[:-1] and (*other, 0) in groups:
                yield (*other, 0), key


def _key_names(spec: Spec) -> frozenset[str]:
    """Return the fields by which records are known."""
    tables = spec.tables.values()
    names = chain.from_iterable((each.id or "", *each.natural_key) for each in tables)
    return frozenset([*names, *CUSTOMER_FIELDS])


def kept(
    groups: Groups, identities: Identities, before: Before, base: CustomerBase, spec: Spec
) -> Iterator[tuple[RowId, Added]]:
    """Yield records that no file has any more, but on which the lead has worked: they are the
    lead's from now on."""
    lead = before.lead
    ruled = {row for row, fields in lead.rulings.items() if fields}
    worked = (ruled | lead.notes.keys()) - lead.removed.keys()
    if not worked:
        return
    old: dict[Key, list[Claim]] = defaultdict(list)
    for (file, key), record in identities.old.items():
        if key not in groups and row_key(key) in worked:
            old[key].append(Claim(record, key, None, before.old[file].modified))
    for key, claims in old.items():
        yield row_key(key), Added(key, as_leads(_as_shown(key, claims, before, spec)))
    for row, record in before.rows.items():
        if row in worked and file_of(record) != LEAD:
            customer = base.resolve(record.values, file_of(record))
            found = record_key(record, spec.tables[record.table], customer)
            if found and (*found, 0) not in groups and not _is_known(row, groups, identities):
                yield row, Added((*found, 0), as_leads(record))


def _as_shown(key: Key, claims: Sequence[Claim], before: Before, spec: Spec) -> Record:
    """Return a record as the master of the last run has it, by what files said then."""
    row, then = row_key(key), {each.record.block.file: each.record for each in claims}
    known = Known(then, before.history.entries.get(row, {}), before.lead.rulings.get(row, {}))
    nobody = dict.fromkeys(then, "")
    return merge_fields(row, claims, spec.tables[str(key[0])], nobody, known).record


def _is_known(row: RowId, groups: Groups, identities: Identities) -> bool:
    """Whether a file has the record of a row of the master."""
    if any(row in {each for each, _ in identities.rows.get(key, ())} for key in groups):
        return True
    return any(row == row_key(key) for key in groups)


def with_rulings(record: Record, rulings: Mapping[str, Ruling], table: Table) -> Record:
    """Return a record as the lead has it."""
    return with_said(record, {name: each.said for name, each in rulings.items()}, table)


def as_leads(record: Record) -> Record:
    """Return a record as one that the lead has added."""
    block = Block(LEAD, record.block.sheet, record.table)
    return Record(block, -1, record.values, record.raw, own_extras(record))
