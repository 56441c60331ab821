"""The masters that were replaced, the last ten, each with its state; which of them were undone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from xlcrm.ledger.state import STATE_FOLDER
from xlcrm.pipeline.waiting import digest
from xlcrm.scratch import part_of, replacing

_MOST = 10
_UNDONE = "undone.json"


class Undone(NamedTuple):
    """Runs that were taken back, the last first, and the one whose master is in its place since:
    it holds only as long as that is so."""

    into: str
    runs: list[str]


def known_backups(home: Path, known: Sequence[str], replaced: str | None) -> list[str]:
    """Return the runs whose masters to keep, the last first, now that ``replaced`` joins them.

    ``known`` are those that the run before knew in their order, whatever the clock said; others
    that lie there follow by their time.
    """
    others = sorted(_folder(home).glob("*.xlsx"), key=lambda path: -path.stat().st_ctime_ns)
    runs = [replaced] if replaced else []
    return list(dict.fromkeys([*runs, *known, *(each.stem for each in others)]))[:_MOST]


def backup_place(home: Path, run: str) -> Path:
    """Return where the master of a run is kept once it is replaced."""
    return _folder(home) / f"{run}.xlsx"


def back_up(master: Path, home: Path, run: str, kept: Sequence[str], seen: str | None) -> None:
    """Keep a master that is about to be replaced, and of all others those of the runs ``kept``.

    Only while it is the one whose digest was ``seen``: where no locks work another run may have put
    its own there, which is none of this run's, and may have backups that this one does not know.
    """
    place = backup_place(home, run)
    place.parent.mkdir(exist_ok=True)
    scratch = part_of(place)
    try:
        shutil.copy2(master, scratch)
        if digest(scratch) != seen:
            return
        scratch.replace(place)
    finally:
        scratch.unlink(missing_ok=True)
    for old in place.parent.glob("*.xlsx"):
        if old.stem not in kept:
            old.unlink()


def remember_undone(home: Path, told: Undone) -> None:
    """Let the next merge know of what was taken back."""
    place = home / STATE_FOLDER / _UNDONE
    with replacing(place) as scratch:
        scratch.write_text(json.dumps(told), encoding="utf-8")


def undone(home: Path) -> Undone | None:
    """Return what was taken back; None where nothing was, or that can't be read."""
    try:
        into, runs = json.loads((home / STATE_FOLDER / _UNDONE).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return None
    return Undone(str(into), list(map(str, runs)))


def forget_undone(home: Path) -> None:
    """A merge has seen to what was taken back."""
    (home / STATE_FOLDER / _UNDONE).unlink(missing_ok=True)


def _folder(home: Path) -> Path:
    return home / STATE_FOLDER / "backups"
