"""Which records of the ledger have findings, and how grave."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xlcrm.findings import SEVERITIES, Finding, Severity
from xlcrm.ledger.model import Ledger

_ROW = re.compile(r"\d+$")
_Place = tuple[str, str, int]


def grade(ledger: Ledger, findings: Iterable[Finding]) -> None:
    """Set ``worst`` of every record to the gravest error or warning at any of its places."""
    worst: dict[_Place, Severity] = {}
    for finding in findings:
        if finding.table and finding.cell and finding.sheet and finding.severity != "info":
            match = _ROW.search(finding.cell)
            for row in (int(match.group()) if match else 0, 0):
                place = (finding.file, finding.sheet, row)
                worst[place] = _graver(worst.get(place), finding.severity)
    for records in ledger.records.values():
        for record in records:
            record.worst = None
            for source in record.sources:
                found = worst.get((source.file, source.sheet, source.row))
                if found:
                    record.worst = _graver(record.worst, found)


def _graver(one: str | None, other: Severity) -> Severity:
    known: list[Severity] = [each for each in SEVERITIES if each in (one, other)]
    return known[0]
