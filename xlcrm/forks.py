"""Single items done in forks of this process: guarded as in child processes, and sooner begun."""

from __future__ import annotations

import os
import select
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from xlcrm.work import (
    QUIET_RUST,
    Function,
    Item,
    Limits,
    Outcome,
    Payload,
    cap_memory,
    cause_of_death,
    load,
    read_result,
    write_result,
)

HAS_FORK = sys.platform == "linux"  # macOS has one that its own libraries don't survive


def events_of_forks(task: str, items: Sequence[Item], limits: Limits) -> Iterator[Item | Outcome]:
    """Items as they are begun and outcomes as they are done, one after the other."""
    function = load(task)
    with tempfile.TemporaryDirectory(prefix="xlcrm-", ignore_cleanup_errors=True) as folder:
        for item in items:
            yield item
            yield _forked(function, item, limits, Path(folder))


def _forked(function: Function, item: Item, limits: Limits, folder: Path) -> Outcome:
    path, log = folder / "result.json", folder / "stderr.txt"
    reader, writer = os.pipe()
    with log.open("wb") as stderr:
        pid = os.fork()
        if not pid:
            _live_as_fork(function, item.payload, limits, path, stderr.fileno())
    os.close(writer)
    ended = False
    try:
        # The other end is closed when the fork ends, in whatever way.
        ended = bool(select.select([reader], [], [], limits.seconds)[0])
    finally:
        os.close(reader)
        if not ended:
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    if not ended:
        return Outcome(item, None, "timeout")
    code = os.waitstatus_to_exitcode(status)
    if code:
        return Outcome(item, None, *cause_of_death(code, log))
    return read_result(item, path)


def _live_as_fork(
    function: Function, payload: Payload, limits: Limits, path: Path, log: int
) -> NoReturn:
    """A fork's whole life; nothing of what this process would do at its end is done."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.environ |= QUIET_RUST
        os.dup2(log, 1)
        os.dup2(log, 2)
        cap_memory(limits.memory)
        write_result(function, payload, path)
        code = 0
    finally:
        os._exit(code)
