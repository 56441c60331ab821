"""A column read as a whole says what each of its cells says where it stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from xlcrm.filled_workbook.cell_reader import CellReader
from xlcrm.filled_workbook.cells import Surroundings
from xlcrm.filled_workbook.headers import ListHeader
from xlcrm.filled_workbook.list_records import read_list
from xlcrm.filled_workbook.sheets import CellError, RawSheet
from xlcrm.findings import Finding
from xlcrm.records import Record
from xlcrm.spec.loader import load_spec
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.codes import Id

SPEC = load_spec()
LISTS = [table for table in SPEC.tables.values() if table.layout == "list"]
KEYS = {t.key: next(f for f in t.fields if f.is_input and isinstance(f.type, Id)) for t in LISTS}
# One field of each type; of a day without a year the rows around tell it.
FIELDS = {
    repr(field.type): (table, field)
    for table in LISTS
    for field in table.fields
    if field.is_input and field.key not in (KEYS[table.key].key, table.date)
}
PLAIN = ("", "甲", "a b", "4.5", "电话", "|", "❤\ufe0f", "\ufe0f")
IDS = ("", "C001", "C002", "C001|C002", "C001|", "|", "202405001")
EQUAL = (True, False, 0, 1, 1.0, "1", "TRUE")  # to a dictionary some of these are one
ODD = (
    *("", " ", "a|b", "甲|", "|甲", " 甲", "甲 ", "甲\u3000乙", "Ａ１", "a\nb", "\n", "甲\u200b"),
    *("e\u0301", "\u0301a", "甲\x01", "甲\x85乙", "\u2028", "x" * 16_384, "x" * 32_768),
    *("1", "4分", "c001", "C1", "√", "5月20日", "3日内", "致电", "是", "TRUE"),
    *("潜在客户→意向客户", "需求沟通阶段", "A;B", "C001(甲)", "名称(91350211M000100Y43)"),
    *(5, 4.5, 45_000, 1e15, date(2024, 5, 20), CellError("#N/A")),
)
CELLS = st.sampled_from([PLAIN, IDS, EQUAL, (*PLAIN, *IDS, *EQUAL, *ODD)]).flatmap(
    lambda cells: st.lists(st.sampled_from(cells), min_size=1, max_size=6)
)


@given(CELLS | st.lists(st.text(max_size=4), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_a_column_says_what_its_cells_say(cells: Sequence[Any]) -> None:
    for at in FIELDS.values():
        with patch.object(CellReader, "stands", return_value=False):
            alone = [_read(at, [*[None] * n, cell]) for n, cell in enumerate(cells)]
        records = [record for read, _ in alone for record in read]
        findings = [finding for _, told in alone for finding in told]
        assert _read(at, cells) == (records, findings)
        assert _read(at, cells, met=True) == (records, findings)


def _read(
    at: tuple[Table, Field], cells: Sequence[Any], *, met: bool = False
) -> tuple[list[Record], list[Finding]]:
    """Return the records of cells beside an id each, None where there is no row, and what is said
    of their rows; ``met`` are cells that were read before."""
    table, field = at
    key = KEYS[table.key]
    for kept in field.type.met.values() if not met else ():
        kept.plain.clear()
        kept.told.clear()
    labels = {0: key.labels["zh"], 1: field.labels["zh"]}
    number = key.example["zh"]
    rows = [["", ""] if cell is None else [number, cell] for cell in cells]
    sheet = RawSheet("a", False, {}, [[*labels.values()], *rows])
    header = ListHeader(
        table, 0, 0, {key.key: 0, field.key: 1}, {}, {}, (), labels, frozenset(), {}
    )
    around = Surroundings([], "2024-05-20T08:00:00+00:00", False, SPEC.calendar)
    records, findings = read_list(sheet, header, "a.xlsx", around)
    told = [each for each in findings if each.cell and not each.cell.endswith(("A1", "B1"))]
    return [*records], sorted(told, key=lambda each: (each.cell or "", each.code))
