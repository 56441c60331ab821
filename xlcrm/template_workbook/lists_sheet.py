"""The sheet of choices: a column a list, each a defined name that dropdowns and rules use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import zip_longest
from math import ceil

from xlcrm.findings import Language
from xlcrm.layout.marks import OWN_SHEET, mark, own_mark
from xlcrm.layout.text_size import text_width
from xlcrm.record_sheet import Book, CheckedWorksheet, Column, Kind, RecordSheet
from xlcrm.records import column_letters
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field, Spec
from xlcrm.spec.types.choices import Choice, Many
from xlcrm.template_workbook.conditions import DAYS_OFF, DAYS_WORKED
from xlcrm.template_workbook.protection import protect
from xlcrm.template_workbook.validations import list_name
from xlcrm.values import dataclass

_WIDTH, _MARGIN = 12, 3  # characters of a column, at least, and beside its words
_HEADER_HEIGHT = 24
_PAGE_WIDTH = 190
_LOOK: Mapping[Kind, Mapping[str, object]] = {"text": {"indent": 1}}


@dataclass(frozen=True)
class _List:
    """A column of the sheet: the defined name of its values, and its label above them."""

    name: str
    label: str
    values: Sequence[str | date]
    kind: Kind = "text"

    def column(self) -> Column:
        texts = [self.label, *(str(each) for each in self.values)]
        width = max(_WIDTH, *(text_width(text, bold=True) + _MARGIN for text in texts))
        return Column(self.name, self.label, width, self.kind, look=_LOOK.get(self.kind, {}))


def write_lists(
    wb: Book,
    fields: Iterable[Field],
    spec: Spec,
    language: Language,
    *,
    with_calendar: bool,
    hidden: bool = False,
) -> None:
    """Write the vocabularies that ``fields`` use, and the team's calendar, where there are any."""
    used = {key: spec.vocabularies[key] for field in fields for key in _vocabularies(field)}
    lists = [
        _List(list_name(key), each.labels[language], each.labels_in(language))
        for key, each in used.items()
    ]
    if with_calendar:
        lists += _calendar(spec, language)
    if not lists:
        return
    columns = [each.column() for each in lists]
    name = Words(language)(f"blank.lists_{spec.purpose}")
    rows = zip_longest(*(each.values for each in lists))
    written = wb.add_record_sheet(RecordSheet(name, columns, rows, autofilter=False))
    for column, each in enumerate(lists):
        letters, last = column_letters(column), len(each.values) + 1
        wb.define_name(each.name, f"='{written.name}'!${letters}$2:${letters}${last}")
    printed = (str(text) for each in lists for text in (each.label, *each.values))
    mark_own_sheet(wb, written.worksheet, "lists", len(columns), printed)
    written.worksheet.set_row(0, _HEADER_HEIGHT)
    written.worksheet.set_landscape()
    written.worksheet.set_paper(9)
    written.worksheet.fit_to_pages(ceil(sum(each.width for each in columns) / _PAGE_WIDTH), 0)
    protect(written.worksheet)
    if hidden:
        written.worksheet.hide()


def _calendar(spec: Spec, language: Language) -> Iterable[_List]:
    """The days off from Monday to Friday, and those worked at weekends."""
    words = Words(language)
    off, worked = spec.calendar.exceptions()
    yield _List(DAYS_OFF, words("blank.calendar.off"), off, "date")
    yield _List(DAYS_WORKED, words("blank.calendar.worked"), worked, "date")


def mark_own_sheet(
    wb: Book, sheet: CheckedWorksheet, name: str, column: int, printed: Iterable[str]
) -> None:
    """Mark a sheet that holds no records, by a name and in a hidden column, so that it is known,
    and the texts ``printed`` on it too."""
    sheet.write_string(0, column, own_mark(name, printed))
    sheet.set_column(column, column, None, None, {"hidden": True})
    place = f"'{sheet.name}'!${column_letters(column)}$1"
    wb.define_name(f"'{sheet.name}'!{mark(OWN_SHEET, name)}", f"={place}")


def _vocabularies(field: Field) -> Iterable[str]:
    if isinstance(field.type, Choice | Many) and field.type.vocabulary:
        yield field.type.vocabulary.key
