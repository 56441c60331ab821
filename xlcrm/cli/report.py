"""``xlcrm report``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from xlcrm.cli import exits
from xlcrm.cli.common import Common, Console, common_options, refuse_together, shown
from xlcrm.cli.exported import export_options, from_option, given_folder
from xlcrm.cli.merge import exit_code, tell_remembered
from xlcrm.cli.password import password_option
from xlcrm.cli.team import team_options
from xlcrm.cli.words import language_of, say
from xlcrm.periods import Period, parse_period
from xlcrm.pipeline.options import UsageError
from xlcrm.pipeline.printing import NoPdfError, write_pdf
from xlcrm.pipeline.reports import Figures, Publish, ReportResult, figures_from, report, report_from
from xlcrm.pipeline.summaries import summary
from xlcrm.text import printable

_LANGUAGE = language_of()
_KINDS = ("week", "month", "quarter", "year")


@click.command("report", help=say(_LANGUAGE, "help.report"))
@click.argument("folder", metavar="[FOLDER]", type=click.Path(path_type=Path), required=False)
@from_option
@click.option("--week", metavar="2024-W20", help=say(_LANGUAGE, "option.week"))
@click.option("--month", metavar="2024-05", help=say(_LANGUAGE, "option.month"))
@click.option("--quarter", metavar="2024-Q2", help=say(_LANGUAGE, "option.quarter"))
@click.option("--year", metavar="2024", help=say(_LANGUAGE, "option.year"))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help=say(_LANGUAGE, "option.output")
)
@click.option("--figures", is_flag=True, help=say(_LANGUAGE, "option.figures"))
@click.option("--pdf", is_flag=True, help=say(_LANGUAGE, "option.pdf"))
@click.option("--text", is_flag=True, help=say(_LANGUAGE, "option.text"))
@click.option("--markdown", is_flag=True, help=say(_LANGUAGE, "option.markdown"))
@click.option("--publish", is_flag=True, help=say(_LANGUAGE, "option.publish"))
@click.option("--republish", is_flag=True, help=say(_LANGUAGE, "option.republish"))
@click.option("--workers", type=click.IntRange(1, 64), help=say(_LANGUAGE, "option.workers"))
@password_option
@common_options
def command(
    folder: Path | None,
    source: str | None,
    output: Path | None,
    figures: bool,
    pdf: bool,
    text: bool,
    markdown: bool,
    publish: bool,
    republish: bool,
    workers: int | None,
    password: str | None,
    **given: Any,
) -> int:
    """Merge a folder, write the report of a period and say what it shows."""
    if text and markdown:
        raise UsageError("not-together", one="--text", other="--markdown")
    period = _period({kind: given.pop(kind) for kind in _KINDS})
    common = Common.of(given)
    console = common.console
    to_publish: Publish | None = "again" if republish else "once" if publish else None
    if source is not None:
        # What an export says is not all that the text has to keep to itself, nor is it the team's.
        for_folder = {"--text": text, "--markdown": markdown, "--publish": bool(to_publish)}
        with export_options(common, source, folder, for_folder) as (found, options):
            if figures:
                refuse_together("--figures", {"-o": output is not None, "--pdf": pdf})
                return _figures(console, figures_from(found, options, period))
            result = report_from(found, options, period, output)
    else:
        refuse_together("--figures", {"FOLDER": figures})
        folder = given_folder(folder)
        with team_options(common, folder, workers, password) as options:
            result = report(folder, options, period, output, to_publish)
    console.notices(replace(options, notices=result.analysis.faults))
    said = summary(result, "markdown" if markdown else "plain") if text or markdown else None
    printed = _print(console, result) if pdf else None
    console.document(result.document | {"text": said, "pdf": printed and str(printed)})
    if said and not console.as_json:
        click.echo(said, nl=False)
        console.note("said.report", path=shown(result.path))
    elif not console.as_json:
        tell_report(console, result)
    if not console.as_json:
        tell_remembered(console, result.merged.remembered)
    tell_published(console, result)
    return exits.USAGE if pdf and not printed else exit_code(result.merged)


def _figures(console: Console, result: Figures) -> int:
    """Print the figures alone."""
    console.document(result.document)
    if not console.as_json:
        _tell_figures(console, result)
    return exits.DONE


def _print(console: Console, result: ReportResult) -> Path | None:
    """Write the report as a PDF too; None where that is not possible, which is said."""
    try:
        path = write_pdf(result)
    except NoPdfError as error:
        reason = say(console.language, f"error.pdf-{error.reason}", detail=printable(error.detail))
        click.echo(say(console.language, "error.prefix") + reason, err=True)
        return None
    console.note("said.pdf", path=shown(path))
    return path


def _period(given: dict[str, str | None]) -> Period | None:
    """Return the period asked for, if one is. Raises UsageError for a bad one, or several."""
    asked = {kind: text for kind, text in given.items() if text is not None}
    if len(asked) > 1:
        raise UsageError("one-period")
    for kind, text in asked.items():
        try:
            period = parse_period(text)
        except ValueError as error:
            raise UsageError("bad-period", text=text) from error
        if period.kind != kind:
            raise UsageError("bad-period", text=text)
        return period
    return None


def tell_report(console: Console, result: ReportResult) -> None:
    """Print where the report is, and its figures a line each."""
    console.say("said.report", path=shown(result.path))
    _tell_figures(console, result)


def _tell_figures(console: Console, result: Figures) -> None:
    document, told = result.document, result.analysis
    console.say("said.period", **{**document["period"], "previous": document["previous"]["label"]})
    if not told.period.is_over(told.as_of):
        console.say("said.period-running", label=told.period.label, day=told.as_of)
    for row in told.figures(console.language):
        figures = f"{row.current.text} | {row.previous.text} | {row.change}"
        click.echo(f"  {row.name}  {figures}")
    for late in result.late(console.language):
        console.say("said.late", **vars(late))


def tell_published(console: Console, result: ReportResult) -> None:
    """Say what became of publishing the report's figures, and what can't be read of others."""
    edition = result.published.of(result.analysis.period)
    changed = sum(
        bool(each.current and each.current.is_changed) for each in result.analysis.effects.values()
    )
    if result.status not in (None, "unreadable"):
        label, on = result.analysis.period.label, edition.on if edition else ""
        console.note(f"said.publish-{result.status}", label=label, on=on, count=changed)
    for path in result.published.unreadable:
        console.note("said.publish-unreadable", path=shown(path))
    if result.aside:
        path, finding = result.aside
        console.note("said.report-aside", path=shown(finding.file), aside=shown(path))
    if result.published.words:
        console.note("said.words-unreadable", path=shown(result.published.words))
