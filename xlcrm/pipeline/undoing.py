"""Taking a merge back: the master before it, with its state, in the place of the last one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, NamedTuple

from xlcrm.filled_workbook.stamp import run_id
from xlcrm.ledger.state import load_state
from xlcrm.pipeline.backups import (
    Undone,
    back_up,
    backup_place,
    known_backups,
    remember_undone,
    undone,
)
from xlcrm.pipeline.locks import MasterOpen, locked
from xlcrm.pipeline.options import SCHEMA_VERSION, Options, UsageError
from xlcrm.pipeline.secrets import with_secret
from xlcrm.pipeline.waiting import digest, owner_file, tidy, waiting_place
from xlcrm.scratch import replacing
from xlcrm.team_folder import MASTER_FILE, OUTPUT_FOLDER


class UndoResult(NamedTuple):
    """The master that is in its place now, and where the one that was taken back is kept."""

    master: Path
    kept: Path

    @property
    def document(self) -> dict[str, Any]:
        """The documented JSON."""
        return {
            "schema_version": SCHEMA_VERSION,
            "master": str(self.master),
            "undone": str(self.kept),
        }


def undo(folder: Path, options: Options, target: Path | None = None) -> UndoResult:
    """Take back the last merge of a folder.

    The master that it replaced and its state are put back, what it wrote joins the backups. One
    that still waits for its place is taken away alone. The next merge reads everything again.
    Raises UsageError where there is nothing to take back, MasterBusy where a merge is running,
    MasterOpen where the master is, OSError where it can't be written.
    """
    home = folder / OUTPUT_FOLDER
    path = (target or home / MASTER_FILE).absolute()
    if not home.is_dir():
        raise UsageError("nothing-to-undo", path=str(path))
    options = with_secret(options, path, home)
    with locked(home, break_lock=options.break_lock):
        tidy([path], home)
        kept = _take_back(path, home, options)
    return UndoResult(path, kept.absolute())


def _take_back(path: Path, home: Path, options: Options) -> Path:
    """Put the master before in its place; return where the last one is kept."""
    place, run = waiting_place(path), run_id(path, options.password)
    waits = run_id(place, options.password)
    current, last = (place, waits) if waits else (path, run)
    state = load_state(home, last, options.version, options.password) if last else None
    before = state.meta["backups"] if state else known_backups(home, (), None)
    others = (each for each in before if each != last)  # a run that was saved says the same
    wanted = run if waits else next((r for r in others if backup_place(home, r).is_file()), None)
    if last is None or wanted is None:
        raise UsageError("nothing-to-undo", path=str(path))
    opened = None if options.break_lock else owner_file(current)
    if opened:
        raise MasterOpen(current, opened)
    known = undone(home)
    runs = known.runs if known and known.into == last else []
    remember_undone(home, Undone(wanted, [last, *runs]))
    kept = known_backups(home, [wanted, *runs, *before], last)
    back_up(current, home, last, kept, digest(current))
    try:
        _restore(path, home, wanted, current)
    except PermissionError as error:
        raise MasterOpen(current) from error
    return backup_place(home, last)


def _restore(path: Path, home: Path, run: str, current: Path) -> None:
    if current != path:
        current.unlink()  # the master has never been replaced
        return
    with replacing(path) as scratch:
        shutil.copy2(backup_place(home, run), scratch)
