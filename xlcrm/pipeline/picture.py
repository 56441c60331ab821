"""All that a folder says at one moment: its ledger and everything found in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from xlcrm.customers import CustomerBase
from xlcrm.findings import Finding
from xlcrm.ledger.grading import grade
from xlcrm.ledger.history import Before
from xlcrm.ledger.lead import Lead
from xlcrm.ledger.merging import merge
from xlcrm.ledger.model import Ledger
from xlcrm.pipeline.checks import customer_base, in_order
from xlcrm.pipeline.lead_findings import in_master, lead_findings, unread_answers, unread_decisions
from xlcrm.pipeline.options import Options
from xlcrm.record_columns import LedgerRecords
from xlcrm.records import FileReading, Records, Source
from xlcrm.validation.together import check_together
from xlcrm.values import dataclass


@dataclass(frozen=True)
class Picture:
    """A ledger with all findings, by file, and the customers by whom it was made."""

    ledger: Ledger
    findings: list[Finding]
    base: CustomerBase

    @cached_property
    def records(self) -> LedgerRecords:
        """All records, table by table, in source order."""
        return LedgerRecords.of(self.ledger.records.values())

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
    spec, said = options.spec, before.lead if before else Lead()
    ledger, base = ledger_of(readings, options, before)
    for reading in readings:
        rows = ledger.rows[reading.file]
        if not rows.seen == rows.merged + rows.rejected:
            raise AssertionError(f"{reading.file}: {rows}")
    everything = [*options.notices, *findings, *ledger.findings]
    stands = in_master(ledger, options)
    everything += lead_findings(stands, ledger, options.spec)
    everything += unread_decisions(ledger.conflicts, options)
    everything += unread_answers(said.related, options)
    present = (each for each in readings if not each.removed)
    blocks = [block for reading in present for block in reading.blocks]
    blocks += (Records.of([stands[row]]) for row in stands if row in ledger.added)
    everything += check_together(blocks, spec, base, options.as_of)
    ordered = in_order(everything)
    grade(ledger, ordered, spec, stands)
    return Picture(ledger, ordered, base)


class Written(NamedTuple):
    """A ledger, and the customers that are known in it."""

    ledger: Ledger
    base: CustomerBase


def ledger_of(
    readings: Sequence[FileReading], options: Options, before: Before | None = None
) -> Written:
    """Return what readings, and the lead, say together."""
    lead = before.lead if before else Lead()
    base = customer_base([*readings, lead.reading], options.spec, lead.related)
    return Written(merge(readings, options.spec, base, before), base)
