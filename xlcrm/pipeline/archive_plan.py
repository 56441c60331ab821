"""Where each record is filed: a record, and a customer's folder, keep the place they once had."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import NamedTuple

from xlcrm.confidential import Public
from xlcrm.customers import ID, NAME
from xlcrm.file_names import free_name, name_key, safe_name
from xlcrm.filled_workbook.stamp import is_as_written
from xlcrm.layout.marks import RUN_PROPERTY
from xlcrm.pipeline.archive_marks import Marks
from xlcrm.pipeline.options import Options
from xlcrm.records import LedgerRecord
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Spec
from xlcrm.spec.types.texts import CUSTOMERS
from xlcrm.values import dataclass

RECORD_PROPERTY = "xlcrm-record"  # of a filed workbook: which record it is of
_DAY = len("2024-05-20")


class Kept(NamedTuple):
    """A filed workbook as it says of itself; ``path`` is relative to the archive, with ``/``."""

    record: str
    table: str
    day: str
    customer: str
    path: str = ""
    digest: str = ""

    @classmethod
    def mark_of(cls, record: LedgerRecord, day: str) -> Kept:
        """Return what a record's workbook will say; of the customer a sign, not the name."""
        return cls(record.id, record.table, day, _sign(record))

    def __str__(self) -> str:
        return " ".join((self.record, self.table, self.day or "-", self.customer))


def _sign(record: LedgerRecord) -> str:
    return hashlib.sha256((record.customer or "").encode("utf-8", "surrogatepass")).hexdigest()[:12]


