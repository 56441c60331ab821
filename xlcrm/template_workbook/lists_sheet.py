"""The sheet of choices: a column a vocabulary, each a defined name that dropdowns use."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from xlcrm.findings import Language
from xlcrm.layout.marks import OWN_SHEET, mark, own_mark
from xlcrm.record_sheet import Book, CheckedWorksheet, Column, RecordSheet
from xlcrm.records import column_letters
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Field, Spec
from xlcrm.spec.types.choices import Choice, Many
from xlcrm.spec.vocabulary import Vocabulary
from xlcrm.template_workbook.protection import protect
from xlcrm.template_workbook.validations import list_name

_WIDTH = 12  # characters, at least
_LAST_NARROW = "\u2000"  # the characters behind it are two wide
_PAGE_WIDTH = 190


def write_lists(wb: Book, fields: Iterable[Field], spec: Spec, language: Language) -> None:
    """Write the vocabularies that ``fields`` use, where they use any."""
    used = {key: spec.vocabularies[key] for field in fields for key in _vocabularies(field)}
    if not used:
        return
    columns = [_column(each, language) for each in used.values()]
    name = Words(language)(f"blank.lists_{spec.purpose}")
    rows = list(_rows(list(used.values()), language))
    sheet = RecordSheet(name, columns, rows, autofilter=False)
    written = wb.add_record_sheet(sheet)
    for column, (key, vocabulary) in enumerate(used.items()):
        letters = column_letters(column)
        last = len(vocabulary.choices) + 1
        wb.define_name(list_name(key), f"='{written.name}'!${letters}$2:${letters}${last}")
    printed = [*(each.label for each in columns), *(text for row in rows for text in row if text)]
    mark_own_sheet(wb, written.worksheet, "lists", len(columns), printed)
    written.worksheet.set_landscape()
    written.worksheet.set_paper(9)
    written.worksheet.fit_to_pages(ceil(sum(each.width for each in columns) / _PAGE_WIDTH), 0)
    protect(written.worksheet)


def _column(vocabulary: Vocabulary, language: Language) -> Column:
    texts = [vocabulary.labels[language], *vocabulary.labels_in(language)]
    longest = max(sum(1 + (char > _LAST_NARROW) for char in text) for text in texts)
    return Column(vocabulary.key, texts[0], max(_WIDTH, longest + 2))


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


def _rows(vocabularies: list[Vocabulary], language: Language) -> Iterable[list[str | None]]:
    columns = [each.labels_in(language) for each in vocabularies]
    for row in range(max(map(len, columns))):
        yield [column[row] if row < len(column) else None for column in columns]
