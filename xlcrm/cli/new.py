"""``xlcrm new``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlcrm.cli import exits
from xlcrm.cli.common import Common, Console, common_options, shown
from xlcrm.cli.words import language_of, say
from xlcrm.pipeline.blanks import new_workbook
from xlcrm.pipeline.options import SCHEMA_VERSION, Options, UsageError
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
@click.option(
    "--from",
    "source",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help=say(_LANGUAGE, "option.from"),
)
@click.option("--owner", metavar="NAME", help=say(_LANGUAGE, "option.owner"))
@common_options
def command(
    tables: tuple[str, ...],
    output: Path | None,
    core: bool,
    team: Path | None,
    source: Path | None,
    owner: str | None,
    **given: Any,
) -> int:
    """Write a blank or prefilled workbook and say where it is."""
    common = Common.of(given)
    console = common.console
    if team and not (team / SETTINGS_FILE).exists():
        raise UsageError("no-settings", path=shown(team))
    if source and not owner:
        raise UsageError("from-whom")
    options = settings_of_folder(team or source or Path(), common.options(), common.lang)
    console.notices(options)
    if owner:
        return _prefill(console, owner, source, tables, output, options, core=core)
    path = new_workbook(tables, output, options, core=core)
    console.say("said.new", path=shown(path))
    workbook = str(path.absolute())
    console.document({"schema_version": SCHEMA_VERSION, "workbook": workbook, "records": {}})
    return exits.DONE


def _prefill(
    console: Console,
    owner: str,
    source: Path | None,
    tables: tuple[str, ...],
    output: Path | None,
    options: Options,
    *,
    core: bool,
) -> int:
    from xlcrm.pipeline.prefills import prefilled_workbook  # late: a blank needs none of it

    made = prefilled_workbook(owner, source, tables, output, options, core=core)
    console.document(made.to_json())
    console.say("said.new", path=shown(made.workbook))
    for key, count in made.records.items():
        label = options.spec.tables[key].labels[console.language]
        console.say("said.table", label=label, count=count)
    for each in made.rejected:
        console.say("said.rejected", path=each.file, message=each.message(console.language))
    return exits.REJECTED if made.rejected else exits.DONE
