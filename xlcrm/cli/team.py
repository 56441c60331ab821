"""What the commands have in common that merge a team's folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from xlcrm.cli.common import Common, progress_bar
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.team import settings_of_folder


@contextmanager
def team_options(
    common: Common,
    folder: Path,
    workers: int | None,
    password: str | None,
    scheduler: str | None = None,
) -> Iterator[Options]:
    """Give the options of a run over a folder, by its settings, and show its progress meanwhile;
    what the settings ask to be told is told first. Raises what ``settings_of_folder`` raises."""
    with progress_bar(common.console) as progress:
        options = common.options(workers, progress, scheduler)
        options = settings_of_folder(folder, options, common.lang)
        yield replace(common.console.notices(options), password=password)
