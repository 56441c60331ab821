"""A master with a password, and what must not lie in plain beside it.

State and backups hold all that the master holds, and so does a report with the rows behind its
figures and the archive: with an encrypted master they are written under its password too. Once a
master has a password, every later run needs it, until one is told to take it off.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from xlcrm.filled_workbook.encryption import decrypted, encrypted, is_encrypted
from xlcrm.filled_workbook.source import Rejected
from xlcrm.filled_workbook.stamp import run_id
from xlcrm.layout.marks import TEAM_RUN
from xlcrm.ledger.state import STATE, STATE_FOLDER
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.record_sheet import atomic_file
from xlcrm.sealing import SealedError, is_sealed, seal, unseal

_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\3\4"


def with_secret(options: Options, master: Path, home: Path) -> Options:
    """Return options that say under which password to write: where it is asked for, or where the
    master or its state in ``home`` has one and it is not asked to be taken off.

    Raises UsageError where a password is needed and none is given, or another one, or the optional
    library is missing.
    """
    locked = _locked_file(master, home)
    wanted = options.encrypt if options.encrypt is not None else locked is not None
    if not (wanted or locked):
        return options
    if options.password is None:
        code = "master-encrypted" if locked else "encrypt-needs-password"
        raise UsageError(code, path=str(locked or master))
    if find_spec("cryptography") is None or find_spec("msoffcrypto") is None:
        raise UsageError("crypt-missing")
    if locked and not _opens(locked, options.password):
        raise UsageError("master-password", path=str(locked))
    return replace(options, secret=options.password if wanted else None)


def _locked_file(master: Path, home: Path) -> Path | None:
    """Return what has a password: the master, else its last state; None where neither has."""
    if master.is_file() and _begins_with(master, _OLE) and is_encrypted(master.read_bytes()):
        return master
    states = (home / STATE_FOLDER).glob("state/*/state")
    last = max(states, key=lambda path: path.stat().st_mtime, default=None)
    return last if last and is_sealed(last) else None


def _opens(path: Path, password: str) -> bool:
    data = path.read_bytes()
    try:
        decrypted(data, password) if data.startswith(_OLE) else unseal(data, password)
    except (Rejected, SealedError):
        return False
    return True


def _begins_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def plain_beside(home: Path) -> list[Path]:
    """Return the workbooks in a folder of results that say what the whole folder says and have no
    password: those of earlier runs. What is for the team, or goes back to people, is not told."""
    runs = ((path, run_id(path)) for path in sorted(home.rglob("*.xlsx")))
    return [path for path, run in runs if run and not run.startswith(TEAM_RUN)]


@contextmanager
def written(path: Path, secret: str | None) -> Iterator[Path | io.BytesIO]:
    """Where to write a workbook that is to be at ``path``: with a secret it reaches the disk as it
    will be, encrypted. Raises OSError where it can't be written."""
    if secret is None:
        yield path
        return
    made = io.BytesIO()
    yield made
    with atomic_file(path) as file:
        file.write(encrypted(made.getvalue(), secret))


def lock_what_is_plain(home: Path, secret: str | None) -> None:
    """Put the states and backups of earlier runs under the password too, where there is one."""
    if secret is None:
        return
    for path in (home / STATE_FOLDER).rglob("*"):
        if path.is_file():
            lock(path, secret)


def lock(path: Path, secret: str) -> None:
    """Put a plain workbook, or state, under a password where it lies. Raises OSError where it can't
    be written."""
    for magic, locked in ((_ZIP, encrypted), (STATE, seal)):
        if _begins_with(path, magic):
            times = path.stat()
            data = locked(path.read_bytes(), secret)
            with atomic_file(path) as file:
                file.write(data)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # it is no newer
            return
