"""What a cell holds and what it means: how the cases of the tests of value forms are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

BASE, LOG, CRM, ISSUES = "customer_base", "communication_log", "crm_record", "issue_tracking"
TALK, MULTI = "communication_record", "multichannel_record"
REVISIT, SCORES = "revisit_record", "satisfaction_evaluation"
EVALUATION = "communication_evaluation"
DAY = "2024-05-20"  # a Monday
CREDIT_CODE = "91350100M000100Y43"
NORMAL = "normalised"


@dataclass(frozen=True)
class Shown:
    """A cell's value with its number format."""

    value: Any
    format: str


@dataclass(frozen=True)
class Case:
    """What stands in the cell of ``slot``, and what it means.

    ``told`` are the codes of the findings at that cell, ``suggested`` what the first suggests;
    ``kept`` is what stays in the row of a value not understood, where it isn't the text written.
    ``day`` is the record's own date.
    """

    table: str
    slot: str
    written: Any
    value: Any
    told: str = ""
    suggested: str | None = None
    kept: str | None = None
    day: str = DAY

    @property
    def field(self) -> str:
        return self.slot.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.table}-{self.slot}-{self.written!r}"


def cases(table: str, slot: str, *rows: tuple[Any, ...], **same: Any) -> list[Case]:
    """Cases of one cell: (written, value, told, suggested, kept)."""
    return [Case(table, slot, *row, **same) for row in rows]


def rich(*parts: str) -> CellRichText:
    """A text of which every second part is bold."""
    bold = InlineFont(b=True)
    return CellRichText([TextBlock(bold, p) if n % 2 else p for n, p in enumerate(parts)])
