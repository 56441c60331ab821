"""LibreOffice, where it is installed: a workbook's first page as a PDF."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self

from xlcrm.scratch import scratch_folder

_SECONDS = 300  # a report with its 100,000 rows takes a minute
_PAGE = json.dumps({"PageRange": {"type": "string", "value": "1"}}, separators=(",", ":"))
_ENDINGS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
]
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
    with _Endings() as endings:
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
            endings.let()
            return process.communicate(timeout=_SECONDS)[0]
        except subprocess.TimeoutExpired as error:
            raise OfficeError("late", str(_SECONDS)) from error
        finally:
            endings.hold()
            _end(process)


class _Endings:
    """While this is entered, whatever asks the program to end raises KeyboardInterrupt, as Ctrl-C
    does: ended at once, it could not end what it has started.

    It waits to begin with, until it is ``let``: nobody could end a process that is being started.
    """

    def __init__(self) -> None:
        self._waits, self._is_asked = True, False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():  # no other may set handlers
            for number in _ENDINGS:
                if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                    self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)
        if kind is None:
            self.let()

    def let(self) -> None:
        """Raise KeyboardInterrupt from now on; at once where it was asked for meanwhile."""
        self._waits = False
        if self._is_asked:
            raise KeyboardInterrupt

    def hold(self) -> None:
        """Let it wait again."""
        self._waits = True

    def _ask(self, *_: object) -> None:
        self._is_asked = True
        if not self._waits:
            raise KeyboardInterrupt


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
