"""What lies in a shared folder: workbooks to read, and everything else, named with its reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from xlcrm.team_folder import OUTPUT_FOLDER, SETTINGS_FILE
from xlcrm.text import escaped
from xlcrm.values import dataclass

_READ = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods", ".csv"})
# What may hold records too, in a form that nothing here reads.
_OTHER_WORKBOOKS = frozenset(
    {".numbers", ".wps", ".dbf", ".fods", ".xlt", ".xltx", ".xltm", ".ett", ".tsv"}
)
_TEMPORARY = (".tmp", ".temp", ".part", ".crdownload", ".bak~", ".swp")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file below the folder. ``file`` is its path relative to it, with ``/``,
    what no output holds in it escaped.

    ``code`` and ``detail`` say why it is not read (a finding code and its detail); None: it is.
    ``size`` is in bytes, ``mtime_ns`` in nanoseconds since 1970. ``shared`` says whether it lies in
    a shared folder, where what has to be kept apart is not read.
    """

    path: Path
    file: str
    size: int
    mtime_ns: int
    code: str | None = None
    detail: str = ""
    shared: bool = True

    def below(self, folder: Path) -> Entry:
        """Return the entry named with the folder it was found in."""
        return replace(self, file=escaped(folder.joinpath(self.file).as_posix()))


def discover(folder: Path) -> list[Entry]:
    """Return every file below ``folder``, links and special files too, in the order of their paths.

    The folder of results and the settings workbook are no input and left out.
    Raises OSError where the folder itself can't be listed.
    """
    return sorted(_walk(folder), key=lambda entry: entry.file)


def is_team_folder(folder: Path) -> bool:
    """Whether a folder is a team's: one with its settings, or that has been merged."""
    return any((folder / mark).exists() for mark in (OUTPUT_FOLDER, SETTINGS_FILE))


def describe(path: Path) -> Entry:
    """Return a single file as an entry, named from the current folder where a way leads there.

    Raises OSError if it is gone.
    """
    status = path.lstat()
    code, detail = _reason(path.name, status.st_mode)
    try:
        file = Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive of Windows
        file = path.as_posix()
    return Entry(path, escaped(file), status.st_size, status.st_mtime_ns, code, detail)


def _walk(root: Path) -> Iterator[Entry]:
    folders = [root]
    while folders:  # a synced folder may hold itself, hundreds of levels deep
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                found = list(entries)
        except OSError as error:
            if folder == root:
                raise
            yield Entry(folder, _relative(folder, root), 0, 0, "unreadable", _why(error))
            continue
        for entry in found:
            path = Path(entry.path)
            if folder == root and entry.name in (OUTPUT_FOLDER, SETTINGS_FILE):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)
            else:
                yield _entry(entry, path, root)


def _entry(entry: os.DirEntry[str], path: Path, root: Path) -> Entry:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        return Entry(path, _relative(path, root), 0, 0, "unreadable", _why(error))
    code, detail = _reason(entry.name, status.st_mode)
    if code is None and any(part.startswith(".") for part in path.relative_to(root).parts):
        code, detail = "skipped-temporary", "hidden"  # what sync programs keep of older versions
    return Entry(path, _relative(path, root), status.st_size, status.st_mtime_ns, code, detail)


def _why(error: OSError) -> str:
    """Return why a file or folder could not be looked at."""
    if isinstance(error, FileNotFoundError):
        return "missing"
    return "permission" if isinstance(error, PermissionError) else "io-error"


def _reason(name: str, mode: int) -> tuple[str | None, str]:
    """Return the finding code and detail why a file is not read; (None, '') for one to read."""
    lower = name.lower()
    if stat.S_ISLNK(mode):
        return "skipped-temporary", "link"
    if not stat.S_ISREG(mode):
        return "skipped-temporary", "not-a-regular-file"
    if lower.startswith(("~$", ".~lock.", ".~")):
        return "skipped-temporary", "lock-file"
    if lower.startswith("."):
        return "skipped-temporary", "hidden"
    if lower.startswith("~") or lower.endswith(_TEMPORARY):
        return "skipped-temporary", "temporary"
    suffix = Path(lower).suffix
    if suffix in _READ:
        return None, ""
    if suffix in _OTHER_WORKBOOKS:
        return "not-a-workbook", "other-format"
    return "skipped-temporary", "not-excel"


def _relative(path: Path, root: Path) -> str:
    return escaped(path.relative_to(root).as_posix())
