"""``--from``: what a command says of a folder, from its export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from xlcrm.cli.common import Common, refuse_together
from xlcrm.cli.words import language_of, say
from xlcrm.pipeline.exported import Exported, exported
from xlcrm.pipeline.options import Options, UsageError

_NONE: Mapping[str, bool] = {}


def from_option(command: Any) -> Any:
    """Add the option to a command; it is given as ``source``."""
    text = say(language_of(), "option.from_export")
    return click.option("--from", "source", metavar="DIR|URL", help=text)(command)


def given_folder(folder: Path | None) -> Path:
    """Return the folder. Raises UsageError where none was given."""
    if folder is None:
        raise UsageError("folder-or-from")
    return folder


@contextmanager
def export_options(
    common: Common, source: str, folder: Path | None, others: Mapping[str, bool] = _NONE
) -> Iterator[tuple[Exported, Options]]:
    """Give an export and the options of a run over it; what its settings ask to be told is told
    first. Raises UsageError where a folder is given too, or any of ``others``, which need one."""
    refuse_together("--from", {"FOLDER": folder is not None} | dict(others))
    found = exported(source)
    yield found, common.console.notices(found.options(common.options(), common.lang))
