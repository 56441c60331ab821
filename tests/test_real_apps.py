"""LibreOffice recalculates and is typed into, CI skips nothing that needs it, Ctrl-C arrives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

CONFTEST = Path(__file__).with_name("conftest.py")

SKIPPED = """
import pytest
@pytest.mark.real_app
def test_it():
    pytest.skip("it is not installed")
"""
SKIPPED_WHOLE = """
import pytest
pytest.skip("it is not installed", allow_module_level=True)
"""
SKIPPED_FOR_OTHER_REASONS = """
import pytest
def test_it():
    pytest.skip("not on this machine")
def test_other():
    pass
"""
INTERRUPTING = """
import subprocess
import sys
def test_it():
    script = "import signal; signal.raise_signal(signal.SIGINT)"
    assert subprocess.run([sys.executable, "-c", script]).returncode
"""


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A workbook whose formula was stored with a wrong value."""
    path = tmp_path / "客户.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.write_number("A1", 20)
        sheet.write_formula("B1", "=A1*2", None, 1)
        sheet.write_string("C1", "满意")
    return path


def test_conversion_recalculates(soffice, workbook: Path) -> None:
    text = soffice.convert(workbook, "csv").read_text(encoding="utf-8")
    assert text.splitlines() == ['20,40,"满意"']
    assert soffice.convert(workbook, "pdf").read_bytes().startswith(b"%PDF")


def test_a_script_types_into_a_workbook(soffice, workbook: Path, tmp_path: Path) -> None:
    typed = tmp_path / "typed.xlsx"
    said = soffice.uno_script(
        "book = open_workbook(args[0])\n"
        "sheet = book.Sheets[0]\n"
        "sheet.getCellRangeByName('A1').Value = 4\n"
        "print(sheet.getCellRangeByName('C1').String)\n"
        "save_workbook(book, args[1])\n",
        workbook,
        typed,
    )
    assert said.strip() == "满意"
    assert soffice.convert(typed, "csv").read_text(encoding="utf-8") == '4,8,"满意"\n'


def test_a_failing_script_fails_its_test(soffice) -> None:
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        soffice.uno_script("1 / 0")


def run_pytest(folder: Path, source: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `source` as a test module under this project's conftest."""
    (folder / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "test_it.py").write_text(source, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = real_app: x\n", encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"],
        cwd=folder,
        env=os.environ | env,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


@pytest.mark.parametrize(
    ("source", "required", "exit_code"),
    [
        (SKIPPED, "1", 1),
        (SKIPPED, "0", 0),
        (SKIPPED_WHOLE, "1", 2),
        (SKIPPED_FOR_OTHER_REASONS, "1", 0),
    ],
)
def test_a_skip_is_a_failure_where_applications_are_required(
    source: str, required: str, exit_code: int, tmp_path: Path
) -> None:
    run = run_pytest(tmp_path, source, XLCRM_REQUIRE_APPS=required)
    assert run.returncode == exit_code, run.stdout


@pytest.mark.parametrize(("required", "exit_code"), [("0", 0), ("1", 1)])
def test_a_missing_application_is_told(required: str, exit_code: int, tmp_path: Path) -> None:
    source = "def test_it(soffice): pass\n"
    run = run_pytest(tmp_path, source, XLCRM_REQUIRE_APPS=required, PATH=str(tmp_path))
    assert run.returncode == exit_code, run.stdout
    assert "LibreOffice (soffice) is not installed" in run.stdout


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.default_int_handler])
def test_an_interrupt_reaches_what_a_test_starts(
    handler: signal.Handlers | Callable[..., object], tmp_path: Path
) -> None:
    before = signal.signal(signal.SIGINT, handler)  # what the tests below inherit
    try:
        run = run_pytest(tmp_path, INTERRUPTING)
    finally:
        signal.signal(signal.SIGINT, before)
    assert run.returncode == 0, run.stdout
