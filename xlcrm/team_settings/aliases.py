"""Names, ids and tags that are decided to be another."""

from __future__ import annotations

from collections.abc import Iterable

from xlcrm.findings import Finding
from xlcrm.team_settings.rows import Row
from xlcrm.text import fold


def read_aliases(rows: Iterable[Row]) -> tuple[dict[str, str], list[Finding]]:
    """Return what each name leads to in the end, and what is wrong."""
    known: dict[str, Row] = {}
    findings: list[Finding] = []
    for row in rows:
        alias, decided = row.value("alias"), row.value("decided")
        if alias is None or decided is None:
            continue  # told by the checks of any table
        earlier = known.setdefault(fold(alias), row)
        if earlier is not row and earlier.text("alias") != alias:
            findings.append(row.mistake("alias", "twice", earlier.cell("alias")))
    aliases: dict[str, str] = {}
    for row in known.values():
        decided = _end(row, known)
        if decided is None:
            findings.append(row.mistake("decided", "circle", row.text("alias")))
        else:
            aliases[row.text("alias")] = decided
    return aliases, findings


def _end(row: Row, known: dict[str, Row]) -> str | None:
    """Return where a chain of aliases ends; None where it comes back to itself."""
    passed = {fold(row.text("alias"))}
    decided = row.text("decided")
    while (following := known.get(fold(decided))) is not None:
        if fold(decided) in passed:
            return None
        passed.add(fold(decided))
        decided = following.text("decided")
    return decided
