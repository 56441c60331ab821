"""Of records that share an id, those that are to have another one: all but the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

from xlcrm.findings import Finding
from xlcrm.records import Record
from xlcrm.spec.model import Spec
from xlcrm.spec.types.codes import Id

Place = tuple[str, str | None, str | None]
_Told = Mapping[Place, tuple[int, Record]]
_MONTH = len("202405")
_IN_ONE_FILE = "duplicate-id"
SHARED = frozenset({_IN_ONE_FILE, "id-collision"})


def place_of(finding: Finding) -> Place:
    """Return the cell at which a finding stands."""
    return finding.file, finding.sheet, finding.cell


def to_renumber(
    findings: Sequence[Finding], records: Sequence[Record], spec: Spec
) -> frozenset[Place]:
    """Return the cells of the ids that have to change for each to be one record's.

    ``findings`` and ``records`` are those of a run, the records in its order. Of each group the
    first record keeps its id: of people with ranges of ids the one in whose range it lies. Where
    other tables refer to an id, nobody but a person knows which record they mean: all keep it.
    """
    shared = [each for each in findings if each.code in SHARED]
    told = dict(_told(records, {place_of(each) for each in shared}, spec)) if shared else {}
    keys = {spec.tables[record.table].id or "" for _, record in told.values()}
    referred = {(key, r.values.get(key)) for r in records for key in keys if _refers(r, key, spec)}
    groups: dict[tuple[object, ...], set[Place]] = defaultdict(set)
    for each in shared:
        if (place := place_of(each)) in told:
            _, record = told[place]
            key = spec.tables[record.table].id or ""
            file = each.file if each.code == _IN_ONE_FILE else ""
            if (key, record.values[key]) not in referred:
                groups[record.table, record.values[key], file].add(place)
    return frozenset(place for group in groups.values() for place in _later(group, told, spec))


def _told(
    records: Sequence[Record], places: Set[Place], spec: Spec
) -> Iterator[tuple[Place, tuple[int, Record]]]:
    """Yield the records at some places, with their number in the run."""
    for n, record in enumerate(records):
        key = spec.tables[record.table].id
        place = (record.block.file, record.block.sheet, record.cell(key or ""))
        if key in record.values and place in places:
            yield place, (n, record)


def _refers(record: Record, key: str, spec: Spec) -> bool:
    return key in record.values and spec.tables[record.table].id != key


def _later(group: Set[Place], told: _Told, spec: Spec) -> list[Place]:
    """Return the places of a group but for that of the record that keeps the id."""

    def rank(place: Place) -> tuple[bool, int]:
        n, record = told[place]
        return not _is_in_range(record, spec), n

    return sorted(group, key=rank)[1:]


def _is_in_range(record: Record, spec: Spec) -> bool:
    """Whether a record's id is one of the range of whoever fills its file."""
    table = spec.tables[record.table]
    kind, text = table.by_key[table.id or ""].type, str(record.values[table.id or ""])
    if not isinstance(kind, Id):
        return True
    number = kind.number(text, text.removeprefix(kind.prefix)[:_MONTH])
    first, last = spec.numbers_of(record.block.file)
    return number is not None and first <= number <= last
