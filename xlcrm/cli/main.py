"""The ``xlcrm`` command: its commands are loaded when they are called."""

from __future__ import annotations

import codecs
import importlib
import os
import sys
from typing import Any, NoReturn

import click

from xlcrm import __version__
from xlcrm.cli import exits
from xlcrm.cli.words import language_of, say

_COMMANDS = (
    "demo",
    "init",
    "new",
    "check",
    "explain",
    "merge",
    "report",
    "due",
    "brief",
    "archive",
    "watch",
    "export",
    "upgrade",
)


class _Left(Exception):
    """Whoever read the output has left."""


class _Commands(click.Group):
    """A group whose commands are modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"xlcrm.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; click would end with 1 where whoever read the output has left."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _Left from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by their words, without loading them."""
        texts = ((name, say(language_of(), f"help.{name}")) for name in _COMMANDS)
        rows = [(name, text.partition("\n")[0]) for name, text in texts]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


_LANGUAGE = language_of()


@click.group(
    cls=_Commands,
    help=say(_LANGUAGE, "help.program"),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="xlcrm", help=say(_LANGUAGE, "option.version"))
def cli() -> None:
    """The commands; their help comes from the messages."""


def _without_boxes(error: UnicodeError) -> tuple[str | bytes, int]:
    """Write a tick box as ``[√]`` where the console, a GBK one, has none; all else as an escape."""
    if isinstance(error, UnicodeEncodeError) and error.object[error.start] in _BOX_TEXTS:
        return _BOX_TEXTS[error.object[error.start]], error.start + 1
    return codecs.backslashreplace_errors(error)


_BOXES = "xlcrm.boxes"
_BOX_TEXTS = {"☑": "[√]", "☒": "[×]", "☐": "[ ]"}
codecs.register_error(_BOXES, _without_boxes)


def main() -> NoReturn:
    """Run the command line and exit with its code; a traceback is shown with --debug alone."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_BOXES)
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = _fail(say(language_of(), "error.interrupted"), exits.INTERRUPTED)
    except _Left:  # nothing to say, and nobody to say it to
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = exits.DONE
    except click.ClickException as error:
        error.show()
        code = exits.USAGE
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        code = _explain(error)
    sys.exit(code if isinstance(code, int) else 0)


def _explain(error: Exception) -> int:
    """Print one clear line about what went wrong and return the exit code."""
    from xlcrm.cli.failures import failure

    line, code = failure(error, language_of())
    return _fail(line, code)


def _fail(line: str, code: int) -> int:
    click.echo(say(language_of(), "error.prefix") + line, err=True)
    return code
