"""The lead's own sentences: typed over ours in a report or master, they stay in every later one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from xlcrm.filled_workbook.stamp import is_as_written
from xlcrm.filled_workbook.wordings import Left, read_sentences
from xlcrm.pipeline.options import Options
from xlcrm.pipeline.published_files import (
    UnreadableError,
    read_wordings,
    set_aside,
    wordings_path,
    write_wordings,
)

Wordings = Mapping[tuple[str, str, str | None], str]  # by period, key and subject of the metric


def kept_wordings(home: Path, options: Options) -> Wordings:
    """Return the lead's sentences that are kept in the folder of results."""
    return {tuple(key): text for *key, text in _kept(home, options) or ()}  # type: ignore[misc]


def are_readable(home: Path, options: Options) -> bool:
    """Whether what is kept, if anything is, can be read."""
    try:
        read_wordings(home, options.password)
    except UnreadableError:
        return False
    return True


def keep_wordings(
    home: Path, books: Iterable[Path], options: Options, *, may_be_lost: bool, alone: bool = False
) -> None:
    """Keep what the lead has typed over sentences in workbooks, of two the one saved last.

    A sentence that was emptied is ours again. A workbook that is as we wrote it tells nothing new;
    but where nothing is kept, and that ``may_be_lost``, or where the workbooks ``alone`` remember
    what was typed into them, it tells what was the lead's before. Raises OSError where it can't be
    written.
    """
    is_lost = alone or _kept(home, options) is None
    found = [path for path in books if path.is_file()]
    if not (is_lost and may_be_lost):
        found = [path for path in found if not is_as_written(path, options.password)]
    if not found:
        return
    said = dict(kept_wordings(home, options))
    before = dict(said)
    for path in sorted(found, key=lambda each: each.stat().st_mtime_ns):
        for key, text in _typed(read_sentences(path, options.password), is_lost=is_lost):
            if text:
                said[key] = text
            else:
                said.pop(key, None)
    if said != before:
        if not are_readable(home, options):
            set_aside(wordings_path(home))
        write_wordings(home, [[*key, text] for key, text in sorted(said.items(), key=str)],
                       options.secret)  # fmt: skip


def _typed(
    sentences: Iterable[Left], *, is_lost: bool
) -> Iterable[tuple[tuple[str, str, str | None], str]]:
    """Return what was typed, the first where a workbook has a sentence twice; where what was kept
    ``is_lost``, also what was the lead's before."""
    found: dict[tuple[str, str, str | None], str] = {}
    for each in sentences:
        of = each.sentence
        if each.is_typed or (is_lost and of.by_lead):
            found.setdefault((of.period, of.metric, of.subject), each.text)
    return found.items()


def _kept(home: Path, options: Options) -> list[list[str]] | None:
    try:
        return read_wordings(home, options.password)
    except UnreadableError:
        return None
