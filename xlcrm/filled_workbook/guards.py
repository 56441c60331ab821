"""How large a workbook may be that is read: our own results are as large as what they gather."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_OF_OURS = 16  # times what a file that people filled may take: some two million records
_room = ContextVar("room", default=1)


def room() -> int:
    """Return by how much each limit is to be taken."""
    return _room.get()


@contextmanager
def reading_ours() -> Iterator[None]:
    """Let what is read in this block be one of our own results."""
    before = _room.set(_OF_OURS)
    try:
        yield
    finally:
        _room.reset(before)
