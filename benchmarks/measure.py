"""What a command costs: CPU, wall time and memory of all its processes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_INTERVAL = 0.1  # seconds between two looks at the memory
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Cost:
    """Seconds of user and system time with all children's, wall seconds, and MiB at the peak: of
    all processes together, and of the first one alone."""

    cpu: float
    wall: float
    memory: float
    alone: float


def measure(command: Sequence[str]) -> Cost:
    """Run a command and return its cost.

    Where there is a /proc the memory is what its processes hold, seen ten times a second;
    elsewhere it is the largest one's. Raises RuntimeError where the command fails: that it found
    something to mend (1) is no failure.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, start_new_session=True, env=_as_installed()
    )
    done, peaks = threading.Event(), [(0.0, 0.0)]
    watcher = threading.Thread(target=_watch, args=(process.pid, done, peaks))
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    done.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"exit code {process.returncode}: {' '.join(command)}")
    unit = 1 if sys.platform == "darwin" else 1024
    largest = usage.ru_maxrss * unit / 2**20
    together, alone = map(max, zip(*peaks, strict=True))
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(cpu, wall, max(largest, together), alone or largest)


def _as_installed() -> dict[str, str]:
    """The environment, but that modules are kept compiled: an installed package has them so."""
    return {name: each for name, each in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _watch(session: int, done: threading.Event, peaks: list[tuple[float, float]]) -> None:
    while not done.wait(_INTERVAL):
        held = _memory(session)
        peaks.append((sum(held.values()), held.get(session, 0.0)))


def _memory(session: int) -> dict[int, float]:
    """MiB that each process of a session holds; nothing where there is no /proc."""
    held = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                held[int(stat.parent.name)] = int(fields[21]) * _PAGE / 2**20
    return held
