"""Filled workbooks on today's template: the same data, and nothing of it lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from xlcrm.file_names import free_path
from xlcrm.filled_workbook.contents import Contents, read_contents
from xlcrm.filled_workbook.notes import SheetNotes, notes_of
from xlcrm.filled_workbook.reading import read_file, rejection
from xlcrm.filled_workbook.source import Rejected
from xlcrm.findings import Finding, Language
from xlcrm.layout.pages import FreeSheet, Note
from xlcrm.ledger.discovery import describe
from xlcrm.pipeline.options import SCHEMA_VERSION, Options, UsageError
from xlcrm.pipeline.readings import read_files
from xlcrm.privacy import mask
from xlcrm.record_sheet import holdable
from xlcrm.records import FileReading, Record, Value, address
from xlcrm.sheet_words import texts
from xlcrm.spec.model import Spec, Table
from xlcrm.template_workbook import write_workbook
from xlcrm.text import printable
from xlcrm.values import dataclass

NOT_WRITTEN = "not-written"  # the reason why there is no new workbook
_TOLD = 200  # characters of a long text that are repeated
_SUFFIXES = {"zh": "_新模板", "en": "_upgraded"}


@dataclass(frozen=True)
class Upgraded:
    """What became of a file: ``workbook`` is the new one, None where there is none; ``detail`` is
    what the system says where it could not be written."""

    file: str
    status: str
    reason: str | None = None
    workbook: Path | None = None
    records: int = 0
    detail: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.file,
            "status": self.status,
            "reason": self.reason,
            "detail": self.detail,
            "workbook": str(self.workbook.absolute()) if self.workbook else None,
            "records": self.records,
        }


@dataclass
class UpgradeResult:
    """What became of all files, and what could not be carried."""

    files: list[Upgraded] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def to_json(self, language: Language) -> dict[str, Any]:
        """Return the documented JSON document."""
        return {
            "schema_version": SCHEMA_VERSION,
            "files": [each.to_json() for each in self.files],
            "findings": [each.to_json(language) for each in self.findings],
        }


def upgrade(
    paths: Sequence[Path], folder: Path | None, options: Options, language: Language | None
) -> UpgradeResult:
    """Write each workbook anew on today's template, beside it or into ``folder``.

    It is in ``language``, else in that of the workbook, else in that of the options. No input is
    ever replaced. One that can't be written keeps none of the others from it. Raises UsageError for
    a path that is no file, or an output that is an input.
    """
    result, taken = UpgradeResult(), {_file(path) for path in paths}
    for path in paths:
        read = read_files([replace(describe(path), shared=False)], options)  # stays where it is
        (status,) = read.statuses
        if status.status != "read":
            result.files.append(Upgraded(status.entry.file, status.status, status.reason))
            result.findings += (each for each in read.findings if each.code == status.reason)
            continue
        (reading,) = read.readings
        try:
            contents = read_contents(path, reading.file, options.spec, texts("blank"))
        except Rejected as rejected:  # a sheet of ours may be broken too
            result.files.append(Upgraded(reading.file, "rejected", rejected.code))
            result.findings.append(rejection(reading.file, rejected.code, rejected.detail))
            continue
        try:
            target = _target(path, folder, taken, options.language)
            taken.add(target.resolve())
            _write(contents, target, options, language)
        except OSError as error:
            why = detail_of(error, folder or path.parent)
            result.files.append(Upgraded(reading.file, "rejected", NOT_WRITTEN, detail=why))
            continue
        count = len(reading.records)
        result.files.append(Upgraded(reading.file, "upgraded", None, target, count))
        result.findings += lost(reading, contents, target, options.spec)
    return result


def detail_of(error: OSError, target: Path) -> str:
    """Return what the system says of a workbook, or its folder, that can't be written."""
    return f"{target}: {error.strerror or error}"


def _file(path: Path) -> Path:
    """Return which file a path leads to. Raises UsageError where it leads to none."""
    if path.is_dir():
        raise UsageError("not-a-file", path=str(path))
    if not path.exists():
        raise UsageError("not-found", path=str(path))
    return path.resolve()


