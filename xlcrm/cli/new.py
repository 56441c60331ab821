"""``xlcrm new``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlcrm.cli import exits
from xlcrm.cli.common import Common, common_options, shown
from xlcrm.cli.words import language_of, say
from xlcrm.pipeline.blanks import new_workbook
from xlcrm.pipeline.options import UsageError
from xlcrm.pipeline.team import settings_of_folder
from xlcrm.team_folder import SETTINGS_FILE

_LANGUAGE = language_of()


@click.command("new", help=say(_LANGUAGE, "help.new"))
@click.argument("tables", metavar="[TABLE]...", nargs=-1)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help=say(_LANGUAGE, "option.output")
)
@click.option("--core", is_flag=True, help=say(_LANGUAGE, "option.core"))
@click.option(
    "--settings",
    "team",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help=say(_LANGUAGE, "option.settings"),
)
@common_options
def command(
    tables: tuple[str, ...], output: Path | None, core: bool, team: Path | None, **given: Any
) -> int:
    """Write a blank workbook and say where it is."""
    common = Common.of(given)
    if team and not (team / SETTINGS_FILE).exists():
        raise UsageError("no-settings", path=shown(team))
    options = settings_of_folder(team or Path(), common.options(), common.lang)
    path = new_workbook(tables, output, common.console.notices(options), core=core)
    common.console.say("said.new", path=shown(path))
    common.console.document({"schema_version": 1, "workbook": str(path.absolute())})
    return exits.DONE
