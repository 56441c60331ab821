"""What the worker processes promise: a bad item costs that item, and nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import filelock
import pytest

from xlcrm.forks import HAS_FORK
from xlcrm.work import Item, Limits, Outcome
from xlcrm.workers import run_batches

ROOT = Path(__file__).parents[1]
TASK = "worker_task:do"
TASK_SOURCE = """
import json, os, sys, time
from xlcrm.as_json import to_json

def do(payload):
    match payload["do"]:
        case "return":
            print("noise on stdout", flush=True)
            return json.dumps({"pid": os.getpid(), "twice": payload["value"] * 2}).encode()
        case "nap":
            time.sleep(0.3)
            return json.dumps({"pid": os.getpid()}).encode()
        case "hang":
            if payload.get("value"):
                open(payload["value"], "x").close()
            time.sleep(600)
        case "allocate":
            hoard = []
            while True:
                hoard.append(bytearray(16 * 1024 * 1024))
        case "tell too much":
            return to_json(["x" * 1024] * 1024 * 1024)
        case "exit":
            os._exit(7)
        case "abort":  # as Rust code does where it gets no memory, with the trace that it may add
            os.write(2, b"memory allocation of 9 bytes failed\\n" + b"  at some place\\n" * 999)
            os.abort()
        case "lose an error":  # as the interpreter does now and then where it gets no memory
            raise SystemError("error return without exception set")
        case "raise":
            raise ValueError("no such thing: 客户")
        case "lines":
            return b"one\\n\\ntwo"
        case "unfit":
            return {"value": object()}
"""
needs_cap = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="no address space limit")


@pytest.fixture(autouse=True)
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "worker_task.py").write_text(TASK_SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    yield
    sys.modules.pop("worker_task", None)
    assert list(scratch.iterdir()) == []


def item(action: str, value: Any = None) -> Item:
    return Item(f"{action}-{value}", {"do": action, "value": value})


def result(outcome: Outcome) -> dict[str, Any]:
    assert outcome.result is not None
    return cast("dict[str, Any]", json.loads(outcome.result))


def run(items: list[Item], workers: int, **limits: float) -> dict[str, Outcome]:
    outcomes = run_batches(TASK, items, workers=workers, limits=Limits(**limits))  # type: ignore[arg-type]
    return {outcome.item.name: outcome for outcome in outcomes}


def good(count: int) -> list[Item]:
    return [item("return", f"客户{number}") for number in range(count)]


def assert_good(outcomes: dict[str, Outcome], items: list[Item]) -> None:
    for one in items:
        outcome = outcomes[one.name]
        assert outcome.failure is None
        assert outcome.result is not None
        assert result(outcome)["twice"] == one.payload["value"] * 2


@pytest.mark.parametrize("workers", [0, 1, 2, 9])
def test_all_items_return_wherever_they_run(workers: int) -> None:
    items = good(5)
    assert_good(run(items, workers), items)


def test_children_live_long_and_are_no_more_than_asked() -> None:
    outcomes = run(good(12), 2)
    pids = {result(outcome)["pid"] for outcome in outcomes.values() if outcome.result}
    assert 1 <= len(pids) <= 2


def test_what_a_failed_item_left_behind_is_not_the_next_ones() -> None:
    items = good(2)
    outcomes = run([items[0], item("raise"), items[1]], 1)
    assert len({result(outcomes[one.name])["pid"] for one in items}) == 2


@pytest.mark.parametrize(
    ("action", "failure"),
    [
        ("hang", "timeout"),
        pytest.param("allocate", "memory", marks=needs_cap),
        pytest.param("tell too much", "memory", marks=needs_cap),
        ("exit", "killed"),
        ("lose an error", "memory"),
        ("raise", "error"),
        ("unfit", "error"),
    ],
)
@pytest.mark.parametrize("workers", [0, 1, 2])
def test_a_bad_item_costs_that_item_only(action: str, failure: str, workers: int) -> None:
    items = good(6)
    bad = item(action)
    seconds = 2 if action == "hang" else 60  # whatever else the machine is busy with
    outcomes = run([*items[:3], bad, *items[3:]], workers, seconds=seconds, memory=512 * 1024**2)
    assert outcomes[bad.name].failure == failure
    assert outcomes[bad.name].result is None
    assert_good(outcomes, items)
    assert len(outcomes) == 7


def test_who_is_late_is_seen_however_busy_the_others_are() -> None:
    items = [item("hang"), *(item("nap", number) for number in range(12))]
    outcomes = run_batches(TASK, items, workers=2, limits=Limits(seconds=1))
    done = [(outcome.item.name, outcome.failure) for outcome in outcomes]
    assert done.index(("hang-None", "timeout")) < len(items) - 3


@pytest.mark.parametrize("workers", [0, 1])
def test_several_bad_items_in_a_row(workers: int) -> None:
    items = good(2)
    bad = [item("exit", number) for number in range(4)]
    outcomes = run([items[0], *bad, items[1]], workers)
    assert {outcomes[one.name].failure for one in bad} == {"killed"}
    assert_good(outcomes, items)


@pytest.mark.parametrize("workers", [0, 1])
def test_details_say_what_happened(workers: int) -> None:
    outcomes = run([item("raise"), item("exit")], workers)
    assert "ValueError: no such thing: 客户" in outcomes["raise-None"].detail
    assert "exit code 7" in outcomes["exit-None"].detail


@pytest.mark.parametrize("workers", [0, 1])
def test_what_ran_out_of_memory_is_known_by_its_first_words(workers: int) -> None:
    outcome = run([item("abort")], workers)["abort-None"]
    assert outcome.failure == "memory"
    assert "memory allocation of 9 bytes failed" in outcome.detail


def test_results_are_the_same_in_a_child_and_in_a_fork() -> None:
    texts = [run([item("lines")], workers)["lines-None"].result for workers in (0, 1)]
    assert texts == [b"one\n\ntwo"] * 2


@pytest.mark.parametrize("workers", [0, 2])
def test_progress_names_items_and_counts(workers: int) -> None:
    seen: list[tuple[int, int, str]] = []

    def note(done: int, total: int, one: Item) -> None:
        seen.append((done, total, one.name))

    items = good(3)
    list(run_batches(TASK, items, workers=workers, on_progress=note))
    assert sorted(name for *_, name in seen) == sorted([one.name for one in items] * 2)
    assert [done for done, *_ in seen] == sorted(done for done, *_ in seen)
    assert seen[-1][:2] == (3, 3)


def test_closing_ends_busy_children_at_once(gone: Callable[[int], bool]) -> None:
    outcomes = run_batches(
        TASK, [*good(1), *(item("hang", n) for n in range(5))], workers=2, limits=Limits(seconds=90)
    )
    first = next(outcomes)
    assert first.result is not None
    began = time.monotonic()
    outcomes.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 20
    assert gone(result(first)["pid"])


def test_a_task_that_cannot_be_imported_is_a_mistake_of_ours() -> None:
    with pytest.raises(RuntimeError, match="no_such_module"):
        list(run_batches("no_such_module:do", good(2), workers=1))


@pytest.mark.parametrize("workers", [0, 1])
def test_an_undecodable_name_travels(workers: int) -> None:
    name = "\udcff.xlsx"
    outcome = run([Item("x", {"do": "return", "value": name})], workers)["x"]
    assert outcome.result is not None
    assert result(outcome)["twice"] == name * 2


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Whether a process is gone; a zombie is not."""

    def look(pid: int) -> bool:
        if sys.platform == "win32":
            listed = subprocess.run(["tasklist", "/FI", f"PID eq {pid}"], capture_output=True)
            return str(pid).encode() not in listed.stdout
        return subprocess.run(["ps", "-p", str(pid)], capture_output=True).returncode != 0

    return look


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_an_interrupt_is_the_parents_to_heed() -> None:
    outcomes = run_batches(TASK, [item("nap", number) for number in range(3)], workers=1)
    first = next(outcomes)
    assert first.result is not None
    os.kill(result(first)["pid"], signal.SIGINT)
    assert [outcome.result for outcome in outcomes] == [first.result] * 2


