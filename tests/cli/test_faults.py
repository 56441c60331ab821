"""Accidents around a merge, as a user meets them: named, and nothing lost."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

ROOT = Path(__file__).parents[2]
HOME, MASTER = Path("团队/汇总"), Path("团队/汇总/客户沟通汇总.xlsx")
LOG = "communication_log"
TALK = {"record_id": "J002", "customer_name": "星辰科技", "date": "2024-05-15", "channel": "电话"}
AS_OF = ("--as-of", "2024-05-20")
HOLD = (
    "from pathlib import Path; from xlcrm.pipeline.locks import locked\n"
    "with locked(Path('团队/汇总')):\n    print('held', flush=True); input()"
)
# Writes no file larger than so many bytes, as a disk without room does not take it.
CRAMPED = (
    "import resource, sys; from xlcrm.cli.program import run\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))\n"
    "run()"
)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


@contextmanager
def held() -> Iterator[subprocess.Popen[str]]:
    """The folder's lock in the hands of another process, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
        text=True,
    )
    assert process.stdout and process.stdout.readline() == "held\n"
    yield process
    was_killed = process.poll() is not None
    process.communicate("\n")
    assert process.returncode == 0 or was_killed


def below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but the lock, with its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "lock")
    return {str(path): path.read_bytes() for path in files}


@pytest.fixture
def merged(run: Any, folder: Any) -> Any:
    """The folder, merged once; another file has come since."""
    assert run("merge", "团队", *AS_OF).code == 0
    folder.put("李娜.xlsx", {LOG: [{**TALK, "content": "看样品"}]})
    return folder


def test_whoever_holds_the_lock_is_named(run: Any, merged: Any) -> None:
    before = below(merged.root)
    with held() as other:
        ran = run("merge", "团队", *AS_OF, "--lang", "zh")
        assert ran.code == 4 and ran.out == ""
        assert f"电脑 {platform.node()},进程 {other.pid}" in ran.err
        held_file = {str(HOME / ".xlcrm" / "holder.json")}
        assert below(merged.root).keys() - before.keys() == held_file
    assert below(merged.root) == before


def test_a_lock_left_behind_can_be_broken(run: Any, merged: Any) -> None:
    with held():
        if sys.platform == "win32":
            assert run("merge", "团队", *AS_OF, "--break-lock").code == 4
        else:
            assert run("merge", "团队", *AS_OF, "--break-lock").code == 0
            assert run("merge", "团队", *AS_OF).code == 0


def test_a_lock_ends_with_its_process(run: Any, merged: Any) -> None:
    with held() as other:
        other.kill()
        other.wait()
        assert (HOME / ".xlcrm" / "holder.json").exists()
        assert run("merge", "团队", *AS_OF).code == 0
    assert not (HOME / ".xlcrm" / "holder.json").exists()


@pytest.mark.parametrize("name", ["~${}", ".~lock.{}#", ".~{}"])
def test_a_master_that_is_open_is_not_replaced(run: Any, merged: Any, name: str) -> None:
    before = MASTER.read_bytes()
    sign = MASTER.with_name(name.format(MASTER.name))
    sign.write_text("lead", encoding="utf-8")
    ran = run("merge", "团队", *AS_OF, "--lang", "zh")
    assert ran.code == 4 and sign.name in ran.err
    assert MASTER.read_bytes() == before
    assert run("merge", "团队", *AS_OF, "--break-lock").code == 0
    assert MASTER.read_bytes() != before
    assert {path.name for path in HOME.iterdir()} == {".xlcrm", MASTER.name, sign.name}


def test_a_folder_in_the_place_of_the_master_is_named(run: Any, merged: Any) -> None:
    MASTER.unlink()
    MASTER.mkdir()
    ran = run("merge", "团队", *AS_OF)
    assert ran.code == 2 and MASTER.name in ran.err and "Traceback" not in ran.err
    assert {path.name for path in HOME.iterdir()} == {".xlcrm", MASTER.name}
    MASTER.rmdir()
    assert run("merge", "团队", *AS_OF).code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files")
@pytest.mark.parametrize("limit", [100, 5_000, 14_000])
def test_a_full_disk_is_named_and_leaves_what_was(run: Any, merged: Any, limit: int) -> None:
    before = below(merged.root)
    command = [sys.executable, "-c", CRAMPED, str(limit), "merge", "团队", *AS_OF, "--lang", "zh"]
    ran = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "磁盘满了" in ran.stderr and "Traceback" not in ran.stderr
    after = below(merged.root)
    assert {path: after[path] for path in before} == before
    assert run("merge", "团队", *AS_OF).code == 0
    assert not [path for path in HOME.rglob("*") if path.suffix == ".part"]
    sheet = load_workbook(MASTER)["沟通动态记录表"]
    assert [row[0].value for row in sheet.iter_rows(min_row=3)] == ["J001", "J002"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may do all")
def test_a_folder_that_may_not_be_written_to_is_named(run: Any, folder: Any) -> None:
    folder.root.chmod(0o555)
    ran = run("merge", "团队", *AS_OF, "--lang", "zh")
    assert ran.code == 2 and "没有权限" in ran.err
    folder.root.chmod(0o755)
    assert run("merge", "团队", *AS_OF).code == 0


@pytest.mark.parametrize("damage", [b"", b"no database", None])
def test_a_state_that_cannot_be_used_is_said(run: Any, merged: Any, damage: bytes | None) -> None:
    assert "用不上" not in run("merge", "团队", *AS_OF, "--lang", "zh").err
    for state in HOME.glob(".xlcrm/state/*/state"):
        state.unlink() if damage is None else state.write_bytes(damage)
    ran = run("merge", "团队", *AS_OF, "--lang", "zh")
    assert ran.code == 0 and "上一次汇总的状态用不上" in ran.err
    assert "用不上" not in run("merge", "团队", *AS_OF, "--lang", "zh").err


@pytest.mark.parametrize("has_list", [True, False])
def test_a_row_that_may_have_come_back_is_said(run: Any, merged: Any, has_list: bool) -> None:
    run("merge", "团队", *AS_OF)
    workbook = load_workbook(MASTER)
    sheet = workbook["沟通动态记录表"]
    (row,) = (cells[0].row for cells in sheet.iter_rows(min_row=3) if cells[0].value == "J002")
    sheet.delete_rows(row)
    if not has_list:
        del workbook["行清单"]
    workbook.save(MASTER)
    shutil.rmtree(HOME / ".xlcrm")
    ran = run("merge", "团队", *AS_OF, "--lang", "zh")
    assert ran.code == 0 and ("请核对:J002" in ran.err) is not has_list
    sheet = load_workbook(MASTER)["沟通动态记录表"]
    assert ("J002" in {cells[0].value for cells in sheet.iter_rows(min_row=3)}) is not has_list
