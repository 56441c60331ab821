"""One writer makes every workbook that people fill: a spec, and records where there are some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from xlcrm.findings import Language
from xlcrm.layout.forms import form_plan
from xlcrm.layout.lists import list_plan
from xlcrm.layout.marks import PROPERTY, version_property
from xlcrm.record_sheet import Book, book
from xlcrm.records import Values
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.types.texts import CUSTOMERS
from xlcrm.spec.version import template_of
from xlcrm.template_workbook.form_sheet import write_form
from xlcrm.template_workbook.guide_sheet import write_guide
from xlcrm.template_workbook.list_sheet import write_list
from xlcrm.template_workbook.lists_sheet import write_lists
from xlcrm.template_workbook.making import Making, looked_up

_NUMBERS = (1, 999_999_999)


def write_workbook(
    target: Path,
    tables: Sequence[Table],
    spec: Spec,
    language: Language,
    *,
    created: datetime,
    core: bool = False,
    records: Mapping[str, Sequence[Values]] | None = None,
    numbers: tuple[int, int] = _NUMBERS,
) -> None:
    """Write a workbook of ``tables`` to ``target``, atomically; the same arguments, the same bytes.

    ``core`` keeps the documents' own columns alone. ``records`` holds records by table key: rows of
    a list, and a sheet each of a form (which has one blank sheet where it has none). ``numbers``
    are the first and last running number of the person's own ids: the next free one is offered.
    Raises OSError where the file can't be written.
    """
    given = records or {}
    making = Making(spec, language, _customers(tables, core=core), numbers)
    with book(target, created=created) as wb:
        shown = [(table, _fields(table, making, core=core)) for table in tables]
        write_guide(wb, shown, making)
        for table in tables:
            _write_table(wb, table, making, core, given.get(table.key, ()))
        write_lists(wb, (field for _, fields in shown for field in fields), spec, language)
        wb.workbook.set_custom_property(PROPERTY, spec.purpose)
        for table in tables:
            made = str(template_of(table, spec, language, core=core))
            wb.workbook.set_custom_property(version_property(table.key), made)


def _customers(tables: Sequence[Table], *, core: bool) -> frozenset[str]:
    """Return the columns of the workbook's own customer base that its other tables look into."""
    base = next((table for table in tables if table.role == CUSTOMERS), None)
    shown = {field.key for field in base.shown(core=core)} if base else set()
    return looked_up(tables) & shown


def _fields(table: Table, making: Making, *, core: bool) -> list[Field]:
    """Return the fields of a table that the workbook shows."""
    fields = table.shown(core=core)
    keys = {field.key for field in fields}
    return [field for field in fields if making.can_show(field, keys)]


def _write_table(
    wb: Book, table: Table, making: Making, core: bool, records: Sequence[Values]
) -> None:
    if table.layout == "list":
        kept = {field.key for field in _fields(table, making, core=core)}
        without = {field.key for field in table.fields} - kept
        write_list(wb, list_plan(table, core=core, without=without), making, records)
        return
    for values in records or [{}]:
        write_form(wb, form_plan(table, core=core, values=values), making, values)
