"""One writer makes every workbook that people fill: a spec, and records where there are some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from xlcrm.findings import Language
from xlcrm.layout.forms import form_plan
from xlcrm.layout.lists import list_plan
from xlcrm.layout.marks import PROPERTY, VERSION_PROPERTY
from xlcrm.record_sheet import Book, book
from xlcrm.records import Values
from xlcrm.spec.model import Spec, Table
from xlcrm.template_workbook.form_sheet import write_form
from xlcrm.template_workbook.guide_sheet import write_guide
from xlcrm.template_workbook.list_sheet import write_list
from xlcrm.template_workbook.lists_sheet import write_lists


def write_workbook(
    target: Path,
    tables: Sequence[Table],
    spec: Spec,
    language: Language,
    *,
    created: datetime,
    core: bool = False,
    records: Mapping[str, Sequence[Values]] | None = None,
) -> None:
    """Write a workbook of ``tables`` to ``target``, atomically; the same arguments, the same bytes.

    ``core`` keeps the documents' own columns alone. ``records`` holds records by table key: rows of
    a list, and a sheet each of a form (which has one blank sheet where it has none).
    Raises OSError where the file can't be written.
    """
    given = records or {}
    with book(target, created=created) as wb:
        shown = [(table, table.shown(core=core)) for table in tables]
        inputs = [(table, [each for each in fields if each.is_input]) for table, fields in shown]
        write_guide(wb, inputs, language, spec.purpose)
        for table in tables:
            _write_table(wb, table, spec, language, core, given.get(table.key, ()))
        write_lists(wb, (field for _, fields in shown for field in fields), spec, language)
        wb.workbook.set_custom_property(PROPERTY, spec.purpose)
        wb.workbook.set_custom_property(VERSION_PROPERTY, spec.version)


def _write_table(
    wb: Book,
    table: Table,
    spec: Spec,
    language: Language,
    core: bool,
    records: Sequence[Values],
) -> None:
    if table.layout == "list":
        write_list(wb, list_plan(table, core=core), language, records)
        return
    for values in records or [{}]:
        write_form(wb, form_plan(table, core=core, values=values), spec, language, values)
