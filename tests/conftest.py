"""LibreOffice as a real application in tests, never skipped by CI; interrupts that arrive."""

from __future__ import annotations

import functools
import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, Literal, NoReturn

import pytest
from openpyxl.worksheet.merge import MergedCellRange

REQUIRE_APPS = os.environ.get("XLCRM_REQUIRE_APPS") == "1"
CONVERT_SECONDS = 180
SCRIPT_SECONDS = 240

# LibreOffice trusts stored formula values unless told to recalculate (0: always).
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
<prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
<item oor:path="/org.openoffice.Setup/Office">
<prop oor:name="ooSetupInstCompleted" oor:op="fuse"><value>true</value></prop>
</item>
</oor:items>
"""

_FILTERS = {
    "pdf": "pdf:calc_pdf_Export",
    "xlsx": "xlsx:Calc MS Excel 2007 XML",
    "xls": "xls:MS Excel 97",
    "ods": "ods:calc8",
    "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1",  # comma, quote, UTF-8, from row 1
}

# Runs under the Python that has uno; what it defines is what a test's script may use.
_BRIDGE = """
import os, sys, time, traceback, uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException

def _connect(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local)
    end = time.monotonic() + 90
    while True:
        try:
            return resolver.resolve(
                "uno:pipe,name=%s;urp;StarOffice.ComponentContext" % pipe)
        except NoConnectException:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)

