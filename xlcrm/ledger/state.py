"""What one merge leaves for the next: what each file said, so that only changed files are read.

``.xlcrm/state/<run id>/state`` lies beside the master. It is written and synced before the master
is replaced, and older ones are pruned afterwards, so that any interruption leaves a master and a
state that fit. Losing it costs time, never data.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from xlcrm.deflate import codec
from xlcrm.records import FileReading
from xlcrm.scratch import part_of, replacing
from xlcrm.sealing import SealedError, seal, unseal
from xlcrm.values import dataclass

STATE_FOLDER = ".xlcrm"
_FILE = "state"
STATE = b"xlcrm state 10\n"  # how one begins that has no password
_NUMBER = struct.Struct(">I")
_LEVEL = 1  # of compression: others cost more and gain little
UNDECODABLE = "surrogatepass"  # a file's text need not be whole


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
        packed = _deflated(reading.encoded)
        return cls(reading.file, packed, size, mtime_ns, reading.sha256, reading.removed)

    @cached_property
    def reading(self) -> bytes:
        """The reading as ``FileReading.encoded`` gave it."""
        return _inflated(self.packed)

    def load(self) -> FileReading:
        """Return the reading."""
        reading = FileReading.decoded(self.file, self.reading)
        reading.removed = self.removed
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
    data = path.read_bytes()
    try:
        meta, files = _unpacked(data if data.startswith(STATE) else unseal(data, password))
    except (ValueError, SealedError):
        return None  # damaged, or not ours to open: everything is read again
    return State(run_id, files, meta) if version in (None, meta["version"]) else None


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
    data = _packed(state, version)
    data = seal(data, secret) if secret else data
    with replacing(path) as scratch, scratch.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _packed(state: State, version: str) -> bytes:
    """Return a state as one piece: a name, a sum over all that follows, the length of a head of
    compressed JSON, the head, and what the files said, one after the other."""
    meta = {**state.meta, "version": version}
    packed = [each.packed for each in state.files.values()]
    files = [
        [f.file, len(f.packed), f.size, f.mtime_ns, f.sha256, f.removed]
        for f in state.files.values()
    ]
    head = _deflated(json.dumps([meta, files], ensure_ascii=False).encode("utf-8", UNDECODABLE))
    rest = b"".join([_NUMBER.pack(len(head)), head, *packed])
    return STATE + _NUMBER.pack(codec.crc32(rest)) + rest


def _unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, FileState]]:
    """Return the facts of a run and its files. Raises ValueError where the data is damaged, or of
    another form."""
    begin = len(STATE) + _NUMBER.size
    rest = memoryview(data)[begin:]
    if len(rest) < _NUMBER.size or data[:begin] != STATE + _NUMBER.pack(codec.crc32(rest)):
        raise ValueError(len(data))
    (length,) = _NUMBER.unpack_from(rest)
    at = _NUMBER.size + length
    meta, listed = json.loads(_inflated(rest[_NUMBER.size : at]))
    files = {}
    for file, length, *said in listed:
        files[file] = FileState(file, bytes(rest[at : at + length]), *said)
        at += length
    return meta, files


def _deflated(data: bytes) -> bytes:
    return bytes(codec.compress(data, _LEVEL))


def _inflated(data: bytes | memoryview) -> bytes:
    return bytes(codec.decompress(data))


@contextmanager
def claimed(folder: Path, run_id: str) -> Iterator[None]:
    """Keep other runs from taking the state of a run for an old one as long as its master is still
    to take its place: not everywhere is there but one run at a time."""
    path = _path(folder, run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    claim = part_of(path)
    claim.touch()
    try:
        yield
    finally:
        claim.unlink(missing_ok=True)


def prune_states(folder: Path, keep: Iterable[str]) -> None:
    """Remove the states of all runs but those to keep, and those that are ``claimed``."""
    kept = set(keep)
    root = folder / STATE_FOLDER / "state"
    for path in root.iterdir() if root.is_dir() else ():
        if path.name not in kept and not any(path.glob(".*.part")):
            shutil.rmtree(path, ignore_errors=True)


def _path(folder: Path, run_id: str) -> Path:
    return folder / STATE_FOLDER / "state" / run_id / _FILE
