"""The version of a table's template: what is written on its sheet, and nothing else.

Two workbooks of one template have the same version whatever else a team decides: other words for a
choice, names of customers, limits that no sheet shows. A file whose version is not today's was made
from an older template.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, get_args

from xlcrm.findings import Language
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.types.choices import Choice, Many
from xlcrm.spec.types.texts import Display

# The parameters that a sheet's own rules look at, by the name of the rule.
_OF_RULES: Mapping[str, tuple[str, ...]] = {
    "late-entry": ("entry_hours", "entry_skip_nonworking"),
    "overdue": ("remind_days",),
    "improvement-plan": ("level_from", "level_score"),
}
_CORE, _FULL = "core", "full"


class Template(NamedTuple):
    """From which template a sheet was made: its language, whether core alone, and its version."""

    language: Language
    core: bool
    version: str

    def __str__(self) -> str:
        return f"{self.language}-{_CORE if self.core else _FULL}-{self.version}"


def template_of(table: Table, spec: Spec, language: Language, *, core: bool) -> Template:
    """Return the template that a table has today."""
    what = {
        "labels": table.labels[language],
        "layout": table.layout,
        "sections": [each.labels[language] for each in table.sections],
        "grid": [[row.labels[language], row.descriptions[language]] for row in table.grid_rows],
        "fields": [_field(each, language) for each in table.shown(core=core)],
        "rules": [[rule.name, dict(rule.arguments)] for rule in table.rules],
        "parameters": {key: spec.parameter(key) for key in sorted({*_parameters(table, spec)})},
    }
    text = json.dumps(what, ensure_ascii=False, sort_keys=True, default=str)
    return Template(language, core, hashlib.sha256(text.encode()).hexdigest()[:10])


def templates_today(table: Table, spec: Spec) -> frozenset[str]:
    """Return as stamps every template that a table has today."""
    return frozenset(
        str(template_of(table, spec, language, core=core))
        for language in get_args(Language)
        for core in (False, True)
    )


def read_template(stamp: str) -> Template | None:
    """Return the template that a stamp names; None for a text that is no stamp."""
    language, extent, version = [*stamp.split("-"), "", ""][:3]
    if language not in get_args(Language) or extent not in (_CORE, _FULL):
        return None
    return Template("en" if language == "en" else "zh", extent == _CORE, version)


def _field(field: Field, language: Language) -> list[Any]:
    kind = field.type
    vocabulary = kind.vocabulary if isinstance(kind, Choice | Many) else None
    return [
        field.key,
        field.labels[language],
        kind.name,
        field.required,
        field.section,
        dict(field.options),
        [vocabulary.open, vocabulary.labels_in(language)] if vocabulary else None,
    ]


def _parameters(table: Table, spec: Spec) -> Iterator[str]:
    for rule in table.rules:
        yield from _OF_RULES.get(rule.name, ())
        if rule.name == "late-entry" and spec.parameter("entry_skip_nonworking"):
            yield from ("days_off", "days_worked")  # they stand on the workbook's calendar
    for field in table.fields:
        if isinstance(field.type, Display):
            yield from (name for name, _ in field.type.places() if name in spec.parameters)
