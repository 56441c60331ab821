"""README's commands do what it shows: each console block is run, in order, in one folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from xlcrm.cli.main import cli

README = Path(__file__).parents[1] / "README.md"
COMMANDS = frozenset(cli.list_commands(click.Context(cli)))
ENDLESS = {"watch"}  # these can't be run here
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands() -> Iterator[tuple[str, str]]:
    """Each command line of README's console blocks with the output shown below it."""
    for block in BLOCK.findall(README.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def run(command: str, folder: Path) -> str:
    """What a command prints, on both streams, in an English terminal."""
    program, *arguments = shlex.split(command)
    assert program == "xlcrm", f"README shows a command that is not ours: {command}"
    environment = {**os.environ, "LC_ALL": "en_US.UTF-8", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    environment["PYTHONPATH"] = str(README.parent)
    done = subprocess.run(
        [sys.executable, "-m", "xlcrm", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.stdout.decode("utf-8")


def pattern(shown: str) -> re.Pattern[str]:
    """The output shown, in which a line `...` stands for any number of lines."""
    any_lines = r"(?:.*\n)*?"
    lines = shown.splitlines()
    return re.compile("".join(any_lines if x == "..." else f"{re.escape(x)}\n" for x in lines))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("readme")


@pytest.mark.parametrize("name", sorted(COMMANDS - ENDLESS))
def test_readme_shows_every_command(name: str) -> None:
    assert any(shlex.split(command)[:2] == ["xlcrm", name] for command, _ in commands())


@pytest.mark.parametrize("name", sorted(ENDLESS))
def test_readme_names_commands_that_do_not_end(name: str) -> None:
    assert f"`xlcrm {name}" in README.read_text(encoding="utf-8")


def test_commands_print_what_readme_shows(folder: Path) -> None:
    for command, shown in commands():
        printed = run(command, folder)
        assert pattern(shown).fullmatch(printed), f"$ {command}\n{printed}"


def test_pictures_exist() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    assert pictures
    for picture in pictures:
        assert (README.parent / picture).is_file(), picture
