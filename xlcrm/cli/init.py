"""``xlcrm init``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlcrm.cli import exits
from xlcrm.cli.common import Common, common_options, shown
from xlcrm.cli.words import language_of, say
from xlcrm.pipeline.setup import init_folder
from xlcrm.pipeline.team import settings_of_folder


@click.command("init", help=say(language_of(), "help.init"))
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@common_options
def command(folder: Path, **given: Any) -> int:
    """Set up a team's folder and say what was made."""
    common = Common.of(given)
    console = common.console
    options = settings_of_folder(folder, common.options(), common.lang)
    result = init_folder(folder, console.notices(options))
    console.document(result.to_json())
    for name, status in result.files:
        console.say(f"said.{status}", path=shown(folder / name))
    return exits.DONE
