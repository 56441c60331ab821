"""A settings workbook, read and judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from xlcrm.examination import examine
from xlcrm.findings import Finding, Localised
from xlcrm.metrics.declarations import declarations
from xlcrm.pipeline.options import SettingsError, SettingsFile
from xlcrm.spec.loader import load_settings_spec, load_spec
from xlcrm.spec.model import Spec
from xlcrm.spec.settings import Settings
from xlcrm.team_settings.notices import notices
from xlcrm.team_settings.reading import read_settings


def read_settings_file(
    workbook: Path, file: str
) -> tuple[Settings, tuple[Finding, ...], SettingsFile]:
    """Return the settings that a workbook holds, what was found in them that is no mistake, and
    how it was read; ``file`` is how findings name it.

    Raises SettingsError where it can't be read or has mistakes.
    """
    declared = load_spec()
    spec = load_settings_spec(declared)
    reading = examine(workbook, file, spec)
    team = read_settings(reading, declared, spec)
    found = [*reading.findings, *team.findings]
    if reading.rejected or any(each.severity == "error" for each in found):
        raise SettingsError(file, sorted(found, key=_place))
    told = (*found, *notices(team, declared, _metrics_by_field(declared)))
    return team.settings, told, SettingsFile(workbook, reading.sha256, team.has_aliases)


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
