"""What a report rests on: files, rows, people; and of each metric what can't be counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from xlcrm.facts.tables import Facts
from xlcrm.metrics.declarations import declarations
from xlcrm.periods import Period
from xlcrm.pipeline.board import MISSING, NOBODY, UNREADABLE, dated_in, hand_ins
from xlcrm.pipeline.merges import MergeResult
from xlcrm.records import LedgerRecord
from xlcrm.spec.model import Spec


@dataclass(frozen=True)
class Quality:
    """What a report rests on: files that were read and those that could not be, rows dated in its
    period, errors in all and open conflicts; who has not handed in, and who has no row in it."""

    files: int
    rejected: tuple[str, ...]
    rows: int
    errors: int
    conflicts: int
    missing: tuple[str, ...]
    silent: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object."""
        return asdict(self)


def quality(merged: MergeResult, facts: Facts, period: Period) -> Quality:
    """Return what the report of a period rests on."""
    document, picture, spec = merged.document, merged.picture, merged.options.spec
    people = hand_ins(picture, document["files"], {}, facts, period, spec)
    gone = {each.name for each in people if each.status in (MISSING, UNREADABLE)}
    named = [each for each in people if each.name != NOBODY]
    return Quality(
        files=sum(each["status"] in ("merged", "unchanged") for each in document["files"]),
        rejected=tuple(merged.rejected),
        rows=sum(1 for _ in dated_in(picture.records, period, spec)),
        errors=sum(each.severity == "error" for each in picture.findings),
        conflicts=document["conflicts"],
        missing=tuple(each.name for each in named if each.name in gone),
        silent=tuple(each.name for each in named if each.name not in gone and not each.rows),
    )


def unread_rows(records: Iterable[LedgerRecord], period: Period, spec: Spec) -> Counter[str]:
    """Return how many rows of a period say something that can't be understood where a metric needs
    it, by the metric's key: it counts as if it were blank."""
    asked: dict[str, dict[str, list[str]]] = {}  # by table and field the metrics that need it
    for key, metric in declarations().metrics.items():
        for field in frozenset().union(*metric.needs):
            table, _, name = field.partition(".")
            asked.setdefault(table, {}).setdefault(name, []).append(key)
    found: Counter[str] = Counter()
    for row in dated_in(records, period, spec):
        fields = asked.get(row.table, {})
        found.update({key for name in row.raw for key in fields.get(name, ())})
    return found
