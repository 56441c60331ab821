"""What stands on the master's first sheet: the totals, and what needs the lead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlcrm.findings import Finding, catalogue
from xlcrm.master_workbook.plan import MasterContents
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Spec

REJECTED_SHOWN = 6  # files named on the first sheet: it stays one screen
STATUSES = ("merged", "skipped", "rejected")


@dataclass(frozen=True)
class Card:
    """One large figure; ``tone`` is error, warning or plain, ``sheet`` what it leads to."""

    label: str
    value: int
    tone: str = "plain"
    sheet: str | None = None


@dataclass(frozen=True)
class TableTotal:
    """Records of one table, how many of them have errors, and how many warnings at worst."""

    label: str
    records: int
    errors: int
    warnings: int


@dataclass(frozen=True)
class Task:
    """Something that waits for the lead, gravest first, and the sheet where it is done."""

    text: str
    tone: str
    sheet: str


@dataclass(frozen=True)
class Home:
    """The first sheet. ``rejected`` are (path, reason) pairs, ``rejected_more`` those not named."""

    cards: tuple[Card, ...]
    tables: tuple[TableTotal, ...]
    tasks: tuple[Task, ...]
    statuses: tuple[tuple[str, str, int], ...]
    rejected: tuple[tuple[str, str], ...]
    rejected_more: int


def plan_home(contents: MasterContents, spec: Spec, words: Words) -> Home:
    """Return what the first sheet shows of these contents."""
    severities = Counter[str](finding.severity for finding in contents.findings)
    conflicts = open_conflicts(contents)
    statuses = Counter(str(file["status"]) for file in contents.files)
    rejected = [
        (str(file["path"]), reason_text(file, words))
        for file in contents.files
        if file["status"] == "rejected"
    ]
    return Home(
        cards=_cards(contents, conflicts, severities, words),
        tables=tuple(_table_totals(contents, spec, words)),
        tasks=_tasks(conflicts, severities, len(rejected), words),
        statuses=tuple((key, words(f"status.{key}"), statuses[key]) for key in STATUSES),
        rejected=tuple(rejected[:REJECTED_SHOWN]),
        rejected_more=max(0, len(rejected) - REJECTED_SHOWN),
    )


def open_conflicts(contents: MasterContents) -> int:
    """Return the number of records, not fields, in an open conflict."""
    return len({each.record for each in contents.conflicts if each.choice is None})


def reason_text(file: Mapping[str, Any], words: Words) -> str:
    """Return why a file was not merged, as its finding says it; other reasons are text already."""
    reason = file["reason"]
    if reason in catalogue():
        return Finding(reason, file["path"]).message(words.language)
    return reason or ""


def _cards(
    contents: MasterContents, conflicts: int, severities: Counter[str], words: Words
) -> tuple[Card, ...]:
    findings = words("master.sheet.findings")
    errors, warnings = severities["error"], severities["warning"]
    records = sum(map(len, contents.records.values()))
    return (
        Card(words("master.home.files"), len(contents.files), "plain", words("master.sheet.files")),
        Card(words("master.home.records"), records),
        Card(words("master.home.errors"), errors, "error" if errors else "plain", findings),
        Card(words("master.home.warnings"), warnings, "warning" if warnings else "plain", findings),
        Card(
            words("master.home.conflicts"),
            conflicts,
            "error" if conflicts else "plain",
            words("master.sheet.conflicts"),
        ),
        Card(words("master.home.duplicates"), contents.duplicates),
    )


def _table_totals(contents: MasterContents, spec: Spec, words: Words) -> Sequence[TableTotal]:
    totals = []
    for key in tables_with_records(contents, spec):
        worst = Counter(record.worst for record in contents.records[key])
        label = spec.tables[key].labels[words.language]
        totals.append(TableTotal(label, worst.total(), worst["error"], worst["warning"]))
    return totals


def tables_with_records(contents: MasterContents, spec: Spec) -> list[str]:
    """Return the keys of the tables that have records, in the order of the declarations."""
    held = [key for key, records in contents.records.items() if records]
    return sorted(held, key=lambda key: (spec.tables[key].position, key))


def _tasks(
    conflicts: int, severities: Counter[str], rejected: int, words: Words
) -> tuple[Task, ...]:
    kinds = (
        ("todo_conflicts", conflicts, "error", "conflicts"),
        ("todo_rejected", rejected, "error", "files"),
        ("todo_errors", severities["error"], "error", "findings"),
        ("todo_warnings", severities["warning"], "warning", "findings"),
    )
    return tuple(
        Task(words(f"master.home.{key}", count=count), tone, words(f"master.sheet.{sheet}"))
        for key, count, tone, sheet in kinds
        if count
    )
