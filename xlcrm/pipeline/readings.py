"""Files to readings: what the last run knows is taken over, the rest is read in child processes."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import field

from xlcrm.findings import Finding
from xlcrm.ledger.discovery import Entry
from xlcrm.pipeline.options import Options, UsageError
from xlcrm.records import FileReading
from xlcrm.spec.loader import load_spec
from xlcrm.values import dataclass
from xlcrm.work import Item, Outcome
from xlcrm.workers import run_batches

_SMALL = 256 * 1024  # bytes that this process reads itself, where it is the only file
_MANY = 2 * 1024**2  # bytes of files from which preparing for many takes less time than it saves
_FILES_A_WORKER = 8  # a child process takes some time to start
_MOST_WORKERS = 4
# Reasons that lie in the moment, not in the file's content.
_PASSING = frozenset(
    {"missing", "permission", "io-error", "in-use", "still-growing", "timeout", "error"}
    | {"password-wrong", "password-reader", "not-shared"}
)


@dataclass(frozen=True)
class FileStatus:
    """What became of a file: ``status`` is read, skipped or rejected, ``reason`` a finding code."""

    entry: Entry
    status: str
    reason: str | None


@dataclass
class Readings:
    """All files of a run in path order: their readings, and what became of each."""

    readings: list[FileReading] = field(default_factory=list)
    statuses: list[FileStatus] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_files(
    entries: Sequence[Entry], options: Options, known: Mapping[str, FileReading] | None = None
) -> Readings:
    """Return the readings of all entries; those in ``known``, by path, are not read again."""
    taken = dict(known or {})
    wanted = [entry for entry in entries if entry.code is None and entry.file not in taken]
    for reading in _examine(wanted, options):
        taken[reading.file] = reading
    if options.scheduler and wanted and not known:
        _refuse_unseen(taken.values(), options.scheduler)
    result = Readings()
    for entry in entries:
        if entry.code is not None:
            status = "rejected" if _looks_like_workbook(entry) else "skipped"
            result.statuses.append(FileStatus(entry, status, entry.code))
            detail = {"detail": entry.detail}
            result.findings.append(Finding(entry.code, entry.file, parameters=detail))
            continue
        reading = taken[entry.file]
        result.findings += reading.findings
        result.readings.append(reading)
        result.statuses.append(_status(entry, reading))
    return result


def _refuse_unseen(readings: Iterable[FileReading], scheduler: str) -> None:
    """Raise UsageError where a cluster sees none of the files: a master would say nothing."""
    details = (
        {found.parameters.get("detail") for found in reading.findings} for reading in readings
    )
    if all("not-shared" in each for each in details):
        raise UsageError("scheduler-not-shared", address=scheduler)


def may_pass(reading: FileReading) -> bool:
    """Whether a file was rejected for a reason that the next run may not find any more."""
    details = (finding.parameters.get("detail") for finding in reading.findings)
    return bool(reading.rejected) and any(detail in _PASSING for detail in details)


def _status(entry: Entry, reading: FileReading) -> FileStatus:
    if reading.rejected:
        return FileStatus(entry, "rejected", reading.rejected)
    if reading.own:
        return FileStatus(entry, "skipped", "skipped-temporary")
    if not reading.blocks and any(each.code == "contact-codes" for each in reading.findings):
        return FileStatus(entry, "skipped", "contact-codes")
    return FileStatus(entry, "read", None)


def _looks_like_workbook(entry: Entry) -> bool:
    """Whether what is not read may hold records: another format, a folder nobody may list."""
    return entry.code in ("not-a-workbook", "unreadable")


def _examine(entries: Sequence[Entry], options: Options) -> Iterable[FileReading]:
    if not entries:
        return
    from xlcrm.examination import TASK, payload  # a run without a change reads nothing
    from xlcrm.filled_workbook.grids import prepare_for_many

    load_spec(options.settings)  # for child processes that are forks of this one
    are_many = sum(entry.size for entry in entries) > _MANY
    if are_many:
        prepare_for_many()  # once, for all child processes that are forks of this one
    items = [
        Item(
            entry.file,
            payload(
                entry.path,
                entry.file,
                options.settings,
                private=not entry.shared,
                password=options.password,
                one_of_many=are_many,
                seen=(entry.size, entry.mtime_ns) if options.scheduler else None,
            ),
        )
        for entry in entries
    ]
    with closing(_outcomes(TASK, items, _workers(entries, options), options)) as outcomes:
        for outcome in outcomes:
            if options.debug and outcome.failure == "error":
                raise _fault(outcome)
            yield _reading(outcome)


def _outcomes(
    task: str, items: Sequence[Item], workers: int, options: Options
) -> Generator[Outcome, None, None]:
    def progress(done: int, total: int, item: Item) -> None:
        if options.on_progress:
            options.on_progress(done, total, item.name)

    if options.scheduler is None:
        return run_batches(
            task, items, workers=workers, limits=options.limits, on_progress=progress
        )
    from xlcrm.pipeline.cluster import run_on_cluster  # most runs have no cluster

    return run_on_cluster(
        options.scheduler, task, items, limits=options.limits, on_progress=progress
    )


def _fault(outcome: Outcome) -> RuntimeError:
    """What went wrong in our own code, for whoever mends it."""
    *_, last = outcome.detail.strip().split("\n")
    fault = RuntimeError(f"{outcome.item.name}: {last}")
    fault.add_note(outcome.detail)
    return fault


def _reading(outcome: Outcome) -> FileReading:
    if outcome.result is not None:
        return FileReading.decoded(outcome.item.name, outcome.result)
    # Whatever failed, our own code too, costs this file and is named: the others are read.
    reading = FileReading(outcome.item.name, rejected="unreadable")
    detail = {"detail": outcome.failure or ""}
    reading.findings.append(Finding("unreadable", outcome.item.name, parameters=detail))
    return reading


def _workers(entries: Sequence[Entry], options: Options) -> int:
    """Return how many child processes to use; none, but a fork, for one small file alone."""
    if options.workers is not None:
        return max(1, options.workers)
    if len(entries) == 1 and entries[0].size <= _SMALL:
        return 0
    wanted = -(-len(entries) // _FILES_A_WORKER)
    return max(1, min(os.cpu_count() or 1, _MOST_WORKERS, wanted))
