"""``xlcrm demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlcrm.cli import exits
from xlcrm.cli.common import Common, common_options, progress_bar, shown
from xlcrm.cli.merge import exit_code, tell_merge
from xlcrm.cli.report import tell_report
from xlcrm.cli.words import language_of, say
from xlcrm.demo import demo, is_as_planted


@click.command("demo", help=say(language_of(), "help.demo"))
@click.argument("folder", metavar="[DIR]", default="xlcrm-demo", type=click.Path(path_type=Path))
@common_options
def command(folder: Path, **given: Any) -> int:
    """Show the main job on the sample team's folder."""
    common = Common.of(given)
    console = common.console
    with progress_bar(console) as progress:
        result = demo(folder, common.options(progress=progress), common.lang)
    console.document(result.document)
    if not console.as_json:
        console.say("said.demo", path=shown(folder))
        tell_merge(console, result.merged)
        tell_report(console, result)
        console.say("said.look")
    return exits.DONE if is_as_planted(result) else exit_code(result.merged)
