"""Work that may hang, crash or eat all memory, done item by item in long-lived child processes.

A task is `"module:function"`; the function takes a JSON-able dict and returns text. A child that
dies, hangs or runs out of memory costs the item it was at and nothing else: it is replaced and the
run goes on. Children are forks of this process where the system has safe ones, else fresh
interpreters.

The parent has one thread a child. It writes an item to the child's stdin and waits for a line on
its stdout; the result is in a file that both keep open. Who waits for events looks now and then
whether a child is late, and kills it. Where a child is killed, its line never comes: that is all
there is to the protocol.

A small item alone is done in a fork of this process, where the system has safe ones: it is guarded
as well, and has all modules already.
"""

from __future__ import annotations

import contextlib
import gc
import json
import math
import os
import queue
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import field
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias, cast

from xlcrm.forks import HAS_FORK, ForkedProcess, events_of_forks
from xlcrm.scratch import scratch_folder
from xlcrm.values import dataclass
from xlcrm.work import (
    QUIET_RUST,
    Item,
    Limits,
    Outcome,
    cap_memory,
    cause_of_death,
    end_late,
    last_words,
    load,
    outcome_of,
    run,
)

if TYPE_CHECKING:
    import subprocess

_START_SECONDS = 60.0  # a virus scanner may look at every module of a fresh interpreter
_LOOKING = 0.5  # seconds between two looks at who is late
_READY = b"ready\n"
# Readings are many objects that stay: looked at as often as usual, they cost more than their files.
_OBJECTS_BEFORE_COLLECTION = 50_000

Progress: TypeAlias = Callable[[int, int, Item], None]


def run_batches(
    task: str,
    items: Sequence[Item],
    *,
    workers: int,
    limits: Limits | None = None,
    on_progress: Progress | None = None,
) -> Generator[Outcome, None, None]:
    """Run a task over items; outcomes come as they are done, not in order.

    Args:
        task: `"module:function"`, importable in a child as it is here.
        workers: number of child processes; 0 asks for a fork for each item, one after the other.
        on_progress: called with the number done, the number of items, and an item that was begun
            or done just now.

    Close the iterator (or exhaust it) to end the children and remove the temporary folder.

    Raises:
        RuntimeError: a child could not start, or could not import the task.
    """
    limits = limits or Limits()
    events = (
        _events_of_children(task, items, workers or 1, limits)
        if workers or not HAS_FORK
        else events_of_forks(task, items, limits)
    )
    done = 0
    for event in events:
        finished = isinstance(event, Outcome)
        done += finished
        if on_progress is not None:
            on_progress(done, len(items), event.item if isinstance(event, Outcome) else event)
        if isinstance(event, Outcome):
            yield event


def _events_of_children(
    task: str, items: Sequence[Item], workers: int, limits: Limits
) -> Iterator[Item | Outcome]:
    """Items as they are begun and outcomes as they are done."""
    with scratch_folder() as folder:
        run = _Run(task, limits, folder, deque(items))
        numbers = range(min(workers, len(items)))
        for number in numbers if HAS_FORK else ():  # before there are threads
            run.begin_child(number)
        threads = [
            threading.Thread(target=run.work, args=(number,), daemon=True) for number in numbers
        ]
        for thread in threads:
            thread.start()
        try:
            left = len(items)
            while left:
                event = run.next_event()
                if isinstance(event, BaseException):
                    raise event
                left -= isinstance(event, Outcome)
                yield event
        finally:
            run.stop()
            for thread in threads:
                thread.join()


@dataclass
class _Run:
    """What the threads of one run share."""

    task: str
    limits: Limits
    folder: Path
    todo: deque[Item]
    events: queue.SimpleQueue[Item | Outcome | BaseException] = field(
        default_factory=queue.SimpleQueue
    )
    stopping: threading.Event = field(default_factory=threading.Event)
    children: dict[int, _Child] = field(default_factory=dict)

    def work(self, number: int) -> None:
        """One thread: take items until there are none, with one child at a time."""
        try:
            while self.todo and not self.stopping.is_set():
                child = self._ready_child(number)
                if self.stopping.is_set():
                    break
                self._do_next(number, child)
        except BaseException as error:  # it is raised again in the thread that waits for events
            self.events.put(error)
        finally:
            self._end_child(number)

    def next_event(self) -> Item | Outcome | BaseException:
        while True:
            for child in list(self.children.values()):  # however much the others have to tell
                child.kill_if_late()
            # Windows, too, heeds Ctrl-C only where a wait ends by itself now and then.
            with contextlib.suppress(queue.Empty):
                return self.events.get(timeout=_LOOKING)

    def stop(self) -> None:
        """Make the threads end soon; their children are killed, busy or not."""
        self.stopping.set()
        for child in list(self.children.values()):
            child.kill()

    def _do_next(self, number: int, child: _Child) -> None:
        try:
            item = self.todo.popleft()
        except IndexError:  # another thread was faster
            return
        self.events.put(item)
        outcome = child.do(item, self.limits.seconds)
        if outcome.failure:
            # Dead already, or its heap may be full: the next item gets a fresh one.
            self._end_child(number)
        self.events.put(outcome)

    def begin_child(self, number: int) -> _Child:
        child = _Child(self.task, self.limits.memory, self.folder / str(number))
        self.children[number] = child
        return child

    def _ready_child(self, number: int) -> _Child:
        child = self.children.get(number) or self.begin_child(number)
        child.wait_until_ready(self.stopping)
        return child

    def _end_child(self, number: int) -> None:
        child = self.children.pop(number, None)
        if child is not None:
            child.end()


