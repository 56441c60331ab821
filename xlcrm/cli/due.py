"""``xlcrm due``."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import click

from xlcrm.cli.columns import aligned, on_a_line
from xlcrm.cli.common import Common, Console, common_options, shown
from xlcrm.cli.exported import export_options, from_option, given_folder
from xlcrm.cli.merge import exit_code, tell_remembered
from xlcrm.cli.password import password_option
from xlcrm.cli.team import team_options
from xlcrm.cli.words import language_of, say
from xlcrm.pipeline.agendas import AgendaResult, due, due_from

_LANGUAGE = language_of()


@click.command("due", help=say(_LANGUAGE, "help.due"))
@click.argument("folder", metavar="[FOLDER]", type=click.Path(path_type=Path), required=False)
@from_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help=say(_LANGUAGE, "option.due_output")
)
@click.option("--workers", type=click.IntRange(1, 64), help=say(_LANGUAGE, "option.workers"))
@password_option
@common_options
def command(
    folder: Path | None,
    source: str | None,
    output: Path | None,
    workers: int | None,
    password: str | None,
    **given: Any,
) -> int:
    """Merge a folder and say what the day asks for."""
    common = Common.of(given)
    console = common.console
    if source is not None:
        with export_options(common, source, folder) as (found, options):
            result = due_from(found, options, output)
    else:
        folder = given_folder(folder)
        with team_options(common, folder, workers, password) as options:
            result = due(folder, options, output)
    console.document(result.document)
    if not console.as_json:
        _tell(console, result)
        tell_remembered(console, result.merged.remembered)
    return exit_code(result.merged)


def _tell(console: Console, result: AgendaResult) -> None:
    """Print the items by kind, a line each; with -v where each comes from."""
    click.echo(result.counts(console.language))
    rows = [[on_a_line(text) for text in row] for row in result.rows(console.language)]
    lines = iter(aligned([row[1:-1] for row in rows]))
    for kind, items in groupby(rows, key=itemgetter(0)):
        own = list(items)
        console.say("said.due_kind", kind=kind, count=len(own))
        for row, line in zip(own, lines, strict=False):
            click.echo(f"  {line}")
            if console.verbose:
                console.say("said.due_source", source=row[-1])
    if result.path:
        console.say("said.written", path=shown(result.path))
