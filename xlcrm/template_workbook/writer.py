"""One writer makes every workbook that people fill: a spec, and records where there are some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from xlcrm.findings import Language
from xlcrm.layout.forms import FormPlan, form_plan
from xlcrm.layout.lists import FIRST_ROW, ListPlan, list_plan
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
from xlcrm.layout.remarks import BESIDE, LISTED, MORE, OTHERS, Remark, Slot, Spot
from xlcrm.record_sheet import Book, book, safe_sheet_name
from xlcrm.records import Values, address
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field, Spec, Table
from xlcrm.spec.types.texts import CUSTOMERS
from xlcrm.spec.version import template_of
from xlcrm.template_workbook.check_sheet import Line, write_check_sheet
from xlcrm.template_workbook.checked import Checked, with_check_columns
from xlcrm.template_workbook.form_sheet import write_form
from xlcrm.template_workbook.free_sheet import (
    leftover_place,
    write_free_sheet,
    write_leftovers,
)
from xlcrm.template_workbook.guide_sheet import write_guide
from xlcrm.template_workbook.list_sheet import write_list
from xlcrm.template_workbook.lists_sheet import write_lists
from xlcrm.template_workbook.making import Making, Numbers, looked_up
from xlcrm.values import dataclass

# What a defined name can't have in the name of its sheet, as it is written instead.
_IN_REFERENCES = str.maketrans({"'": "’", "!": "！"})


def write_workbook(
    target: Path | BinaryIO,
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
    remarks: Sequence[Remark] | None = None,
    filed: Mapping[str, str] | None = None,
) -> None:
    """Write a workbook of ``tables`` to ``target``, atomically; the same arguments, the same bytes.

    ``core`` keeps the documents' own columns alone. ``records`` holds records by table key: rows of
    a list, and a sheet each of a form (which has one blank sheet where it has none). ``pages``
    instead say sheet by sheet what is to stand there, a person's own sheets among them, and
    ``leftovers`` what stood beside. ``numbers`` are by table the first and last running number of
    the person's own ids: the next free one is offered. ``remarks`` are what was found on the pages:
    they are marked, and listed on a sheet of their own. ``filed`` are properties of a workbook
    that is kept and no more filled in: it shows no guide and lists. Raises OSError where the file
    can't be written.
    """
    given = list(_pages(tables, records or {}, language)) if pages is None else pages
    making = Making(spec, language, _customers(tables, core=core), numbers or {})
    with book(target, created=created) as wb:
        shown = [(table, _fields(table, making, core=core)) for table in tables]
        sheets = _named(given, language, with_findings=remarks is not None)
        planned = [_planned(each, making, core) for each in sheets.pages]
        if remarks is not None:
            planned = [each.with_check_columns(language) for each in planned]
            told = [_with_others(each, planned) for each in remarks]
            planned = [_checked(n, each, told, language) for n, each in enumerate(planned)]
            write_check_sheet(wb, sheets.findings, _lines(planned, told, sheets), language)
        if filed is None:
            write_guide(wb, shown, making)
        base = next((page for page in sheets.pages if _is_base(page)), None)
        for each in planned:
            _write_page(wb, each, making, is_base=each.page is base)
        if leftovers:
            write_leftovers(wb, sheets.leftovers, leftovers, language)
        used = [*(field for _, fields in shown for field in fields), *_fields_of(given, core=core)]
        calendar = _needs_calendar([*tables, *_tables_of(given)], spec, core=core)
        write_lists(wb, used, spec, language, with_calendar=calendar, hidden=filed is not None)
        stamps = _stamps(tables, making, core=core)
        for name, text in {PROPERTY: spec.purpose, **stamps, **(filed or {})}.items():
            wb.workbook.set_custom_property(name, text)


def _stamps(tables: Sequence[Table], making: Making, *, core: bool) -> Mapping[str, str]:
    """Return the properties that say from which templates the sheets are."""
    made = ((t.key, template_of(t, making.spec, making.language, core=core)) for t in tables)
    return {version_property(key): str(template) for key, template in made}


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


@dataclass(frozen=True)
class _Sheets:
    """Pages by the names that their sheets get, and the names of ours that stand beside them."""

    pages: Sequence[Page]
    findings: str
    leftovers: str


def _named(pages: Sequence[Page], language: Language, *, with_findings: bool) -> _Sheets:
    """Name the sheets: a person's own names stay, ours give way to them."""
    words, wanted = Words(language), [_wanted_name(page, language) for page in pages]
    findings = safe_sheet_name(words("returned.sheet"), wanted)
    taken = [findings, words("blank.guide")] if with_findings else [words("blank.guide")]
    named: list[Page] = []
    for page, name in zip(pages, wanted, strict=True):
        taken.append(safe_sheet_name(name, taken))
        named.append(replace(page, name=taken[-1]))
    return _Sheets(named, findings, safe_sheet_name(words("blank.leftovers"), taken))


