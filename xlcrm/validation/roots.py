"""One root finding a cell: what only follows from another mistake in the cell is not told."""

from __future__ import annotations

from collections.abc import Iterable

from xlcrm.findings import Finding

# By code, what at the same field of the same cell makes it follow: a day that is wrong itself is
# neither overdue nor late, and a status that can't be read may be the one that is wanted.
_FOLLOWS = {
    "overdue": "date-order",
    "late-entry": "future-date",
    "late-completion": "future-date",
    "needs-review": "not-in-list",
}
_ROOTS = frozenset(_FOLLOWS.values())


def without_consequences(findings: Iterable[Finding]) -> list[Finding]:
    """Return all findings of a run, without those that mending another one would end."""
    found = list(findings)
    roots = {(each.code, *_place(each)) for each in found if each.code in _ROOTS}
    return [each for each in found if (_FOLLOWS.get(each.code), *_place(each)) not in roots]


def _place(finding: Finding) -> tuple[str | None, ...]:
    return finding.file, finding.sheet, finding.cell, finding.field
