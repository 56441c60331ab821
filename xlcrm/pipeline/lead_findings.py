"""Findings of what the lead has typed into the master."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from xlcrm.findings import Finding, Language
from xlcrm.ledger.lead import LEAD
from xlcrm.ledger.model import Conflict
from xlcrm.master_workbook.lists import decision_place
from xlcrm.pipeline.options import Options
from xlcrm.sheet_words import Words
from xlcrm.spec.model import Spec
from xlcrm.spec.types.base import Problem, ReadContext


def unread_decisions(conflicts: Sequence[Conflict], options: Options) -> Iterator[Finding]:
    """Yield what stands in the cells of decisions and is not understood."""
    sheet = Words(options.language)("master.sheet.conflicts")
    for number, each in enumerate(conflicts):
        decision, own = each.typed
        if not (decision or own):
            continue
        wrong = _problem(each, own, options.spec) if own else _no_choice("decision")
        yield Finding(
            wrong.code,
            LEAD,
            sheet,
            decision_place(conflicts, number, own=bool(own)),
            each.table,
            each.field or None,
            each.record_text,
            own or decision,
            wrong.suggestion,
            wrong.parameters,
        )


def _no_choice(key: str) -> Problem:
    labels = {each: Words(each)(f"master.conflict.{key}") for each in get_args(Language)}
    return Problem("not-in-list", None, {"label": labels})


def _problem(conflict: Conflict, text: str, spec: Spec) -> Problem:
    """Return why a text is no value of a field."""
    each = spec.tables[conflict.table].by_key.get(conflict.field)
    problems = each.type.read(text, ReadContext()).problems if each else ()
    if not (each and problems):
        return _no_choice("own_value")
    return problems[0]._replace(parameters={"label": each.labels, **problems[0].parameters})
