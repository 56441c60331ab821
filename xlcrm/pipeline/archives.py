"""The archive: each form record as a workbook of its own, in a folder a customer, with an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from xlcrm.archive_index import IndexRow, write_index
from xlcrm.confidential import Public, public
from xlcrm.customers import ID
from xlcrm.filled_workbook.stamp import is_as_written, run_id
from xlcrm.findings import Language
from xlcrm.layout.marks import RUN_PROPERTY
from xlcrm.pipeline.archive_marks import Marks
from xlcrm.pipeline.archive_plan import (
    RECORD_PROPERTY,
    Kept,
    Plan,
    digest_of,
    plan_archive,
)
from xlcrm.pipeline.merges import MergeResult, merge
from xlcrm.pipeline.options import SCHEMA_VERSION, Options, UsageError
from xlcrm.pipeline.prefills import record_form
from xlcrm.pipeline.returned import is_read
from xlcrm.pipeline.secrets import lock, written
from xlcrm.records import LedgerRecord
from xlcrm.scratch import remove_abandoned
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Table
from xlcrm.team_folder import ARCHIVE_FOLDER, OUTPUT_FOLDER
from xlcrm.template_workbook import write_workbook
from xlcrm.values import dataclass

LEFT_OUT, BUSY = "left-out", "busy"


@dataclass(frozen=True)
class Filed:
    """What became of a record, or of a file of the archive without one: ``status`` is written,
    replaced, unchanged, kept, left-out or busy; ``path`` is relative to the archive."""

    path: str | None
    status: str
    reason: str | None = None
    record: LedgerRecord | None = None
    table: str | None = None
    day: str | None = None

    def because(self, language: Language) -> str:
        """Return the reason in words."""
        return Words(language)(f"archive.reason.{self.reason}") if self.reason else ""


@dataclass(frozen=True)
class ArchiveResult:
    """What was filed, and the merge it rests on."""

    document: dict[str, Any]
    files: Sequence[Filed]
    merged: MergeResult

    @property
    def is_busy(self) -> bool:
        """Whether a file of the archive, or its index, is open elsewhere."""
        return self.document["index"] is None or any(each.status == BUSY for each in self.files)


def archive(folder: Path, options: Options, into: Path | None = None) -> ArchiveResult:
    """Merge a folder and file each of its form records in ``into``, by default 归档 in the folder
    of results; confidential records are left out.

    A record that is filed already and says the same stays as it is. Raises what ``merge`` raises;
    UsageError where the next merge would meet what is filed, OSError where it can't be written.
    """
    home = into or folder / OUTPUT_FOLDER / ARCHIVE_FOLDER
    if folder.is_dir() and is_read([folder], home):
        raise UsageError("archive-is-read", path=str(home))
    merged = merge(folder, options)
    options = merged.options  # what it settled: whether to write under a password
    picture, spec = merged.picture, options.spec
    conflicts = picture.ledger.conflicts
    disputed = ((each.record, each.field) for each in conflicts if each.is_open)
    told = public(picture.records, disputed, spec)
    forms = [each for each in told.records if spec.tables[each.table].layout == "form"]
    home.mkdir(parents=True, exist_ok=True)
    remove_abandoned(home)
    marks = Marks.kept(home, folder / OUTPUT_FOLDER, options.password)
    plan = plan_archive(marks, forms, told, options)
    files = [_file(marks, record, plan, options) for record in forms]
    files += _others(home, plan, told, options.secret)
    hidden = (each for each in told.withheld if spec.tables[each.table].layout == "form")
    files += (Filed(None, LEFT_OUT, "confidential", each) for each in hidden)
    index = _write_index(home, files, told, plan, options)
    marks.save(options.secret)
    return ArchiveResult(_document(home, index, files, told, options), files, merged)


def _file(marks: Marks, record: LedgerRecord, plan: Plan, options: Options) -> Filed:
    """Write a record's workbook, unless it is there already; one that is open stays as it is."""
    known, target, table = plan.known.get(record.id), plan.targets[record.id], record.table
    day = plan.days[record.id]
    made = Filed(target, "replaced" if known else "written", None, record, table, day)
    if known and known.path == target and known.digest == digest_of(record, options):
        return replace(made, status="unchanged")
    home, path = marks.home, marks.home / target
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        marks.keep(path, _write(path, record, day, options))
        if known and known.path != target:
            _remove(home, known)
    except PermissionError:
        if not path.exists():
            raise
        return replace(made, status=BUSY, reason="in-use")
    return made


