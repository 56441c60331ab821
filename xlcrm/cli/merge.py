"""``xlcrm merge``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from xlcrm.cli import exits
from xlcrm.cli.common import (
    Common,
    Console,
    common_options,
    refuse_together,
    shown,
)
from xlcrm.cli.handing_back import is_incomplete, tell_returned
from xlcrm.cli.password import password_option
from xlcrm.cli.preview import tell_preview
from xlcrm.cli.team import team_options
from xlcrm.cli.words import language_of, say
from xlcrm.findings import Finding, Language
from xlcrm.pipeline.merges import MergeResult, hand_back, merge
from xlcrm.pipeline.options import Audience
from xlcrm.pipeline.previews import Preview, preview
from xlcrm.pipeline.remembering import Remembered
from xlcrm.pipeline.secrets import plain_beside
from xlcrm.pipeline.undoing import UndoResult, undo
from xlcrm.team_folder import OUTPUT_FOLDER
from xlcrm.text import printable

_LANGUAGE = language_of()
_NAMED = 5  # of workbooks without a password, or of records


@click.command("merge", help=say(_LANGUAGE, "help.merge"))
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help=say(_LANGUAGE, "option.output")
)
@click.option("--dry-run", is_flag=True, help=say(_LANGUAGE, "option.dry_run"))
@click.option("--undo", "take_back", is_flag=True, help=say(_LANGUAGE, "option.undo"))
@click.option("--return", "give_back", is_flag=True, help=say(_LANGUAGE, "option.give_back"))
@click.option("--strict", is_flag=True, help=say(_LANGUAGE, "option.strict"))
@click.option(
    "--audience",
    type=click.Choice(["lead", "team"]),
    default="lead",
    help=say(_LANGUAGE, "option.audience"),
)
@click.option("--encrypt/--no-encrypt", default=None, help=say(_LANGUAGE, "option.encrypt"))
@click.option("--break-lock", is_flag=True, help=say(_LANGUAGE, "option.break_lock"))
@click.option("--workers", type=click.IntRange(1, 64), help=say(_LANGUAGE, "option.workers"))
@click.option("--scheduler", metavar="ADDRESS", help=say(_LANGUAGE, "option.scheduler"))
@password_option
@common_options
def command(
    folder: Path,
    output: Path | None,
    dry_run: bool,
    take_back: bool,
    give_back: bool,
    strict: bool,
    audience: Audience,
    encrypt: bool | None,
    break_lock: bool,
    workers: int | None,
    scheduler: str | None,
    password: str | None,
    **given: Any,
) -> int:
    """Merge a folder and say what became of it."""
    others = {"--undo": take_back, "--return": give_back, "--audience team": audience == "team"}
    refuse_together("--dry-run" if dry_run else "--undo" if take_back else None, others)
    common = Common.of(given)
    console = common.console
    with team_options(common, folder, workers, password, scheduler) as options:
        options = replace(options, encrypt=encrypt, audience=audience, break_lock=break_lock)
        if take_back:
            return _undo(console, undo(folder, options, output))
        if dry_run:
            return _preview(console, preview(folder, options, output), strict=strict)
        result = merge(folder, options, output)
        result = hand_back(folder, result) if give_back else result
    console.document(result.document)
    if not console.as_json:
        tell_merge(console, result)
        tell_returned(console, result.returned or ())
    if result.options.secret:
        found = plain_beside(folder / OUTPUT_FOLDER)
        for path in found[:_NAMED]:
            console.note("said.plain_beside", path=shown(path))
        if found[_NAMED:]:
            console.note("said.plain_beside_more", count=len(found[_NAMED:]))
    errors = any(each["severity"] == "error" for each in result.document["findings"])
    return exit_code(result, findings=strict and errors)


def _undo(console: Console, result: UndoResult) -> int:
    console.document(result.document)
    console.say("said.undone", path=shown(result.master), kept=shown(result.kept))
    return exits.DONE


def _preview(console: Console, made: Preview, *, strict: bool) -> int:
    """Say what a merge would do, and return its exit code."""
    console.document(made.document)
    if not console.as_json:
        tell_preview(console, made)
    if made.rejected:
        return exits.REJECTED
    errors = any(each["severity"] == "error" for each in made.document["findings"])
    return exits.FINDINGS if strict and errors else exits.DONE


def exit_code(result: MergeResult, *, findings: bool = False) -> int:
    """Return the exit code of a run that merged: the gravest that holds."""
    if is_incomplete(result.returned):
        return exits.USAGE
    if result.pending:
        return exits.BUSY
    if result.rejected:
        return exits.REJECTED
    return exits.FINDINGS if findings else exits.DONE


def tell_merge(console: Console, result: MergeResult) -> None:
    """Print what a merge did."""
    document = result.document
    statuses = Counter(each["status"] for each in document["files"])
    console.say("said.merged" if result.made else "said.unchanged", path=shown(document["master"]))
    labels = result.options.spec.tables
    for key, count in document["records"].items():
        console.say("said.table", label=labels[key].labels[console.language], count=count)
    counts = {name: statuses[name] for name in ("merged", "unchanged", "skipped", "rejected")}
    console.say("said.files", **counts)
    for each in document["files"]:
        if each["status"] == "rejected":
            message = _reason(document["findings"], each["path"], each["reason"], console.language)
            console.say("said.rejected", path=each["path"], message=message)
    console.say("said.repeated", duplicates=document["duplicates"], conflicts=document["conflicts"])
    severities = Counter(each["severity"] for each in document["findings"])
    console.say(
        "said.found",
        errors=severities["error"],
        warnings=severities["warning"],
        infos=severities["info"],
    )
    for key, words in told_besides(result):
        console.note(key, **words)
    if result.kept:
        console.note("said.kept_edited", path=shown(result.kept))
    if result.pending:
        key = "error.pending-opened" if result.opened else "error.pending"
        console.note(key, path=shown(result.pending), sign=shown(result.opened or ""))


def tell_remembered(console: Console, done: Remembered | None) -> None:
    """Say what became of decisions on customers that the settings are to hold."""
    for key, words in _remembered(done):
        console.note(key, **words)


def told_besides(result: MergeResult) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a run has to tell besides what it found: messages, each with its words."""
    yield from _remembered(result.remembered)
    if result.forgot:
        yield "said.forgot", {}
    if result.unsure:
        told = result.document["unsure"]
        names = ", ".join(each["record"] or "" for each in told[:_NAMED])
        records = printable(names) + (", …" if told[_NAMED:] else "")
        yield "said.unsure", {"count": len(told), "records": records}


def _remembered(done: Remembered | None) -> Iterator[tuple[str, dict[str, Any]]]:
    if done and done.written:
        yield "said.remembered", {"count": done.written}
    if done and done.reason:
        yield f"said.not_remembered-{done.reason}", {"sign": shown(done.sign or "")}


def _reason(findings: list[dict[str, Any]], path: str, code: str, language: Language) -> str:
    told = (f["message"] for f in findings if (f["file"], f["code"]) == (path, code))
    return next(told, "") or Finding(code, path).message(language)
