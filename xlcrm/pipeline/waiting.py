"""A master that can't take its place yet: where it waits, and by what one is known to be open."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from xlcrm.scratch import remove_abandoned, remove_scratch

_ENDING = "_待替换"
# Beside a file that is open: Excel's and WPS's own, LibreOffice's, WPS's on Linux.
_OWNERS = ("~${}", ".~lock.{}#", ".~{}")


def waiting_place(master: Path) -> Path:
    """Return where a master waits for its place."""
    return master.with_stem(master.stem + _ENDING)


def tidy(places: Iterable[Path], home: Path) -> None:
    """Remove what runs left in ``home``, and beside ``places``, that were ended halfway."""
    for folder in {each.parent for each in places}:
        remove_abandoned(folder, below=False)
    remove_abandoned(home)
    remove_scratch()


def owner_file(path: Path) -> Path | None:
    """Return the file by which an application says that it has ``path`` open; None where none does.

    Windows lets nobody replace what is open; elsewhere, and on a synced folder, this is the sign.
    """
    names = (path.with_name(pattern.format(path.name)) for pattern in _OWNERS)
    return next((each for each in names if each.is_file()), None)


def digest(path: Path) -> str | None:
    """Return by what the bytes of a file are known; None where there is no file."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
