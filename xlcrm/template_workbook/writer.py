"""One writer makes every workbook that people fill: a spec, and records where there are some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from xlcrm.findings import Language
from xlcrm.layout.forms import form_plan
from xlcrm.layout.lists import list_plan
from xlcrm.layout.marks import PROPERTY, version_property
from xlcrm.layout.pages import (
    FormPage,
    FreeSheet,
    Leftover,
    ListPage,
    Page,
    form_page,
    list_row,
)
from xlcrm.record_sheet import Book, book
from xlcrm.records import Values
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.types.texts import CUSTOMERS
from xlcrm.spec.version import template_of
from xlcrm.template_workbook.form_sheet import write_form
from xlcrm.template_workbook.free_sheet import write_free_sheet, write_leftovers
from xlcrm.template_workbook.guide_sheet import write_guide
from xlcrm.template_workbook.list_sheet import write_list
from xlcrm.template_workbook.lists_sheet import write_lists
from xlcrm.template_workbook.making import Making, Numbers, looked_up

# What a defined name can't have in the name of its sheet, as it is written instead.
_IN_REFERENCES = str.maketrans({"'": "’", "!": "！"})


def write_workbook(
    target: Path,
    tables: Sequence[Table],
    spec: Spec,
    language: Language,
    *,
    created: datetime,
    core: bool = False,
    records: Mapping[str, Sequence[Values]] | None = None,
    pages: Sequence[Page] | None = None,
    leftovers: Sequence[Leftover] = (),
    numbers: Mapping[str, Numbers] | None = None,
) -> None:
    """Write a workbook of ``tables`` to ``target``, atomically; the same arguments, the same bytes.

    ``core`` keeps the documents' own columns alone. ``records`` holds records by table key: rows of
    a list, and a sheet each of a form (which has one blank sheet where it has none). ``pages``
    instead say sheet by sheet what is to stand there, a person's own sheets among them, and
    ``leftovers`` what stood beside. ``numbers`` are by table the first and last running number of
    the person's own ids: the next free one is offered. Raises OSError where the file can't be
    written.
    """
    sheets = list(_pages(tables, records or {}, language)) if pages is None else pages
    making = Making(spec, language, _customers(tables, core=core), numbers or {})
    with book(target, created=created) as wb:
        shown = [(table, _fields(table, making, core=core)) for table in tables]
        write_guide(wb, shown, making)
        base = next((page for page in sheets if _is_base(page)), None)
        for page in sheets:
            _write_page(wb, page, making, core, is_base=page is base)
        if leftovers:
            write_leftovers(wb, leftovers, language)
        used = [*(field for _, fields in shown for field in fields), *_fields_of(sheets, core=core)]
        calendar = _needs_calendar([*tables, *_tables_of(sheets)], spec, core=core)
        write_lists(wb, used, spec, language, with_calendar=calendar)
        wb.workbook.set_custom_property(PROPERTY, spec.purpose)
        for table in tables:
            made = str(template_of(table, spec, language, core=core))
            wb.workbook.set_custom_property(version_property(table.key), made)


def _pages(
    tables: Sequence[Table], records: Mapping[str, Sequence[Values]], language: Language
) -> Iterator[Page]:
    """Yield a sheet a list, and of a form one a record or a blank one."""
    for table in tables:
        given = records.get(table.key, ())
        if table.layout == "list":
            yield ListPage(table, [list_row(table, values, {}, language) for values in given])
        else:
            yield from (form_page(table, values, {}, language) for values in given or [{}])


def _is_base(page: Page) -> bool:
    return isinstance(page, ListPage) and page.table.role == CUSTOMERS


def _fields_of(pages: Iterable[Page], *, core: bool) -> Iterator[Field]:
    """Yield the fields that pages show, further ones than their tables too."""
    for table in _tables_of(pages):
        yield from table.shown(core=core)


def _tables_of(pages: Iterable[Page]) -> Iterator[Table]:
    yield from (page.table for page in pages if not isinstance(page, FreeSheet))


def _needs_calendar(tables: Iterable[Table], spec: Spec, *, core: bool) -> bool:
    """Whether a sheet shows late entries, and days off don't count."""
    rules = (
        {rule.arguments["talk"], rule.arguments["recorded"]}
        <= {f.key for f in table.shown(core=core)}
        for table in tables
        for rule in table.rules
        if rule.name == "late-entry"
    )
    return any(rules) and bool(spec.parameter("entry_skip_nonworking"))


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


def _write_page(wb: Book, page: Page, making: Making, core: bool, *, is_base: bool) -> None:
    if isinstance(page, FreeSheet):
        write_free_sheet(wb, page)
        return
    page = replace(page, name=page.name and page.name.translate(_IN_REFERENCES))
    table = page.table
    if isinstance(page, FormPage):
        write_form(wb, form_plan(table, core=core, values=page.shape), making, page)
        return
    kept = {field.key for field in _fields(table, making, core=core)}
    without = {field.key for field in table.fields} - kept
    write_list(wb, list_plan(table, core=core, without=without), making, page, is_base=is_base)
