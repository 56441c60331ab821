"""The master for the team: without confidential records and whatever may be called or written to.

It is a copy to read, made anew from the folder and the lead's master each time: nothing typed or
decided in it is merged. Before it takes its place all of it is searched for whatever the folder
holds that is private.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from xlcrm.confidential import Public, is_withheld, levels_of, public
from xlcrm.file_names import free_path
from xlcrm.filled_workbook.encryption import encrypted
from xlcrm.filled_workbook.stamp import is_as_written, run_id
from xlcrm.findings import Finding
from xlcrm.layout.marks import TEAM_RUN
from xlcrm.leaks import Texts, leaking_part
from xlcrm.master_workbook.plan import MasterContents
from xlcrm.master_workbook.writer import write_master
from xlcrm.pipeline.masters import Master
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.pipeline.picture import Picture
from xlcrm.pipeline.private_texts import PrivateTexts, masked_record, private_texts
from xlcrm.pipeline.waiting import waiting_place
from xlcrm.privacy import mask
from xlcrm.record_sheet import atomic_file
from xlcrm.records import FileReading, LedgerRecord, Record
from xlcrm.spec.model import Spec
from xlcrm.values import dataclass

_HIDDEN = "…"  # in the place of a value
_UNNAMED = ("private-", "unmasked-name")  # how the codes begin of findings of private values


class LeakError(Exception):
    """A private value stands in what was to be written for the team; the part of it that has it."""


@dataclass(frozen=True)
class TeamCopy:
    """What became of the team's master: ``pending`` is where it waits while the one before is open,
    ``kept`` the one before where somebody had changed it, ``contents`` what it says; ``is_new`` is
    whether it says something else than before."""

    contents: MasterContents
    is_new: bool = True
    pending: Path | None = None
    kept: Path | None = None

    def told(self, target: Path, options: Options) -> dict[str, Any]:
        """Return what the document of the merge says of it."""
        contents = self.contents
        return {
            "master": str(target),
            "records": {key: len(records) for key, records in contents.records.items()},
            "findings": [each.to_json(options.messages) for each in contents.findings],
        }


def refuse_other_audience(target: Path, options: Options) -> None:
    """Raise UsageError where the lead's master would take the place of the team's, or it the
    lead's."""
    run = run_id(target, options.password)
    for_team = options.audience == "team"
    if run is not None and run.startswith(TEAM_RUN) != for_team:
        raise UsageError("output-is-leads" if for_team else "output-is-teams", path=str(target))


def write_team_copy(target: Path, master: Master, readings: Sequence[FileReading]) -> TeamCopy:
    """Write what the team may see of ``master`` to ``target``; ``readings`` are all that the folder
    says. Raises LeakError, and OSError where it can't be written."""
    given = master.options
    # The password of the lead's master is not the team's, unless one is asked for.
    options = replace(given, secret=given.secret if given.encrypt else None)
    view, private = team_view(master.picture, readings, options.spec)
    contents = cleared(replace(master, picture=view, options=options).contents(), private.replaced)
    run = TEAM_RUN + contents.run_id
    contents = replace(
        contents, conflicts=(), withdrawn={}, lead=(), likely=(), earlier={}, run_id=run
    )
    made = io.BytesIO()
    write_master(made, contents, options.spec, options.language, options.created)
    part = leaking_part(made.getvalue(), private.forbidden)
    if part is not None:
        raise LeakError(part)
    return _put(made.getvalue(), target, contents, options)


def team_view(
    picture: Picture, readings: Iterable[FileReading], spec: Spec
) -> tuple[Picture, PrivateTexts]:
    """Return what the team may see of a picture, and what is still to be ``cleared`` of all that is
    made of it; ``readings`` are all that the folder says."""
    told, claims = shown_of(picture, readings, spec)
    return _view(picture, told, claims, spec), private_texts(told, claims, spec)


