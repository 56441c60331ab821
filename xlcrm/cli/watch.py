"""``xlcrm watch``."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from xlcrm.cli import exits
from xlcrm.cli.common import Common, common_options, shown
from xlcrm.cli.failures import failure
from xlcrm.cli.merge import told_besides
from xlcrm.cli.password import password_option
from xlcrm.cli.words import language_of, say
from xlcrm.findings import SEVERITIES, Language
from xlcrm.pipeline.merges import MergeResult, merge
from xlcrm.pipeline.options import SCHEMA_VERSION, UsageError
from xlcrm.pipeline.team import settings_of_folder
from xlcrm.pipeline.watching import Sight, Watch, is_passing, look
from xlcrm.values import dataclass

_LANGUAGE = language_of()
_NAP = 0.2  # seconds: how soon it stops when told to
_NOTICES = ("forgot", "decisions", "unsure")
_COUNTS = ("merged", "unchanged", "skipped", "rejected")


class _Stopped(BaseException):
    """Told to end, as by a service manager: no error, and no interruption by a person."""


@click.command("watch", help=say(_LANGUAGE, "help.watch"))
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option(
    "--settle",
    type=click.FloatRange(0, 3600),
    default=10.0,
    metavar="SECONDS",
    help=say(_LANGUAGE, "option.settle"),
)
@click.option(
    "--every",
    type=click.FloatRange(0.1, 3600),
    default=5.0,
    metavar="SECONDS",
    help=say(_LANGUAGE, "option.every"),
)
@click.option("--workers", type=click.IntRange(1, 64), help=say(_LANGUAGE, "option.workers"))
@password_option
@common_options
def command(
    folder: Path,
    settle: float,
    every: float,
    workers: int | None,
    password: str | None,
    **given: Any,
) -> int:
    """Merge a folder whenever it has settled, until told to stop."""
    common = Common.of(given)
    if not folder.is_dir():
        raise UsageError("no-folder", path=str(folder))
    gc.enable()  # it runs for days
    _stop_when_told()
    common.console.note("said.watching", path=shown(folder))
    try:
        _Runs(folder, common, workers, password).go_on(Watch(settle), every)
    except _Stopped:
        return exits.DONE
    except KeyboardInterrupt:  # as it says itself that it is stopped
        common.console.note("said.watched")
        return exits.INTERRUPTED


def _stop_when_told() -> None:
    """Make the signals that end a program end this one as a whole, but its forks as ever."""
    own = os.getpid()

    def stop(number: int, _: FrameType | None) -> None:
        if os.getpid() == own:
            raise _Stopped
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    for name in ("SIGTERM", "SIGBREAK"):  # the latter is Windows' own
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


@dataclass
class _Runs:
    """The runs of a watched folder: each is one line."""

    folder: Path
    common: Common
    workers: int | None
    password: str | None
    said: str = field(default="", init=False)

    def go_on(self, watch: Watch, every: float) -> NoReturn:
        """Look, and merge when it is time, for ever."""
        while True:
            day = self.common.options().as_of
            try:
                sight = look(self.folder, day)
            except OSError as error:  # a share that is gone for a while
                self._tell(None, error)
            else:
                if watch.is_due(sight, time.monotonic()):
                    self._run(watch, sight)
            _wait(every)

    def _run(self, watch: Watch, sight: Sight) -> None:
        is_retry = sight == watch.merged
        try:
            result = self._merge()
        except Exception as error:  # whatever it is, it is told, and the next run may do better
            if self.common.debug:
                raise
            watch.has_run(sight, time.monotonic(), again=True)
            self._tell(None, error, is_retry=is_retry)
        else:
            watch.has_run(sight, time.monotonic(), again=is_passing(result))
            self._tell(result, None, is_retry=is_retry)
        gc.collect()

    def _merge(self) -> MergeResult:
        options = self.common.options(self.workers)  # settings and day may be others by now
        options = settings_of_folder(self.folder, options, self.common.lang)
        return merge(self.folder, replace(options, password=self.password))

    def _tell(
        self, result: MergeResult | None, error: Exception | None, *, is_retry: bool = True
    ) -> None:
        """Print a run's line; of what is tried again only what it says anew."""
        language = self.common.console.language
        reason = failure(error, language)[0] if error else None
        said = f"{reason} {result and [_told(result), result.pending]}"
        if is_retry and said == self.said:
            return
        self.said = said
        at = datetime.now().replace(microsecond=0)
        if self.common.console.as_json:
            self.common.console.document(_document(at, result, reason), lines=False)
        else:
            click.echo(_line(at, result, reason, language))
        sys.stdout.flush()


def _wait(seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, _NAP))


def _told(result: MergeResult) -> dict[str, Any]:
    """Return what a run's document says of its merge, apart from how long it took."""
    document = result.document
    statuses = Counter(each["status"] for each in document["files"])
    severities = Counter(each["severity"] for each in document["findings"])
    return {
        "files": {status: statuses[status] for status in _COUNTS},
        "rejected": result.rejected,
        "records": document["records"],
        "conflicts": document["conflicts"],
        "findings": {name: severities[name] for name in SEVERITIES},
        **{name: document[name] for name in _NOTICES},
    }


def _document(at: datetime, result: MergeResult | None, reason: str | None) -> dict[str, Any]:
    empty = dict.fromkeys(("files", "rejected", "records", "conflicts", "findings", *_NOTICES))
    return {
        "schema_version": SCHEMA_VERSION,
        "at": at.isoformat(),
        "master": result.document["master"] if result else None,
        "changed": result.made is not None if result else None,
        "pending": str(result.pending.absolute()) if result and result.pending else None,
        "error": reason,
        **(_told(result) if result else empty),
        "seconds": result.document["seconds"] if result else None,
    }


def _line(at: datetime, result: MergeResult | None, reason: str | None, language: Language) -> str:
    """Return a run's line, with what the run has to tell besides."""
    besides = told_besides(result) if result else ()
    said = (say(language, key, **words) for key, words in besides)
    return " · ".join((_outcome(at, result, reason, language), *said))


def _outcome(
    at: datetime, result: MergeResult | None, reason: str | None, language: Language
) -> str:
    moment = at.isoformat(" ")
    if result is None:
        return say(language, "said.run_failed", at=moment, reason=reason)
    if result.pending:
        return say(language, "said.run_pending", at=moment, path=shown(result.pending))
    if result.made is None:
        return say(language, "said.run_unchanged", at=moment)
    told = _told(result)
    files = told["files"]
    return say(
        language,
        "said.run",
        at=moment,
        files=files["merged"] + files["unchanged"],
        rejected=files["rejected"],
        records=sum(told["records"].values()),
        errors=told["findings"]["error"],
        conflicts=told["conflicts"],
        seconds=result.document["seconds"],
    )
