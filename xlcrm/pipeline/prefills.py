"""A person's workbook: their customers and what is open with them, ids from their own range."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from xlcrm.findings import Finding
from xlcrm.layout.pages import FormPage, ListPage, Notes, Page, form_page, list_row, showing
from xlcrm.pipeline.blanks import free_name, named_tables
from xlcrm.pipeline.inputs import entries_of, refuse_input
from xlcrm.pipeline.lead_marks import notes_of, on_slots
from xlcrm.pipeline.merges import read_entries
from xlcrm.pipeline.options import SCHEMA_VERSION, Options, UsageError
from xlcrm.pipeline.picture import Picture, assemble
from xlcrm.pipeline.previous import last_run
from xlcrm.records import LedgerRecord
from xlcrm.spec.model import Table
from xlcrm.spec.types.codes import Id
from xlcrm.spec.types.texts import CUSTOMERS
from xlcrm.team_folder import OUTPUT_FOLDER
from xlcrm.template_workbook import write_workbook
from xlcrm.text import fold
from xlcrm.validation.open_matters import is_open
from xlcrm.values import dataclass

_NAMED = 5  # names that a message names
_NEAR = 40.0  # how like a name must be
_ANY = (1, 999_999_999)


@dataclass(frozen=True)
class Prefilled:
    """A person's workbook: where it is, how many records of each table stand in it, and the
    findings of files that could not be read."""

    workbook: Path
    records: Mapping[str, int]
    rejected: Sequence[Finding]

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON document."""
        return {
            "schema_version": SCHEMA_VERSION,
            "workbook": str(self.workbook.absolute()),
            "records": dict(self.records),
        }


def prefilled_workbook(
    owner: str,
    folder: Path | None,
    names: Sequence[str],
    target: Path | None,
    options: Options,
    *,
    core: bool = False,
) -> Prefilled:
    """Write the workbook of ``owner`` with their customers and open matters in ``folder``.

    Without a folder it is blank. Tables are those named, else the standard ones and all in which
    something is open; of a form one sheet is blank. Nothing is written to the folder. Raises
    UsageError for an owner whom neither the settings nor the records name, and for what
    ``entries_of`` and ``named_tables`` refuse.
    """
    tables, path = named_tables(names, options.spec), target or free_name()
    picture, rejected = _picture(folder, path, options) if folder else (None, [])
    notes = notes_of(picture.ledger, options.spec, options.language) if picture else {}
    team = _Team(owner, picture.records if picture else [], options)
    chosen = team.records()
    if not names:
        found = {record.table for record in chosen} - {table.key for table in tables}
        tables += [table for key, table in options.spec.tables.items() if key in found]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_workbook(
        path,
        tables,
        options.spec,
        options.language,
        created=options.created,
        core=core,
        pages=[
            page for table in tables for page in _pages(table, chosen, notes, options, core=core)
        ],
        numbers={table.key: team.numbers(table) for table in tables},
    )
    counts = {table.key: sum(r.table == table.key for r in chosen) for table in tables}
    return Prefilled(path, {key: count for key, count in counts.items() if count}, rejected)


def _picture(folder: Path, target: Path, options: Options) -> tuple[Picture, list[Finding]]:
    """Return what a folder says, and the findings of files that could not be read; those that the
    last merge knows are not read again."""
    entries = entries_of(folder)
    refuse_input(target, entries, options)
    previous = last_run(folder / OUTPUT_FOLDER, options)
    result, readings, before, _ = read_entries(entries, previous, options)
    reasons = {e.entry.file: e.reason for e in result.statuses if e.status == "rejected"}
    rejected = [each for each in result.findings if reasons.get(each.file) == each.code]
    return assemble(readings, result.findings, options, before), rejected


