"""The settings of a team's folder, as options of a run."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from xlcrm.findings import Language
from xlcrm.ledger.discovery import describe
from xlcrm.pipeline.options import Options
from xlcrm.team_folder import SETTINGS_FILE


def settings_of_folder(folder: Path, options: Options, language: Language | None) -> Options:
    """Return options as the settings in a team's folder have them, with the texts there that take
    the place of ours; as given where it has none.

    ``language`` holds whatever the settings say. Raises SettingsError where the workbook can't be
    read or has mistakes.
    """
    workbook = folder / SETTINGS_FILE
    options = with_settings(workbook, SETTINGS_FILE, options, language)
    if not any(folder.glob("*.j2")):
        return options
    from xlcrm.pipeline.team_wording import team_texts  # most folders have none

    texts, found = team_texts(folder)
    return replace(options, own_texts=texts, notices=(*options.notices, *found))


def settings_around(paths: Sequence[Path], options: Options, language: Language | None) -> Options:
    """Return options as the settings of the team's folder in which ``paths`` lie have them.

    That is the nearest folder with settings, of the first path or above it. Raises SettingsError
    as ``settings_of_folder``.
    """
    start = paths[0].resolve()
    folders = (start, *start.parents)
    found = (each / SETTINGS_FILE for each in folders if (each / SETTINGS_FILE).is_file())
    workbook = next(found, None)
    if workbook is None:
        return options
    own = len(paths) == 1 and workbook.parent == start
    return with_settings(
        workbook, SETTINGS_FILE if own else describe(workbook).file, options, language
    )


def with_settings(
    workbook: Path, file: str, options: Options, language: Language | None
) -> Options:
    """Return options as a settings workbook has them; ``file`` is how its findings name it.

    Raises SettingsError as ``settings_of_folder``.
    """
    if not os.path.lexists(workbook):
        return options
    from xlcrm.pipeline.settings_reading import read_settings_file  # most folders have no settings

    settings, told, read = read_settings_file(workbook, file)
    changed = replace(options, settings=settings, notices=told, settings_file=read)
    chosen = language or changed.spec.parameter("language")
    return replace(changed, language=chosen)
