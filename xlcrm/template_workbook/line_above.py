"""The line above a list's header: the next free id, what the colours mean, and a hint."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from xlcrm.layout.lists import HEADER_ROW, LINE_ROW, ROWS, ListPlan
from xlcrm.layout.pages import Row
from xlcrm.layout.remarks import ROW_KEY
from xlcrm.layout.text_size import text_width
from xlcrm.record_sheet import Book, CheckedWorksheet
from xlcrm.records import column_letters
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Table
from xlcrm.spec.types.codes import Id
from xlcrm.template_workbook import styles
from xlcrm.template_workbook.legend import LOOKS
from xlcrm.template_workbook.live_rules import KINDS, Kind
from xlcrm.template_workbook.making import Making


def write_line(
    wb: Book,
    sheet: CheckedWorksheet,
    plan: ListPlan,
    making: Making,
    kinds: Collection[Kind],
    rows: Sequence[Row],
) -> None:
    """Write the line: the id above its own column, then a cell a kind of rule, then the hint."""
    words = Words(making.language)
    shown = [each for each in KINDS if each in kinds]
    last = len(plan.fields) + len(shown) + 2  # right of few columns what is left
    hidden = plan.columns.get(ROW_KEY)
    free = [column for column in range(last) if column != hidden]
    id_column = plan.columns.get(plan.table.id or "")
    kind = None if id_column is None else plan.fields[id_column].type
    if id_column is not None and isinstance(kind, Id):  # a name that tells rows apart is no number
        numbers = making.numbers_of(plan.table)
        formula = next_id_formula(kind, column_letters(id_column), numbers)
        used = (str(row.cells.get(plan.table.id or "")) for row in rows)
        style = {**styles.NEXT_ID, "num_format": f'"{words("blank.next_id")} "@'}
        value = _next_id(kind, used, numbers)
        sheet.write_array_formula(
            LINE_ROW, id_column, LINE_ROW, id_column, formula, wb.format(style), value
        )
        free.remove(id_column)
    for column, each in zip(free, shown, strict=False):
        style = {**styles.LEGEND, **LOOKS[each]}
        sheet.write_string(LINE_ROW, column, words(f"blank.legend.{each}"), wb.format(style))
    hint = words("blank.list_hint")
    sheet.write_string(LINE_ROW, free[len(shown)], hint, wb.format(styles.HINT))


def next_id_width(table: Table, making: Making) -> float:
    """Return the characters that the next free id and the word before it take."""
    kind = table.by_key[table.id or ""].type
    if not isinstance(kind, Id):
        return 0
    shown = f"{Words(making.language)('blank.next_id')} {kind.form}"
    return text_width(shown, bold=True) + 1


def next_id_formula(kind: Id, letters: str, numbers: tuple[int, int]) -> str:
    """Return the formula of the id after the highest one of the own range on the sheet."""
    # From the label on, and to the last row with rules: it follows rows that are inserted.
    cells = f"${letters}${HEADER_ROW + 1}:${letters}${HEADER_ROW + 1 + ROWS}"
    start, end = numbers
    head = f'"{kind.prefix}"'
    if kind.pattern:
        head += "&YEAR(TODAY())*100+MONTH(TODAY())"
    length = len(kind.form) - kind.digits
    number = f"VALUE(MID({cells},{length + 1},12))"
    own = f"(LEFT({cells},{length})={head})*({number}>={start})*({number}<={end})"
    highest = f"MAX({start - 1},IFERROR(IF({own},{number},0),0))"
    return f'{{={head}&TEXT({highest}+1,"{"0" * kind.digits}")}}'


def _next_id(kind: Id, used: Iterable[str], numbers: tuple[int, int]) -> str:
    """Return the same for a sheet with these ids; none where it depends on today."""
    if kind.pattern:
        return ""
    start, end = numbers
    pattern = re.compile(rf"{re.escape(kind.prefix)}(\d{{1,12}})")
    found = (int(match[1]) for text in used if (match := pattern.fullmatch(text)))
    highest = max((n for n in found if start <= n <= end), default=start - 1)
    return f"{kind.prefix}{str(highest + 1).zfill(kind.digits)}"
