"""``xlcrm watch`` in a process of its own, stopped as people and services stop it."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from xlcrm.pipeline.watching import Sight, Watch, look

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds
QUIET = 2.0  # in which a run that should not be would have been
MASTER = Path("团队/汇总/客户沟通汇总.xlsx")


class Watcher:
    """A running ``xlcrm watch``; ``line`` waits for the next line it prints."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "xlcrm", "watch", "团队", "--settle", "0.6"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            [*command, "--every", "0.1", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        self.lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line.decode("utf-8"))

    def line(self) -> str:
        return self.lines.get(timeout=PATIENCE)

    def is_quiet(self) -> bool:
        try:
            self.lines.get(timeout=QUIET)
        except queue.Empty:
            return True
        return False

    def stop(self, number: int) -> tuple[int, str]:
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        assert self.process.stderr
        return code, self.process.stderr.read().decode("utf-8")


@pytest.fixture
def watch(folder: Any) -> Iterator[Any]:
    started: list[Watcher] = []

    def start(*arguments: str) -> Watcher:
        started.append(Watcher(*arguments))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()


def contents() -> set[str]:
    sheet = load_workbook(MASTER)["沟通动态记录表"]
    return {str(cell.value) for row in sheet.iter_rows() for cell in row}


def talk(content: str) -> dict[str, Any]:
    values = {"record_id": "J002", "customer_name": "云帆", "date": "2024-05-14"}
    return {"communication_log": [{**values, "channel": "电话", "content": content}]}


@pytest.mark.skipif(os.name == "nt", reason="signals are sent another way there")
def test_it_merges_at_the_start_and_after_each_change_until_it_is_stopped(
    folder: Any, watch: Any
) -> None:
    watcher = watch("--as-of", "2024-05-20")
    assert "merged: 1 files, 0 rejected, 1 records" in watcher.line()
    folder.put("李娜.xlsx", talk("要样品"))
    assert "merged: 2 files, 0 rejected, 2 records" in watcher.line()
    assert "要样品" in contents()
    # What it wrote itself, lock files, temporary and other files are no reason to run.
    for name in ("~$李娜.xlsx", ".~lock.李娜.xlsx#", "李娜.tmp", "说明.txt", "汇总/别的.xlsx"):
        Path("团队", name).write_bytes(b"x")
    os.utime(MASTER)
    assert watcher.is_quiet()
    # A run that fails is named, and the next goes on.
    Path("团队/团队设置.xlsx").write_bytes(b"no workbook")
    assert "not merged: “团队设置.xlsx” has mistakes" in watcher.line()
    Path("团队/团队设置.xlsx").unlink()
    folder.put("李娜.xlsx", talk("要报价"))
    assert "merged: 2 files" in watcher.line()
    assert "要报价" in contents()
    code, said = watcher.stop(signal.SIGTERM)
    assert code == 0 and "Traceback" not in said and said.startswith("watching 团队")
    assert not list(Path("团队/汇总").glob(".*.part"))


@pytest.mark.skipif(os.name == "nt", reason="signals are sent another way there")
def test_as_json_each_run_is_a_line_and_ctrl_c_interrupts(folder: Any, watch: Any) -> None:
    (folder.root / "坏.xlsx").write_bytes(b"PK\3\4")
    watcher = watch("--format", "json", "-q", "--as-of", "2024-05-20")
    document = json.loads(watcher.line())
    assert list(document) == [
        "schema_version", "at", "master", "changed", "pending", "error", "files", "rejected",
        "records", "conflicts", "findings", "forgot", "decisions", "unsure", "seconds",
    ]  # fmt: skip
    assert document["files"] == {"merged": 1, "unchanged": 0, "skipped": 0, "rejected": 1}
    assert (document["changed"], document["rejected"]) == (True, ["坏.xlsx"])
    assert document["master"] == str(MASTER.absolute())
    Path("团队/坏.xlsx").unlink()
    Path("团队/张伟.xlsx").unlink()
    document = json.loads(watcher.line())
    assert (document["master"], document["files"]) == (None, None)
    assert "no workbook" in document["error"]
    code, said = watcher.stop(signal.SIGINT)
    assert (code, said) == (130, "")


def test_a_folder_that_is_none_is_told_at_once(folder: Any, run: Any) -> None:
    ran = run("watch", "没有")
    assert (ran.code, ran.out) == (2, "") and "没有" in ran.err


def sight(*files: int, day: int = 20) -> Sight:
    return Sight(date(2024, 5, day), frozenset((f"{n}.xlsx", n, n) for n in files))


def test_it_waits_until_nothing_changes_any_more() -> None:
    watch = Watch(settle=10)
    assert watch.is_due(sight(1), 0)
    watch.has_run(sight(1), 1, again=False)
    assert not watch.is_due(sight(1), 100)
    for now, size in ((101, 2), (105, 3), (112, 4)):  # a file that is being written
        assert not watch.is_due(sight(1, size), now)
    assert not watch.is_due(sight(1, 4), 121)
    assert watch.is_due(sight(1, 4), 122)
    # What changes while it merges makes for one more run.
    watch.has_run(sight(1, 4), 130, again=False)
    assert not watch.is_due(sight(1, 5), 131) and watch.is_due(sight(1, 5), 141)
    # A new day has other overdue matters.
    watch.has_run(sight(1, 5), 150, again=False)
    assert not watch.is_due(sight(1, 5, day=21), 160) and watch.is_due(sight(1, 5, day=21), 170)


def test_what_stood_in_the_way_is_tried_again() -> None:
    watch = Watch(settle=1)
    assert watch.is_due(sight(1), 0)
    watch.has_run(sight(1), 0, again=True)
    assert not watch.is_due(sight(1), 59) and watch.is_due(sight(1), 60)


def test_settings_count_and_what_is_not_read_does_not(folder: Any) -> None:
    today = date(2024, 5, 20)
    before = look(folder.root, today)
    for name in ("~$张伟.xlsx", ".隐藏.xlsx", "a.tmp", "汇总/x.xlsx", "图.png"):
        path = folder.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    assert look(folder.root, today) == before
    (folder.root / "团队设置.xlsx").write_bytes(b"x")
    changed = look(folder.root, today)
    assert changed != before
    time.sleep(0.02)
    (folder.root / "张伟.xlsx").touch()
    assert look(folder.root, today) != changed