def _wanted_name(page: Page, language: Language) -> str:
    if isinstance(page, FreeSheet):
        return page.name
    return (page.name or page.table.labels[language]).translate(_IN_REFERENCES)


@dataclass(frozen=True)
class _Planned:
    """A page, where its cells lie (a person's own sheet has no plan), and what was found on it."""

    page: Page
    plan: ListPlan | FormPlan | None = None
    checked: Checked | None = None

    def place(self, spot: Spot) -> tuple[int, int] | None:
        """Return the zero-based cell of a spot; None for the sheet as a whole."""
        if spot.row is None or spot.slot is None:
            return None
        if self.plan is None:
            return spot.row, int(spot.slot)
        if isinstance(self.plan, FormPlan):
            cell = self.plan.slots.get(str(spot.slot), self.plan.note)
            return cell.row, cell.column
        return FIRST_ROW + spot.row, self.slots[spot.slot]

    def with_check_columns(self, language: Language) -> _Planned:
        """Return the same with our columns, where it is a list."""
        if not isinstance(self.plan, ListPlan):
            return self
        return replace(self, plan=with_check_columns(self.plan, language))

    @cached_property
    def slots(self) -> Mapping[Slot, int]:
        """The columns of a list by slot; of a form, its slots."""
        if isinstance(self.page, ListPage) and isinstance(self.plan, ListPlan):
            return self.plan.slots(self.page.labels)
        return dict.fromkeys(self.plan.slots, 0) if isinstance(self.plan, FormPlan) else {}


def _planned(page: Page, making: Making, core: bool) -> _Planned:
    if isinstance(page, FreeSheet):
        return _Planned(page)
    table = page.table
    if isinstance(page, FormPage):
        return _Planned(page, form_plan(table, core=core, values=page.shape))
    kept = {field.key for field in _fields(table, making, core=core)}
    without = {field.key for field in table.fields} - kept
    return _Planned(page, list_plan(table, core=core, without=without))


def _checked(
    number: int, planned: _Planned, remarks: Sequence[Remark], language: Language
) -> _Planned:
    """Return a page with what was found on it."""
    if planned.plan is None:
        return planned
    own = [each for each in remarks if each.spot and each.spot.page == number]
    return replace(planned, checked=Checked(number, own, language).fitted(planned.slots))


def _with_others(remark: Remark, planned: Sequence[_Planned]) -> Remark:
    """Return a remark whose finding names the other cells where they stand now."""
    if not remark.others:
        return remark
    texts = []
    for spot in remark.others:
        page = planned[spot.page]
        cell = address(*(page.place(spot) or (0, 0)))
        is_here = remark.spot and remark.spot.page == spot.page
        texts.append(cell if is_here else f"{page.page.name}!{cell}")
    parameters = remark.finding.parameters
    more = MORE if str(parameters[OTHERS]).endswith(MORE) else ""
    words = {**parameters, OTHERS: LISTED.join(texts) + more}
    return replace(remark, finding=replace(remark.finding, parameters=words))


def _lines(
    planned: Sequence[_Planned], remarks: Sequence[Remark], sheets: _Sheets
) -> Iterator[Line]:
    """Yield all remarks with the cells in which they stand."""
    for remark in remarks:
        if remark.spot is None:
            yield Line(remark)
        elif remark.spot.page == BESIDE and remark.spot.row is not None:
            yield Line(remark, sheets.leftovers, leftover_place(remark.spot.row))
    for number, each in enumerate(planned):
        own = [each for each in remarks if each.spot and each.spot.page == number]
        for remark in each.checked.remarks if each.checked else own:
            assert remark.spot
            slot, labels = remark.spot.slot, getattr(each.page, "labels", ())
            label = labels[slot] if isinstance(slot, int) and labels else ""
            yield Line(remark, each.page.name, each.place(remark.spot), label)


def _write_page(wb: Book, planned: _Planned, making: Making, *, is_base: bool) -> None:
    page, plan, checked = planned.page, planned.plan, planned.checked
    if isinstance(page, FreeSheet):
        write_free_sheet(wb, page)
    elif isinstance(page, FormPage):
        assert isinstance(plan, FormPlan)
        write_form(wb, plan, making, page, checked)
    else:
        assert isinstance(plan, ListPlan)
        write_list(wb, plan, making, page, checked, is_base=is_base)
