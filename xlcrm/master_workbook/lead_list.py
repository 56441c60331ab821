"""The master's list of what the lead has changed, where each change can be taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, get_args

from xlcrm.findings import Language
from xlcrm.master_workbook.lists import Targets, version_text
from xlcrm.master_workbook.pages import HEADER_ROW
from xlcrm.master_workbook.plan import LeadChange
from xlcrm.record_sheet import Column, RecordSheet, holdable, palette
from xlcrm.record_sheet.values import MAX_TEXT
from xlcrm.records import ListRow
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Spec
from xlcrm.spec.types.texts import is_ticked
from xlcrm.text import fold

NAME = "lead"


class Told(NamedTuple):
    """A row of the list, read back; ``undone`` says that it is to be taken back."""

    kind: str
    record: str
    field: str
    undone: bool
    data: Any


def lead_sheet(
    changes: Sequence[LeadChange], spec: Spec, words: Words, targets: Targets
) -> RecordSheet:
    """Return the changes, a row each."""
    widths = {
        "kind": 12,
        "table": 18,
        "record": 18,
        "customer": 16,
        "field": 16,
        "before": 26,
        "value": 26,
        "when": 16,
    }
    columns = [
        Column(
            key,
            words(f"master.lead.{key}"),
            width,
            wrap=True,
            kind="link" if key == "record" else "text",
        )
        for key, width in widths.items()
    ]
    columns += [
        Column("undo", words("master.lead.undo"), 10, fill=palette.INPUT_FILL),
        Column("key", words("master.conflict.key"), 10, hidden=True),
        Column("data", words("master.conflict.data"), 10, hidden=True),
    ]
    rows = [_row(each, spec, words, targets) for each in changes]
    return RecordSheet(words("master.sheet.lead"), columns, rows, HEADER_ROW, 3)


def _row(change: LeadChange, spec: Spec, words: Words, targets: Targets) -> Sequence[object]:
    table = spec.tables[change.table]
    each = table.by_key.get(change.field)
    target = targets.get(change.record)
    blank = words("master.conflict.blank")
    sides = [
        None
        if not change.field
        else blank
        if value is None
        else holdable(version_text(each, value, words))
        for value in (change.before, change.value)
    ]
    data = json.dumps(change.data, ensure_ascii=False)
    return [
        words(f"mark.{change.kind}"),
        table.labels[words.language],
        (change.text, target) if target else change.text,
        change.customer,
        each.labels[words.language] if each else change.field,
        *sides,
        change.when,
        None,
        f"{change.kind} {change.record} {change.field}".strip(),
        data if len(data) <= MAX_TEXT // 2 else None,
    ]


def read_changes(rows: Sequence[ListRow]) -> Iterator[Told]:
    """Yield what stands on the rows of the list that are still known by their keys."""
    undo = {fold(Words(language)("master.lead.take_back")) for language in get_args(Language)}
    for texts in (each.texts for each in rows):
        kind, _, rest = texts.get("key", "").partition(" ")
        record, _, field = rest.partition(" ")
        if record:
            said = texts.get("undo", "")
            undone = bool(said) and (fold(said) in undo or bool(is_ticked(said)))
            yield Told(kind, record, field, undone, _data(texts))


def _data(texts: Mapping[str, str]) -> Any:
    try:
        return json.loads(texts.get("data", ""))
    except ValueError:
        return None
