"""What lies in a team's folder to be merged, and what no result may be written over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlcrm.filled_workbook.stamp import run_id
from xlcrm.ledger.discovery import Entry, discover
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.team_folder import MASTER_FILE, OUTPUT_FOLDER


def entries_of(folder: Path) -> list[Entry]:
    """Return what lies in a team's folder. Raises UsageError where there is nothing to read."""
    if not folder.is_dir():
        raise UsageError("no-folder", path=str(folder))
    entries = discover(folder)
    if not any(entry.code in (None, "not-a-workbook") for entry in entries):
        raise UsageError("no-workbook", path=str(folder))
    return entries


def refuse_input(target: Path, entries: Sequence[Entry], options: Options) -> None:
    """Raise UsageError where a result would replace a file that people filled."""
    if target.is_file() and run_id(target, options.password) is None:
        size = target.stat().st_size
        same = (each.path for each in entries if each.size == size and each.path.exists())
        if any(path.samefile(target) for path in same):
            raise UsageError("output-is-input", path=str(target))


def refuse_target(folder: Path, target: Path | None, options: Options) -> None:
    """Raise UsageError where what a merge goes on to write would replace a file that people filled,
    or the folder's master."""
    if target is None:
        return
    refuse_input(target.absolute(), discover(folder) if folder.is_dir() else [], options)
    if target.absolute() == (folder / OUTPUT_FOLDER / MASTER_FILE).absolute():
        raise UsageError("output-is-master", path=str(target))
