"""What the lead decides of customers in the master, remembered in the list of the settings.

Where it can't be written there, master and state hold it, and the next run tries again.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from xlcrm.customers import settled, unwritten
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.previous import Previous


class Remembered(NamedTuple):
    """How many decisions were ``written`` into the settings, and why others were not: the settings
    are ``opened``, ``changed`` meanwhile, ``protected``, or of a ``form`` that can't take them;
    ``sign`` is the file that says that they are open."""

    written: int = 0
    reason: str | None = None
    sign: Path | None = None


def remember(
    previous: Previous, options: Options, home: Path
) -> tuple[Previous, Options, Remembered | None]:
    """Write the decisions that the settings do not hold into their workbook; return what the lead
    has said, the options as they are now, and what became of it (None where nothing is to do).

    A master with a password is a secret that settings without one don't share: there nothing is
    written.
    """
    waiting, book = unwritten(previous.lead.related), options.settings_file
    if not waiting or book is None or options.secret:
        return previous, options, None
    # Late: it needs a reader of workbooks, and most runs do not.
    from xlcrm.pipeline.settings_writing import UnwrittenError, write_decisions

    try:
        count, changed = write_decisions(book, waiting, options, home)
    except UnwrittenError as error:
        return previous, options, Remembered(0, error.reason, error.sign)
    related = settled(previous.lead.related, changed.decided)
    previous = replace(previous, lead=replace(previous.lead, related=related))
    return previous, changed, Remembered(count, None if count == len(waiting) else "form")
