"""An item of work: how it is done, and what came of it, whichever process does it."""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import re
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from xlcrm.values import dataclass

Payload: TypeAlias = Mapping[str, Any]
Function: TypeAlias = Callable[[Payload], bytes]
Failure: TypeAlias = Literal["error", "killed", "memory", "timeout"]

# Out of memory, Rust code would look for a trace before it says so, and hang.
QUIET_RUST = {"RUST_BACKTRACE": "0"}
_GRACE = 10.0  # seconds
# A crash is told from its innermost place on. Where there is no memory, Rust code says so and
# aborts, and the encoder of results crashes.
_CRASH = re.compile(r"memory allocation of|Fatal Python error")
_NO_MEMORY = re.compile(r"memory allocation of|[^\n]+\n+[^\n]+\n  File [^\n]* in to_json\n")
_WORDS = 2000  # characters of what a process said, at most


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds an item may take, and bytes of address space a child may take besides what it begins
    with (where the platform can limit it: Linux and most other Unixes)."""

    seconds: float = 30.0
    memory: int = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of work; `name` is for people, `payload` is JSON-able."""

    name: str
    payload: Payload


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an item: its result, or a failure with its detail for whoever debugs.

    error: the function raised; killed: the child died; memory, timeout: it hit a limit.
    """

    item: Item
    result: bytes | None
    failure: Failure | None = None
    detail: str = ""


def read_result(item: Item, path: Path) -> Outcome:
    """The outcome that a result file holds."""
    return outcome_of(item, path.read_bytes())


def write_result(function: Function, payload: Payload, path: Path) -> None:
    """Run a task and write its outcome to a result file."""
    path.write_bytes(run(function, payload))


def load(task: str) -> Function:
    """The function that `"module:function"` names."""
    module, _, name = task.partition(":")
    return cast(Function, getattr(importlib.import_module(module), name))


def run(function: Function, payload: Payload) -> bytes:
    """The outcome of one call: a line that says how it failed, if it did, then the result.

    Whatever a task raises is its item's failure, not ours.
    """
    try:
        return b"{}\n" + function(payload)
    # Where there is no memory, the interpreter itself loses errors now and then.
    except (MemoryError, SystemError):
        failure = {"failure": "memory"}
    except Exception:
        import traceback  # rarely wanted

        failure = {"failure": "error", "detail": traceback.format_exc()}
    return json.dumps(failure).encode()


def outcome_of(item: Item, data: bytes) -> Outcome:
    """What ``run`` gave of an item."""
    failure, _, result = data.partition(b"\n")
    return Outcome(item, result or None, **json.loads(failure))


def cause_of_death(code: int, log: Path) -> tuple[Failure, str]:
    """Why a process ended with this code, and what it said of it on stderr, kept in `log`."""
    words = log.read_text(encoding="utf-8", errors="replace")
    crash = _CRASH.search(words)
    said = words[crash.start() :][:_WORDS] if crash else words[-_WORDS:]
    failure: Failure = "memory" if _NO_MEMORY.match(said) else "killed"
    return failure, f"exit code {code}. {said}".strip()


def tell_crashes() -> None:
    """Let this process say on stderr what it was at, should it crash."""
    faulthandler.enable(2, all_threads=False)


def last_words(log: Path) -> str:
    """The end of what a process wrote to its log."""
    return log.read_text(encoding="utf-8", errors="replace")[-_WORDS:]


def end_late(seconds: float) -> None:
    """Let this process end some time after an item should have been done, where the platform can:
    when its parent was killed, nobody else ends it. 0 takes that back."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds and seconds + _GRACE)


def _mapped() -> int:
    """Return the bytes of this process's address space; 0 where the system doesn't say."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def cap_memory(memory: int) -> None:
    """Limit what this process may add to its address space, in bytes, where the platform can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    cap = _mapped() + memory
    cap = cap if hard == resource.RLIM_INFINITY else min(cap, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (cap, hard))
    except ValueError:  # macOS refuses a cap below what it has mapped already
        return