INTERRUPTED = """
import json

from xlcrm.work import Item
from xlcrm.workers import run_batches

items = [Item("first", {"do": "return", "value": 1}), Item("hang", {"do": "hang"})]
for outcome in run_batches("worker_task:do", items, workers=1):
    print(json.loads(outcome.result)["pid"], flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_an_interrupt_leaves_no_child_and_no_folder(
    tmp_path: Path, gone: Callable[[int], bool]
) -> None:
    root = str(Path(__file__).parents[1])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(tmp_path), root]),
        "TMPDIR": str(tmp_path / "scratch"),
    }
    parent = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    os.killpg(parent.pid, signal.SIGINT)  # a terminal sends it to the whole group
    _, errors = parent.communicate(timeout=20)
    assert errors.rstrip().endswith(b"KeyboardInterrupt")
    assert gone(child)


# Holds a lock while an item hangs in a child, as a merge does.
HANGING = """
import sys
import filelock
from xlcrm import work
from xlcrm.workers import run_batches

work._GRACE = 0.5
item = work.Item("x", {"do": "hang", "value": "begun"})
limits = work.Limits(seconds=1.0)
with filelock.FileLock("lock"):
    list(run_batches("worker_task:do", [item], workers=int(sys.argv[1]), limits=limits))
"""


@pytest.mark.skipif(not HAS_FORK, reason="a fork has all that its parent has open")
@pytest.mark.parametrize("workers", [0, 2])
def test_a_parent_that_was_killed_leaves_no_lock_and_no_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(tmp_path)]))
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # what it leaves there is for the next run
    command = [sys.executable, "-c", HANGING, str(workers)]
    process = subprocess.Popen(command, start_new_session=True)
    wait_until(Path("begun").exists)
    process.kill()
    process.wait()
    with filelock.FileLock("lock", timeout=0):
        assert alive(process.pid), "the child hangs still"
    wait_until(lambda: not alive(process.pid))


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


def alive(session: int) -> bool:
    """Whether a process of a session lives."""
    return subprocess.run(["ps", "-s", str(session)], capture_output=True).returncode == 0
