"""Names of sheets, and places in them that links lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xlsxwriter.utility import xl_rowcol_to_cell

MAX_SHEET_NAME = 31

# Excel refuses []:*?/\ ; control characters and lone surrogates can't stand in XML.
_FORBIDDEN = re.compile("[\\[\\]:*?/\\\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_NAMELESS = "Sheet"
# Excel keeps this name for its own change log.
_RESERVED = "history"


def safe_sheet_name(name: str, taken: Iterable[str]) -> str:
    """The name nearest to `name` that Excel accepts and no sheet in `taken` has (case ignored).

    Forbidden characters become `_`; a name in use gets ` (2)`, ` (3)` ...; at most 31 UTF-16 units.
    """
    used = {other.casefold() for other in taken} | {_RESERVED}
    stem = _tidy(_cut(_FORBIDDEN.sub("_", name), MAX_SHEET_NAME)) or _NAMELESS
    candidate = stem
    number = 1
    while candidate.casefold() in used:
        number += 1
        suffix = f" ({number})"
        candidate = _tidy(_cut(stem, MAX_SHEET_NAME - len(suffix))) + suffix
    return candidate


def cell_target(sheet: str, row: int, col: int = 0) -> str:
    """Where a link leads: `'Sheet'!A5`; `row` and `col` count from 0."""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{xl_rowcol_to_cell(row, col)}"


def _tidy(name: str) -> str:
    return name.strip(" \u3000\xa0'")


def _cut(name: str, units: int) -> str:
    """The longest head of `name` within that many UTF-16 units, as Excel counts."""
    encoded = name.encode("utf-16-le")[: units * 2]
    return encoded.decode("utf-16-le", errors="ignore")
