"""A file that appears whole or not at all."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from xlcrm.scratch import part_of, remove_abandoned_once


@contextmanager
def atomic_file(target: Path) -> Iterator[BinaryIO]:
    """A new file to write, which takes `target`'s place when the block ends without an error.

    It is written beside `target` under a hidden name, synced, then renamed; after an error it is
    removed and `target` is as it was. What killed runs left there goes before.

    Raises OSError: PermissionError on Windows where another program has `target` open.
    """
    remove_abandoned_once(target.parent.absolute())
    part = part_of(target)
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in `folder` last; Windows, and some network shares, have no call for it."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        # The file itself is synced; a share that refuses this keeps the rename its own way.
        return
    finally:
        os.close(descriptor)


class Output:
    """A file for a zip archive to write to, which can be given up: an archive that no disk has room
    for would else try once more while it is thrown away, and complain on stderr."""

    def __init__(self, file: BinaryIO) -> None:
        self.write, self.seek, self.tell, self.flush = file.write, file.seek, file.tell, file.flush

    def give_up(self) -> None:
        """Let all that is still to be written go nowhere."""
        nowhere = io.BytesIO()
        self.write, self.seek = nowhere.write, nowhere.seek
        self.tell, self.flush = nowhere.tell, nowhere.flush
