"""Writes the master."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from xlcrm.findings import Language
from xlcrm.layout.marks import PROPERTY, RUN_PROPERTY
from xlcrm.master_workbook.analysis import draw_analysis
from xlcrm.master_workbook.home import HomeSheet
from xlcrm.master_workbook.home_plan import plan_home, tables_with_records
from xlcrm.master_workbook.lead_list import NAME as LEAD_LIST
from xlcrm.master_workbook.lead_list import lead_sheet
from xlcrm.master_workbook.likely_list import NAME as LIKELY_LIST
from xlcrm.master_workbook.likely_list import likely_sheet
from xlcrm.master_workbook.lists import (
    conflict_sheet,
    decision_lists,
    file_sheet,
    finding_sheet,
    list_marks,
)
from xlcrm.master_workbook.pages import HEADER_ROW, pages, place
from xlcrm.master_workbook.plan import (
    MasterContents,
    TableColumns,
    table_columns,
    table_rows,
)
from xlcrm.master_workbook.row_list import NAME as ROW_LIST
from xlcrm.master_workbook.row_list import row_sheet
from xlcrm.record_sheet import (
    Book,
    ByColumn,
    Column,
    RecordSheet,
    WrittenSheet,
    book,
    cell_target,
    palette,
)
from xlcrm.records import MASTER_SLOTS
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Spec

KIND = "master"  # by which the file is known again, wherever it lies
TRACE_WIDTHS = {"source_file": 26, "source_place": 24, "check_state": 12, "lead_note": 30}
SEVERITY_LOOKS = {
    "error": {"bg_color": palette.ERROR_FILL, "font_color": palette.ERROR_TEXT},
    "warning": {"bg_color": palette.WARNING_FILL, "font_color": palette.WARNING_TEXT},
}


def write_master(
    path: Path | BinaryIO,
    contents: MasterContents,
    spec: Spec,
    language: Language,
    created: datetime,
) -> None:
    """Write a master, replacing the file at ``path`` whole.

    The same contents and ``created`` (UTC, without time zone) give the same bytes. Raises OSError
    where the file can't be written, KeyError for a table that the spec does not have.
    """
    words = Words(language)
    properties = {"title": words(contents.title)}
    with book(path, created=created, properties=properties) as wb:
        wb.workbook.set_custom_property(PROPERTY, KIND)
        wb.workbook.set_custom_property(RUN_PROPERTY, contents.run_id)
        home = wb.add_sheet(words("master.sheet.home"))
        home.set_tab_color(palette.HEADER_FILL)
        HomeSheet(wb, home, words).draw(plan_home(contents, spec, words), contents)
        targets: dict[str, str] = {}
        keys: list[str] = []
        for key in tables_with_records(contents, spec):
            targets |= _write_table(wb, key, contents, spec, words, keys)
        _write_conflicts(wb, contents, spec, words, targets)
        if contents.likely:
            _write_likely(wb, contents, words)
        if contents.lead:
            _write_lead(wb, contents, spec, words, targets)
        _write_findings(wb, contents, spec, words)
        _write_files(wb, contents, words)
        analysis = wb.add_sheet(words("master.sheet.analysis"))
        analysis.set_tab_color(palette.POSITIVE_TEXT)
        draw_analysis(wb, analysis, contents, words)
        _write_rows(wb, keys, words)
        home.activate()


def _write_table(
    wb: Book, key: str, contents: MasterContents, spec: Spec, words: Words, keys: list[str]
) -> dict[str, str]:
    """Write a table's records, whose row keys join ``keys``; return where those in conflict, or
    changed by the lead, stand, by id."""
    table, records = spec.tables[key], contents.records[key]
    columns = table_columns(table, records)
    blocks = table_rows(columns, records, contents.notes, words)
    rows = ByColumn(_noting(blocks, keys))
    label = table.labels[words.language]
    sheet = RecordSheet(
        label, _columns(columns, words), rows, HEADER_ROW, min(2, len(columns.fields))
    )
    for written, _ in _written(wb, sheet, len(records), columns.marks):
        for severity, look in SEVERITY_LOOKS.items():
            _colour_state(wb, written, words(f"severity.{severity}"), look)
    disputed = {each.record for each in contents.conflicts}
    disputed |= {each.record for each in contents.lead}
    return {
        record.id: cell_target(*place(label, number))
        for number, record in enumerate(records)
        if record.id in disputed
    }


def _noting(
    blocks: Iterable[Sequence[Sequence[object]]], keys: list[str]
) -> Iterator[Sequence[Sequence[object]]]:
    """Yield blocks whose last columns join ``keys`` on the way."""
    for block in blocks:
        keys += map(str, block[-1])
        yield block


def _columns(columns: TableColumns, words: Words) -> list[Column]:
    fields = [
        Column(
            each.key,
            each.labels[words.language],
            each.options.get("width", each.type.width),
            each.type.kind,
            wrap=each.type.wraps,
            num_format=each.type.number_format,
        )
        for each in columns.fields
    ]
    extras = [
        Column(f"extra {number}", label, 18, wrap=True)
        for number, label in enumerate(columns.extras)
    ]
    trace = [
        Column(
            slot,
            words(f"master.record.{key}"),
            TRACE_WIDTHS.get(key, 12),
            wrap=True,
            hidden=key == "row_key",
            fill=palette.INPUT_FILL if key == "lead_note" else None,
        )
        for key, slot in MASTER_SLOTS.items()
    ]
    return [*fields, *extras, *trace]


def _colour_state(wb: Book, written: WrittenSheet, state: str, look: dict[str, str]) -> None:
    """Colour the state, and the row's first cell, which stays in sight: the state is far right."""
    slot = MASTER_SLOTS["check_state"]
    first_row, column, last_row, _ = written.area(slot)
    place = cell_target("", first_row, column).rpartition("!")[2]
    rule = {
        "type": "formula",
        "criteria": f'=LEFT(${place},{len(state)})="{state}"',
        "format": wb.format(look),
    }
    for coloured in (column, 0):
        written.worksheet.conditional_format(first_row, coloured, last_row, coloured, rule)


