"""The master is the old one or the new one, whatever stops the run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import filelock
import pytest
from openpyxl import load_workbook

from xlcrm.pipeline import masters
from xlcrm.pipeline.locks import MasterBusy
from xlcrm.scratch import part_of

LOG, LABEL = "communication_log", "沟通动态记录表"


def talks(count: int, content: str = "谈价格") -> list[dict[str, Any]]:
    return [
        {
            "record_id": f"J{number:03d}",
            "customer_name": "星辰科技",
            "date": "2024-05-13",
            "channel": "电话",
            "content": content,
        }
        for number in range(1, count + 1)
    ]


def fail(*_: Any, **__: Any) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("step", ["write_master", "save_state", "back_up", "replace"])
def test_a_full_disk_leaves_the_old_master_and_its_state(
    team: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    team.put("a.xlsx", {LOG: talks(1)})
    team.merge()
    before = team.master.read_bytes()
    team.put("b.xlsx", {LOG: talks(3)})
    with monkeypatch.context() as patch:
        if step == "replace":
            moved = Path.replace
            patch.setattr(
                Path, "replace", lambda self, to: fail() if to == team.master else moved(self, to)
            )
        else:
            patch.setattr(masters, step, fail)
        with pytest.raises(OSError, match="No space"):
            team.merge()
    assert team.master.read_bytes() == before
    assert sorted(path.name for path in team.results.iterdir()) == [".xlcrm", team.master.name]
    result = team.merge()
    assert {each["path"]: each["status"] for each in result.document["files"]} == {
        "a.xlsx": "unchanged",
        "b.xlsx": "merged",
    }
    assert len(team.rows(LABEL)) == 3


def test_a_master_open_elsewhere_waits_beside_it(
    team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.put("a.xlsx", {LOG: talks(1)})
    team.merge()
    before = team.master.read_bytes()
    team.put("a.xlsx", {LOG: talks(2)})
    moved = Path.replace

    def refused(self: Path, to: Path) -> Path:
        if to == team.master:
            raise PermissionError(13, "used by another process", str(to))
        return moved(self, to)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refused)
        pending = team.merge().pending
    assert pending == team.results / "客户沟通汇总_待替换.xlsx"
    assert team.master.read_bytes() == before
    assert len(team.rows(LABEL, pending)) == 2
    assert team.merge().pending is None
    assert len(team.rows(LABEL)) == 2 and not pending.exists()


def test_what_is_typed_into_the_master_until_it_is_replaced_stays(
    team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.put("a.xlsx", {LOG: talks(1)})
    team.merge()
    team.put("a.xlsx", {LOG: talks(2)})
    back_up = masters.back_up

    def meanwhile(*given: Any) -> None:
        back_up(*given)
        team.edit_master(lambda book: setattr(book[LABEL]["G3"], "value", "主管写的"))

    with monkeypatch.context() as patch:
        patch.setattr(masters, "back_up", meanwhile)
        assert team.merge().pending is not None
    assert team.merge().pending is None
    assert [row["关键内容记录"] for row in team.rows(LABEL)] == ["主管写的", "谈价格"]


def test_without_locks_another_runs_master_is_no_backup_of_this_one(
    team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for count in (1, 2):
        team.put("a.xlsx", {LOG: talks(count)})
        team.merge()
    backups = team.results / ".xlcrm" / "backups"
    before = {each.name: each.read_bytes() for each in backups.iterdir()}
    team.put("a.xlsx", {LOG: talks(3)})
    back_up = masters.back_up

    def after_another(master: Path, *given: Any) -> None:
        team.edit_master(lambda book: setattr(book[LABEL]["G3"], "value", "另一次汇总"))
        (backups / "other.xlsx").write_bytes(b"of the other run")
        back_up(master, *given)

    with monkeypatch.context() as patch:
        patch.setattr(masters, "back_up", after_another)
        assert team.merge().pending is not None
    found = {each.name: each.read_bytes() for each in backups.iterdir()}
    assert found == before | {"other.xlsx": b"of the other run"}


def test_what_an_ended_run_left_is_cleaned(team: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    team.put("a.xlsx", {LOG: talks(1)})
    team.merge()
    home, (state,) = team.results / ".xlcrm", (team.results / ".xlcrm/state").iterdir()
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    with monkeypatch.context() as of_another:
        of_another.setattr(os, "getpid", lambda: ended.pid)
        places = [
            team.master,
            part_of(team.master),
            team.results / "沟通效果分析周报_2024-W20.xlsx",
            team.results / "归档" / "星辰科技" / "星辰科技_2024-05-13.xlsx",
            *(home / "undone.json", state / "state"),
            team.root / "团队设置.xlsx",
        ]
        left = list(map(part_of, places))
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    theirs = team.results / ".别人的.part"
    theirs.write_bytes(b"not ours")
    team.merge()
    assert not any(path.exists() for path in left) and theirs.exists()


def test_two_merges_at_once_are_one_too_many(team: Any) -> None:
    team.put("a.xlsx", {LOG: talks(1)})
    team.merge()
    with filelock.FileLock(team.results / ".xlcrm" / "lock"), pytest.raises(MasterBusy):
        team.merge()


def test_a_lock_that_is_let_go_just_then_is_taken(team: Any) -> None:
    team.put("a.xlsx", {LOG: talks(1)})
    team.merge()
    team.put("a.xlsx", {LOG: talks(2)})
    lock = filelock.FileLock(team.results / ".xlcrm" / "lock", thread_local=False)
    lock.acquire()
    threading.Timer(0.1, lock.release).start()
    assert team.merge().document["records"] == {LOG: 2}


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
def test_a_killed_run_leaves_the_old_master_or_the_new(team: Any) -> None:
    """Killed at eight moments over the length of a run; the moments differ from run to run."""
    team.put("a.xlsx", {LOG: talks(200, "第0次")})
    team.put("王芳/b.xlsx", {LOG: talks(201, "第0次")[200:]})
    team.merge()
    command = [sys.executable, "-m", "xlcrm", "merge", str(team.root), "--as-of", "2024-05-20"]
    team.put("a.xlsx", {LOG: talks(200, "第1次")})
    started = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    whole = time.monotonic() - started
    rng = random.Random()
    last = "第1次"
    for number in range(2, 10):
        new = f"第{number}次"
        team.put("a.xlsx", {LOG: talks(200, new)})
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        time.sleep(whole * rng.uniform(0.35, 1.05))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        rows = list(
            load_workbook(team.master, read_only=True)[LABEL].iter_rows(min_row=3, values_only=True)
        )
        said = {text for row in rows for text in row if str(text).startswith("第")}
        assert said in ({last, "第0次"}, {new, "第0次"})
        assert len(rows) == 201
        result = team.merge()
        unfinished = [path for path in team.results.rglob("*") if path.suffix == ".part"]
        assert unfinished == []
        assert result.document["records"] == {LOG: 201}
        statuses = {each["path"]: each["status"] for each in result.document["files"]}
        assert (
            statuses["王芳/b.xlsx"] == "unchanged"
        )  # whatever happened, a state that fits is there
        last = new
