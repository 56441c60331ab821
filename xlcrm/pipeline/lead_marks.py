"""What the lead has changed goes back to whoever filled it: in their cells, with a note on each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from xlcrm.filled_workbook.contents import Contents
from xlcrm.findings import Language
from xlcrm.layout.forms import form_plan
from xlcrm.layout.pages import HEADER, FormPage, ListPage, Note, Notes, Page, Row, form_cells
from xlcrm.layout.remarks import Slot
from xlcrm.ledger.model import Ledger
from xlcrm.ledger.said import Said, put, said, sign
from xlcrm.master_workbook.lists import version_text
from xlcrm.privacy import mask
from xlcrm.records import FileReading, LedgerRecord, Record, Records
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Spec, Table
from xlcrm.spec.types.base import Cell

_LONGEST = 200  # characters of a value that a note repeats


class Change(NamedTuple):
    """A field of a file's record that the lead has otherwise."""

    record: Record
    field: str
    said: Said


def changes_in(
    ledger: Ledger, readings: Mapping[str, FileReading], spec: Spec
) -> Mapping[str, Sequence[Change]]:
    """Return by file what the lead, in changes and decisions that are in force, has otherwise."""
    found: dict[str, list[Change]] = defaultdict(list)
    rulings = ledger.lead.rulings
    for shown in (each for records in ledger.records.values() for each in records if rulings):
        fields = rulings.get(shown.id)
        for record in _records_of(shown, readings) if fields else ():
            table = spec.tables[shown.table]
            for name, ruling in (fields or {}).items():
                mine, now = (sign(each, table, name) for each in (ruling.said, said(shown, name)))
                if mine == now != sign(said(record, name), table, name):
                    found[record.block.file].append(Change(record, name, ruling.said))
    return found


def _records_of(shown: LedgerRecord, readings: Mapping[str, FileReading]) -> Iterator[Record]:
    """Yield what files say of a record."""
    for file, sheet, line in shown.sources:
        blocks = readings[file].blocks if file in readings else ()
        own = (each for each in blocks if (each.table, each.block.sheet) == (shown.table, sheet))
        yield from (record for block in own for record in block if record.line == line)


def with_changes(
    contents: Contents, reading: FileReading, changes: Sequence[Change], spec: Spec
) -> tuple[Contents, FileReading]:
    """Return a workbook, and what it says, with what the lead has changed in it."""
    language = contents.template.language if contents.template else "zh"
    pages, done = list(contents.pages), []
    for each in changes:
        for number, page in enumerate(pages):
            made = _with_change(page, each, spec, language)
            if made:
                pages[number] = made
                done.append(each)
                break
    records = {id(each.record): each.record.copy() for each in done}
    for each in done:
        table = spec.tables[each.record.table]
        put(records[id(each.record)], each.field, each.said, table)
    blocks = [
        Records.of([records.get(id(record), record) for record in block]) if block else block
        for block in reading.blocks
    ]
    return replace(contents, pages=pages), replace(reading, blocks=blocks, lines=None)


def _with_change(page: Page, change: Change, spec: Spec, language: Language) -> Page | None:
    """Return a page with a change and its note; None where its record does not stand on it."""
    record, block = change.record, change.record.block
    if page.name != block.sheet:
        return None
    before = said(record, change.field)
    note = note_of(spec.tables[record.table], change.field, change.said, before, language)
    if isinstance(page, ListPage):
        column = block.columns.get(change.field, block.extras.get(change.field))
        at = None if column is None else page.origins.get((record.row, column))
        if page.table.key == record.table and at and at[0] != HEADER:
            return _on_list(page, *at, _cell(page.table, change, language), note)
    if not isinstance(page, FormPage) or page.table.key != record.table:
        return None
    is_here = any(place in page.origins for place in block.cells.values())
    return _on_form(page, change, language, note) if is_here else None


def _on_list(page: ListPage, row: int, slot: Slot, cell: Cell | None, note: str) -> ListPage:
    line, rows = page.rows[row], list(page.rows)
    cells, extras = dict(line.cells), dict(line.extras)
    part: dict[Any, Cell] = extras if isinstance(slot, int) else cells
    part.pop(slot, None)
    if cell is not None:
        part[slot] = cell
    notes = {**line.notes, slot: line.notes.get(slot, Note("")).with_ours(note)}
    rows[row] = Row(cells, extras, notes)
    return replace(page, rows=rows)


def _on_form(page: FormPage, change: Change, language: Language, note: str) -> FormPage | None:
    """Return a form with a change; None where no cell of it can hold that."""
    name, what = change.field, change.said
    field = page.table.with_dropped.by_key.get(name)
    slots = [slot for _, slot in page.origins.values() if _is_of(slot, name)]
    cells = {slot: cell for slot, cell in page.cells.items() if not _is_of(slot, name)}
    if field and what.value is not None:
        cells |= form_cells(field, what.value, language)
    elif what.text and name in slots:
        cells[name] = what.text
    elif what.text:  # boxes hold no other words
        return None
    shape = {key: value for key, value in page.shape.items() if key != name}
    shape |= {} if what.value is None else {name: what.value}
    slot = next((str(slot) for slot in (*cells, *slots) if _is_of(slot, name)), None)
    if slot is None:
        return None
    notes = {**page.notes, slot: page.notes.get(slot, Note("")).with_ours(note)}
    return replace(page, cells=cells, shape=shape, notes=notes)


def _is_of(slot: Slot, name: str) -> bool:
    """Whether a slot of a form is a field's, or a part of it."""
    return str(slot).partition(".")[0] == name


def on_slots(page: FormPage, notes: Notes, *, core: bool) -> dict[str, Note]:
    """Return notes on fields of a form as notes on a cell of each: the first that is filled, of one
    that the lead has emptied the first of all."""
    slots = [*page.cells, *form_plan(page.table, core=core, values=page.shape).slots]
    firsts = {slot.partition(".")[0]: slot for slot in reversed(slots)}
    return {firsts[str(name)]: note for name, note in notes.items() if name in firsts}


def _cell(table: Table, change: Change, language: Language) -> Cell | None:
    field = table.with_dropped.by_key.get(change.field)
    if field is None or change.said.value is None:
        return change.said.text
    return field.type.cell(change.said.value, language)


def note_of(table: Table, name: str, now: Said, before: Said, language: Language) -> str:
    """Return what a note says of a field that the lead has changed."""
    words, field = Words(language), table.by_key.get(name)
    blank = words("master.conflict.blank")
    texts = (
        blank if each.shown is None else version_text(field, each.shown, words)
        for each in (now, before)
    )
    value, was = (text if len(text) <= _LONGEST else text[:_LONGEST] + "…" for text in texts)
    return words("returned.lead", value=value, before=mask(was))


def notes_of(ledger: Ledger, spec: Spec, language: Language) -> Mapping[str, Notes]:
    """Return the notes on what the lead has changed in records, by the keys of their rows."""
    notes: dict[str, Notes] = {}
    for record in (each for records in ledger.records.values() for each in records):
        edited = ledger.edited.get(record.id)
        if edited:
            table = spec.tables[record.table]
            notes[record.id] = {
                name: Note("").with_ours(note_of(table, name, said(record, name), before, language))
                for name, before in edited.items()
            }
    return notes
