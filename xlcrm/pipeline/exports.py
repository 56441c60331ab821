"""A folder's ledger written for other programs: a Parquet dataset, CSV files, or a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlcrm.export.columns import TableData
from xlcrm.export.contents import Addresses, Contents, Version, schema, tables_of
from xlcrm.export.folder import FolderForm, form_of, refuse_taken, write_folder
from xlcrm.pipeline.audiences import LeakError, cleared, team_view
from xlcrm.pipeline.export_places import Place, info_of, place_of, reader_of, refuse_missing, told
from xlcrm.pipeline.locks import locked
from xlcrm.pipeline.merges import MergeResult, merge
from xlcrm.pipeline.options import SCHEMA_VERSION, Options, UsageError
from xlcrm.pipeline.picture import Picture
from xlcrm.pipeline.private_texts import PrivateTexts
from xlcrm.pipeline.published_files import published_texts
from xlcrm.pipeline.returned import is_read
from xlcrm.pipeline.wordings import keep_wordings
from xlcrm.records import Block, FileReading, LedgerRecord, address, line_of
from xlcrm.spec.model import Spec
from xlcrm.team_folder import OUTPUT_FOLDER
from xlcrm.values import dataclass

if TYPE_CHECKING:
    from xlcrm.export.database import Database


@dataclass(frozen=True)
class ExportResult:
    """What was exported, and the merge it rests on; ``document`` is the documented JSON."""

    document: dict[str, Any]
    place: Place
    merged: MergeResult


def export(
    folder: Path, options: Options, target: str, form: FolderForm | None = None
) -> ExportResult:
    """Merge a folder and let the export at ``target`` be its ledger, in a folder in ``form``: by
    default that of the export that is there, else Parquet.

    Raises what ``merge`` raises; UsageError where something else is in the place, the next merge
    would read what is exported, or the master has a password; LeakError; OSError where it can't be
    written.
    """
    place = place_of(target)
    if place.folder:
        form = form or form_of(place.folder) or "parquet"
        refuse_missing(form)
    _refuse_place(folder, place, options)
    merged = merge(folder, replace(options, audience="lead"))
    if merged.options.secret:
        raise UsageError("export-plain", path=str(place))
    _keep_wordings(folder / OUTPUT_FOLDER, merged.options)
    chosen = replace(merged.options, audience=options.audience)
    contents, private = _contents(folder, merged, chosen)
    rows: dict[str, int] = {}
    tables = _counted(tables_of(contents, chosen.spec, chosen.language), rows, private)
    removed = None
    if place.database:
        removed = _write(place.database, tables, chosen.spec)
    elif place.folder:
        write_folder(place.folder, tables, form or "parquet")
    document = {
        "schema_version": SCHEMA_VERSION,
        "export": str(place),
        "form": place.database.kind if place.database else form,
        "audience": options.audience,
        "tables": rows,
        "removed": removed,
    }
    return ExportResult(document, place, merged)


def _keep_wordings(home: Path, options: Options) -> None:
    """Keep what the lead has typed into reports since: they are not there where the export is."""
    with locked(home, break_lock=options.break_lock):
        keep_wordings(home, home.glob("*.xlsx"), options, may_be_lost=False)


def _refuse_place(folder: Path, place: Place, options: Options) -> None:
    """Raise UsageError where something else is there, or an export for others, or a merge would
    read what is written."""
    path = place.database.file if place.database else place.folder
    home = path.absolute().parent if path and place.database else path
    if home and folder.is_dir() and is_read([folder], home):
        raise UsageError("export-is-read", path=str(path))
    if place.folder:
        try:
            refuse_taken(place.folder)
        except FileExistsError as error:
            raise UsageError("export-taken", path=str(path)) from error
    read = reader_of(place)
    audience = info_of(read).get("audience") if read else None
    if audience not in (None, options.audience):
        raise UsageError(f"export-is-{audience}s", path=str(place))


def _counted(
    tables: Iterable[TableData], rows: dict[str, int], private: PrivateTexts | None
) -> Iterator[TableData]:
    """Yield tables one at a time, and count their rows. Raises LeakError where one says what is
    private: then none takes its place."""
    for table in tables:
        if private:
            _refuse_leaks(table, private)
        rows[table.name] = len(table.rows)
        yield table


def _write(database: Database, tables: Iterable[TableData], spec: Spec) -> int:
    from xlcrm.export.database import DatabaseError

    try:
        return database.write(tables, schema(spec))
    except DatabaseError as error:
        raise told(error) from None


def _contents(
    folder: Path, merged: MergeResult, options: Options
) -> tuple[Contents, PrivateTexts | None]:
    """Return what is exported, and what must not stand in it: nothing of the lead's."""
    readings = [each.load() for each in merged.files.values()]
    picture, lead, spec = merged.picture, merged.picture.ledger.lead, options.spec
    files = _files(merged)
    if options.audience == "team":
        view, private = team_view(picture, readings, spec)
        contents = Contents(view.ledger.records, view.findings, files, info=_run(options))
        cells = _Cells(picture, readings)
        shown: Contents = cleared(contents, private.replaced)
        return replace(shown, cells=lambda each: cleared(cells(each), private.replaced)), private
    info = _run(options) | {
        "settings": options.settings.to_state(),
        "notices": [{**each.to_state(), "file": each.file} for each in options.notices],
        "own_texts": dict(options.own_texts),
        "related": [list(each) for each in lead.related],
        "published": published_texts(folder / OUTPUT_FOLDER),
    }
    return Contents(
        picture.ledger.records,
        picture.findings,
        files,
        list(_versions(picture)),
        lead.notes,
        _Cells(picture, readings),
        info,
    ), None


