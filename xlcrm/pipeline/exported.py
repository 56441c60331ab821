"""A ledger read back from its export, without the workbooks it was merged from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import Any

from xlcrm.customers import CustomerBase, Related
from xlcrm.export.columns import TableData
from xlcrm.export.contents import (
    CONFLICTS,
    FILES,
    FINDINGS,
    FORM,
    SOURCES,
    record_tables,
    source_of,
)
from xlcrm.export.folder import form_of
from xlcrm.facts.lines import History, Told
from xlcrm.facts.stored import StoredHistory
from xlcrm.findings import Finding, Language
from xlcrm.ledger import history as ledger_history
from xlcrm.ledger.history import Before
from xlcrm.ledger.lead import Lead
from xlcrm.ledger.model import Conflict, Ledger
from xlcrm.pipeline.export_places import (
    Place,
    Read,
    Rows,
    info_of,
    place_of,
    reader_of,
    refuse_missing,
)
from xlcrm.pipeline.merges import MergeResult
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.pipeline.picture import Picture
from xlcrm.records import Block, LedgerRecord, Record, Source
from xlcrm.spec.model import Spec
from xlcrm.spec.settings import Settings
from xlcrm.spec.types.texts import CUSTOMERS
from xlcrm.values import dataclass


@dataclass(frozen=True)
class Exported:
    """An export: what it says of the run that made it, and what reads its tables."""

    place: Place
    info: Mapping[str, Any]
    read: Read

    def options(self, given: Options, language: Language | None) -> Options:
        """Return options by the settings of the team whose ledger it is. Raises UsageError where it
        was written by another version of the program."""
        info = self.info
        own = replace(
            given,
            settings=Settings(**info["settings"]),
            notices=tuple(Finding.from_state(each, each["file"]) for each in info["notices"]),
            own_texts=info["own_texts"],
            language=language or info["language"],
        )
        if own.version != info["version"]:
            raise UsageError("exported-otherwise", path=str(self.place))
        return own

    def refuse_target(self, target: Path) -> None:
        """Raise UsageError where what is made of an export would replace a part of it."""
        folder, database = self.place.folder, self.place.database
        own = folder or (database.file if database else None)
        if own and target.resolve().is_relative_to(own.resolve()):
            raise UsageError("output-is-export", path=str(target))

    @contextmanager
    def history(self, options: Options, scratch: Path) -> Iterator[Told]:
        """What gives the records, of a Parquet dataset those that are asked for alone; what there
        is no room for goes to ``scratch``. Raises UsageError where they can't be read."""
        folder = self.place.folder
        if folder is None or form_of(folder) != "parquet":
            yield History(self.merged(options).picture.records, options.spec)
            return
        refuse_missing("duckdb")
        from xlcrm.export.dataset import Dataset, DatasetError

        try:
            with Dataset(folder, options.spec, scratch) as store:
                yield StoredHistory(store, options.spec)
        except DatasetError as error:
            raise UsageError("exported-otherwise", path=str(self.place)) from error

    def merged(self, options: Options) -> MergeResult:
        """Return what a merge of the folder would: its ledger, its findings, its files."""
        files = [_named(FILES, row) for row in self.read(FILES)]
        records, notes = _records(self.read, options)
        owners = {each["path"]: each["owner"] or "" for each in files}
        ledger = Ledger(
            records=records,
            conflicts=list(_conflicts(self.read(CONFLICTS))),
            findings=[],
            rows={},
            history=ledger_history.History(),
            lead=replace(Lead(), notes=notes),
            owners=owners,
        )
        findings = [_finding(_named(FINDINGS, row)) for row in self.read(FINDINGS)]
        picture = Picture(ledger, findings, _base(records, self.info["related"], options.spec))
        document = {
            "files": [_file(each) for each in files if each["status"] != "removed"],
            "conflicts": ledger.open_conflicts,
        }
        return MergeResult(document, {}, options, Before(), made=picture)


def exported(target: str) -> Exported:
    """Return the export at a folder's path or a database's URL. Raises UsageError where there is
    none, it is for the team, or it can't be read."""
    place = place_of(target)
    read = reader_of(place)
    if read is None:
        raise UsageError("no-export", path=str(place))
    info = info_of(read)
    if info.get("form") != FORM:
        raise UsageError("exported-otherwise", path=str(place))
    if info["audience"] != "lead":
        raise UsageError("exported-for-team", path=str(place))
    return Exported(place, info, read)


def _records(read: Read, options: Options) -> tuple[dict[str, list[LedgerRecord]], dict[str, str]]:
    """Return the records by table in source order, and the lead's notes by record."""
    sources: dict[str, list[tuple[int, Source]]] = defaultdict(list)
    for row in read(SOURCES):
        record, source = source_of(row)
        sources[record].append((row[1], source))
    found: dict[str, list[LedgerRecord]] = {}
    notes: dict[str, str] = {}
    for made in record_tables(options.spec):
        rows = []
        for row in read(made.data()):
            of = tuple(source for _, source in sorted(sources[row[0]]))
            rows.append(made.record(row, of))
        rows.sort(key=itemgetter(0))
        found[made.table.key] = [record for _, record, _ in rows]
        notes |= {record.id: note for _, record, note in rows if note}
    return found, notes


def _base(
    records: Mapping[str, Sequence[LedgerRecord]], related: Sequence[Sequence[Any]], spec: Spec
) -> CustomerBase:
    """Return the customers whom the records know, and what was decided of them."""
    table = spec.with_role(CUSTOMERS)
    rows = (
        Record(Block(*each.sources[0][:2], each.table), each.sources[0].row - 1, each.values)
        for each in (records[table.key] if table else ())
    )
    decided = (Related(*each) for each in related)
    return CustomerBase(rows, spec.customer_aliases, decided, spec.customers_apart)


def _conflicts(rows: Rows) -> Iterator[Conflict]:
    """Yield the conflicts, without what their sources say."""
    seen = {}
    for row in rows:
        each = _named(CONFLICTS, row)
        seen[each["record_key"], each["field"] or ""] = each
    for (record, field), each in seen.items():
        yield Conflict(each["table_name"], record, "", None, field, (), {}, each["choice"])


def _finding(row: Mapping[str, Any]) -> Finding:
    names = ("code", "sheet", "cell", "field", "record", "value", "suggestion")
    state = {name: row[name] for name in names if row[name] is not None}
    return Finding.from_state(state | {"table": row["table_name"]}, row["file"])


def _file(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("path", "reason", "rows_seen", "rows_merged", "rows_rejected")
    status = "merged" if row["status"] == "read" else row["status"]
    return {name: row[name] for name in names} | {"status": status}


def _named(table: TableData, row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip((column.name for column in table.columns), row, strict=True))