def _write(path: Path, record: LedgerRecord, day: str, options: Options) -> Mapping[str, str]:
    """Write a record's workbook and return what it says of itself."""
    filed = {
        RUN_PROPERTY: digest_of(record, options),
        RECORD_PROPERTY: str(Kept.mark_of(record, day)),
    }
    table = options.spec.tables[record.table]
    hint = Words(options.language)("archive.hint")
    with written(path, options.secret) as target:
        write_workbook(
            target,
            [table],
            options.spec,
            options.language,
            created=options.created,
            pages=[replace(record_form(table, record, options), hint=hint)],
            filed=filed,
        )
    return filed


def _others(home: Path, plan: Plan, told: Public, secret: str | None) -> list[Filed]:
    """Return what else is filed: of records that are no longer there, or edited since. What has
    become confidential is taken out; it is in its source and in the master."""
    hidden = {each.id for each in told.withheld}
    found = []
    for each in plan.others:
        if each.record in hidden:
            _remove(home, each)
        else:
            if secret:
                lock(home / each.path, secret)
            reason = "edited" if each.record in plan.targets else "gone"
            found.append(Filed(each.path, "kept", reason, None, each.table, each.day))
    return found


def _remove(home: Path, kept: Kept) -> None:
    path = home / kept.path
    path.unlink(missing_ok=True)
    if path.parent != home and not any(path.parent.iterdir()):
        path.parent.rmdir()


def _write_index(
    home: Path, files: Sequence[Filed], told: Public, plan: Plan, options: Options
) -> Path | None:
    """Write the index where it says something new, in the place of one in another language; return
    where it is, None where it is open."""
    rows = sorted(_row(each, told, plan, options) for each in files if each.path)
    digest = digest_of([*map(list, rows)], options)
    paths = {name: home / f"{Words(name)('archive.index')}.xlsx" for name in get_args(Language)}
    path = paths.pop(options.language)
    try:
        if run_id(path, options.password) != digest:
            with written(path, options.secret) as target:
                write_index(target, rows, options.language, options.created, digest)
        for other in paths.values():
            if is_as_written(other, options.password) and run_id(other, options.password):
                other.unlink()
    except PermissionError:
        if not path.exists():
            raise
        return None
    return path


def _row(each: Filed, told: Public, plan: Plan, options: Options) -> IndexRow:
    table: Table | None = options.spec.tables.get(each.table or "")
    record = each.record
    return IndexRow(
        plan.labels[record.id] if record else Path(each.path or "").parent.name,
        str(record.values.get(ID, "")) or plan.ids.get(record.customer, "") if record else "",
        each.day or "",
        table.labels[options.language] if table else "",
        record.owner if record else "",
        each.path or "",
        told.told("\n".join(map(str, record.sources))) if record else "",
        each.because(options.language),
    )


def _document(
    home: Path, index: Path | None, files: Sequence[Filed], told: Public, options: Options
) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "archive": str(home.absolute()),
        "index": str(index.absolute()) if index else None,
        "files": [_file_json(each, told, options) for each in files],
    }


def _file_json(each: Filed, told: Public, options: Options) -> Mapping[str, Any]:
    record, shown = each.record, each.record if each.status != LEFT_OUT else None
    table = options.spec.tables.get(record.table if record else each.table or "")
    return {
        "path": each.path,
        "status": each.status,
        "reason": each.reason,
        "table": table.key if table else None,
        "record": table.name_of(shown.values) if table and shown else None,
        "customer": shown.customer if shown else None,
        "date": each.day or None,
        "source": told.told(str(record.sources[0])) if record else None,
    }