def _run(options: Options) -> dict[str, Any]:
    return {
        "version": options.version,
        "as_of": options.as_of.isoformat(),
        "language": options.language,
        "audience": options.audience,
    }


def _files(merged: MergeResult) -> list[dict[str, Any]]:
    """Return what became of each file, be it in this run or before, and of those that have left."""
    owners = merged.picture.ledger.owners
    told = {each["path"]: each for each in merged.document["files"]}
    sources = {source.file for record in merged.picture.records for source in record.sources}
    files: list[dict[str, Any]] = []
    for path in (*told, *sorted(sources - told.keys())):
        each = dict(told.get(path, {"path": path, "status": "removed"}))
        each["status"] = "read" if each["status"] in ("merged", "unchanged") else each["status"]
        files.append(each | {"owner": owners[path]})
    return files


def _versions(picture: Picture) -> Iterator[Version]:
    for each in picture.ledger.conflicts:
        for n, (value, source) in enumerate(each.versions, 1):
            yield Version(each.record, each.table, each.field, n, value, source, each.choice)


class _Cells:
    """The addresses of what records say, in each of their sources; None where several records of
    one kind stand in one place, or it is the lead's own."""

    def __init__(self, picture: Picture, readings: Iterable[FileReading]) -> None:
        self._sources = {each.id: each.sources for each in picture.records}
        self._known: dict[tuple[str, ...], dict[int, tuple[Block, int] | None]] = defaultdict(dict)
        for records in (block for reading in readings for block in reading.blocks):
            block = records.block
            lines = self._known[block.table, block.file, block.sheet]
            for row in records.rows:
                line = line_of(block, row)
                lines[line] = None if line in lines else (block, row)

    def __call__(self, record: LedgerRecord) -> list[Addresses | None]:
        said = (*record.values, *record.raw, *record.extras)
        found = (
            self._known[record.table, file, sheet].get(row)
            for file, sheet, row in self._sources.get(record.id, ())
        )
        return [place and dict(_addresses(*place, said)) for place in found]


def _addresses(block: Block, row: int, said: Iterable[str]) -> Iterator[tuple[str, str]]:
    if block.cells:
        keys = set(said)
        for slot, cell in block.cells.items():
            if slot.partition(".")[0] in keys:
                yield slot, address(*cell)
        return
    for key in said:
        column = block.columns.get(key, block.extras.get(key))
        if column is not None:
            yield key, address(row, column)


def _refuse_leaks(table: TableData, private: PrivateTexts) -> None:
    """Raise LeakError where a private value stands in a table."""
    texts = (text for row in table.rows for cell in row for text in _texts(cell))
    if private.forbidden.stand_in("\n".join(texts)):
        raise LeakError(table.name)


def _texts(cell: Any) -> Iterator[str]:
    if isinstance(cell, str):
        yield cell
    elif isinstance(cell, Mapping):
        for key, value in cell.items():
            yield from (key, *_texts(value))
    elif isinstance(cell, list | tuple):
        for each in cell:
            yield from _texts(each)
