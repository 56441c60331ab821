"""The master's lists: conflicts to decide, findings, source files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from xlcrm.findings import SEVERITIES, Finding, catalogue
from xlcrm.layout.marks import OWN_SHEET, header_marks
from xlcrm.master_workbook.decisions import SHOWN
from xlcrm.master_workbook.pages import HEADER_ROW, place
from xlcrm.master_workbook.plan import Conflict, MasterContents
from xlcrm.record_sheet import Column, RecordSheet, holdable, palette
from xlcrm.record_sheet.values import MAX_TEXT
from xlcrm.records import SOURCES_NAMED, Value, address
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field, Spec
from xlcrm.spec.types.base import ReadContext

LIST_LENGTH = 255  # characters of a dropdown written with its cell

VERSIONS = "versions"  # what a row keeps of them, exactly as they are

_SPAN = re.compile(r"\d{4}-\d\d-\d\dT[\d:]+/\d{4}-\d\d-\d\dT[\d:]+")

# Where a record stands in this workbook, by its id.
Targets = Mapping[str, str]


def conflict_sheet(
    contents: MasterContents, spec: Spec, words: Words, targets: Targets
) -> RecordSheet:
    """Return the conflicts, a row a field, its versions side by side in their order."""
    count = _most_versions(contents.conflicts)
    rows = [_conflict_row(each, count, spec, words, targets) for each in contents.conflicts]
    return RecordSheet(
        words("master.sheet.conflicts"),
        _conflict_columns(count, words),
        rows,
        HEADER_ROW,
        2,
    )


def _conflict_columns(versions: int, words: Words) -> list[Column]:
    def column(key: str, width: float, **options: object) -> Column:
        name, _, number = key.partition(" ")
        label = words(f"master.conflict.{name}", number=number)
        return Column(key, label, width, wrap=True, **options)  # type: ignore[arg-type]

    sides = [
        side
        for number in range(1, versions + 1)
        for side in (column(f"version {number}", 26), column(f"source {number}", 24))
    ]
    return [
        column("table", 18),
        column("record", 18, kind="link"),
        column("customer", 16),
        column("field", 16),
        *sides,
        column("decision", 12, fill=palette.INPUT_FILL),
        column("own_value", 22, fill=palette.INPUT_FILL),
        column("state", 10),
        column("key", 10, hidden=True),
        column("data", 10, hidden=True),
    ]


def _conflict_row(
    conflict: Conflict, count: int, spec: Spec, words: Words, targets: Targets
) -> Sequence[object]:
    table = spec.tables[conflict.table]
    each = table.by_key.get(conflict.field)
    label = each.labels[words.language] if each else conflict.field
    blank = words("master.conflict.blank" if conflict.field else "mark.taken_out")
    sides: list[str | None] = []
    for value, source in conflict.versions:
        sides += [version_text(each, value, words) if value is not None else blank, source]
    sides += [None] * (2 * count - len(sides))
    target = targets.get(conflict.record)
    record = (conflict.record_text, target) if target else conflict.record_text
    decision = decision_cells(conflict, each, words)
    return [
        table.labels[words.language],
        record,
        conflict.customer,
        label or words("master.conflict.whole"),
        *(holdable(side) for side in sides),
        *(text or None for text in decision),
        words(f"master.conflict.{'open' if conflict.choice is None else 'decided'}"),
        f"{conflict.record} {conflict.field}".strip(),
        _data(conflict, decision),
    ]


def _data(conflict: Conflict, decision: Sequence[str]) -> str:
    """Return what reading a row back needs; of very long versions only what no cell shows."""
    data = {**conflict.data, SHOWN: decision}
    text = json.dumps(data, ensure_ascii=False)
    if len(text) > MAX_TEXT // 2:
        text = json.dumps({**data, VERSIONS: None}, ensure_ascii=False)
    return text


def decision_cells(conflict: Conflict, each: Field | None, words: Words) -> tuple[str, str]:
    """Return what stands in the columns of the decision and of the lead's own value."""
    if conflict.choice is None:
        return conflict.typed
    if conflict.choice == "own":
        return "", "" if conflict.own is None else version_text(each, conflict.own, words)
    name = "take" if conflict.choice == "take" else "keep_both"
    return words(f"master.conflict.{name}", number=conflict.taken), ""


def decision_place(
    conflicts: Sequence[Conflict], number: int, words: Words, *, own: bool
) -> tuple[str, str]:
    """Return sheet and address of a cell in which the conflict of this number, from 0, is
    decided."""
    columns = _conflict_columns(_most_versions(conflicts), words)
    keys = [column.key for column in columns]
    sheet, row = place(words("master.sheet.conflicts"), number)
    return sheet, address(row, keys.index("own_value" if own else "decision"))


def _most_versions(conflicts: Sequence[Conflict]) -> int:
    return max(2, *(len(each.versions) for each in conflicts), 2)


