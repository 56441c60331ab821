"""``xlcrm archive``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from xlcrm.cli import exits
from xlcrm.cli.common import Common, Console, common_options, shown
from xlcrm.cli.merge import exit_code, tell_remembered
from xlcrm.cli.password import password_option
from xlcrm.cli.team import team_options
from xlcrm.cli.words import language_of, say
from xlcrm.pipeline.archives import LEFT_OUT, ArchiveResult, archive
from xlcrm.text import printable

_LANGUAGE = language_of()


@click.command("archive", help=say(_LANGUAGE, "help.archive"))
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help=say(_LANGUAGE, "option.to"),
)
@click.option("--workers", type=click.IntRange(1, 64), help=say(_LANGUAGE, "option.workers"))
@password_option
@common_options
def command(
    folder: Path, into: Path | None, workers: int | None, password: str | None, **given: Any
) -> int:
    """Merge a folder, file its form records and say what became of each."""
    common = Common.of(given)
    console = common.console
    with team_options(common, folder, workers, password) as options:
        result = archive(folder, options, into)
    console.document(result.document)
    if not console.as_json:
        _tell(console, result)
        tell_remembered(console, result.merged.remembered)
    if result.is_busy:
        console.note("error.prefix", "error.archive-busy")
        return exits.BUSY
    return exit_code(result.merged)


def _tell(console: Console, result: ArchiveResult) -> None:
    """Print what was filed; with -v every file."""
    console.say("said.archive", path=shown(result.document["archive"]))
    counts = Counter(each.status for each in result.files)
    names = ("written", "replaced", "unchanged")
    numbers = {name: counts[name] for name in names}
    console.say("said.filed", **numbers, left_out=counts[LEFT_OUT])
    for each, told in zip(result.files, result.document["files"], strict=True):
        if each.status == LEFT_OUT:
            console.say("said.filed_left_out", source=printable(told["source"]))
        elif each.reason:
            reason = each.because(console.language)
            console.say("said.filed_note", path=printable(each.path or ""), reason=reason)
        elif console.verbose:
            console.say("said.filed_file", path=printable(each.path or ""))
