"""``xlcrm export``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from xlcrm.cli.common import Common, common_options, shown
from xlcrm.cli.merge import exit_code, tell_remembered
from xlcrm.cli.password import password_option
from xlcrm.cli.team import team_options
from xlcrm.cli.words import language_of, say
from xlcrm.pipeline.export_places import FORMS
from xlcrm.pipeline.exports import export
from xlcrm.pipeline.options import Audience

_LANGUAGE = language_of()


@click.command("export", help=say(_LANGUAGE, "help.export"))
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--to", "target", metavar="DIR|URL", required=True, help=say(_LANGUAGE, "option.export_to")
)
@click.option("--as", "kept_as", type=click.Choice(FORMS), help=say(_LANGUAGE, "option.export_as"))
@click.option(
    "--audience",
    type=click.Choice(["lead", "team"]),
    default="lead",
    help=say(_LANGUAGE, "option.export_audience"),
)
@click.option("--workers", type=click.IntRange(1, 64), help=say(_LANGUAGE, "option.workers"))
@password_option
@common_options
def command(
    folder: Path,
    target: str,
    kept_as: Any,
    audience: Audience,
    workers: int | None,
    password: str | None,
    **given: Any,
) -> int:
    """Merge a folder, export its ledger and say how much it is."""
    common = Common.of(given)
    console = common.console
    with team_options(common, folder, workers, password) as options:
        result = export(folder, replace(options, audience=audience), target, kept_as)
    document = result.document
    console.document(document)
    if not console.as_json:
        place = shown(result.place.folder) if result.place.folder else str(result.place)
        console.say("said.exported", place=place, form=document["form"])
        tables = result.merged.options.spec.tables
        for name, count in document["tables"].items():
            if count and name in tables:
                label = tables[name].labels[console.language]
                console.say("said.table", label=label, count=count)
        if document["removed"]:
            console.say("said.export_removed", count=document["removed"])
        tell_remembered(console, result.merged.remembered)
    return exit_code(result.merged)
