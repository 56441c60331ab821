"""Which records of the ledger have findings, and how grave."""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from xlcrm.findings import SEVERITIES, Finding, Severity
from xlcrm.ledger.lead import LEAD
from xlcrm.ledger.model import Ledger
from xlcrm.records import Record
from xlcrm.spec.model import Spec

_ROW = re.compile(r"\d+$")
_Place = tuple[str, str, int]


def grade(
    ledger: Ledger, findings: Iterable[Finding], spec: Spec, in_master: Mapping[str, Record]
) -> None:
    """Set ``worst`` of every record to the gravest error or warning at any of its places:
    ``in_master`` are those of which something is found where they stand in the master, by id."""
    worst: dict[_Place, Severity] = {}
    forms = _forms(ledger, spec)
    for finding in findings:
        if finding.table and finding.cell and finding.sheet and finding.severity != "info":
            match = _ROW.search(finding.cell)
            row = int(match.group()) if match else 0
            begun = forms.get((finding.file, finding.sheet, finding.table))
            if begun:  # forms stand one under the other: it is of the last that begins above it
                row = begun[max(bisect_right(begun, row) - 1, 0)]
            place = (finding.file, finding.sheet, row)
            worst[place] = _graver(worst.get(place), finding.severity)
    for records in ledger.records.values():
        for record in records:
            record.worst = None
            own = in_master.get(record.id)
            places: Sequence[_Place] = record.sources
            if own:
                places = [*places, (own.block.file, own.block.sheet, own.line)]
            for place in places:
                found = worst.get(place)
                if found:
                    record.worst = _graver(record.worst, found)


def _forms(ledger: Ledger, spec: Spec) -> Mapping[tuple[str, str, str], list[int]]:
    """Return the rows in which forms begin, by file, sheet and table, ascending."""
    rows: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for table, records in ledger.records.items():
        if spec.tables[table].layout == "form":
            for file, sheet, row in (source for record in records for source in record.sources):
                if file != LEAD:  # in the master every table is a list
                    insort(rows[file, sheet, table], row)
    return rows


def _graver(one: str | None, other: Severity) -> Severity:
    known: list[Severity] = [each for each in SEVERITIES if each in (one, other)]
    return known[0]
