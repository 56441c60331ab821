"""What a report rests on: files, rows, people; and of each metric what can't be counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import chain
from typing import Any

from xlcrm.confidential import is_withheld, levels_of
from xlcrm.facts.lines import day_of
from xlcrm.facts.tables import Facts
from xlcrm.metrics.left_out import LeftOut, left_out
from xlcrm.periods import Period
from xlcrm.pipeline.board import MISSING, NOBODY, UNREADABLE, dated_in, hand_ins
from xlcrm.pipeline.merges import MergeResult
from xlcrm.records import LedgerRecord
from xlcrm.spec.model import Spec
from xlcrm.values import dataclass


@dataclass(frozen=True)
class Quality:
    """What a report rests on: files that were read and those that could not be, rows dated in its
    period, those of which nobody knows when they were, errors in all and open conflicts; who has
    not handed in, and who has no row in it; which rows each metric leaves out, by its key."""

    files: int
    rejected: tuple[str, ...]
    rows: int
    undated: int
    errors: int
    conflicts: int
    missing: tuple[str, ...]
    silent: tuple[str, ...]
    left_out: Mapping[str, LeftOut]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object."""
        left = [{"key": key, **asdict(each)} for key, each in self.left_out.items()]
        return asdict(self) | {"left_out": left}


def quality(
    merged: MergeResult, facts: Facts, period: Period, left: Mapping[str, LeftOut]
) -> Quality:
    """Return what the report of a period rests on; ``left`` are the rows that it leaves out."""
    document, picture, spec = merged.document, merged.picture, merged.options.spec
    people = hand_ins(picture, document["files"], {}, facts, period, spec)
    gone = {each.name for each in people if each.status in (MISSING, UNREADABLE)}
    named = [each for each in people if each.name != NOBODY]
    return Quality(
        files=sum(each["status"] in ("merged", "unchanged") for each in document["files"]),
        rejected=tuple(merged.rejected),
        rows=sum(1 for _ in dated_in(picture.records, period, spec)),
        undated=sum(1 for _ in _undated(picture.records, spec)),
        errors=sum(each.severity == "error" for each in picture.findings),
        conflicts=document["conflicts"],
        missing=tuple(each.name for each in named if each.name in gone),
        silent=tuple(each.name for each in named if each.name not in gone and not each.rows),
        left_out=left,
    )


def _undated(records: Iterable[LedgerRecord], spec: Spec) -> Iterator[LedgerRecord]:
    """Yield the records that are of a day, and don't say of which."""
    dates = {key: table.date for key, table in spec.tables.items()}
    for row in records:
        key = dates[row.table]
        if key and day_of(row.values.get(key)) is None:
            yield row


def rows_left_out(
    records: Iterable[LedgerRecord], period: Period, spec: Spec
) -> dict[str, LeftOut]:
    """Return, by the metric's key, how many rows of a period each leaves out, and why. Rows that
    have no day, of customers, are of every period."""
    every, levels = list(records), levels_of(spec)
    undated = (row for row in every if spec.tables[row.table].date is None)
    rows = chain(dated_in(every, period, spec), undated)
    return left_out(rows, spec, lambda row: is_withheld(row, levels[row.table]))
