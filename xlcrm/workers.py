"""Work that may hang, crash or eat all memory, done item by item in long-lived child processes.

A task is `"module:function"`; the function takes a JSON-able dict and returns one. A child that
dies, hangs or runs out of memory costs the item it was at and nothing else: it is replaced and the
run goes on. Children are fresh interpreters on every platform.

The parent has one thread a child. It writes an item to the child's stdin and waits for a line on
its stdout, while a timer stands ready to kill it; results travel as files. Where the child is
killed, the line never comes: that is all there is to the protocol.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias, cast

Payload: TypeAlias = Mapping[str, Any]
Function: TypeAlias = Callable[[Payload], dict[str, Any]]
Failure: TypeAlias = Literal["error", "killed", "memory", "timeout"]

_OBJECTS_BEFORE_COLLECTION = 50_000
_START_SECONDS = 60.0  # a virus scanner may look at every module of a fresh interpreter
_READY = b"ready\n"
_DONE = b"done\n"
_UNDECODABLE = "surrogatepass"  # a file's name need not be text


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds an item may take, and bytes of address space a child may have (where the platform
    can limit it: Linux and most other Unixes)."""

    seconds: float = 30.0
    memory: int = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of work; `name` is for people, `payload` is JSON-able."""

    name: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an item: a result as JSON `text`, or a failure with its detail for whoever
    debugs.

    error: the function raised; killed: the child died; memory, timeout: it hit a limit.
    """

    item: Item
    text: str | None
    failure: Failure | None = None
    detail: str = ""

    @property
    def result(self) -> dict[str, Any] | None:
        """The result itself; None after a failure."""
        return None if self.text is None else cast("dict[str, Any]", json.loads(self.text))


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
        workers: number of child processes; 0 runs in this one, without limits.
        on_progress: called with the number done, the number of items, and an item that was begun
            or done just now.

    Close the iterator (or exhaust it) to end the children and remove the temporary folder.

    Raises:
        RuntimeError: a child could not start, or could not import the task.
    """
    events = (
        _events_of_children(task, items, workers, limits or Limits())
        if workers
        else _events_here(task, items)
    )
    done = 0
    for event in events:
        finished = isinstance(event, Outcome)
        done += finished
        if on_progress is not None:
            on_progress(done, len(items), event.item if isinstance(event, Outcome) else event)
        if isinstance(event, Outcome):
            yield event


def run_batch(task: str, payloads: Sequence[Payload], folder: Path) -> list[Path]:
    """Run a task over a batch and write a result file each: for any `concurrent.futures.Executor`.

    `folder` must exist and be this batch's own. Read the files with `read_result`.
    """
    function = _load(task)
    paths = [folder / f"{number:06}.json" for number in range(len(payloads))]
    for payload, path in zip(payloads, paths, strict=True):
        _write_result(function, payload, path)
    return paths


def read_result(item: Item, path: Path) -> Outcome:
    """The outcome that a result file holds."""
    return _outcome(item, path.read_text(encoding="utf-8", errors=_UNDECODABLE))


def _write_result(function: Function, payload: Payload, path: Path) -> None:
    path.write_text(_run(function, payload), encoding="utf-8", errors=_UNDECODABLE)


def _load(task: str) -> Function:
    module, _, name = task.partition(":")
    return cast(Function, getattr(importlib.import_module(module), name))


def _run(function: Function, payload: Payload) -> str:
    """The outcome of one call: a line that says how it failed, if it did, then the result as JSON.

    Whatever a task raises is its item's failure, not ours.
    """
    try:
        return "{}\n" + json.dumps(function(payload), ensure_ascii=False)
    except MemoryError:
        return json.dumps({"failure": "memory"})
    except Exception:
        return json.dumps({"failure": "error", "detail": traceback.format_exc()})


def _outcome(item: Item, said: str) -> Outcome:
    """What `_run` said of an item."""
    failure, _, text = said.partition("\n")
    return Outcome(item, text or None, **json.loads(failure))


def _events_here(task: str, items: Sequence[Item]) -> Iterator[Item | Outcome]:
    function = _load(task)
    for item in items:
        yield item
        # By way of JSON, so that a result is the same wherever it was computed.
        yield _outcome(item, _run(function, item.payload))


def _events_of_children(
    task: str, items: Sequence[Item], workers: int, limits: Limits
) -> Iterator[Item | Outcome]:
    """Items as they are begun and outcomes as they are done."""
    with tempfile.TemporaryDirectory(prefix="xlcrm-", ignore_cleanup_errors=True) as folder:
        run = _Run(task, limits, Path(folder), deque(enumerate(items)))
        threads = [
            threading.Thread(target=run.work, args=(number,), daemon=True)
            for number in range(min(workers, len(items)))
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
    todo: deque[tuple[int, Item]]
    events: queue.SimpleQueue[Item | Outcome | BaseException] = field(
        default_factory=queue.SimpleQueue
    )
    stopping: threading.Event = field(default_factory=threading.Event)
    children: dict[int, _Child] = field(default_factory=dict)

    def work(self, number: int) -> None:
        """One thread: take items until there are none, with one child at a time."""
        try:
            while self.todo and not self.stopping.is_set():
                child = self.children.get(number) or self._new_child(number)
                if self.stopping.is_set():
                    break
                self._do_next(number, child)
        except BaseException as error:  # it is raised again in the thread that waits for events
            self.events.put(error)
        finally:
            self._end_child(number)

    def next_event(self) -> Item | Outcome | BaseException:
        while True:
            # Windows heeds Ctrl-C only where a wait ends by itself now and then.
            with contextlib.suppress(queue.Empty):
                return self.events.get(timeout=0.5)

    def stop(self) -> None:
        """Make the threads end soon; their children are killed, busy or not."""
        self.stopping.set()
        for child in list(self.children.values()):
            child.kill()

    def _do_next(self, number: int, child: _Child) -> None:
        try:
            position, item = self.todo.popleft()
        except IndexError:  # another thread was faster
            return
        self.events.put(item)
        outcome = child.do(item, self.folder / f"{position}.json", self.limits.seconds)
        if outcome.failure not in (None, "error"):
            # Killed already, or its heap is full: the next item gets a fresh one.
            self._end_child(number)
        self.events.put(outcome)

    def _new_child(self, number: int) -> _Child:
        child = _Child(self.task, self.limits.memory, self.folder / f"stderr-{number}.txt")
        self.children[number] = child
        child.wait_until_ready(self.stopping)
        return child

    def _end_child(self, number: int) -> None:
        child = self.children.pop(number, None)
        if child is not None:
            child.end()


class _Child:
    """A child process that does one item at a time."""

    def __init__(self, task: str, memory: int, log: Path) -> None:
        code = (
            f"import sys; sys.path[:] = {sys.path!r}; "
            f"from xlcrm.workers import serve; serve({task!r}, {memory})"
        )
        self._log = log
        with log.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                # Out of memory, Rust code would look for a trace before it says so, and hang.
                env={**os.environ, "RUST_BACKTRACE": "0"},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )

    def wait_until_ready(self, stopping: threading.Event) -> None:
        reply, _ = self._reply(_START_SECONDS)
        if reply != _READY and not stopping.is_set():
            raise RuntimeError(f"A worker process did not start. {self._last_words()}")

    def do(self, item: Item, path: Path, seconds: float) -> Outcome:
        request = json.dumps({"payload": item.payload, "path": str(path)}).encode() + b"\n"
        stdin = cast("IO[bytes]", self._process.stdin)
        # Where it died while it was idle, its reply will be missing as well.
        with contextlib.suppress(OSError):
            stdin.write(request)
            stdin.flush()
        reply, late = self._reply(seconds)
        if late:
            return Outcome(item, None, "timeout")
        if reply != _DONE:
            self._process.wait()
            return Outcome(item, None, *self._cause_of_death())
        outcome = read_result(item, path)
        path.unlink()
        return outcome

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            # What was still to be written has no reader any more.
            with contextlib.suppress(OSError):
                cast("IO[bytes]", stream).close()

    def _reply(self, seconds: float) -> tuple[bytes, bool]:
        """The child's next line, empty when it died; and whether it was killed for lateness."""
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, give_up)
        timer.daemon = True
        timer.start()
        try:
            reply = cast("IO[bytes]", self._process.stdout).readline()
        finally:
            timer.cancel()
            timer.join()
        return reply, late.is_set()

    def _cause_of_death(self) -> tuple[Failure, str]:
        words = self._last_words()
        # Rust code can't raise a MemoryError: it says this and aborts.
        failure: Failure = "memory" if "memory allocation of" in words else "killed"
        return failure, f"exit code {self._process.returncode}. {words}".strip()

    def _last_words(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-2000:]


def serve(task: str, memory: int) -> None:
    """A child's whole life: items from stdin until it closes, results to the files they name."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a library prints must not reach the parent as a reply
    function = _load(task)
    # What is loaded stays, and a file's records are many objects without cycles.
    gc.freeze()
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
    _cap_memory(memory)
    replies.write(_READY)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _write_result(function, request["payload"], Path(request["path"]))
        replies.write(_DONE)


def _cap_memory(memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    cap = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (cap, hard))
    except ValueError:  # macOS refuses a cap below what it has mapped already
        return