def version_text(each: Field | None, value: Value, words: Words) -> str:
    """Return a version as people read it; what was not understood, as it was written."""
    if each is None or (isinstance(value, str) and not _is_value(each, value)):
        return str(value)
    return each.type.text(value, words.language)


def _is_value(each: Field, text: str) -> bool:
    # A span of time is held in a form of its own, which nobody writes and no cell is read from.
    # Where values are no text, one is what was not understood, such as a formula without a value.
    return bool(_SPAN.match(text)) or isinstance(each.type.read(text, ReadContext()).value, str)


def decisions(versions: int, words: Words, *, whole: bool = False) -> list[str]:
    """Return what the lead may choose for a conflict of so many versions; ``whole`` where the
    record itself is at stake."""
    takes = [words("master.conflict.take", number=number) for number in range(1, versions + 1)]
    return takes if whole else [*takes, words("master.conflict.keep_both")]


def decision_lists(
    conflicts: Sequence[Conflict], words: Words
) -> Iterator[tuple[int, int, list[str]]]:
    """Yield (first, last, choices) for runs of conflicts, counted from 0, with as many versions.

    A dropdown holds 255 characters: of very many versions the first can be chosen, any typed.
    """
    row = 0
    kinds = ((len(each.versions), not each.field) for each in conflicts)
    for (count, whole), run in groupby(kinds):
        length = len(list(run))
        choices = decisions(count, words, whole=whole)
        while len(",".join(choices)) > LIST_LENGTH:
            choices.pop(-2)
        yield row, row + length - 1, choices
        row += length


def finding_sheet(contents: MasterContents, spec: Spec, words: Words) -> RecordSheet:
    """Return the findings, gravest first, else in their order."""
    widths = {
        "severity": 8,
        "code": 18,
        "file": 30,
        "sheet": 18,
        "cell": 8,
        "table": 18,
        "field": 16,
        "record": 18,
        "value": 22,
        "message": 52,
        "suggestion": 18,
    }
    wrapped = {"file", "value", "message"}
    columns = [
        Column(key, words(f"master.finding.{key}"), width, wrap=key in wrapped)
        for key, width in widths.items()
    ]
    rows = (_finding_row(finding, spec, words) for finding in ordered_findings(contents))
    return RecordSheet(words("master.sheet.findings"), columns, rows, HEADER_ROW, 1)


def ordered_findings(contents: MasterContents) -> list[Finding]:
    """Return the findings in the order of their list."""
    return sorted(contents.findings, key=lambda finding: SEVERITIES.index(finding.severity))


def _finding_row(finding: Finding, spec: Spec, words: Words) -> Sequence[object]:
    table = spec.tables.get(finding.table or "")
    each = table.by_key.get((finding.field or "").partition(".")[0]) if table else None
    cells = [
        words(f"severity.{finding.severity}"),
        finding.code,
        finding.file,
        finding.said_sheet,
        finding.cell,
        table.labels[words.language] if table else None,  # the settings' have no label here
        each.labels[words.language] if each else finding.field if table else None,
        finding.record,
        finding.value,
        finding.message(words.language),
        finding.suggestion,
    ]
    return [holdable(cell) for cell in cells]


def file_sheet(contents: MasterContents, words: Words) -> RecordSheet:
    """Return every file of the folder, what became of it, and why."""
    counts = ("rows_seen", "rows_merged", "rows_rejected")
    columns = [
        Column("path", words("master.file.path"), 46, wrap=True),
        Column("status", words("master.file.status"), 12),
        Column("reason", words("master.file.reason"), 52, wrap=True),
        *(Column(key, words(f"master.file.{key}"), 11, kind="integer") for key in counts),
        Column("withdrawn", words("master.file.withdrawn"), 30, wrap=True),
    ]
    rows = (
        [
            file["path"],
            words(f"status.{file['status']}"),
            reason_text(file, words),
            *(file[key] for key in counts),
            _named(contents.withdrawn.get(file["path"], ()), words),
        ]
        for file in contents.files
    )
    return RecordSheet(words("master.sheet.files"), columns, rows, HEADER_ROW, 1)


def reason_text(file: Mapping[str, Any], words: Words) -> str:
    """Return why a file was not merged, as its finding says it; other reasons are text already."""
    reason = file["reason"]
    if reason in catalogue():
        return Finding(reason, file["path"]).message(words.language)
    return reason or ""


def _named(texts: Sequence[str], words: Words) -> str | None:
    """Return the names of records; of very many the last, and how many more."""
    rest = len(texts) - SOURCES_NAMED
    more = [words("master.record.more", count=rest)] if rest > 0 else []
    return holdable("\n".join([*texts[-SOURCES_NAMED:], *more])) or None


def list_marks(name: str, sheet: RecordSheet) -> list[str]:
    """Return the hidden row of a list that is no table: its reader knows the columns by it."""
    keys = (column.key.replace(" ", "-") for column in sheet.columns)
    return header_marks(OWN_SHEET, (f"{name}.{key}" for key in keys))
