"""All that a folder says at one moment: its ledger and everything found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from xlcrm.findings import Finding
from xlcrm.ledger.grading import grade
from xlcrm.ledger.history import Before
from xlcrm.ledger.merging import merge
from xlcrm.ledger.model import Ledger
from xlcrm.pipeline.checks import customer_base, in_order
from xlcrm.pipeline.lead_findings import unread_decisions
from xlcrm.pipeline.options import Options
from xlcrm.records import FileReading, LedgerRecord, Source
from xlcrm.validation.together import check_together


@dataclass(frozen=True)
class Picture:
    """A ledger with all findings, by file."""

    ledger: Ledger
    findings: list[Finding]

    @property
    def records(self) -> list[LedgerRecord]:
        """All records, table by table, in source order."""
        return [record for records in self.ledger.records.values() for record in records]

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Where each record stands, by its id."""
        return {record.id: record.sources[0] for record in self.records}


def assemble(
    readings: Sequence[FileReading],
    findings: Sequence[Finding],
    options: Options,
    before: Before | None = None,
) -> Picture:
    """Return what readings say together; ``findings`` are those of the files by themselves,
    ``before`` is what is known of the last run.

    Raises AssertionError if a row is neither merged nor rejected: nothing may be lost unseen.
    """
    spec = options.spec
    base = customer_base(readings, spec)
    ledger = merge(readings, spec, base, before)
    for reading in readings:
        rows = ledger.rows[reading.file]
        if not rows.seen == rows.merged + rows.rejected:
            raise AssertionError(f"{reading.file}: {rows}")
    everything = [*options.notices, *findings, *ledger.findings]
    everything += unread_decisions(ledger.conflicts, options)
    present = [block for reading in readings if not reading.removed for block in reading.blocks]
    everything += check_together(present, spec, base, options.as_of)
    ordered = in_order(everything)
    grade(ledger, ordered, spec)
    return Picture(ledger, ordered)
