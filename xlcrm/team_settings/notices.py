"""What a team gives up with the fields that it no longer fills in: said, and no mistake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xlcrm.findings import Finding, Localised
from xlcrm.spec.checks import rule_fields
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.settings import DROPPED, HIDDEN
from xlcrm.team_settings.reading import TeamSettings

_BETWEEN = {"zh": "、", "en": ", "}


def notices(
    team: TeamSettings, spec: Spec, metrics: Mapping[str, Sequence[Localised]]
) -> Iterator[Finding]:
    """Yield field-in-use for each field dropped or hidden that metrics or rules look at.

    ``spec`` is what is declared; ``metrics`` holds the names of the metrics that need a field, by
    ``table.field``.
    """
    for key, changes in team.settings.fields.items():
        table = spec.tables[key]
        for name, change in changes.items():
            if change.get("state") not in (DROPPED, HIDDEN) or name not in table.by_key:
                continue
            row = team.rows[key, name]
            labels = table.by_key[name].labels
            if needed := metrics.get(f"{key}.{name}"):
                named = _joined(needed)
                yield row.finding(
                    "field-in-use", "shown", field=labels, detail="metrics", metrics=named
                )
            elif _is_in_rules(table, name, spec):
                yield row.finding("field-in-use", "shown", field=labels, detail="rules")


def _is_in_rules(table: Table, name: str, spec: Spec) -> bool:
    own = any(name in rule_fields(rule) for rule in table.rules)
    rules = (rule for each in spec.tables.values() for rule in each.rules)
    is_base = bool(table.role) and any(rule.arguments.get("base") == name for rule in rules)
    return own or is_base


def _joined(names: Sequence[Localised]) -> Localised:
    return {
        language: between.join(dict.fromkeys(each[language] for each in names))
        for language, between in _BETWEEN.items()
    }
