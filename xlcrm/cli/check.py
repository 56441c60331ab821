"""``xlcrm check``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from xlcrm.cli import exits
from xlcrm.cli.common import (
    Common,
    common_options,
    progress_bar,
)
from xlcrm.cli.handing_back import is_incomplete, tell_returned
from xlcrm.cli.password import password_option
from xlcrm.cli.words import language_of, say
from xlcrm.pipeline.checks import check
from xlcrm.pipeline.team import settings_around

_LANGUAGE = language_of()


@click.command("check", help=say(_LANGUAGE, "help.check"))
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--return",
    "into",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=say(_LANGUAGE, "option.return"),
)
@click.option("--workers", type=click.IntRange(1, 64), help=say(_LANGUAGE, "option.workers"))
@click.option("--scheduler", metavar="ADDRESS", help=say(_LANGUAGE, "option.scheduler"))
@password_option
@common_options
def command(
    paths: tuple[Path, ...],
    into: Path | None,
    workers: int | None,
    scheduler: str | None,
    password: str | None,
    **given: Any,
) -> int:
    """Print the findings of files and folders."""
    common = Common.of(given)
    console = common.console
    with progress_bar(console) as progress:
        options = settings_around(paths, common.options(workers, progress, scheduler), common.lang)
        result = check(paths, replace(options, password=password), into)
    console.document(result.to_json())
    if not console.as_json:
        console.findings(result.findings)
        if result.findings:
            console.counts(result.findings)
        else:
            console.say("said.none")
        tell_returned(console, result.returned or ())
    if is_incomplete(result.returned):
        return exits.USAGE
    if any(each.status == "rejected" for each in result.files):
        return exits.REJECTED
    errors = any(each.severity == "error" for each in result.findings)
    return exits.FINDINGS if errors else exits.DONE
