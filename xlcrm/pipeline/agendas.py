"""The day's work: a folder merged, and what is due, overdue or coming round in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from xlcrm.agenda.calendar_file import calendar
from xlcrm.agenda.items import Item, agenda
from xlcrm.agenda.workbook import counts, write_agenda
from xlcrm.facts.lines import History
from xlcrm.findings import Language
from xlcrm.pipeline.exported import Exported
from xlcrm.pipeline.inputs import refuse_target
from xlcrm.pipeline.merges import MergeResult, merge
from xlcrm.pipeline.options import SCHEMA_VERSION, Options, UsageError
from xlcrm.pipeline.secrets import written
from xlcrm.record_sheet import atomic_file
from xlcrm.sheet_words import Words
from xlcrm.values import dataclass

WORKBOOK, _CALENDAR = ".xlsx", ".ics"
_KINDS = (WORKBOOK, _CALENDAR)


@dataclass(frozen=True)
class AgendaResult:
    """What is on the agenda, where it was written, if it was, and the merge it rests on."""

    document: dict[str, Any]
    items: Sequence[Item]
    path: Path | None
    merged: MergeResult

    def counts(self, language: Language) -> str:
        """Return how many items there are of each kind, in a line of words."""
        return counts(self.items, Words(language))

    def rows(self, language: Language) -> Iterator[tuple[str, ...]]:
        """Yield the items as texts: kind, day, how far off, owner, customer, what it is and where
        it comes from."""
        words, as_of = Words(language), self.merged.options.as_of
        for each in self.items:
            code = each.customer if each.customer != each.name else None
            yield (
                words(f"due.kind.{each.kind}"),
                each.day.isoformat(),
                each.when(as_of, words),
                each.owner or "",
                " ".join(filter(None, (code, each.name))),
                each.what[language],
                each.place,
            )


def due(folder: Path, options: Options, target: Path | None = None) -> AgendaResult:
    """Merge a folder and return the agenda of ``options.as_of``, written to ``target`` where one is
    given: a workbook, or a calendar.

    Raises what ``merge`` raises, UsageError for a target that is neither, is an input or the
    master, and for a calendar, which has no password, where the master has one.
    """
    if target:
        refuse_other(folder, target, options, _KINDS)
    return _agenda(merge(folder, options), target)


def due_from(source: Exported, options: Options, target: Path | None = None) -> AgendaResult:
    """Return the agenda of an export, as ``due``. Raises UsageError where it can't be read, and for
    a target that is neither, or part of it."""
    if target:
        refuse_suffix(target, _KINDS)
        source.refuse_target(target)
    return _agenda(source.merged(options), target)


def _agenda(merged: MergeResult, target: Path | None) -> AgendaResult:
    options = merged.options  # what it settled
    items = agenda(History(merged.picture.records, options.spec), options.as_of)
    path = target.absolute() if target else None
    if path:
        _write(path, items, options)
    document = {
        "schema_version": SCHEMA_VERSION,
        "file": str(path) if path else None,
        "items": [_item_json(each, options.language) for each in items],
    }
    return AgendaResult(document, items, path, merged)


def refuse_other(folder: Path, target: Path, options: Options, suffixes: Sequence[str]) -> None:
    """Raise UsageError for an output that is none of these kinds of files, and as
    ``refuse_target``."""
    refuse_suffix(target, suffixes)
    refuse_target(folder, target, options)


def refuse_suffix(target: Path, suffixes: Sequence[str]) -> None:
    """Raise UsageError for an output that is none of these kinds of files."""
    if target.suffix.casefold() not in suffixes:
        raise UsageError("output-suffix", path=str(target), known=" ".join(suffixes))


def _write(path: Path, items: Sequence[Item], options: Options) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    as_of, language = options.as_of, options.language
    if path.suffix.casefold() == _CALENDAR:
        if options.secret:
            raise UsageError("calendar-plain", path=str(path))
        with atomic_file(path) as file:
            file.write(calendar(items, language, as_of))
        return
    with written(path, options.secret) as made:
        write_agenda(made, items, language, as_of, _until(options), options.created)


def _until(options: Options) -> date:
    return options.as_of + timedelta(days=options.spec.parameter("remind_days"))


def _item_json(item: Item, language: Language) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "date": item.day.isoformat(),
        "customer": item.customer,
        "owner": item.owner,
        "what": item.what[language],
        "source": item.place or None,
    }
