"""What went back to whom, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xlcrm.cli.common import Console, shown
from xlcrm.cli.words import say
from xlcrm.findings import Finding, Language
from xlcrm.text import printable

if TYPE_CHECKING:  # the module loads all that writes workbooks
    from xlcrm.pipeline.returned import Returned


def tell_returned(console: Console, returned: Sequence[Returned]) -> None:
    """Print each workbook that went back, what could not be carried to it, and which did not."""
    for each in returned:
        path = printable(each.file)
        if each.workbook:
            workbook = shown(each.workbook)
            console.say("said.returned", path=path, workbook=workbook, count=each.findings)
            console.findings(each.lost)
        elif not each.is_in_order:
            console.say("said.not_returned", path=path, message=_why(each, console.language))
    in_order = sum(each.is_in_order for each in returned)
    if in_order:
        console.say("said.in_order", count=in_order)


def _why(returned: Returned, language: Language) -> str:
    if returned.is_unwritten:
        return say(language, "error.not-written", detail=printable(returned.detail or ""))
    return Finding(returned.reason or "", returned.file).message(language)


def is_incomplete(returned: Sequence[Returned] | None) -> bool:
    """Whether a workbook that was to go back could not be written."""
    return any(each.is_unwritten for each in returned or ())
