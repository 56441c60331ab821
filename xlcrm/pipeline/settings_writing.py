"""Decisions on customers written into the list of the settings.

The settings workbook is people's: one row of one sheet is changed and all else copied as it lies,
only while nobody has it open and it is what this run has read; what it says then is read back
before it takes its place, and the one before is kept. Where any of that is not so, it stays as it
is, the decision is held by master and state, and the next run tries again.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from xlcrm.customers import Decided, Related, end_of, joined
from xlcrm.filled_workbook.amending import RowChange, UnfitError, amended
from xlcrm.ledger.state import STATE_FOLDER
from xlcrm.pipeline.options import Options, SettingsError, SettingsFile
from xlcrm.pipeline.team import with_settings
from xlcrm.pipeline.waiting import digest, owner_file
from xlcrm.scratch import part_of
from xlcrm.spec.loader import load_settings_spec
from xlcrm.team_folder import SETTINGS_FILE
from xlcrm.team_settings.aliases import ALIAS, DECIDED, SAME, same_words
from xlcrm.team_settings.reading import CUSTOMER_ALIASES

_BACKUPS, _MOST = "settings", 10


class UnwrittenError(Exception):
    """Nothing is written; ``reason`` is one of those of ``Remembered``, ``sign`` its sign."""

    def __init__(self, reason: str, sign: Path | None = None) -> None:
        super().__init__(reason, sign)
        self.reason, self.sign = reason, sign


def write_decisions(
    book: SettingsFile, waiting: Sequence[Related], options: Options, home: Path
) -> tuple[int, Options]:
    """Replace the settings workbook by one with the decisions; return how many it could take, and
    the options by it. Raises UnwrittenError."""
    data = _free_to_change(book)
    data, written = _with_decisions(data, waiting, options)
    if not written:
        raise UnwrittenError("form")
    scratch = part_of(book.path)
    try:
        with scratch.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(book.path, scratch)
        changed = _read_back(scratch, book, written, options)
        _keep(book, home)
        _free_to_change(book)  # all this took its time
        scratch.replace(book.path)
    except OSError as error:
        raise UnwrittenError("protected") from error
    finally:
        scratch.unlink(missing_ok=True)
    return len(written), changed


def _free_to_change(book: SettingsFile) -> bytes:
    """Return the bytes of the workbook, if nobody has it open or has changed it since it was read.
    Raises UnwrittenError."""
    opened = owner_file(book.path)
    if opened:
        raise UnwrittenError("opened", opened)
    try:
        mode = book.path.lstat().st_mode
        if not stat.S_ISREG(mode) or not mode & stat.S_IWUSR or not os.access(book.path, os.W_OK):
            raise UnwrittenError("protected")
        if digest(book.path) != book.sha256:
            raise UnwrittenError("changed")
        return book.path.read_bytes()
    except OSError as error:
        raise UnwrittenError("protected") from error


def _with_decisions(
    data: bytes, waiting: Iterable[Related], options: Options
) -> tuple[bytes, list[Related]]:
    """Return the workbook with the decisions that it can take, and these."""
    spec = load_settings_spec(options.spec)
    words = same_words(spec.tables[CUSTOMER_ALIASES], options.language)
    aliases, apart = options.customers.values()
    written: list[Related] = []
    for each in waiting:
        decided = Decided(joined(aliases, written), apart)
        for change in _changes(each, decided, words):
            try:
                data = amended(data, CUSTOMER_ALIASES, change, spec)
            except UnfitError:
                continue
            written.append(each)
            break
    return data, written


def _changes(each: Related, decided: Decided, words: Mapping[bool, str]) -> Iterator[RowChange]:
    """Yield the changes of which one makes the list hold a decision, the best first."""
    word = "" if each.same is None else words[each.same]
    if decided.of(each) is None:
        one, other = each[:2]
        if each.same:
            one, other = (end_of(text, decided.aliases) for text in (one, other))
        row = {ALIAS: other, DECIDED: one}
        yield RowChange({**row, SAME: word})
        if each.same:
            yield RowChange(row)  # an older list, which can't say no
        return
    for one, other in (each[:2], each[1::-1]):
        where = {ALIAS: other, DECIDED: one}
        blank = dict.fromkeys(where, "")
        if word:
            yield RowChange({SAME: word}, where)
        if not each.same:
            yield RowChange({**blank, SAME: ""}, where)
            yield RowChange(blank, where)


def _read_back(
    scratch: Path, book: SettingsFile, written: Sequence[Related], options: Options
) -> Options:
    """Return the options as the new workbook has them: with the decisions, else as they were.
    Raises UnwrittenError."""
    try:
        changed = with_settings(scratch, SETTINGS_FILE, options, options.language)
    except SettingsError as error:
        raise UnwrittenError("form") from error
    decided = changed.decided
    said = decided and all(decided.of(each) == each.same for each in written)
    if changed.version != options.version or not said or changed.settings_file is None:
        raise UnwrittenError("form")
    return replace(changed, settings_file=changed.settings_file._replace(path=book.path))


def _keep(book: SettingsFile, home: Path) -> None:
    """Keep the workbook that is about to be replaced, with the last ones before it."""
    folder = home / STATE_FOLDER / _BACKUPS
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy2(book.path, folder / f"{book.sha256[:16]}.xlsx")
    kept = sorted(folder.glob("*.xlsx"), key=lambda path: -path.stat().st_ctime_ns)
    for path in kept[_MOST:]:
        path.unlink()
