"""What one merge leaves for the next: what each file said, so that only changed files are read.

``.xlcrm/state/<run id>/state.db`` is a SQLite database beside the master. It is written and synced
before the master is replaced, and older ones are pruned afterwards, so that any interruption leaves
a master and a state that fit. Losing it costs time, never data.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from xlcrm.deflate import codec
from xlcrm.records import FileReading
from xlcrm.sealing import SealedError, is_sealed, seal, unseal

STATE_FOLDER = ".xlcrm"
_FILE = "state.db"
_FORMAT = 8
_LEVEL = 1  # of compression: others cost more and gain little
_UNDECODABLE = "surrogatepass"  # a file's text need not be whole
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, sum INTEGER NOT NULL, value BLOB NOT NULL);
CREATE TABLE files (
    file TEXT PRIMARY KEY, sum INTEGER NOT NULL, packed BLOB NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
    removed INTEGER NOT NULL
);
"""


@dataclass(frozen=True)
class FileState:
    """A file as the last merge saw it: ``packed`` is its reading as compressed text, ``sha256`` its
    digest, blank where it was not read."""

    file: str
    packed: bytes
    size: int
    mtime_ns: int
    sha256: str
    removed: bool = False

    @classmethod
    def of(cls, reading: FileReading, size: int, mtime_ns: int) -> FileState:
        """Return what to keep of a reading of a file of this size and time."""
        text = reading.encoded or reading.to_text()
        packed = codec.compress(text.encode("utf-8", _UNDECODABLE), _LEVEL)
        return cls(reading.file, packed, size, mtime_ns, reading.sha256, reading.removed)

    @cached_property
    def reading(self) -> str:
        """The reading as ``FileReading.to_text`` gave it."""
        return str(codec.decompress(self.packed), "utf-8", _UNDECODABLE)

    def load(self) -> FileReading:
        """Return the reading."""
        reading = FileReading.from_text(self.file, self.reading)
        reading.removed = bool(self.removed)
        return reading


@dataclass(frozen=True)
class State:
    """The state of a run: its files by path, and facts of the run as JSON data."""

    run_id: str
    files: Mapping[str, FileState]
    meta: Mapping[str, Any]


def load_state(
    folder: Path, run_id: str, version: str | None, password: str | None = None
) -> State | None:
    """Return the state of a run; None where there is none that this program and spec can use.

    ``folder`` is the folder of the master, ``version`` names program, settings and declarations
    (None: whatever they were). ``password`` opens a state that has one.
    """
    path = _path(folder, run_id)
    if not path.is_file():
        return None
    try:
        with contextlib.closing(_opened(path, password)) as db:
            meta = {key: json.loads(value) for key, value in _sound(db, "meta")}
            if meta.get("format") != _FORMAT or version not in (None, meta.get("version")):
                return None
            files = {file: FileState(file, *said) for file, *said in _sound(db, "files")}
    except (sqlite3.DatabaseError, ValueError, SealedError):
        return None  # damaged, or not ours to open: everything is read again
    return State(run_id, files, meta)


def _sound(db: sqlite3.Connection, table: str) -> Iterator[list[Any]]:
    """Yield the rows of a table, but for their sums. Raises ValueError where one has another:
    SQLite sees what it needs itself, not what it holds."""
    for key, total, content, *rest in db.execute(f"SELECT * FROM {table}"):
        if not isinstance(content, bytes) or codec.crc32(content) != total:
            raise ValueError(key)
        yield [key, content, *rest]


def _opened(path: Path, password: str | None) -> sqlite3.Connection:
    """Return the database of a state. Raises SealedError where the password does not open it."""
    if not is_sealed(path):
        return sqlite3.connect(f"file:{_uri(path)}?mode=ro", uri=True)
    db = sqlite3.connect(":memory:")
    db.deserialize(unseal(path.read_bytes(), password))
    return db


def latest_state(folder: Path, version: str, password: str | None = None) -> State | None:
    """Return the newest usable state below the folder of a master."""
    found = (folder / STATE_FOLDER / "state").glob(f"*/{_FILE}")
    runs = sorted(found, key=lambda path: -path.stat().st_mtime_ns)
    states = (load_state(folder, path.parent.name, version, password) for path in runs)
    return next((state for state in states if state), None)


def save_state(folder: Path, state: State, version: str, secret: str | None = None) -> None:
    """Write and sync a state, under a password if there is one. Raises OSError where the disk does
    not take it."""
    path = _path(folder, state.run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    try:
        with contextlib.closing(sqlite3.connect(":memory:" if secret else scratch)) as db, db:
            _fill(db, state, version)
            if secret:
                scratch.write_bytes(seal(db.serialize(), secret))
    except sqlite3.OperationalError as error:  # a disk that is full, a folder that is read-only
        code = errno.ENOSPC if error.sqlite_errorcode == sqlite3.SQLITE_FULL else errno.EIO
        raise OSError(code, str(error), str(path)) from error
    with scratch.open("rb+") as file:
        os.fsync(file.fileno())
    scratch.replace(path)


def _fill(db: sqlite3.Connection, state: State, version: str) -> None:
    db.executescript(_SCHEMA)
    meta = {**state.meta, "format": _FORMAT, "version": version}
    texts = ((key, json.dumps(value, ensure_ascii=False).encode()) for key, value in meta.items())
    files = state.files.values()
    db.executemany(
        "INSERT INTO meta VALUES (?, ?, ?)", ((key, codec.crc32(text), text) for key, text in texts)
    )
    db.executemany(
        "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (f.file, codec.crc32(f.packed), f.packed, f.size, f.mtime_ns, f.sha256, f.removed)
            for f in files
        ),
    )
    db.commit()


def prune_states(folder: Path, keep: Iterable[str]) -> None:
    """Remove the states of all runs but those to keep."""
    kept = set(keep)
    root = folder / STATE_FOLDER / "state"
    for path in root.iterdir() if root.is_dir() else ():
        if path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)


def _path(folder: Path, run_id: str) -> Path:
    return folder / STATE_FOLDER / "state" / run_id / _FILE


def _uri(path: Path) -> str:
    from urllib.parse import quote

    return quote(path.as_posix())
