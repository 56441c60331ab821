"""What may be accepted on the sheet of findings: the text that a cell would hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xlcrm.findings import Finding, Language, catalogue
from xlcrm.layout.pages import HEADER, Broken, FormPage, FreeSheet, ListPage, Page
from xlcrm.layout.remarks import Remark, Spot
from xlcrm.privacy import mask
from xlcrm.spec.model import Field
from xlcrm.spec.types.base import Cell, ReadContext, as_text
from xlcrm.spec.types.choices import Choice
from xlcrm.text import fold

_PRIVATE = "private-"


def cell_of(pages: Sequence[Page], spot: Spot | None) -> Cell | None:
    """Return what a cell of the pages holds; None for a blank one, and where it is no cell."""
    if spot is None or not _is_cell(spot):
        return None
    assert spot.row is not None
    page = pages[spot.page]
    if isinstance(page, ListPage):
        row = page.rows[spot.row]
        found: Mapping[Any, Cell] = row.extras if isinstance(spot.slot, int) else row.cells
        return found.get(spot.slot)
    return page.cells.get(str(spot.slot)) if isinstance(page, FormPage) else None


def _is_cell(spot: Spot) -> bool:
    return spot.row is not None and spot.row != HEADER and spot.slot is not None


def with_offers(
    remarks: Sequence[Remark], pages: Sequence[Page], language: Language
) -> list[Remark]:
    """Return remarks with what each cell holds, and would hold if its suggestions were accepted."""
    found: dict[Spot, list[Finding]] = defaultdict(list)
    for each in remarks:
        if each.spot and _is_cell(each.spot):
            found[each.spot].append(each.finding)
    offers = {spot: _offer(spot, each, pages, language) for spot, each in found.items()}
    return [
        replace(
            each,
            cell=cell_of(pages, each.spot),
            offer=offers.get(each.spot) if each.spot and _suggests(each.finding) else None,
        )
        for each in remarks
    ]


def _suggests(finding: Finding) -> bool:
    return finding.suggestion is not None


def _offer(
    spot: Spot, findings: Iterable[Finding], pages: Sequence[Page], language: Language
) -> str | None:
    """Return what a cell would hold; None where that is nothing that could be read."""
    page, cell = pages[spot.page], cell_of(pages, spot)
    if isinstance(page, FreeSheet) or page.table.private or isinstance(cell, Broken):
        return None
    before = "" if cell is None else as_text(cell)
    text: str | None = before
    for each in findings:
        text = _mended(each, text) if text is not None and _suggests(each) else text
    if text is None or text == before:
        return None
    field = page.table.with_dropped.by_key.get(str(spot.slot))
    if field is None:  # a column of one's own, or a part of an action, in which a value is masked
        return text if text == mask(before) else None
    return _as_read(field, text, language)


def _mended(finding: Finding, text: str) -> str | None:
    """Return a cell's text with a suggestion in place of what it stands for."""
    if finding.code.startswith(_PRIVATE):
        return mask(text)
    suggestion, word = finding.suggestion or "", finding.parameters.get("value")
    if not isinstance(word, str) or fold(word) == fold(text):
        return suggestion
    return text.replace(word, suggestion, 1) if word in text else None


def _as_read(field: Field, text: str, language: Language) -> str | None:
    """Return a text as it is to stand in a cell; None where it would be another mistake."""
    reading = field.type.read(text, ReadContext())
    wrong = (catalogue()[each.code].severity == "error" for each in reading.problems)
    if reading.value is None or any(wrong):
        return None
    is_choice = isinstance(field.type, Choice)
    return field.type.text(reading.value, language) if is_choice else text
