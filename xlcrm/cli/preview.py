"""What a preview says on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.cli.common import Console
from xlcrm.cli.words import say
from xlcrm.findings import Language
from xlcrm.pipeline.previews import STATUSES, UNCHANGED, Change, Preview
from xlcrm.spec.model import Table
from xlcrm.text import printable

_MOST = 20  # records of a status, where not all are asked for
_LONGEST = 40  # characters of a value


def tell_preview(console: Console, preview: Preview) -> None:
    """Print what a merge would do: how many records of each kind, then which."""
    console.say("said.preview", **preview.counts)
    for status in STATUSES:
        found = [each for each in preview.changes if each.status == status]
        if status == UNCHANGED and not console.verbose:
            continue
        most = len(found) if console.verbose else _MOST
        for each in found[:most]:
            console.say(
                f"said.preview_{status}",
                label=each.table.labels[console.language],
                record=printable(each.record or ""),
                file=each.file,
                what="; ".join(_what(each, console.language)),
            )
        if found[most:]:
            console.say("said.preview_more", count=len(found[most:]))


def _what(change: Change, language: Language) -> Iterator[str]:
    """Yield the fields that change, from what to what, and those in conflict."""
    for name, was, now in change.fields:
        before, after = (_short(change.text(each, name)) for each in (was, now))
        label = _label(name, change.table, language)
        yield say(language, "said.preview_field", label=label, was=before, now=after)
    changed = {each.field for each in change.fields}
    yield from (_label(n, change.table, language) for n in change.disputed if n not in changed)


def _label(name: str, table: Table, language: Language) -> str:
    return table.by_key[name].labels[language] if name in table.by_key else printable(name)


def _short(text: str) -> str:
    line = printable(text).replace("\n", " ")
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
