"""What a run writes in passing: its user alone can read it; a killed one's goes with the next."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from xlcrm import scratch
from xlcrm.record_sheet import atomic_file
from xlcrm.scratch import remove_abandoned, scratch_folder

ROOT = Path(__file__).parents[1]
TARGET = "周报.xlsx"
# Writes half a file, and a scratch file, and stays until its input ends.
HALFWAY = f"""
import sys
from pathlib import Path
from xlcrm.record_sheet import atomic_file
from xlcrm.scratch import scratch_folder
with scratch_folder() as folder, atomic_file(Path({TARGET!r})) as file:
    (folder / "sheet1.xml").write_text("谈价格", encoding="utf-8")
    file.write(b"half")
    file.flush()
    print("halfway", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def system_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The system's folder for scratch, empty; the current folder is empty too."""
    (folder := tmp_path / "temp").mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    scratch.remove_scratch.cache_clear()
    yield folder
    scratch.remove_scratch.cache_clear()


@contextmanager
def halfway() -> Iterator[subprocess.Popen[bytes]]:
    """Another run, halfway through its work; it is killed when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HALFWAY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout and process.stdout.readline().strip() == b"halfway"
    yield process
    process.kill()
    process.communicate()


def test_what_a_killed_run_left_goes_with_the_next(system_folder: Path) -> None:
    with halfway():
        pass
    assert len(list(system_folder.rglob("sheet1.xml"))) == len(list(Path().iterdir())) == 1
    remove_abandoned(Path())
    with scratch_folder() as folder:
        assert list(system_folder.iterdir()) == [folder]
    assert [*system_folder.iterdir(), *Path().iterdir()] == []


def test_what_a_run_still_needs_stays(system_folder: Path) -> None:
    theirs = Path(".别人的.part")
    theirs.write_bytes(b"not ours")
    with halfway():
        remove_abandoned(Path())
        with scratch_folder():
            assert len(list(system_folder.iterdir())) == 2
        assert len(list(system_folder.rglob("sheet1.xml"))) == 1
        assert len(list(Path().iterdir())) == 2 and theirs.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there what is open can't be removed")
def test_without_locks_too_what_a_run_still_needs_stays() -> None:
    with halfway():
        (part,) = Path().iterdir()
        data = part.read_bytes()
        part.unlink()
        part.write_bytes(data)  # a lock on it is gone, as on a share that has none
        remove_abandoned(Path())
        assert part.exists()


def test_what_another_machine_writes_stays_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    with halfway():
        pass
    (part,) = Path().iterdir()
    monkeypatch.setattr(platform, "node", lambda: "另一台")
    saved = part.stat().st_mtime
    for hours, stays in ((23, True), (25, False)):
        os.utime(part, (saved, saved - hours * 3600))
        remove_abandoned(Path())
        assert part.exists() is stays


def test_what_a_killed_run_left_goes_when_another_writes_there() -> None:
    with halfway():
        pass
    (part,) = Path().iterdir()
    with atomic_file(Path("别的.xlsx")) as file:
        file.write(b"whole")
    assert [each.name for each in Path().iterdir()] == ["别的.xlsx"]
    assert part.name.startswith(f".{TARGET}.")


@pytest.mark.skipif(sys.platform == "win32", reason="there the folder is the user's own")
def test_nobody_else_may_read_it() -> None:
    with scratch_folder() as folder:
        assert folder.stat().st_mode & 0o077 == 0


def test_it_goes_after_an_error_too(system_folder: Path) -> None:
    with pytest.raises(ValueError, match="full"), scratch_folder(), atomic_file(Path(TARGET)):
        raise ValueError("full")
    assert [*system_folder.iterdir(), *Path().iterdir()] == []
