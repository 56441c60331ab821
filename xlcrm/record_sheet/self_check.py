"""What a workbook must hold before it is written: every name that a formula uses, and its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from xlcrm.record_sheet.hooks import CheckedWorkbook, CheckedWorksheet
from xlcrm.record_sheet.values import WriteFailed

_LONGEST = 8192  # characters of a formula that Excel takes; xlsxwriter looks after lists
_DEEPEST = 64  # functions in one another that it takes
_BRACKET = re.compile(r"[()]")
_QUOTED = re.compile(r'"[^"]*"')
_SHEET = re.compile(r"'((?:[^']|'')+)'!|([^\s'!,(&=<>+*/-]+)!")
_WORD = re.compile(r"(?<![\w.$])[A-Za-z_]\w*(?![\w.(!$])")
_CELL = re.compile(r"[A-Za-z]{1,3}\d{1,7}|[A-Za-z]{1,3}|TRUE|FALSE", re.IGNORECASE)


def check_workbook(workbook: CheckedWorkbook) -> None:
    """Raise WriteFailed where a dropdown, a condition or a name would be broken in Excel.

    Cells' own formulas are their writers' to check: those of records number thousands.
    """
    sheets = {sheet.name for sheet in workbook.worksheets()}
    names = {name.casefold() for name, _, _, _ in workbook.defined_names}
    for name, _, formula, _ in workbook.defined_names:
        _check(f"name {name}", formula, sheets, names)
    for sheet in workbook.worksheets():
        for place, formula in _formulas(sheet):
            _check(f"{place} on {sheet.name}", formula, sheets, names)


def _formulas(sheet: CheckedWorksheet) -> Iterator[tuple[str, str]]:
    """Yield the formulas of a sheet's dropdowns and conditions, each with what it is."""
    for rule in sheet.validations:
        source = rule.get("value")
        if isinstance(source, str) and source.startswith("="):
            yield "a dropdown", source
    for rules in sheet.cond_formats.values():
        yield from (("a condition", formula) for rule in rules for formula in _criteria(rule))


def _criteria(rule: dict[str, Any]) -> Iterable[str]:
    formula = rule.get("criteria")
    return [formula] if rule.get("type") == "expression" and isinstance(formula, str) else []


def _check(place: str, formula: str, sheets: set[str], names: set[str]) -> None:
    if "#REF!" in formula:
        raise WriteFailed(f"{place}: it refers to nothing: {formula}")
    if len(formula) > _LONGEST:
        raise WriteFailed(f"{place}: a formula of {len(formula)} characters")
    bare = _QUOTED.sub("", formula)
    depths = accumulate(1 if each == "(" else -1 for each in _BRACKET.findall(bare))
    if max(depths, default=0) > _DEEPEST:
        raise WriteFailed(f"{place}: functions are nested more than {_DEEPEST} deep")
    for quoted, plain in _SHEET.findall(bare):
        if (quoted.replace("''", "'") or plain) not in sheets:
            raise WriteFailed(f"{place}: there is no sheet {quoted or plain}")
    for word in _WORD.findall(_SHEET.sub("", bare)):
        if not _CELL.fullmatch(word) and word.casefold() not in names:
            raise WriteFailed(f"{place}: there is no name {word}")
