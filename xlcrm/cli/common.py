"""Options that every command has, and how results leave: JSON or text, on the right stream."""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from xlcrm.cli import exits
from xlcrm.cli.listing import grouped, heading, places
from xlcrm.cli.words import language_of, say
from xlcrm.findings import SEVERITIES, Finding, Language
from xlcrm.pipeline.options import SCHEMA_VERSION, Options, Progress, SettingsError, UsageError
from xlcrm.text import printable
from xlcrm.values import dataclass

Command = TypeVar("Command", bound=Callable[..., Any])

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
_AS_JSON = json.JSONEncoder(ensure_ascii=False).encode
# A line for each key and item: indents would take five times as long.
_LAID_OUT = json.JSONEncoder(ensure_ascii=False, separators=(",\n", ": ")).encode
_REFRESH = 0.1  # seconds between two looks of the progress bar
MARKS = {"error": "×", "warning": "!", "info": "·"}  # what a GBK terminal can print


@dataclass(frozen=True)
class Console:
    """How a run talks: language, JSON or text, how much, and whether in colour."""

    language: Language
    as_json: bool
    quiet: bool
    verbose: bool

    def say(self, key: str, **words: object) -> None:
        """Print a line of the result."""
        if not self.as_json:
            click.echo(say(self.language, key, **words), color=_coloured())

    def note(self, *keys: str, **words: object) -> None:
        """Print a line about the run, on stderr."""
        if not self.quiet:
            line = "".join(say(self.language, key, **words) for key in keys)
            click.echo(line, err=True, color=_coloured())

    def notices(self, options: Options) -> Options:
        """Print on stderr what the settings' findings say, and return the options."""
        if not self.quiet and not self.as_json:
            self._list(options.notices, err=True)
        return options

    def document(self, document: Mapping[str, Any], *, lines: bool = True) -> None:
        """Print the JSON document, in UTF-8 whatever the console's encoding; without ``lines`` on
        one line."""
        if self.as_json:
            text = (_LAID_OUT if lines else _AS_JSON)(document)
            sys.stdout.flush()
            sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
            sys.stdout.buffer.flush()

    def findings(self, findings: Sequence[Finding]) -> None:
        """Print findings, equal ones once with their cells; notes only where they are asked for."""
        shown = [each for each in findings if each.severity != "info" or self.verbose]
        self._list(shown)

    def _list(self, findings: Sequence[Finding], *, err: bool = False) -> None:
        for group in grouped(findings, self.language):
            code, severity = group[0].code, group[0].severity
            mark = click.style(MARKS[severity], fg=_COLOURS[severity])
            lines = [f"{mark} {heading(group, self.language)}  [{code}]"]
            lines += [f"  {line}" for line in places(group, self.language, every=self.verbose)]
            click.echo("\n".join(lines), err=err, color=_coloured())

    def counts(self, findings: Sequence[Finding]) -> None:
        """Print how many findings there are of each severity."""
        counts = {name: sum(each.severity == name for each in findings) for name in SEVERITIES}
        line = say(
            self.language,
            "said.found",
            errors=counts["error"],
            warnings=counts["warning"],
            infos=counts["info"],
        )
        if counts["info"] and not self.verbose:
            line += say(self.language, "said.hidden")
        click.echo(line)
        gravest = min(findings, key=lambda each: SEVERITIES.index(each.severity))
        if gravest.severity != "info":
            self.note("said.explain", code=gravest.code)


def refuse_together(one: str | None, others: Mapping[str, bool]) -> None:
    """Raise UsageError where an option that does something else is given with others."""
    other = next((name for name, given in others.items() if given and name != one), None)
    if one and other:
        raise UsageError("not-together", one=one, other=other)


def shown(path: Path | str) -> str:
    """Return a path as people want to read it: from here, where it is below the current folder."""
    try:
        return printable(str(Path(path).absolute().relative_to(Path.cwd())))
    except ValueError:
        return printable(str(path))


