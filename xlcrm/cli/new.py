"""``xlcrm new``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlcrm.cli import exits
from xlcrm.cli.common import Common, common_options, shown
from xlcrm.cli.words import language_of, say
from xlcrm.pipeline.blanks import new_workbook

_LANGUAGE = language_of()


@click.command("new", help=say(_LANGUAGE, "help.new"))
@click.argument("tables", metavar="[TABLE]...", nargs=-1)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help=say(_LANGUAGE, "option.output")
)
@click.option("--core", is_flag=True, help=say(_LANGUAGE, "option.core"))
@common_options
def command(tables: tuple[str, ...], output: Path | None, core: bool, **given: Any) -> int:
    """Write a blank workbook and say where it is."""
    common = Common.of(given)
    path = new_workbook(tables, output, common.options(), core=core)
    common.console.say("said.new", path=shown(path))
    common.console.document({"schema_version": 1, "workbook": str(path.absolute())})
    return exits.DONE