def shown_of(
    picture: Picture, readings: Iterable[FileReading], spec: Spec
) -> tuple[Public, list[Record]]:
    """Return what others than the lead may see of a picture, and all claims that are behind it."""
    ledger = picture.ledger
    disputed = ((each.record, each.field) for each in ledger.conflicts if each.is_open)
    claims = [record for reading in readings for record in reading.records]
    claims += (each.record for each in ledger.lead.added.values())
    return public(picture.records, disputed, spec), claims


def _put(data: bytes, target: Path, contents: MasterContents, options: Options) -> TeamCopy:
    """Let a copy take its place; one that says the same stays, one that was changed is kept."""
    is_ours = is_as_written(target, options.password)
    if is_ours and run_id(target, options.password) == contents.run_id:
        return TeamCopy(contents, is_new=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    kept = None
    if target.exists() and not is_ours:
        kept = _free(target)
        shutil.copy2(target, kept)
    whole = encrypted(data, options.secret) if options.secret else data
    waiting = waiting_place(target)
    try:
        _lay(whole, target)
    except PermissionError:
        _lay(whole, waiting)
        return TeamCopy(contents, pending=waiting, kept=kept)
    waiting.unlink(missing_ok=True)
    return TeamCopy(contents, kept=kept)


def _lay(data: bytes, path: Path) -> None:
    with atomic_file(path) as file:
        file.write(data)


def _free(target: Path) -> Path:
    return free_path(target.with_stem(f"{target.stem}_改动"), Path.exists)


def _view(picture: Picture, told: Public, claims: Sequence[Record], spec: Spec) -> Picture:
    """Return what the team may see of a picture, its texts apart."""
    records: dict[str, list[LedgerRecord]] = {}
    for each in told.records:
        records.setdefault(each.table, []).append(masked_record(each, spec.tables[each.table]))
    rows, sheets = _places(told, claims, spec)
    findings = [
        _without_value(each)
        for each in picture.findings
        if (each.file, each.sheet) not in sheets and (each.file, each.sheet, _row(each)) not in rows
    ]
    ledger = replace(picture.ledger, records=records, conflicts=[])
    return replace(picture, ledger=ledger, findings=findings)


def _places(
    told: Public, claims: Sequence[Record], spec: Spec
) -> tuple[set[tuple[str, str | None, int]], set[tuple[str, str | None]]]:
    """Return where confidential records stand: rows of lists, and whole sheets of forms."""
    levels = levels_of(spec)
    hidden = [record for record in claims if is_withheld(record, levels[record.table])]
    places = [(r.table, r.block.file, r.block.sheet, r.line) for r in hidden]
    places += [(r.table, *source) for r in told.withheld for source in r.sources]
    forms = {(file, sheet) for table, file, sheet, _ in places if _is_form(table, spec)}
    return {(file, sheet, row) for _, file, sheet, row in places}, set(forms)


def _is_form(table: str, spec: Spec) -> bool:
    return spec.tables[table].layout == "form"


def _row(finding: Finding) -> int:
    return int("".join(filter(str.isdigit, finding.cell or "")) or 0)


def _without_value(finding: Finding) -> Finding:
    if finding.code.startswith(_UNNAMED):
        return replace(finding, value=_HIDDEN, suggestion=None)
    return finding


def cleared(data: Any, replaced: Texts) -> Any:
    """Return the same data, in every text of it what is private masked."""
    done: dict[str, str] = {}

    def text(given: str) -> str:
        if given not in done:
            done[given] = mask(replaced.replaced(given))
        return done[given]

    def clear(each: Any) -> Any:
        if isinstance(each, str):
            return text(each)
        if isinstance(each, Mapping):
            return {clear(key): clear(value) for key, value in each.items()}
        if isinstance(each, tuple):
            parts = list(map(clear, each))
            return each._make(parts) if hasattr(each, "_make") else tuple(parts)
        if isinstance(each, list):
            return list(map(clear, each))
        if is_dataclass(each) and not isinstance(each, type):
            return replace(each, **dict(_parts(each)))
        return each

    def _parts(each: Any) -> Iterator[tuple[str, Any]]:
        for part in fields(each):
            if part.init:
                yield part.name, clear(getattr(each, part.name))

    return clear(data)
