"""When a watched folder is to be merged: at first, and whenever it has changed and then settled.

It is looked at again and again, since no share over the network tells of changes reliably.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from xlcrm.ledger.discovery import discover
from xlcrm.pipeline.merges import MergeResult
from xlcrm.team_folder import SETTINGS_FILE
from xlcrm.values import dataclass

_PASSED_OVER = "skipped-temporary"
RETRY = 60.0  # seconds until what stood in the way of a run may be gone


@dataclass(frozen=True)
class Sight:
    """What a look at a folder shows: the files that count with size and time, and the day."""

    day: date
    files: frozenset[tuple[str, int, int]]


def look(folder: Path, day: date) -> Sight:
    """Return what a folder holds: workbooks and settings, neither results nor lock files, temporary
    or hidden ones. Raises OSError where it can't be listed."""
    entries = [entry for entry in discover(folder) if entry.code != _PASSED_OVER]
    files = {(entry.file, entry.size, entry.mtime_ns) for entry in entries}
    settings = folder / SETTINGS_FILE
    if settings.is_file():
        status = settings.stat()
        files.add((SETTINGS_FILE, status.st_size, status.st_mtime_ns))
    return Sight(day, frozenset(files))


@dataclass
class Watch:
    """Decides when to merge. ``settle`` is for how many seconds nothing may have changed; times are
    those of a clock that only goes on."""

    settle: float
    merged: Sight | None = None
    seen: Sight | None = None
    since: float = 0.0
    retry_at: float | None = None

    def is_due(self, sight: Sight, now: float) -> bool:
        """Whether to merge now that the folder shows ``sight``: the first time at once."""
        if sight != self.seen:
            self.seen, self.since = sight, now
        if self.merged is None:
            return True
        if now - self.since < self.settle:
            return False
        return sight != self.merged or (self.retry_at is not None and now >= self.retry_at)

    def has_run(self, sight: Sight, now: float, *, again: bool) -> None:
        """Note that a run has begun with ``sight`` and ended now; ``again`` is whether something
        stood in its way that may pass by itself."""
        self.merged = sight
        self.retry_at = now + max(RETRY, self.settle) if again else None


def is_passing(result: MergeResult) -> bool:
    """Whether another run may do better though nothing changes: the master or a file was open."""
    stuck = (each for each in result.document["files"] if each["status"] == "rejected")
    return result.pending is not None or any(
        each["path"] not in result.files and each["reason"] != "not-a-workbook" for each in stuck
    )
