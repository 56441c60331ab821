"""``--password-file``: a password is read from a file, so that no list of processes shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlcrm.cli.words import language_of, say
from xlcrm.pipeline.options import UsageError


def _first_line(_context: click.Context, _option: click.Parameter, path: Path | None) -> str | None:
    """Return a file's first line. Raises UsageError where there is none to read."""
    if path is None:
        return None
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("no-password", path=str(path)) from error
    if not lines or not lines[0]:
        raise UsageError("no-password", path=str(path))
    return lines[0]


def password_option(command: Any) -> Any:
    """Add the option to a command; it is given the password itself, as ``password``."""
    return click.option(
        "--password-file",
        "password",
        metavar="FILE",
        type=click.Path(path_type=Path),
        callback=_first_line,
        help=say(language_of(), "option.password_file"),
    )(command)
