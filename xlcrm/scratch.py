"""Files of a run that are there only while it runs, and what is left of those of a killed one.

As long as it lives a run holds them, open and locked: the system lets go of both however it ends.
On Windows nobody can remove what is open, and no lock is needed.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

_PREFIX, _HELD = "xlcrm-", "held"
_PART = re.compile(r"\..+\.[0-9a-f]{8}\.part", re.DOTALL)


def part_of(target: Path) -> Path:
    """Return where a file is written that is to take the place of ``target``, each time another."""
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")


def hold(file: BinaryIO) -> None:
    """Let other runs see that this one works on an open file."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # a share without locks: nobody takes it for abandoned
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def remove_abandoned(folder: Path, *, below: bool = True) -> None:
    """Remove what killed runs were writing in a folder, and ``below`` it."""
    for place, _, names in os.walk(folder):
        for name in filter(_PART.fullmatch, names):
            _remove(Path(place, name))
        if not below:
            return


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder of the system's for what nobody else may read; it goes when the block ends, and what
    killed runs left of theirs goes before."""
    remove_scratch()
    with tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with (folder / _HELD).open("xb") as file:
            hold(file)
            yield folder


@cache
def remove_scratch() -> None:
    """Remove the scratch folders that killed runs of this user left; a process looks once."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if not folder.is_symlink() and _remove(folder / _HELD):
            shutil.rmtree(folder, ignore_errors=True)
            if folder.is_dir():  # a child of that run still wrote there: the next one tries again
                (folder / _HELD).touch()


def _remove(path: Path) -> bool:
    """Remove a file that no run holds, and return whether it is gone; what can't be told stays."""
    try:
        with path.open("rb+") as file:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    except OSError:
        return False
    return True
