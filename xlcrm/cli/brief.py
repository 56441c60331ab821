"""``xlcrm brief``."""

from __future__ import annotations

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
from xlcrm.pipeline.briefs import BriefResult, brief_from, brief_on
from xlcrm.text import printable

_LANGUAGE = language_of()


@click.command("brief", help=say(_LANGUAGE, "help.brief"))
@click.argument("folder", metavar="[FOLDER]")
@click.argument("customer", metavar="CUSTOMER", required=False)
@from_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help=say(_LANGUAGE, "option.output")
)
@click.option("--workers", type=click.IntRange(1, 64), help=say(_LANGUAGE, "option.workers"))
@password_option
@common_options
def command(
    folder: str,
    customer: str | None,
    source: str | None,
    output: Path | None,
    workers: int | None,
    password: str | None,
    **given: Any,
) -> int:
    """Merge a folder, write a customer's page and say what stands on it.

    One argument alone is the customer.
    """
    common = Common.of(given)
    console = common.console
    *homes, asked = (text for text in (folder, customer) if text is not None)
    home = Path(*homes) if homes else None
    if source is not None:
        with export_options(common, source, home) as (found, options):
            result = brief_from(found, asked, options, output)
    else:
        home = given_folder(home)
        with team_options(common, home, workers, password) as options:
            result = brief_on(home, asked, options, output)
    console.document(result.document)
    if not result.is_exact:
        told = printable(result.customer)
        console.note("said.brief_meant", name=printable(asked), customer=told)
    if not console.as_json:
        _tell(console, result)
        tell_remembered(console, result.merged.remembered)
    return exit_code(result.merged)


def _tell(console: Console, result: BriefResult) -> None:
    """Print the page, a line a row."""
    click.echo(printable(result.customer))
    click.echo(result.summary(console.language))
    for section in result.sections(console.language):
        click.echo(section.title)
        labels = [column.label for column in section.columns] if section.rows else []
        rows = [labels] * bool(labels)
        rows += [[_text(cell.value) for cell in row] for row in section.rows]
        rows += [[label, on_a_line(text)] for label, text in section.pairs]
        for line in aligned(rows) if rows else []:
            click.echo(f"  {line}")
        if note := section.more or section.none:
            click.echo(f"  {note}")
    console.say("said.written", path=shown(result.path))


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return on_a_line(str(value)) if value else ""
