"""A report as a text for a group chat: nothing in it that is the lead's alone to know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from xlcrm.leaks import Texts
from xlcrm.pipeline.audiences import shown_of
from xlcrm.pipeline.merges import MergeResult
from xlcrm.pipeline.private_texts import our_words, private_texts
from xlcrm.pipeline.reports import ReportResult
from xlcrm.privacy import mask
from xlcrm.records import LedgerRecord
from xlcrm.sheet_words import Words
from xlcrm.summary import Form, summarise

# Where a name was replaced by the id that stands behind it.
_TWICE = re.compile(r"(?<!\w)([\w-]+)\(\1\)", re.ASCII)


def summary(result: ReportResult, form: Form) -> str:
    """Return a report that was written as a text of 2,000 bytes at most.

    Confidential customers are called by their ids, contacts and numbers are masked; a line that
    says what only confidential records say is left out.
    """
    told, options = result.analysis, result.merged.options
    return summarise(
        told.metrics,
        told.rows,
        told.period,
        result.path.name,
        Words(options.language),
        form,
        _telling(result.merged),
        told.as_of,
    )


def _telling(merged: MergeResult) -> Callable[[str], str | None]:
    spec = merged.options.spec
    shown, claims = shown_of(merged.picture, (each.load() for each in merged.files.values()), spec)
    private = private_texts(shown, claims, spec)
    tags = Texts(dict.fromkeys(_tags(shown.withheld) - _tags(shown.records), ""))
    hidden = Texts(dict.fromkeys(tags.known.keys() - tags.found_in(our_words()), ""))

    def tell(line: str) -> str | None:
        said = _TWICE.sub(r"\1", mask(private.replaced.replaced(line)))
        return None if private.forbidden.stand_in(said) or hidden.stand_in(said) else said

    return tell


def _tags(records: Iterable[LedgerRecord]) -> set[str]:
    """Return the tags of records."""
    several = (value for each in records for value in each.values.values())
    return {str(tag) for tags in several if isinstance(tags, list) for tag in tags}
