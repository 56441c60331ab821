"""What went back to whom, in words."""

from __future__ import annotations

from collections.abc import Sequence

from xlcrm.cli.common import Console, shown
from xlcrm.findings import Finding
from xlcrm.pipeline.returned import IN_ORDER, Returned
from xlcrm.text import printable


def tell_returned(console: Console, returned: Sequence[Returned]) -> None:
    """Print each workbook that went back, what could not be carried to it, and which did not."""
    for each in returned:
        path = printable(each.file)
        if each.workbook:
            workbook = shown(each.workbook)
            console.say("said.returned", path=path, workbook=workbook, count=each.findings)
            console.findings(each.lost)
        elif each.reason != IN_ORDER:
            message = Finding(each.reason or "", each.file).message(console.language)
            console.say("said.not_returned", path=path, message=message)
    in_order = sum(each.reason == IN_ORDER for each in returned)
    if in_order:
        console.say("said.in_order", count=in_order)
