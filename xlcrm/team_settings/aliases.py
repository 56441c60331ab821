"""Names, ids and tags that are decided to be another."""

from __future__ import annotations

from collections.abc import Iterable

from xlcrm.findings import Finding, Language
from xlcrm.spec.model import Table
from xlcrm.spec.types.choices import Choice
from xlcrm.team_settings.rows import Row
from xlcrm.text import fold

ALIAS, DECIDED, SAME = "alias", "decided", "same"  # the columns of a list of aliases
_NO = "no"


def same_words(table: Table, language: Language) -> dict[bool, str]:
    """Return how a list says that two are one customer, or are not."""
    kind = table.by_key[SAME].type
    assert isinstance(kind, Choice)
    words = {each.group == _NO: kind.cell(each.value, language) for each in kind.vocabulary.choices}
    return {not is_no: str(word) for is_no, word in words.items()}


def read_customers(
    rows: Iterable[Row],
) -> tuple[dict[str, str], list[list[str]], list[Finding]]:
    """Return what each name or id leads to in the end, the pairs that are two customers, and what
    is wrong. A row says that two are one, unless it says that they are not."""
    one: list[Row] = []
    apart: list[list[str]] = []
    for row in rows:
        if row.means(SAME) != _NO:
            one.append(row)
        elif row.value(ALIAS) is not None and row.value(DECIDED) is not None:
            apart.append([row.text(DECIDED), row.text(ALIAS)])
    aliases, findings = read_aliases(one)
    return aliases, apart, findings


def read_aliases(rows: Iterable[Row]) -> tuple[dict[str, str], list[Finding]]:
    """Return what each name leads to in the end, and what is wrong."""
    known: dict[str, Row] = {}
    findings: list[Finding] = []
    for row in rows:
        alias, decided = row.value(ALIAS), row.value(DECIDED)
        if alias is None or decided is None:
            continue  # told by the checks of any table
        earlier = known.setdefault(fold(alias), row)
        if earlier is not row and (earlier.text(ALIAS) != alias or not row.table.id):
            findings.append(row.mistake(ALIAS, "twice", earlier.cell(ALIAS)))
    aliases: dict[str, str] = {}
    for row in known.values():
        decided = _end(row, known)
        if decided is None:
            findings.append(row.mistake(DECIDED, "circle", row.text(ALIAS)))
        else:
            aliases[row.text(ALIAS)] = decided
    return aliases, findings


def _end(row: Row, known: dict[str, Row]) -> str | None:
    """Return where a chain of aliases ends; None where it comes back to itself."""
    passed = {fold(row.text(ALIAS))}
    decided = row.text(DECIDED)
    while (following := known.get(fold(decided))) is not None:
        if fold(decided) in passed:
            return None
        passed.add(fold(decided))
        decided = following.text(DECIDED)
    return decided