def _target(path: Path, folder: Path | None, taken: set[Path], language: Language) -> Path:
    """Return where the new workbook is to be: in ``folder`` under its own name, else beside it."""
    stem = path.stem if folder else f"{path.stem}{_SUFFIXES[language]}"
    home = folder or path.parent
    home.mkdir(parents=True, exist_ok=True)
    target = home / f"{stem}.xlsx"
    if folder and target.resolve() == path.resolve():
        raise UsageError("output-is-input", path=str(target))
    return free_path(target, lambda x: x.resolve() in taken or (not folder and x.exists()))


def _write(contents: Contents, target: Path, options: Options, language: Language | None) -> None:
    made, spec = contents.template, options.spec
    write_workbook(
        target,
        list(tables_of(contents, spec)),
        spec,
        language or (made.language if made else options.language),
        created=contents.modified,
        core=made.core if made else False,
        pages=contents.pages,
        leftovers=contents.leftovers,
    )


def tables_of(contents: Contents, spec: Spec) -> Iterator[Table]:
    """Yield the tables that stand in a workbook, as they are today."""
    keys = [page.table.key for page in contents.pages if not isinstance(page, FreeSheet)]
    return (spec.tables[key] for key in dict.fromkeys(keys))


def lost(
    reading: FileReading,
    contents: Contents,
    target: Path,
    spec: Spec,
    password: str | None = None,
) -> Iterator[Finding]:
    """Yield what the new workbook does not say as the old one did."""
    notes = _counted(contents.notes) - _counted(notes_of(target, password))
    for detail in [*contents.without, *(["comments"] if notes else [])]:
        yield Finding("not-carried", reading.file, parameters={"detail": detail})
    for sheet, cell, text in _cut(contents):
        words = {"detail": "cut"}
        yield Finding("not-carried", reading.file, sheet, cell, value=text, parameters=words)
    formulas = {(each.sheet, each.cell): each for each in contents.unstored()}
    for place, text in formulas.items():
        told, parameters = mask(printable(text)), {"detail": "formula"}
        yield Finding("not-carried", reading.file, *place, value=told, parameters=parameters)
    again = read_file(target, reading.file, spec, private=True, password=password).records
    for record, other in zip_longest(reading.records, again):
        for each in _differences(record, other, spec) if record else ():
            if (each.sheet, each.cell) not in formulas:
                yield each


def _cut(contents: Contents) -> Iterator[tuple[str, str, str]]:
    """Yield the texts outside records of which a cell holds the beginning alone: sheet and cell."""
    cells = [(each.sheet, each.cell, each.content) for each in contents.leftovers]
    for page in contents.pages:
        if isinstance(page, FreeSheet):
            cells += ((page.name, address(*place), cell) for place, cell in page.cells.items())
    for sheet, cell, text in cells:
        if isinstance(text, str) and holdable(text) != text:
            yield sheet, cell, mask(printable(text))[:_TOLD]


def _counted(notes: SheetNotes) -> Counter[Note]:
    return Counter(note for each in notes.values() for note in each.values())


def _differences(record: Record, other: Record | None, spec: Spec) -> Iterator[Finding]:
    """Yield a finding a field that two records of one row do not say alike."""
    table, block = spec.tables[record.table], record.block
    for key in dict.fromkeys([*record.values, *record.raw, *record.extras]):
        if other and _said(record, key) == _said(other, key):
            continue
        field = table.by_key.get(key)
        value, raw, extra = _said(record, key)
        text = field.type.text(value) if field and value is not None else raw or extra
        yield Finding(
            "not-carried",
            block.file,
            block.sheet,
            record.cell(key),
            table.key,
            field.key if field else None,
            table.name_of(record.values),
            mask(printable(text)) if text else None,
            parameters={"detail": "changed"},
        )


def _said(record: Record, key: str) -> tuple[Value | None, str | None, str | None]:
    return record.values.get(key), record.raw.get(key), record.extras.get(key)
