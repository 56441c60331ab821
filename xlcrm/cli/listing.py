"""Findings as a person reads them: equal mistakes once, the gravest and most frequent first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xlcrm.cli.words import say
from xlcrm.findings import SEVERITIES, Finding, Language
from xlcrm.text import printable

_CELLS = 8  # of a sheet that are named
_PLACES = 4  # sheets or files that are named


def grouped(findings: Iterable[Finding], language: Language) -> list[list[Finding]]:
    """Return findings that say the same together, whatever their places.

    The gravest come first, of these the most frequent, else in the order found.
    """
    groups: dict[tuple[str | None, ...], list[Finding]] = {}
    for each in findings:
        # The message holds the field's label, the value and what is suggested, where they matter.
        key = (each.code, each.field, each.message(language))
        groups.setdefault(key, []).append(each)

    def rank(group: Sequence[Finding]) -> tuple[int, int]:
        return SEVERITIES.index(group[0].severity), -len(group)

    return sorted(groups.values(), key=rank)


def heading(group: Sequence[Finding], language: Language) -> str:
    """Return what a group of equal findings says: the fault, how often, and what is meant or to do.

    ``沟通方式“电联”不在列表中,共 37 处,是否为“电话”?``
    """
    first, text = group[0], group[0].fault(language)
    if len(group) > 1:
        text += say(language, "said.times", count=len(group))
    if question := first.question(language):
        return text + question
    return text + say(language, "said.remedy", text=first.remedy(language))


def places(group: Sequence[Finding], language: Language, *, every: bool) -> Iterator[str]:
    """Yield a line a sheet of where a group stands, the first few unless ``every`` is wanted."""
    sheets: dict[tuple[str | None, ...], list[str]] = {}
    for each in group:
        cells = sheets.setdefault((each.file, each.said_sheet), [])
        cells += [each.cell] if each.cell else []
    shown = list(sheets) if every else list(sheets)[:_PLACES]
    for place in shown:
        cells_text = _cells(sheets[place], language, every=every)
        yield printable(" · ".join(filter(None, (*place, cells_text))))
    left = sum(max(len(cells), 1) for cells in list(sheets.values())[len(shown) :])
    if left:
        yield say(language, "said.elsewhere", count=left)


def _cells(cells: Sequence[str], language: Language, *, every: bool) -> str:
    shown = cells if every else cells[:_CELLS]
    text = say(language, "said.comma").join(shown)
    return f"{text} …" if len(shown) < len(cells) else text
