"""What the cells of a master say of what was written into them."""

from __future__ import annotations

from xlcrm.ledger.said import Said, said, sign
from xlcrm.records import Record
from xlcrm.spec.model import Field, Table
from xlcrm.spec.types.base import ReadContext
from xlcrm.text import uncontrolled

_LONGEST = 32_000  # characters of a text that may have been cut to fit its cell


def differs_in_cell(was: Record, record: Record, name: str, table: Table) -> bool:
    """Whether a cell holds something else than was written, as cells hold it."""
    one, other = said(was, name), said(record, name)
    if one == other or sign(one, table, name) == sign(other, table, name):
        return False
    each = table.by_key.get(name)
    read = said_back(one, each)
    if sign(read, table, name) == sign(other, table, name):
        return False
    return not _was_cut(read, other)


def said_back(what: Said, each: Field | None) -> Said:
    """Return what a cell says in which something was written."""
    if each is None or what.value is None:
        text = uncontrolled(what.text or "").strip() or None
        if each and text:
            value = each.type.read(text, ReadContext()).value
            return Said(text=text) if value is None else Said(value)
        return Said(text=text)
    cells = (each.type.cell(what.value, language) for language in ("zh", "en"))
    values = (each.type.read(cell, ReadContext()).value for cell in cells)
    return Said(next((value for value in values if value is not None), None))


def _was_cut(one: Said, other: Said) -> bool:
    """Whether a text is the beginning of another that no cell holds whole."""
    whole, part = str(one.shown or ""), str(other.shown or "").removesuffix("…")
    return len(part) > _LONGEST // 2 and whole.startswith(part.rstrip())
