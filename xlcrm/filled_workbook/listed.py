"""What the lead typed beside the customers that a report names."""

from __future__ import annotations

from pathlib import Path

from xlcrm.filled_workbook.cells import written
from xlcrm.filled_workbook.guards import reading_ours
from xlcrm.filled_workbook.opening import open_workbook
from xlcrm.filled_workbook.source import Rejected, read_source
from xlcrm.layout.listed import LISTS, Listed, Said, read_listed
from xlcrm.layout.wordings import WORDINGS


@reading_ours()
def why_unreadable(path: Path, password: str | None = None) -> Rejected | None:
    """Return why what people typed in a report can't be read; None where it can."""
    try:
        open_workbook(
            read_source(path),
            path.name,
            lambda names: bool({LISTS, WORDINGS} & {*names}),
            password,
            filled=False,
        )
    except Rejected as reason:
        return reason
    return None


@reading_ours()
def read_said(path: Path, password: str | None = None) -> dict[Listed, Said]:
    """Return what stands in the two cells before each mark, where anything does.

    Nothing where there is no file, or none that can be read. The rows may have been sorted, and
    columns put in before those.
    """
    try:
        source = read_source(path)
        book = open_workbook(
            source, path.name, lambda names: LISTS in names, password, filled=False
        )
    except Rejected:
        return {}
    found: dict[Listed, Said] = {}
    for sheet in book.sheets:
        for row in sheet.rows:
            for column, cell in enumerate(row):
                listed = read_listed(cell)
                if listed and column >= len(Said._fields):
                    said = Said(*(written(each).strip() for each in row[column - 2 : column]))
                    if any(said):
                        found[listed] = said
    return found
