"""Files of a run that are there only while it runs, and what is left of those of a killed one.

What is written beside its place is named by machine and process: on a share without locks nothing
else tells whose it is. A scratch folder of the system's is held, open and locked, as long as its
run lives: the system lets go of both however it ends. On Windows nobody can remove what is open,
and no lock is needed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
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
_RUN = r"([0-9a-f]{8})-([0-9]{1,10})-"  # a run's machine and process
_PART = re.compile(rf"\..+\.{_RUN}[0-9a-f]{{8}}\.part", re.DOTALL)
_SCRATCH = re.compile(rf"{_PREFIX}{_RUN}.+")
_DAY = 24 * 3600  # seconds: no run takes as long


def part_of(target: Path) -> Path:
    """Return where a file is written that is to take the place of ``target``, each time another."""
    return target.with_name(f".{target.name}.{_own()}{os.urandom(4).hex()}.part")


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """Where to write what takes the place of a file when the block ends without an error."""
    part = part_of(place)
    try:
        yield part
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


def _own() -> str:
    return f"{_machine()}-{os.getpid()}-"


def _machine() -> str:
    return hashlib.blake2s(
        platform.node().encode("utf-8", "surrogatepass"), digest_size=4
    ).hexdigest()


def remove_abandoned(folder: Path, *, below: bool = True) -> None:
    """Remove what killed runs were writing in a folder, and ``below`` it, files and folders: this
    machine's where the process is gone, others' after a day."""
    for place, folders, names in os.walk(folder):
        for found in filter(None, map(_PART.fullmatch, (*names, *folders))):
            path = Path(place, found[0])
            with contextlib.suppress(OSError):  # it is gone, or on Windows open
                if _is_gone(*found.groups()) or path.stat().st_mtime < _now() - _DAY:
                    shutil.rmtree(path) if found[0] in folders else path.unlink()
        if not below:
            return


@cache
def remove_abandoned_once(folder: Path) -> None:
    """Remove what killed runs were writing in a folder; a process looks once."""
    remove_abandoned(folder, below=False)


def _is_gone(machine: str, process: str) -> bool:
    """Whether a process of this machine does not run any more."""
    if machine != _machine() or int(process) == os.getpid():
        return False
    if sys.platform == "win32":
        return True  # if it runs, what it has open can't be removed
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):  # another user's; no number of a process
        pass
    return False


def _now() -> float:
    """Return the time by the clock that stamps files here."""
    with tempfile.TemporaryFile() as file:
        return os.fstat(file.fileno()).st_mtime


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder of the system's for what nobody else may read; it goes when the block ends, and what
    killed runs left of theirs goes before."""
    remove_scratch()
    with tempfile.TemporaryDirectory(prefix=_PREFIX + _own(), ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with (folder / _HELD).open("xb") as file:
            _hold(file)
            yield folder


@cache
def remove_scratch() -> None:
    """Remove the scratch folders that killed runs of this user left; a process looks once."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        run = _SCRATCH.fullmatch(folder.name)
        is_left = run and not folder.is_symlink() and _is_gone(*run.groups())
        if is_left and _remove(folder / _HELD):
            shutil.rmtree(folder, ignore_errors=True)
            if folder.is_dir():  # a child of that run still wrote there: the next one tries again
                (folder / _HELD).touch()


def _hold(file: BinaryIO) -> None:
    """Let other runs see that this one works on an open file."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # without locks nobody takes it for abandoned
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


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