class _Team:
    """Whose customers and matters are whose; ``name`` is who asks, and whoever has handed over to
    them. Raises UsageError where nobody is named so."""

    def __init__(self, name: str, records: Sequence[LedgerRecord], options: Options) -> None:
        self.spec, self.day = options.spec, options.as_of.isoformat()
        self.all = records
        self.members = {fold(str(each["name"])): each for each in self.spec.members}
        known = {fold(record.owner): record.owner for record in records if record.owner}
        known |= {key: str(each["name"]) for key, each in self.members.items()}
        self.name = fold(name)
        if self.name not in known:
            raise UsageError("unknown-owner", name=name, names=_near(name, sorted(known.values())))
        self.mine = set(self._with_leavers(self.name))

    def _with_leavers(self, name: str) -> Iterator[str]:
        yield name
        for key, member in self.members.items():
            handed_over = fold(str(member.get("successor", ""))) == name
            if handed_over and str(member.get("leaves", "")) <= self.day:
                yield from self._with_leavers(key)

    def records(self) -> list[LedgerRecord]:
        """Return the base rows of the own customers, and what is open of the own matters.

        A matter of an own customer is nobody else's where its owner is no person of the team, as
        a department.
        """
        base = self.spec.with_role(CUSTOMERS)
        rows = [record for record in self.all if base and record.table == base.key]
        own = {record.customer for record in rows if fold(record.owner) in self.mine}
        others = {*self.members, *(fold(record.owner) for record in rows)} - self.mine

        def is_own(record: LedgerRecord) -> bool:
            owner = fold(record.owner)
            return owner in self.mine or (record.customer in own and owner not in others)

        return [
            record
            for record in self.all
            if (is_own(record) and is_open(self._table(record), record.values, record.raw))
            or (base and record.table == base.key and fold(record.owner) in self.mine)
        ]

    def _table(self, record: LedgerRecord) -> Table:
        return self.spec.tables[record.table]

    def numbers(self, table: Table) -> tuple[int, int]:
        """Return the numbers from which a table's ids are offered: those that nobody has used."""
        first, last = self.members.get(self.name, {}).get("ids", _ANY)
        kind = table.by_key[table.id].type if table.id else None
        if not isinstance(kind, Id):
            return first, last
        month = self.day[:7].replace("-", "")
        texts = (str(r.values.get(table.id or "", "")) for r in self.all if r.table == table.key)
        used = (kind.number(text, month) for text in texts)
        highest = max((n for n in used if n is not None and first <= n <= last), default=first - 1)
        return highest + 1, last


def _near(name: str, known: Sequence[str]) -> str:
    """Return the names that one may have meant: the likest, else the first of all."""
    from rapidfuzz import fuzz, process  # late: needed where something is wrong

    found = process.extract(name, known, scorer=fuzz.ratio, limit=_NAMED, score_cutoff=_NEAR)
    return "、".join([each for each, *_ in found] or known[:_NAMED]) or "-"


def _pages(
    table: Table,
    records: Sequence[LedgerRecord],
    notes: Mapping[str, Notes],
    options: Options,
    *,
    core: bool,
) -> Iterator[Page]:
    own = [record for record in records if record.table == table.key]
    if table.layout == "list":
        yield _list_page(table, own, notes, options, core=core)
        return
    for record in own:
        page = record_form(table, record, options, core=core)
        yield replace(page, notes=on_slots(page, notes.get(record.id, {}), core=core))
    yield FormPage(table)


def _list_page(
    table: Table,
    records: Sequence[LedgerRecord],
    notes: Mapping[str, Notes],
    options: Options,
    *,
    core: bool,
) -> ListPage:
    labels = list(dict.fromkeys(label for record in records for label in record.extras))
    rows = [
        list_row(
            table, r.values, r.raw, options.language, [r.extras.get(x, "") for x in labels]
        )._replace(notes={_column(key, labels): n for key, n in notes.get(r.id, {}).items()})
        for r in records
    ]
    shown = showing(table, _keys(records), core=core)
    return ListPage(shown, rows, labels)


def _column(key: str | int, labels: Sequence[str]) -> str | int:
    """Return the number of an extra column; the key of a field as it is."""
    return labels.index(str(key)) if key in labels else key


def record_form(
    table: Table, record: LedgerRecord, options: Options, *, core: bool = False
) -> FormPage:
    """Return a record as a form; what fields hold that the team has dropped stands on it too."""
    dropped = {each.labels["zh"]: each.key for each in table.dropped}
    kept = {dropped[label]: text for label, text in record.extras.items() if label in dropped}
    shown = showing(table, {*_keys([record]), *kept}, core=core)
    return form_page(shown, record.values, {**record.raw, **kept}, options.language)


def _keys(records: Collection[LedgerRecord]) -> set[str]:
    return {key for record in records for part in (record.values, record.raw) for key in part}