def digest_of(said: LedgerRecord | Sequence[object], options: Options) -> str:
    """Return what a record, or an index, is known by to say the same as before, under a password
    or not: not the program's version, nor the files that it comes from."""
    if isinstance(said, LedgerRecord):
        said = [said.table, said.values, said.raw, said.extras]
    text = json.dumps(
        [options.language, bool(options.secret), said], ensure_ascii=False, sort_keys=True
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _filed_in(home: Path, marks: Marks) -> list[Kept]:
    """Return the filed workbooks below a folder, in the order of their paths."""
    found = []
    for path in sorted(home.rglob("*.xlsx")):
        said = {} if path.name.startswith(("~$", ".")) else marks.of(path)
        mark = said.get(RECORD_PROPERTY, "").split(" ")
        if len(mark) == len(Kept._fields) - 2:
            record, table, day, customer = mark
            relative = path.relative_to(home).as_posix()
            digest = said.get(RUN_PROPERTY, "")
            found.append(Kept(record, table, day.strip("-"), customer, relative, digest))
    return found


@dataclass
class Plan:
    """Where records go, by their ids: ``targets`` are paths below the archive, ``known`` what is
    filed of them, ``others`` what is filed besides. ``labels`` are the customers' names, ``ids``
    the ids of customers in the customer base, ``days`` the dates (ISO) of the records."""

    known: Mapping[str, Kept]
    others: Sequence[Kept]
    labels: Mapping[str, str]
    ids: Mapping[str | None, str]
    days: Mapping[str, str]
    targets: dict[str, str] = field(default_factory=dict)


def plan_archive(
    marks: Marks, forms: Sequence[LedgerRecord], told: Public, options: Options
) -> Plan:
    """Return where the records of forms are to be filed below the home of ``marks``."""
    home = marks.home
    kept = _filed_in(home, marks)
    known = _known(home, kept, forms, told, options)
    used = {each.path for each in known.values()}
    words = Words(options.language)
    names, ids = _customers(told.records, options.spec)
    labels = {each.id: names.get(each.customer) or words("archive.unnamed") for each in forms}
    days = {each.id: _day(each, options.spec) for each in forms}
    others = [each for each in kept if each.path not in used]
    plan = Plan(known, others, labels, ids, days)
    places = _Places(home, kept)
    for each in forms:
        own = known.get(each.id)
        if own and told.told(own.path) == own.path:
            plan.targets[each.id] = own.path
    for each in sorted(forms, key=lambda record: days[record.id]):
        if each.id not in plan.targets:
            stem = safe_name(labels[each.id], words("archive.unnamed"))
            folder = places.folder(_sign(each), stem, told)
            name = f"{stem}_{days[each.id] or words('archive.undated')}"
            plan.targets[each.id] = places.file(folder, name)
    return plan


def _known(
    home: Path,
    kept: Sequence[Kept],
    forms: Sequence[LedgerRecord],
    told: Public,
    options: Options,
) -> dict[str, Kept]:
    """Return what is filed of records: the workbook that says the same, else one of the record's
    own that nobody has saved since. A record that has another id now is known by what it says, or
    said before its customer was confidential."""
    own: dict[str, list[Kept]] = defaultdict(list)
    same: dict[tuple[str, str], list[Kept]] = defaultdict(list)
    present = {each.id for each in forms}
    for each in kept:
        own[each.record].append(each)
        if each.record not in present:
            same[each.table, each.digest].append(each)
    known = {}
    for record in forms:
        digest = digest_of(record, options)
        mine = own[record.id]
        alike = [each for each in mine if each.digest == digest]
        ours = alike or [each for each in mine if is_as_written(home / each.path, options.password)]
        before = digest_of(told.whole.get(record.id, record), options)
        ours = ours or same[record.table, digest] or same[record.table, before]
        if ours:
            known[record.id] = ours.pop(0)
    return known


def _customers(
    records: Iterable[LedgerRecord], spec: Spec
) -> tuple[dict[str | None, str], dict[str | None, str]]:
    """Return the names of customers and the ids that the customer base has, by their keys: the name
    there, else as it is written first; the id, where no record has a name."""
    base, names, ids = spec.with_role(CUSTOMERS), dict[str | None, str](), dict[str | None, str]()
    records = list(records)
    rows = [each for each in records if base and each.table == base.key]
    for each in (*rows, *records):
        if NAME in each.values:
            names.setdefault(each.customer, str(each.values[NAME]))
    for each in records:
        if each.customer:
            names.setdefault(each.customer, each.customer)
    ids.update((each.customer, str(each.values[ID])) for each in rows if ID in each.values)
    return names, ids


def _day(record: LedgerRecord, spec: Spec) -> str:
    """Return the day (ISO) that a record is of; none where it has none that was understood."""
    said = record.values.get(spec.tables[record.table].date or "")
    return str(said)[:_DAY] if said else ""


class _Places:
    """The names that are still free below an archive."""

    def __init__(self, home: Path, kept: Sequence[Kept]) -> None:
        self.home = home
        self.folders: dict[str, str] = {}
        self.owners: dict[str, str] = {}
        self.taken: dict[str, set[str]] = {}
        for each in kept:
            folder = each.path.rpartition("/")[0]
            if folder and each.customer not in self.folders:
                self.folders[each.customer] = folder
                self.owners.setdefault(name_key(folder), each.customer)

    def folder(self, customer: str, stem: str, told: Public) -> str:
        """Return the folder of a customer: the one it has, unless that tells a name it must not,
        else one that no other customer has."""
        own = self.folders.get(customer)
        if own is None or told.told(own) != own:
            others = {key for key, owner in self.owners.items() if owner != customer}
            files = {name_key(path.name) for path in self.home.iterdir() if not path.is_dir()}
            own = self.folders[customer] = free_name(stem, "", others | files)
            self.owners[name_key(own)] = customer
        return own

    def file(self, folder: str, stem: str) -> str:
        """Return a path in a folder that no file has, and keep it."""
        there = self.home / folder
        if folder not in self.taken:
            found = there.iterdir() if there.is_dir() else ()
            self.taken[folder] = {name_key(path.name) for path in found}
        name = free_name(stem, ".xlsx", self.taken[folder])
        self.taken[folder].add(name_key(name))
        return f"{folder}/{name}"
