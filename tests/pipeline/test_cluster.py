"""A Dask cluster reads as this machine does: a real scheduler and two workers on this machine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from xlcrm.examination import payload
from xlcrm.ledger.state import load_state
from xlcrm.pipeline import cluster
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.work import Item, Limits
from xlcrm.workers import run_batches

LOG = "communication_log"
TALK = {"customer_name": "星辰科技", "date": "2024-05-13", "channel": "电话", "content": "谈价格"}
ROOT = Path(__file__).parents[2]
TASK = """
import os, time

def do(payload):
    if payload["do"] == "hang":
        time.sleep(600)
    if payload["do"] == "fill":
        hoard = [bytearray(2**24) for _ in range(2**20)]
    if payload["do"] == "die":
        os._exit(7)
    if payload["do"] == "raise":
        raise ValueError("no such thing")
    return payload["do"].encode()
"""


@dataclass
class Cluster:
    """A scheduler at ``address`` with workers that see what lies in ``folder`` as modules."""

    address: str
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, command: str, *arguments: str) -> subprocess.Popen[bytes]:
        paths = os.pathsep.join([str(ROOT), str(self.folder)])
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{command}", *arguments, "--no-dashboard"],
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
        )

    def with_workers(self, count: int) -> Cluster:
        """Give it so many living workers."""
        self.workers = [each for each in self.workers if each.poll() is None]
        for _ in range(count - len(self.workers)):
            self.workers.append(self.start("worker", self.address, "--nthreads=1", "--no-nanny"))
        with cluster._connected(self.address) as client:
            client.wait_for_workers(count)
            wait_until(lambda: len(client.nthreads()) == len(self.workers))
        return self


def wait_until(happened: Any) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("modules")
    (folder / "cluster_task.py").write_text(TASK, encoding="utf-8")
    made = Cluster(f"tcp://127.0.0.1:{port}", folder)
    scheduler = made.start("scheduler", "--host=127.0.0.1", f"--port={port}")
    yield made
    for process in (*made.workers, scheduler):
        process.kill()
        process.wait()


def fill(team: Any, files: int) -> None:
    for person in range(files):
        talks = [{**TALK, "record_id": f"J{person}{n:02}"} for n in range(3)]
        team.put(f"{person % 3}/{person}.xlsx", {LOG: talks})
    (team.root / "坏.xlsx").write_bytes(b"PK\x03\x04 of no workbook")


def result_of(team: Any, **options: Any) -> tuple[Any, ...]:
    """The documented JSON, the master's bytes and the state, but for when and how long it ran."""
    document = team.merge(**options).document
    (path,) = team.results.glob(".xlcrm/state/*/state")
    state = load_state(team.results, path.parent.name, None)
    assert state
    meta = {**state.meta, "moment": None}
    return {**document, "seconds": None}, team.master.read_bytes(), state.files, meta


def test_a_cluster_gives_the_result_of_this_machine_though_a_worker_is_killed(
    team: Any, tmp_path: Path, dask: Cluster
) -> None:
    fill(team, 24)
    here = result_of(team, workers=2)
    team.results.rename(tmp_path / "here")
    dask.with_workers(2)
    seen: list[int] = []

    def kill_one(done: int, total: int, name: str) -> None:
        if not seen:
            dask.workers[0].kill()
        seen.append(done)
        assert total == 25

    there = result_of(team, scheduler=dask.address, on_progress=kill_one)
    assert dask.workers[0].wait(10) != 0
    assert seen == [*range(1, 26)], "each file is told once, a worker having died"
    for one, other in zip(there, here, strict=True):
        assert one == other
    assert there[0]["records"][LOG] == 72


def test_what_kills_hangs_or_fills_a_child_costs_that_item(
    dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(dask.folder))
    deeds = ["good", "die", "hang", "fill", "raise", "better"]
    items = [Item(deed, {"do": deed}) for deed in deeds]
    limits = Limits(seconds=2, memory=512 * 1024**2)
    dask.with_workers(2)
    given: dict[str, Any] = {"limits": limits, "on_progress": lambda *_: None}
    there = list(cluster.run_on_cluster(dask.address, "cluster_task:do", items, **given))
    here = list(run_batches("cluster_task:do", items, workers=1, limits=limits))
    said = [
        {each.item.name: (each.result, each.failure) for each in some} for some in (there, here)
    ]
    assert said[0] == said[1]
    assert said[0]["better"] == (b"better", None)
    assert len(there) == len(items)


def test_files_that_no_worker_sees_are_named(
    team: Any, dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(team, 3)
    (team.root / "坏.xlsx").unlink()
    os.utime(team.root / "0/0.xlsx", ns=(0, 0))
    # As they would be on a disk of the worker's own: another file, the same, none.
    there = {"0.xlsx": team.root / "1/1.xlsx", "1.xlsx": team.root / "1/1.xlsx"}

    def as_there(path: Path, *given: Any, **asked: Any) -> dict[str, Any]:
        own = there.get(path.name, Path("nowhere.xlsx"))
        return {**payload(path, *given, **asked), "path": str(own)}

    monkeypatch.setattr("xlcrm.examination.payload", as_there)
    dask.with_workers(1)
    document = team.merge(scheduler=dask.address).document
    reasons = {each["path"]: each["reason"] for each in document["files"]}
    assert reasons == {"0/0.xlsx": "unreadable", "1/1.xlsx": None, "2/2.xlsx": "unreadable"}
    assert json.dumps(document["findings"], ensure_ascii=False).count("看不到这个文件") == 2
    there.clear()
    with pytest.raises(UsageError, match="scheduler-not-shared"):
        check([team.root], Options(date(2024, 5, 20), scheduler=dask.address))
    monkeypatch.undo()
    assert team.merge().document["records"][LOG] == 9, "the next run reads them"