def _property(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made

def open_workbook(path):
    return desktop.loadComponentFromURL(
        uno.systemPathToFileUrl(path), "_blank", 0, (_property("Hidden", True),))

def save_workbook(workbook, path, filter_name="Calc MS Excel 2007 XML"):
    workbook.storeToURL(
        uno.systemPathToFileUrl(path), (_property("FilterName", filter_name),))

_pipe, _script, *args = sys.argv[1:]
context = _connect(_pipe)
desktop = context.ServiceManager.createInstanceWithContext(
    "com.sun.star.frame.Desktop", context)
_code = 0
try:
    with open(_script, encoding="utf-8") as _file:
        exec(compile(_file.read(), _script, "exec"))
except Exception:
    traceback.print_exc()
    _code = 1
try:
    desktop.terminate()
except DisposedException:
    pass
sys.stdout.flush()
sys.stderr.flush()
os._exit(_code)  # uno's threads may crash an interpreter that ends while the office does
"""


class Office:
    """A headless LibreOffice with a profile of its own below `home`."""

    def __init__(self, program: str, home: Path) -> None:
        """Take the program's path and a folder for profiles and results."""
        self._program = program
        self._home = home
        self._count = itertools.count(1)

    def convert(self, path: Path, kind: Literal["pdf", "xlsx", "xls", "ods", "csv"]) -> Path:
        """Open `path` and save it as `kind` in a folder of its own; csv has the first sheet alone.

        Formulas are recalculated on opening.
        """
        target = self._folder("converted")
        command = [*self._command("convert"), "--convert-to", _FILTERS[kind]]
        said = _run([*command, "--outdir", str(target), str(path)], CONVERT_SECONDS)
        # It exits with 0 too when it could not open the file.
        made = list(target.iterdir())
        assert len(made) == 1, f"LibreOffice did not convert {path} to {kind}: {said}"
        return made[0]

    def uno_script(self, code: str, *args: str | Path) -> str:
        """Run `code` against a fresh LibreOffice and return what it prints.

        It runs under a Python that has uno, and finds the names `args` (list of str), `desktop`,
        `context`, `uno`, `open_workbook(path)` and `save_workbook(workbook, path)`.
        """
        try:
            return self._uno_script(code, *args)
        except BridgeCrashed:  # uno's own fault, not the script's: once more, in a new office
            return self._uno_script(code, *args)

    def _uno_script(self, code: str, *args: str | Path) -> str:
        folder = self._folder("script")
        (bridge := folder / "bridge.py").write_text(_BRIDGE, encoding="utf-8")
        (script := folder / "script.py").write_text(code, encoding="utf-8")
        pipe = f"xlcrm_{os.getpid()}_{folder.name}"
        command = [*self._command("script"), f"--accept=pipe,name={pipe};urp;"]
        # Nobody reads what it says meanwhile: a full pipe would stop it.
        office = _start(command, output=subprocess.DEVNULL)
        try:
            command = [_uno_python(self._program), str(bridge), pipe, str(script), *map(str, args)]
            return _run(command, SCRIPT_SECONDS)
        finally:
            _stop(office, patience=15)

    def _command(self, profile: str) -> list[str]:
        # A profile serves one process at a time: scripts and conversions have one each.
        user = self._home / profile / "user"
        if not user.is_dir():
            user.mkdir(parents=True)
            (user / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        installation = f"-env:UserInstallation={user.parent.as_uri()}"
        return [self._program, installation, "--headless", "--norestore", "--nologo"]

    def _folder(self, purpose: str) -> Path:
        folder = self._home / f"{purpose}_{next(self._count)}"
        folder.mkdir()
        return folder


def _start(command: list[str], output: int = subprocess.PIPE) -> subprocess.Popen[str]:
    # LibreOffice starts children of its own, which a session groups so that all can be ended.
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=env | {"PYTHONUTF8": "1"},
        start_new_session=os.name == "posix",
    )


class BridgeCrashed(Exception):
    """The process that drives LibreOffice died of a fault of its own."""


def _run(command: list[str], seconds: float) -> str:
    process = _start(command)
    try:
        said, _ = process.communicate(timeout=seconds)
    finally:
        _stop(process, patience=0)
    if process.returncode == -signal.SIGSEGV:
        raise BridgeCrashed(said)
    assert process.returncode == 0, f"{command[0]} exited with {process.returncode}: {said}"
    return said


def _stop(process: subprocess.Popen[str], patience: float) -> None:
    try:
        process.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


@functools.cache
def _uno_python(soffice: str) -> str:
    beside = Path(soffice).resolve().parent
    candidates = (Path("/usr/bin/python3"), beside / "python", beside / "python.exe")
    found = next((str(path) for path in candidates if path.is_file() and _has_uno(path)), None)
    return found or _missing("no Python with uno was found (Debian: python3-uno)")


def _has_uno(python: Path) -> bool:
    return not subprocess.run([python, "-c", "import uno"], capture_output=True).returncode


def _missing(what: str) -> NoReturn:
    if REQUIRE_APPS:
        pytest.fail(f"{what}, and XLCRM_REQUIRE_APPS=1 asks for it", pytrace=False)
    pytest.skip(f"{what}; this test needs the real application")


@pytest.fixture(scope="module")
def borders_alone() -> Iterator[None]:
    """Let openpyxl leave the borders of merged cells alone: half of its reading's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MergedCellRange, "format", lambda _: None)
        yield


@pytest.fixture(scope="session")
def soffice(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """LibreOffice, with profiles of this test process alone; skips where it is not installed."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        _missing("LibreOffice (soffice) is not installed")
    return Office(program, tmp_path_factory.mktemp("office"))


def pytest_configure() -> None:
    """Let an interrupt reach what the tests start, though they run where it is ignored."""
    # A shell starts what runs in the background so, and what the tests start would inherit it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever uses LibreOffice as needing it."""
    for item in items:
        if "soffice" in getattr(item, "fixturenames", ()):
            item.add_marker("real_app")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under XLCRM_REQUIRE_APPS=1, turn the skip of a real-application test into a failure."""
    report = yield
    if REQUIRE_APPS and item.get_closest_marker("real_app"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Under XLCRM_REQUIRE_APPS=1, refuse modules skipped whole: their tests' marks are unknown."""
    report = yield
    if REQUIRE_APPS:
        _refuse_skip(report)
    return report


def _refuse_skip(report: Any) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped under XLCRM_REQUIRE_APPS=1: {report.longrepr}"
