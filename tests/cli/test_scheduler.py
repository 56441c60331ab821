"""``--scheduler``: what a person is told who has no cluster, or not all that it takes."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from xlcrm.pipeline import cluster


@pytest.mark.parametrize("command", ["merge", "check"])
def test_nobody_at_the_address_is_told(
    run: Any, folder: Any, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(cluster, "_CONNECTING", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
    ran = run(command, folder.root, "--scheduler", address, "--lang", "zh")
    assert ran.code == 2
    assert ran.err.startswith(f"错误:连不上“{address}”的 Dask 调度程序")
    assert ran.err.count("\n") == 1
    assert not Path("团队/汇总/客户沟通汇总.xlsx").exists()


def test_an_address_that_is_none_is_told(run: Any, folder: Any) -> None:
    ran = run("merge", folder.root, "--scheduler", "nonsense", "--lang", "en")
    assert ran.code == 2
    assert "no Dask scheduler answers at “nonsense” (missing port number" in ran.err


def test_a_cluster_or_processes_here(run: Any, folder: Any) -> None:
    ran = run("check", folder.root, "--scheduler", "127.0.0.1:1", "--workers", "2", "--lang", "en")
    assert (ran.code, ran.err) == (2, "Error: --scheduler can't be used with --workers\n")


def test_what_to_install_is_told(run: Any, folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    ran = run("merge", folder.root, "--scheduler", "127.0.0.1:1", "--lang", "en")
    assert ran.code == 2
    assert 'pip install "xlcrm[dask]"' in ran.err
