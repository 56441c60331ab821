"""Forks of this process: they work as child processes do, and are sooner begun."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, NoReturn

from xlcrm.scratch import scratch_folder
from xlcrm.work import (
    QUIET_RUST,
    Function,
    Item,
    Limits,
    Outcome,
    Payload,
    cap_memory,
    cause_of_death,
    end_late,
    load,
    read_result,
    tell_crashes,
    write_result,
)

HAS_FORK = sys.platform == "linux"  # macOS has one that its own libraries don't survive


class ForkedProcess:
    """A fork of this process that does the work of a child: what of `subprocess.Popen` is used.

    It has all modules already, where a fresh interpreter would load them. Only a process with one
    thread may be forked: a lock that another holds would be held in the fork for ever.
    """

    def __init__(self, live: Callable[[], None], log: int) -> None:
        """``live`` is the fork's whole life, on its own stdin and stdout; ``log`` its stderr."""
        requests, self._requests = os.pipe()
        self._replies, replies = os.pipe()
        self._code: int | None = None
        self.pid = os.fork()
        if not self.pid:
            _live(live, (requests, replies, log))
        os.close(requests)
        os.close(replies)
        self.stdin: IO[bytes] = os.fdopen(self._requests, "wb")
        self.stdout: IO[bytes] = os.fdopen(self._replies, "rb")

    def kill(self) -> None:
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Return the exit code once it has ended; a signal's is negative."""
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._code


def _live(live: Callable[[], None], streams: tuple[int, int, int]) -> NoReturn:
    code = 1
    try:
        _own_streams(streams)
        live()
        code = 0
    except Exception:  # as an interpreter of its own would end
        import traceback  # rarely wanted

        traceback.print_exc()
    finally:
        os._exit(code)


def _own_streams(streams: Sequence[int], kept: int = 2) -> None:
    """Make ``streams`` the standard ones of this fork and close all else that was open, ``kept``
    apart: a lock is held as long as its file is open anywhere."""
    os.environ |= QUIET_RUST
    for number, stream in enumerate([*map(_apart, streams)]):
        os.dup2(stream, number)
    last = max(int(each.name) for each in Path("/proc/self/fd").iterdir())
    os.closerange(3, kept)
    os.closerange(kept + 1, last + 1)
    tell_crashes()
    # What writes to these streams in this process may have had numbers of its own.
    sys.stdout = sys.stderr = os.fdopen(2, "w", 1, "utf-8", "backslashreplace")


def _apart(stream: int) -> int:
    """Return a stream by a number that is none of the three standard ones, which may be closed."""
    while stream <= 2:
        stream = os.dup(stream)
    return stream


def events_of_forks(task: str, items: Sequence[Item], limits: Limits) -> Iterator[Item | Outcome]:
    """Items as they are begun and outcomes as they are done, one after the other."""
    function = load(task)
    with scratch_folder() as folder:
        for item in items:
            yield item
            yield _forked(function, item, limits, folder)


def _forked(function: Function, item: Item, limits: Limits, folder: Path) -> Outcome:
    path, log = folder / "result.json", folder / "stderr.txt"
    reader, writer = os.pipe()
    with log.open("wb") as stderr:
        pid = os.fork()
        if not pid:
            _live_as_fork(function, item.payload, limits, path, stderr.fileno(), writer)
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
    function: Function, payload: Payload, limits: Limits, path: Path, log: int, until_end: int
) -> NoReturn:
    """A fork's whole life; nothing of what this process would do at its end is done. ``until_end``
    is the stream that is open as long as it lives."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        end_late(limits.seconds)
        until_end = _apart(until_end)
        _own_streams((os.open(os.devnull, os.O_RDONLY), log, log), until_end)
        cap_memory(limits.memory)
        write_result(function, payload, path)
        code = 0
    finally:
        os._exit(code)