class _Child:
    """A child process that does one item at a time."""

    def __init__(self, task: str, memory: int, path: Path) -> None:
        """``path`` is where its files are, but for what their names end with."""
        self._log, results = path.with_suffix(".stderr"), path.with_suffix(".result")
        results.touch()
        self._results = results.open("rb", buffering=0)  # what was read once may change
        self._is_ready = self._is_late = False
        self._deadline = math.inf  # by the monotonic clock
        self._judging = threading.Lock()  # an item that is just done is not late, nor the next one
        self._process: subprocess.Popen[bytes] | ForkedProcess
        with self._log.open("wb") as stderr:
            if HAS_FORK and threading.active_count() == 1:
                self._process = ForkedProcess(lambda: serve(task, memory, results), stderr.fileno())
            else:
                self._process = _fresh_interpreter(task, memory, results, stderr)

    def wait_until_ready(self, stopping: threading.Event) -> None:
        if self._is_ready:
            return
        reply = self._reply(_START_SECONDS)
        self._is_ready = True
        if reply != _READY and not stopping.is_set():
            raise RuntimeError(f"A worker process did not start. {last_words(self._log)}")

    def do(self, item: Item, seconds: float) -> Outcome:
        request = json.dumps({"payload": item.payload, "seconds": seconds}).encode() + b"\n"
        stdin = cast("IO[bytes]", self._process.stdin)
        # Where it died while it was idle, its reply will be missing as well.
        with contextlib.suppress(OSError):
            stdin.write(request)
            stdin.flush()
        size = self._reply(seconds)
        if self._is_late:
            return Outcome(item, None, "timeout")
        if not size.endswith(b"\n"):
            code = self._process.wait()
            return Outcome(item, None, *cause_of_death(code, self._log))
        self._results.seek(0)
        return outcome_of(item, self._results.read(int(size)))

    def kill(self) -> None:
        self._process.kill()

    def kill_if_late(self) -> None:
        with self._judging:
            if time.monotonic() > self._deadline:
                self._is_late = True
                self.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._results):
            # What was still to be written has no reader any more.
            with contextlib.suppress(OSError):
                cast("IO[bytes]", stream).close()

    def _reply(self, seconds: float) -> bytes:
        """The child's next line, empty when it died."""
        self._deadline = time.monotonic() + seconds
        reply = cast("IO[bytes]", self._process.stdout).readline()
        with self._judging:
            self._deadline = math.inf
        return reply


def _fresh_interpreter(
    task: str, memory: int, results: Path, log: IO[bytes]
) -> subprocess.Popen[bytes]:
    import subprocess  # most systems have forks

    code = (
        f"import sys; sys.path[:] = {sys.path!r}; "
        "from pathlib import Path; from xlcrm.work import tell_crashes; "
        "from xlcrm.workers import serve; tell_crashes(); "
        f"serve({task!r}, {memory}, Path({str(results)!r}))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env={**os.environ, **QUIET_RUST},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def serve(task: str, memory: int, path: Path) -> None:
    """A child's whole life: items from stdin until it closes, each result to the file at ``path``
    and its size to stdout."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints must not reach the parent as a reply
    function = load(task)
    # What is loaded stays, and a file's records are many objects without cycles.
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
    cap_memory(memory)
    replies.write(_READY)
    with path.open("r+b") as results:
        for line in os.fdopen(os.dup(0), "rb"):
            request = json.loads(line)
            end_late(request["seconds"])
            result = run(function, request["payload"])
            results.seek(0)
            results.write(result)
            results.flush()
            end_late(0)
            replies.write(b"%d\n" % len(result))
