"""Checking files or folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlcrm.customers import CustomerBase, Related, settled
from xlcrm.findings import Finding
from xlcrm.ledger.discovery import Entry, describe, discover, is_team_folder
from xlcrm.pipeline.options import SCHEMA_VERSION, Options, UsageError
from xlcrm.pipeline.readings import FileStatus, read_files
from xlcrm.records import FileReading
from xlcrm.spec.model import Spec
from xlcrm.team_folder import OUTPUT_FOLDER
from xlcrm.validation.roots import without_consequences
from xlcrm.validation.together import check_together
from xlcrm.values import dataclass

if TYPE_CHECKING:
    from xlcrm.pipeline.returned import Returned


@dataclass(frozen=True)
class CheckResult:
    """What was checked, and what was found."""

    files: list[FileStatus]
    readings: list[FileReading]
    findings: list[Finding]
    options: Options
    returned: Sequence[Returned] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON document."""
        returned = self.returned
        readings = {reading.file: reading for reading in self.readings}
        return {
            "schema_version": SCHEMA_VERSION,
            "files": [_file(status, readings.get(status.entry.file)) for status in self.files],
            "findings": [each.to_json(self.options.messages) for each in self.findings],
            "returned": returned if returned is None else [each.to_json() for each in returned],
        }


def _file(status: FileStatus, reading: FileReading | None) -> dict[str, Any]:
    tables = Counter[str]()
    for block in reading.blocks if reading else ():
        tables[block.table] += len(block)
    return {
        "path": status.entry.file,
        "status": status.status,
        "reason": status.reason,
        "tables": dict(tables),
        "records": tables.total(),
    }


def check(paths: Sequence[Path], options: Options, into: Path | None = None) -> CheckResult:
    """Return the findings of files and folders; a file named twice is checked once.

    ``into`` is the folder for the workbooks that go back to whoever filled them. Raises UsageError
    for a path that does not exist, where no workbook is found, and for what ``filled_files``
    refuses.
    """
    found = [entry for path in paths for entry in _entries(path, folders=len(paths) > 1)]
    entries = list({entry.file: entry for entry in found}.values())
    if not any(entry.code in (None, "not-a-workbook") for entry in entries):
        raise UsageError("no-workbook", path=str(paths[0]))
    result = read_files(entries, options)
    around, related = _known_around(paths[0], options)
    base = customer_base([*result.readings, *around], options.spec, related)
    findings = [*options.notices, *result.findings]
    blocks = [block for reading in result.readings for block in reading.blocks]
    findings += check_together(blocks, options.spec, base, options.as_of)
    checked = CheckResult(result.statuses, result.readings, in_order(findings), options)
    if into is None:
        return checked
    from xlcrm.pipeline.returned import filled_files, return_workbooks  # most runs need no writer

    files = filled_files(result.statuses, paths, into)
    readings = {reading.file: reading for reading in result.readings}
    return replace(checked, returned=return_workbooks(files, readings, checked.findings, options))


def customer_base(
    readings: Sequence[FileReading], spec: Spec, related: Sequence[Related] = ()
) -> CustomerBase:
    """Return the customers that all readings know, and what was decided of them."""
    table = spec.with_role("customers")
    blocks = (block for reading in readings for block in reading.blocks)
    known = (block for block in blocks if table and block.table == table.key)
    customers = chain.from_iterable(known)
    return CustomerBase(customers, spec.customer_aliases, related, spec.customers_apart)


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings of a run by file, those of the file itself first, then as found.

    What only follows from another finding of its cell is left out.
    """
    return sorted(
        without_consequences(findings), key=lambda each: (each.file, each.sheet is not None)
    )


def _entries(path: Path, *, folders: bool) -> list[Entry]:
    if path.is_dir():
        found = discover(path)
        return [entry.below(path) for entry in found] if folders else found
    if not path.exists():
        raise UsageError("not-found", path=str(path))
    return [replace(describe(path), shared=_is_shared(path))]


def _is_shared(path: Path) -> bool:
    """Whether a file lies in a team's folder."""
    return any(map(is_team_folder, path.resolve().parents))


def _known_around(path: Path, options: Options) -> tuple[list[FileReading], Sequence[Related]]:
    """Return what the last merge of the team folder around a file, or of a folder itself, left: its
    customers are known, and what was decided of them."""
    whole = path.resolve()
    homes = (folder / OUTPUT_FOLDER for folder in (whole, *whole.parents))
    home = next((each for each in homes if each.is_dir()), None)
    if home is None:
        return [], ()
    from xlcrm.ledger.lead import Lead  # many files lie in no team's folder
    from xlcrm.ledger.state import latest_state

    state = latest_state(home, options.version, options.password)
    if state is None:
        return [], ()
    lead = Lead.from_state(state.meta["lead"])
    others = [] if path.is_dir() else [each.load() for each in state.files.values()]
    return [*others, lead.reading], settled(lead.related, options.decided)
