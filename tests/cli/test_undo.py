"""``merge --undo``: the master before and its state are back, and nothing is lost by it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

ROOT = Path(__file__).parents[2]
LOG, LABEL = "communication_log", "沟通动态记录表"
HOME, MASTER = Path("团队/汇总"), Path("团队/汇总/客户沟通汇总.xlsx")
AS_OF = ("--as-of", "2024-05-20")
MERGE, UNDO = ("merge", "团队", *AS_OF), ("merge", "团队", "--undo")


def talk(number: int, content: str = "谈价格") -> dict[str, Any]:
    return {
        "record_id": f"J{number:03d}",
        "customer_name": "星辰科技",
        "date": "2024-05-14",
        "channel": "电话",
        "content": content,
    }


def rows() -> dict[str, str]:
    """What the master says of each talk, by its id."""
    header, *found = list(
        load_workbook(MASTER, read_only=True)[LABEL].iter_rows(min_row=2, values_only=True)
    )
    column = header.index("关键内容记录")
    return {row[0]: row[column] for row in found}


def type_over(number: int, text: str) -> None:
    workbook = load_workbook(MASTER)
    header = [cell.value for cell in workbook[LABEL][2]]
    row = next(r for r in workbook[LABEL].iter_rows(min_row=3) if r[0].value == f"J{number:03d}")
    row[header.index("关键内容记录")].value = text
    workbook.save(MASTER)


@pytest.fixture
def thrice(run: Any, folder: Any) -> list[bytes]:
    """A folder merged three times; the masters of each time."""
    masters = []
    for content in ("一", "二", "三"):
        folder.put("a.xlsx", {LOG: [talk(2, content)]})
        assert run(*MERGE).code == 0
        masters.append(MASTER.read_bytes())
    return masters


def test_each_undo_goes_one_back(run: Any, thrice: list[bytes]) -> None:
    for before in (thrice[1], thrice[0]):
        taken_back = MASTER.read_bytes()
        ran = run(*UNDO, "--format", "json")
        assert (ran.code, MASTER.read_bytes()) == (0, before)
        assert Path(ran.document["master"]) == MASTER.absolute()
        assert Path(ran.document["undone"]).read_bytes() == taken_back
    ran = run(*UNDO, "--lang", "zh")
    assert ran.code == 2 and "没有可以恢复" in ran.err
    assert MASTER.read_bytes() == thrice[0]


def test_the_next_merge_reads_everything_again(run: Any, thrice: list[bytes]) -> None:
    run(*UNDO)
    document = run(*MERGE, "--format", "json").document
    assert {each["status"] for each in document["files"]} == {"merged"}
    assert document["conflicts"] == 0 and rows()["J002"] == "三"
    document = run(*MERGE, "--format", "json").document
    assert {each["status"] for each in document["files"]} == {"unchanged"}
    backups = [path.read_bytes() for path in (HOME / ".xlcrm/backups").iterdir()]
    assert set(backups) == set(thrice)
    run(*UNDO)
    assert MASTER.read_bytes() == thrice[1]


def test_the_state_is_that_of_the_master(run: Any, folder: Any, thrice: list[bytes]) -> None:
    """What a file says is compared with what it said then: its change is no conflict."""
    folder.put("b.xlsx", {LOG: [talk(2, "三")]})
    run(*MERGE)
    run(*UNDO)
    folder.put("a.xlsx", {LOG: [talk(2, "四")]})
    folder.put("b.xlsx", {LOG: [talk(3)]})
    ran = run(*MERGE, "--lang", "zh")
    assert ran.code == 0 and "冲突 0" in ran.out and "状态用不上" not in ran.err
    assert rows() == {"J001": "谈价格", "J002": "四", "J003": "谈价格"}


def test_what_was_typed_into_what_is_taken_back_is_offered(run: Any, thrice: list[bytes]) -> None:
    type_over(2, "主管改的")
    run(*UNDO)
    assert MASTER.read_bytes() == thrice[1]
    assert run(*MERGE, "--format", "json").document["conflicts"] == 1
    header, *found = list(
        load_workbook(MASTER, read_only=True)["冲突处理"].iter_rows(min_row=2, values_only=True)
    )
    (row,) = (dict(zip(header, each, strict=True)) for each in found)
    assert {row["版本1"], row["版本2"]} == {"三", "主管改的"}
    assert run(*MERGE, "--format", "json").document["conflicts"] == 1


def test_a_master_that_waits_is_taken_back_alone(
    run: Any, folder: Any, thrice: list[bytes]
) -> None:
    sign = MASTER.with_name(f"~${MASTER.name}")
    sign.touch()
    folder.put("a.xlsx", {LOG: [talk(2, "四")]})
    assert run(*MERGE).code == 4
    sign.unlink()
    waiting = MASTER.with_name("客户沟通汇总_待替换.xlsx")
    written = waiting.read_bytes()
    ran = run(*UNDO, "--format", "json")
    assert (ran.code, MASTER.read_bytes()) == (0, thrice[2])
    assert not waiting.exists() and Path(ran.document["undone"]).read_bytes() == written
    assert run(*MERGE).code == 0 and rows()["J002"] == "四"


def test_a_master_that_is_open_is_left_alone(run: Any, thrice: list[bytes]) -> None:
    sign = MASTER.with_name(f".~lock.{MASTER.name}#")
    sign.touch()
    ran = run(*UNDO)
    assert ran.code == 4 and sign.name in ran.err
    assert MASTER.read_bytes() == thrice[2]
    sign.unlink()
    assert run(*MERGE, "--format", "json").document["files"][0]["status"] == "unchanged"


def test_a_preview_of_it_is_refused(run: Any, thrice: list[bytes]) -> None:
    assert run(*UNDO, "--dry-run").code == 2
    assert MASTER.read_bytes() == thrice[2]


def test_nothing_merged_is_nothing_to_undo(run: Any, folder: Any) -> None:
    assert run(*UNDO).code == 2
    assert not HOME.exists()


@pytest.mark.skipif(os.name == "nt", reason="kills by signal")
def test_killed_at_any_moment_it_is_done_or_not(run: Any, thrice: list[bytes]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "xlcrm", *UNDO]
    for _ in range(4):
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(random.uniform(0.05, 0.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert MASTER.read_bytes() in thrice
        assert run(*MERGE).code == 0
        assert rows()["J002"] == "三" and MASTER.read_bytes()
        assert not [p for p in HOME.rglob("*") if p.suffix == ".part"]
