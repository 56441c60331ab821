"""The settings of a team's folder, as options of a run."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from xlcrm.findings import Finding, Language, Localised
from xlcrm.ledger.discovery import describe
from xlcrm.metrics.declarations import declarations
from xlcrm.pipeline.options import Options, SettingsError, SettingsFile
from xlcrm.spec.loader import load_settings_spec, load_spec
from xlcrm.spec.model import Spec
from xlcrm.team_folder import SETTINGS_FILE
from xlcrm.team_settings.notices import notices
from xlcrm.team_settings.reading import read_settings


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
    from xlcrm.examination import examine  # most folders have no settings

    declared = load_spec()
    spec = load_settings_spec(declared)
    reading = examine(workbook, file, spec)
    team = read_settings(reading, declared, spec)
    found = [*reading.findings, *team.findings]
    if reading.rejected or any(each.severity == "error" for each in found):
        raise SettingsError(file, sorted(found, key=_place))
    told = [*found, *notices(team, declared, _metrics_by_field(declared))]
    read = SettingsFile(workbook, reading.sha256, team.has_aliases)
    changed = replace(options, settings=team.settings, notices=tuple(told), settings_file=read)
    chosen = language or changed.spec.parameter("language")
    return replace(changed, language=chosen)


def _place(finding: Finding) -> tuple[str, int]:
    """Return what sorts findings by sheet, those of the file first, then by row."""
    digits = "".join(filter(str.isdigit, finding.cell or ""))
    return finding.sheet or "", int(digits or 0)


def _metrics_by_field(spec: Spec) -> Mapping[str, Sequence[Localised]]:
    """Return the names of the metrics that need a field, by ``table.field``."""
    values = {key: each.value for key, each in spec.parameters.items()} | {"subject": ""}
    names: dict[str, list[Localised]] = defaultdict(list)
    for metric in declarations().metrics.values():
        named = {language: name.format_map(values) for language, name in metric.names.items()}
        for field in frozenset().union(*metric.needs):
            names[field].append(named)
    return names
