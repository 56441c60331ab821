"""``report --pdf`` where there is no LibreOffice, or it fails: the report is there all the same."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from xlcrm import office

REPORT = ("report", "团队", "--week", "2024-W20", "--pdf", "--lang", "zh")
BOOK = Path("团队/汇总/沟通效果分析周报_2024-W20.xlsx")
Install = Callable[[str], None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Install:
    """Puts a program of this text in the place of LibreOffice."""
    if os.name != "posix":
        pytest.skip("the programs are shell scripts")

    def put(script: str) -> None:
        program = tmp_path / "bin" / "soffice"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        program.chmod(0o755)
        monkeypatch.setattr(office, "_program", lambda: str(program))

    return put


def test_without_libreoffice_it_says_so(
    folder: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(office, "_usual_places", lambda: iter(()))
    for more in ((), ("-q",)):
        ran = run(*REPORT, *more)
        assert ran.code == 2
        assert "没有找到 LibreOffice" in ran.err
    assert BOOK.is_file()
    assert not BOOK.with_suffix(".pdf").exists()
    document = run(*REPORT, "--format", "json").document
    assert document["pdf"] is None
    assert document["report"] == str(BOOK.absolute())


def test_a_failure_is_told_with_its_reason(folder: Any, run: Any, install: Install) -> None:
    install("echo 'Error: source file could not be loaded'")
    ran = run(*REPORT)
    assert ran.code == 2
    assert "转换失败(Error: source file could not be loaded)" in ran.err


def test_a_pdf_that_it_makes_lies_beside_the_report(
    folder: Any, run: Any, install: Install
) -> None:
    install('for a; do b=$c; c=$a; done; echo "%PDF-1" > "$b/report.pdf"')
    assert run(*REPORT).code == 0
    assert BOOK.with_suffix(".pdf").read_bytes() == b"%PDF-1\n"


def test_one_that_takes_too_long_is_ended_with_its_children(
    folder: Any, run: Any, install: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    child = tmp_path / "child"
    install(f"sleep 60 & echo $! > {child}; wait")
    monkeypatch.setattr(office, "_SECONDS", 2)
    ran = run(*REPORT)
    assert ran.code == 2
    assert "2 秒还没有转换完" in ran.err
    _assert_ends(int(child.read_text()))


@pytest.mark.parametrize("how", ["INT", "TERM"])
def test_an_interruption_ends_it_too_and_leaves_no_half_file(
    how: str, folder: Any, run: Any, install: Install, tmp_path: Path
) -> None:
    child = tmp_path / "child"
    install(f"sleep 60 & echo $! > {child}; kill -{how} {os.getpid()}; wait")
    ran = run(*REPORT)
    assert ran.code == 130
    assert "已经写好的文件是完整的" in ran.err
    assert BOOK.is_file()
    assert [path.name for path in BOOK.parent.iterdir() if "pdf" in path.name] == []
    _assert_ends(int(child.read_text()))


def test_so_does_one_while_it_is_being_started(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("sleep 60")
    started: list[int] = []

    class Started(subprocess.Popen[str]):
        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            started.append(self.pid)
            signal.raise_signal(signal.SIGINT)  # before anybody knows of it

    monkeypatch.setattr(subprocess, "Popen", Started)
    with pytest.raises(KeyboardInterrupt):
        office.first_page(Path(__file__))
    _assert_ends(*started)


def _assert_ends(number: int) -> None:
    for _ in range(100):
        if not _runs(number):
            return
        time.sleep(0.05)
    pytest.fail("a child of it is still there")


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not (state.is_file() and state.read_text().rpartition(")")[2].split()[0] == "Z")


def test_a_report_with_a_password_has_no_pdf_without_one(folder: Any, run: Any) -> None:
    pytest.importorskip("cryptography")
    Path("密码.txt").write_text("开门\n", "utf-8")
    run("merge", "团队", "--encrypt", "--password-file", "密码.txt")
    ran = run(*REPORT, "--password-file", "密码.txt")
    assert ran.code == 2
    assert "不另存没有密码的 PDF" in ran.err
    assert not BOOK.with_suffix(".pdf").exists()
