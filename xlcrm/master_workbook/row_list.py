"""The master's hidden list of its rows as they were written: what is missing among them the lead
has taken out, which without it nobody could tell once the state is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlcrm.master_workbook.pages import HEADER_ROW
from xlcrm.record_sheet import Column, RecordSheet
from xlcrm.records import ListRow
from xlcrm.sheet_words import Words

NAME = "rows"
_A_CELL = 1_000  # rows: a cell holds no more than 32,767 characters


def row_sheet(keys: Sequence[str], words: Words) -> RecordSheet:
    """Return the rows by what stands in the column of their keys, very many to a cell."""
    chunks = (keys[start : start + _A_CELL] for start in range(0, len(keys), _A_CELL))
    label = words("master.record.row_key")
    columns = [Column("keys", label, 24)]
    rows = [[" ".join(chunk)] for chunk in chunks]
    return RecordSheet(words("master.sheet.rows"), columns, rows, HEADER_ROW, 1, autofilter=False)


def read_row_list(rows: Sequence[ListRow]) -> Mapping[str, str]:
    """Return the signs of what rows said when they were written, by their keys."""
    cells = (each.texts.get("keys", "").split() for each in rows)
    return {key: sign for cell in cells for key, sign in zip(cell[::2], cell[1::2], strict=False)}