def _coloured() -> bool | None:
    """Return False where colour is not wanted; None lets the terminal decide."""
    return False if os.environ.get("NO_COLOR") else None


def common_options(command: Command) -> Command:
    """Add the options that every command has, and what happens where the settings are wrong."""
    language = language_of()
    command = _telling_of_settings(command)
    for decorate in reversed(_options(language)):
        command = decorate(command)
    return command


def _telling_of_settings(command: Command) -> Command:
    """Make a command print what is wrong with a team's settings, and exit as for wrong usage."""

    @functools.wraps(command)
    def telling(**given: Any) -> Any:
        try:
            return command(**given)
        except SettingsError as error:
            console = Common.of(dict(given)).console
            found = [each.to_json(console.language) for each in error.findings]
            console.document({"schema_version": SCHEMA_VERSION, "findings": found})
            if not console.as_json:
                console.findings(error.findings)
            console.note("error.prefix", "error.settings", path=printable(error.file))
            return exits.USAGE

    return cast(Command, telling)


def _options(language: Language) -> list[Callable[[Command], Command]]:
    def text(key: str) -> str:
        return say(language, f"option.{key}")

    return [
        click.option(
            "--format",
            "form",
            type=click.Choice(["text", "json"]),
            default="text",
            help=text("format"),
        ),
        click.option("--lang", type=click.Choice(["zh", "en"]), help=text("lang")),
        click.option("--as-of", metavar="DATE", help=text("as_of")),
        click.option("-q", "--quiet", is_flag=True, help=text("quiet")),
        click.option("-v", "--verbose", is_flag=True, help=text("verbose")),
        click.option("--debug", is_flag=True, help=text("debug")),
        click.help_option("-h", "--help", help=text("help")),
    ]


@dataclass(frozen=True)
class Common:
    """The values of the common options."""

    form: str
    lang: Language | None
    as_of: str | None
    quiet: bool
    verbose: bool
    debug: bool

    @classmethod
    def of(cls, given: dict[str, Any]) -> Common:
        """Take the common options out of all that a command was given."""
        return cls(**{name: given.pop(name) for name in cls.__dataclass_fields__})

    @property
    def console(self) -> Console:
        language = self.lang or language_of()
        return Console(language, self.form == "json", self.quiet, self.verbose)

    def options(
        self,
        workers: int | None = None,
        progress: Progress | None = None,
        scheduler: str | None = None,
    ) -> Options:
        """Return the run's options. Raises UsageError for a day that is none, and where both
        processes here and a cluster are to read."""
        refuse_together("--scheduler" if scheduler else None, {"--workers": workers is not None})
        return Options(
            as_of=self._day(),
            language=self.lang or "zh",
            messages=self.console.language,
            workers=workers,
            scheduler=scheduler,
            on_progress=progress,
            debug=self.debug,
        )

    def _day(self) -> date:
        if self.as_of is None:
            return date.today()
        try:
            return date.fromisoformat(self.as_of)
        except ValueError as error:
            raise UsageError("bad-date", text=self.as_of) from error


@contextmanager
def progress_bar(console: Console) -> Iterator[Progress | None]:
    """Give a callback that shows progress on stderr; None where nobody looks."""
    if console.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console as Terminal
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn(say(console.language, "said.reading")), BarColumn(), MofNCompleteColumn())
    file = TextColumn("{task.fields[file]}", markup=False)
    # Without a thread of its own: a process with one can't be forked.
    terminal = Terminal(stderr=True)
    with Bar(*columns, file, console=terminal, transient=True, auto_refresh=False) as bar:
        task = bar.add_task("", total=None, file="")
        due = 0.0

        def show(done: int, total: int, name: str) -> None:
            nonlocal due
            bar.update(task, completed=done, total=total, file=name[-40:])
            if time.monotonic() >= due:
                bar.refresh()
                due = time.monotonic() + _REFRESH

        yield show
