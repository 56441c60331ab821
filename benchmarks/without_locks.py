"""xlcrm as each of several machines runs it on a share whose locks nobody else sees."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
from collections.abc import Iterator
from unittest import mock

import filelock

from xlcrm import scratch
from xlcrm.cli.program import run


class _Free:
    """A lock that anybody gets."""

    def __init__(self, *_: object, **__: object) -> None: ...

    @contextlib.contextmanager
    def acquire(self) -> Iterator[None]:
        yield


def _refuse(*_: object) -> None:
    raise OSError("no locks")


if __name__ == "__main__":
    own = f"machine-{os.getpid()}"
    with (
        mock.patch.object(platform, "node", lambda: own),
        mock.patch.object(filelock, "FileLock", _Free),
        mock.patch.object(scratch.fcntl, "flock", _refuse),
    ):
        sys.exit(run())