def _write_conflicts(
    wb: Book, contents: MasterContents, spec: Spec, words: Words, targets: dict[str, str]
) -> None:
    sheet = conflict_sheet(contents, spec, words, targets)
    marks = list_marks("conflicts", sheet)
    muted = {"font_color": palette.MUTED_TEXT, "bg_color": palette.DISPLAY_FILL}
    decided = words("master.conflict.decided")
    for written, number in _written(wb, sheet, len(contents.conflicts), marks):
        written.worksheet.set_tab_color(palette.ERROR_TEXT)
        first, column, last, _ = written.area("decision")
        conflicts = contents.conflicts[number : number + written.row_count]
        for start, end, choices in decision_lists(conflicts, words):
            rule = {"validate": "list", "source": choices, "error_type": "warning"}
            written.worksheet.data_validation(first + start, column, first + end, column, rule)
        if conflicts:
            state = cell_target("", first, written.column("state")).rpartition("!")[2]
            look = {"criteria": f'=${state}="{decided}"', "format": wb.format(muted)}
            rule = {"type": "formula", **look}
            written.worksheet.conditional_format(first, 0, last, len(sheet.columns) - 1, rule)


def _write_likely(wb: Book, contents: MasterContents, words: Words) -> None:
    sheet = likely_sheet(contents.likely, words)
    answers = [words(f"master.likely.{answer}") for answer in ("yes", "no")]
    rule = {"validate": "list", "source": answers, "error_type": "warning"}
    muted = {"font_color": palette.MUTED_TEXT}
    for written, _ in _written(wb, sheet, len(contents.likely), list_marks(LIKELY_LIST, sheet)):
        written.worksheet.set_tab_color(palette.ERROR_TEXT)
        written.worksheet.data_validation(*written.area("same"), rule)
        for state in ("is_one", "are_two"):
            _colour_equal(wb, written, "state", words(f"master.likely.{state}"), muted)


def _write_lead(
    wb: Book, contents: MasterContents, spec: Spec, words: Words, targets: dict[str, str]
) -> None:
    sheet = lead_sheet(contents.lead, spec, words, targets)
    rule = {"validate": "list", "source": [words("master.lead.take_back")]}
    for written, _ in _written(wb, sheet, len(contents.lead), list_marks(LEAD_LIST, sheet)):
        written.worksheet.set_tab_color(palette.INPUT_FILL)
        written.worksheet.data_validation(*written.area("undo"), rule)


def _write_findings(wb: Book, contents: MasterContents, spec: Spec, words: Words) -> None:
    sheet = finding_sheet(contents, spec, words)
    for written, _ in _written(wb, sheet, len(contents.findings), list_marks("findings", sheet)):
        written.worksheet.set_tab_color(palette.WARNING_TEXT)
        for severity, look in SEVERITY_LOOKS.items():
            _colour_equal(wb, written, "severity", words(f"severity.{severity}"), look)


def _write_files(wb: Book, contents: MasterContents, words: Words) -> None:
    sheet = file_sheet(contents, words)
    rejected, skipped = words("status.rejected"), words("status.skipped")
    for written, _ in _written(wb, sheet, len(contents.files), list_marks("files", sheet)):
        _colour_equal(wb, written, "status", rejected, SEVERITY_LOOKS["error"])
        _colour_equal(wb, written, "status", skipped, {"font_color": palette.MUTED_TEXT})


def _write_rows(wb: Book, keys: Sequence[str], words: Words) -> None:
    sheet = row_sheet(keys, words)
    for written, _ in _written(wb, sheet, len([*sheet.rows]), list_marks(ROW_LIST, sheet)):
        written.worksheet.hide()


def _colour_equal(
    wb: Book, written: WrittenSheet, key: str, text: str, look: dict[str, str]
) -> None:
    rule = {"type": "cell", "criteria": "==", "value": f'"{text}"', "format": wb.format(look)}
    written.worksheet.conditional_format(*written.area(key), rule)


def _written(
    wb: Book, sheet: RecordSheet, rows: int, marks: Sequence[str]
) -> Iterator[tuple[WrittenSheet, int]]:
    """Write a list of so many rows over as many sheets as it takes, each with the hidden row of
    marks, and yield them with the number of their first row."""
    for number, page in pages(sheet, rows):
        written = wb.add_record_sheet(page)
        worksheet = written.worksheet
        worksheet.set_row(0, None, None, {"hidden": True})
        for column, mark in enumerate(marks):
            if mark:
                worksheet.write_string(0, column, mark)
        written.set_up_pages()
        yield written, number
