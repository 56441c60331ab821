"""LibreOffice, where it is installed: a workbook's first page as a PDF."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from xlcrm.scratch import scratch_folder

_SECONDS = 300  # a report with its 100,000 rows takes a minute
_PAGE = json.dumps({"PageRange": {"type": "string", "value": "1"}}, separators=(",", ":"))
_SAID = 200  # characters of what it says that are repeated


class OfficeError(Exception):
    """No PDF was made: LibreOffice is missing, takes too long or fails; ``detail`` is what it says
    or where it lies."""

    def __init__(self, reason: Literal["missing", "late", "failed"], detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


def first_page(workbook: Path) -> bytes:
    """Return the first page of a workbook as a PDF. Raises OfficeError, and OSError where there is
    no room for it.

    LibreOffice works on a copy, with a profile of its own: whatever else of it is running, and what
    it has been told, has no part in it. However this ends, it ends too.
    """
    program = _program()
    if program is None:
        raise OfficeError("missing")
    with scratch_folder() as folder:
        copy = folder / "report.xlsx"
        shutil.copyfile(workbook, copy)
        said = _run(
            [
                *(program, f"-env:UserInstallation={(folder / 'profile').as_uri()}"),
                *("--headless", "--norestore", "--nologo", "--nodefault"),
                *("--convert-to", f"pdf:calc_pdf_Export:{_PAGE}", "--outdir", str(folder)),
                str(copy),
            ]
        )
        made = copy.with_suffix(".pdf")
        if not made.is_file():  # it exits with 0 too when it could not open the file
            raise OfficeError("failed", said.strip()[-_SAID:] or program)
        return made.read_bytes()


def _program() -> str | None:
    """Return where LibreOffice is; None where it isn't."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((str(path) for path in _usual_places() if path.is_file()), None)


def _usual_places() -> Iterator[Path]:
    """Yield where it is installed when it is not on the search path."""
    if sys.platform == "win32":
        for name in ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)"):
            if folder := os.environ.get(name):
                program = Path(folder, "LibreOffice", "program")
                yield from (program / "soffice.com", program / "soffice.exe")
    elif sys.platform == "darwin":
        for folder in (Path("/Applications"), Path.home() / "Applications"):
            yield folder / "LibreOffice.app/Contents/MacOS/soffice"
    else:
        yield from sorted(Path("/opt").glob("libreoffice*/program/soffice"), reverse=True)
        yield Path("/snap/bin/libreoffice")


def _run(command: list[str]) -> str:
    """Run a command and return what it says; it and its children end with this call."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env=env,
            start_new_session=os.name == "posix",
        )
    except OSError as error:
        raise OfficeError("failed", str(error)) from error
    try:
        return process.communicate(timeout=_SECONDS)[0]
    except subprocess.TimeoutExpired as error:
        raise OfficeError("late", str(_SECONDS)) from error
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """End a process, and those that it has started."""
    if process.poll() is None:
        if sys.platform == "win32":
            tree = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            subprocess.run(tree, capture_output=True, check=False)
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
