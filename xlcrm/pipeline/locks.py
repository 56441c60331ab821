"""One merge of a folder at a time: the lock, and who holds it.

The lock is the operating system's and ends with its process. Beside it stands who holds it, for
whoever has to wait. Where locks are not to be relied on, as on some network shares, what a run has
seen of the master is compared again before it is replaced.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import platform
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import filelock

from xlcrm.ledger.state import STATE_FOLDER

_LOCK, _HOLDER = "lock", "holder.json"
_TRIES, _PAUSE = 10, 0.05  # times, seconds between two


class Holder(NamedTuple):
    """Who holds a lock: names of machine and user (blank for one without), the number of the
    process, and since when."""

    host: str
    user: str
    process: int
    since: str


class MasterBusy(Exception):
    """Another merge of the folder ``path`` is running, and who runs it."""

    def __init__(self, path: Path, holder: Holder | None = None) -> None:
        super().__init__(str(path))
        self.path, self.holder = path, holder


class MasterOpen(Exception):
    """An application has a master open at ``path``; ``sign`` is the file that says so, if any."""

    def __init__(self, path: Path, sign: Path | None = None) -> None:
        super().__init__(str(path))
        self.path, self.sign = path, sign


@contextmanager
def locked(home: Path, *, break_lock: bool = False) -> Iterator[int]:
    """Keep other merges away that write to ``home``, and give the moment by the folder's own clock,
    in nanoseconds; ``break_lock`` takes a lock that another holds where the system lets go of it
    (Windows does not while its process is there).

    Raises MasterBusy where one is running, OSError where the folder can't be written to.
    """
    folder = home / STATE_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path, holder = folder / _LOCK, folder / _HOLDER
    if break_lock:
        with contextlib.suppress(PermissionError):
            path.unlink(missing_ok=True)
    with _taken(path, holder):
        mine = json.dumps([platform.node(), _user(), os.getpid()], ensure_ascii=False)
        with holder.open("w", encoding="utf-8") as file:
            file.write(mine)
            file.flush()
            moment = os.fstat(file.fileno()).st_mtime_ns
        try:
            yield moment
        finally:
            with contextlib.suppress(FileNotFoundError):
                if holder.read_text(encoding="utf-8") == mine:
                    holder.unlink()  # else somebody has broken the lock


def _taken(path: Path, holder: Path) -> AbstractContextManager[object]:
    """Take the lock until its block ends. Raises MasterBusy with who holds it; where nobody is to
    be read, they have just begun or are done, and it is tried again."""
    lock = filelock.FileLock(path, timeout=0)
    for _ in range(_TRIES):
        try:
            return lock.acquire()
        except filelock.Timeout as error:
            if who := _holder(holder):
                raise MasterBusy(path.parents[1], who) from error
        time.sleep(_PAUSE)
    raise MasterBusy(path.parents[1])


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a service may have no name
        return ""


def _holder(path: Path) -> Holder | None:
    """Return who holds the lock; None where that can't be told, as while it is being written."""
    try:
        since = datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y-%m-%d %H:%M:%S")
        host, user, process = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return None
    return Holder(str(host), str(user), int(process), since)
