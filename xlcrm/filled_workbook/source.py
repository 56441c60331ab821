"""The bytes of one file, read once, or the reason why not."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import field
from pathlib import Path

from xlcrm.filled_workbook.guards import room
from xlcrm.values import dataclass

SIZE_LIMIT = 64 * 1024 * 1024

# Don't follow links and don't wait at a pipe, where the platform can be told so.
_FLAGS = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC"):
    _FLAGS |= getattr(os, _flag, 0)

_SHARING_VIOLATIONS = (32, 33)  # Windows: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION


class Rejected(Exception):
    """A file that can't be read. `code` is a finding code, `detail` a short stable reason key."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was at one moment; `size` in bytes, `mtime_ns` in nanoseconds since 1970."""

    data: bytes = field(repr=False)
    sha256: str
    size: int
    mtime_ns: int


def read_source(path: Path) -> Source:
    """Read a regular file of at most 64 MiB, never following a link, never blocking.

    Raises:
        Rejected: unreadable (missing, not-a-regular-file, permission, io-error), too-large
            (file), locked (in-use: another program holds it; still-growing: it changed while
            it was read).
    """
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise Rejected("unreadable", "not-a-regular-file")
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        raise _rejection(error) from error
    with os.fdopen(descriptor, "rb") as stream:
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise Rejected("unreadable", "not-a-regular-file")
            if before.st_size > SIZE_LIMIT * room():
                raise Rejected("too-large", "file")
            data = stream.read(before.st_size + 1)  # one more tells that it grows
            after = os.fstat(descriptor)
        except OSError as error:
            raise _rejection(error) from error
    unchanged = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not unchanged or len(data) != before.st_size:
        raise Rejected("locked", "still-growing")
    return Source(data, hashlib.sha256(data).hexdigest(), after.st_size, after.st_mtime_ns)


def _rejection(error: OSError) -> Rejected:
    if getattr(error, "winerror", None) in _SHARING_VIOLATIONS:
        return Rejected("locked", "in-use")
    if isinstance(error, FileNotFoundError):
        return Rejected("unreadable", "missing")
    if error.errno == errno.ELOOP:
        return Rejected("unreadable", "not-a-regular-file")
    if isinstance(error, PermissionError):
        return Rejected("unreadable", "permission")
    return Rejected("unreadable", "io-error")
