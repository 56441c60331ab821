"""How the sheets behind the first one are printed."""

from __future__ import annotations

from xlcrm.record_sheet import CheckedWorksheet

_A4 = 9


def print_across(sheet: CheckedWorksheet, repeated: int | None = 0) -> None:
    """Print on A4 across, one page wide, numbered; rows to ``repeated`` on every page, if any."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&8&A  &P / &N")
    if repeated is not None:
        sheet.repeat_rows(0, repeated)
