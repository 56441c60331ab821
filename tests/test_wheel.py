"""The built wheel carries all it needs, and works installed and as a zip on the path."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import xlcrm

ROOT = Path(__file__).parents[1]
CARRIED = ("templates", "sample_workbooks")
STANDARD_WORKBOOK = "客户沟通.xlsx"


def run(*command: str | Path, cwd: Path, **env: str) -> str:
    """Return what a command prints that succeeds without this checkout on its path."""
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=inherited | {"PYTHONUTF8": "1"} | env,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=ROOT)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of a bare environment that sees our dependencies, but not us."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=os.name == "posix")
    places = {"base": str(home), "platbase": str(home)}
    site = Path(sysconfig.get_path("purelib", scheme="venv", vars=places))
    # A folder named in a .pth is searched, but its own .pth files, an editable install's, are not.
    dependencies = "\n".join({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    (site / "dependencies.pth").write_text(dependencies, encoding="utf-8")
    return Path(sysconfig.get_path("scripts", scheme="venv", vars=places))


@pytest.fixture(scope="module")
def installed(wheel: Path, scripts: Path) -> Path:
    """The installed command."""
    python = scripts / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=wheel.parent)
    return scripts / "xlcrm"


def test_the_wheel_carries_templates_and_sample(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in CARRIED:
        expected = {f"xlcrm/{name}" for name in files_below(ROOT / folder)}
        assert expected
        assert expected <= names
    assert "xlcrm/py.typed" in names


def test_the_source_archive_is_whole(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=ROOT)
    (built,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    expected = {name for folder in CARRIED for name in files_below(ROOT / folder)}
    assert expected | {"pyproject.toml", "constraints.txt", "Makefile", "LICENSE"} <= names


def test_the_installed_command_runs_anywhere(installed: Path, tmp_path: Path) -> None:
    assert xlcrm.__version__ in run(installed, "--version", cwd=tmp_path)
    run(installed, "new", cwd=tmp_path)
    assert zipfile.is_zipfile(tmp_path / STANDARD_WORKBOOK)


def test_the_wheel_runs_as_a_zip(wheel: Path, scripts: Path, tmp_path: Path) -> None:
    code = (
        "import sys, xlcrm; assert '.whl' in xlcrm.__file__, xlcrm.__file__\n"
        "from xlcrm.cli.main import main\n"
        "sys.argv = ['xlcrm', 'new']; main()"
    )
    run(scripts / "python", "-c", code, cwd=tmp_path, PYTHONPATH=str(wheel))
    assert zipfile.is_zipfile(tmp_path / STANDARD_WORKBOOK)


def test_the_sample_is_copied_out_of_a_zip(wheel: Path, scripts: Path, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from xlcrm import resources\n"
        "resources.copy_tree(resources.sample_workbooks(), Path('sample_workbooks'))"
    )
    run(scripts / "python", "-c", code, cwd=tmp_path, PYTHONPATH=str(wheel))
    expected = files_below(ROOT / "sample_workbooks")
    assert expected
    for name in expected:
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()
