"""Protection without a password: labels are kept from slips, everything else stays free.

Columns are put in on the right: amid ours a new one would take over a locked cell for its label.
"""

from __future__ import annotations

from xlcrm.record_sheet import CheckedWorksheet

_FREE = (
    "objects",
    "scenarios",
    "format_cells",
    "format_columns",
    "format_rows",
    "insert_rows",
    "insert_hyperlinks",
    "delete_rows",
    "sort",
    "autofilter",
    "pivot_tables",
)
UNLOCKED = {"locked": False}


def protect(sheet: CheckedWorksheet) -> None:
    """Keep people from typing over locked cells, and from nothing else."""
    sheet.protect("", dict.fromkeys(_FREE, True))
