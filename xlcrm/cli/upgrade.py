"""``xlcrm upgrade``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from xlcrm.cli import exits
from xlcrm.cli.common import Common, common_options, shown
from xlcrm.cli.words import language_of, say
from xlcrm.pipeline.team import settings_around
from xlcrm.pipeline.upgrades import NOT_WRITTEN, upgrade
from xlcrm.text import printable

_LANGUAGE = language_of()


@click.command("upgrade", help=say(_LANGUAGE, "help.upgrade"))
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=say(_LANGUAGE, "option.into"),
)
@common_options
def command(files: tuple[Path, ...], output: Path | None, **given: Any) -> int:
    """Put the data of workbooks on today's template and say where they are."""
    common = Common.of(given)
    console = common.console
    options = settings_around(files, common.options(), common.lang)
    result = upgrade(files, output, console.notices(options), common.lang)
    console.document(result.to_json(console.language))
    for each in result.files:
        if each.workbook:
            new = shown(each.workbook)
            console.say("said.upgraded", path=each.file, workbook=new, count=each.records)
        elif each.reason == NOT_WRITTEN:
            why = say(console.language, "error.not-written", detail=printable(each.detail or ""))
            console.say("said.rejected", path=each.file, message=why)
        else:
            told = next(f for f in result.findings if f.file == each.file)
            console.say("said.rejected", path=each.file, message=told.message(console.language))
    if not console.as_json:
        console.findings([each for each in result.findings if each.code == "not-carried"])
    if any(each.reason == NOT_WRITTEN for each in result.files):
        return exits.USAGE
    rejected = any(each.status == "rejected" for each in result.files)
    return exits.REJECTED if rejected else exits.DONE
