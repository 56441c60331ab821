"""One file, read and its records checked by themselves: the work that child processes do.

What comes out depends on the file alone and holds until the file, the settings or the program
change; what depends on other files or on the day is found where all files are known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlcrm.filled_workbook.grids import prepare_for_many
from xlcrm.filled_workbook.reading import read_file
from xlcrm.findings import Finding
from xlcrm.records import FileReading
from xlcrm.spec.loader import load_spec
from xlcrm.spec.model import Spec
from xlcrm.spec.settings import Settings
from xlcrm.validation.ended import check_ended
from xlcrm.validation.references import check_duplicates
from xlcrm.validation.rows import check_records

TASK = "xlcrm.examination:examine_task"
_SAME_TIME = 2 * 10**9  # nanoseconds that two machines may differ in when a file was saved


def examine(
    path: Path, file: str, spec: Spec, *, private: bool = False, password: str | None = None
) -> FileReading:
    """Return what the file says, with every finding that depends on it alone.

    ``private`` asks for the records of tables that are kept apart, ``password`` opens an encrypted
    file.
    """
    reading = read_file(path, file, spec, private=private, password=password)
    reading.findings += check_records(reading.blocks, spec)
    reading.findings += check_duplicates(reading.blocks, spec)
    reading.findings += check_ended(reading.blocks, spec)
    return reading


def payload(
    path: Path,
    file: str,
    settings: Settings,
    *,
    private: bool = False,
    password: str | None = None,
    one_of_many: bool = False,
    seen: tuple[int, int] | None = None,
) -> dict[str, Any]:
    """Return what a child process needs to examine a file, with what ``examine`` is asked for.

    ``seen`` is, where another machine may examine it, the file's size in bytes and its time of
    change in nanoseconds as they are here.
    """
    given = json.dumps(settings.to_state())
    return {
        "path": str(path.absolute() if seen else path),
        "file": file,
        "settings": given,
        "private": private,
        "password": password,
        "one_of_many": one_of_many,
        "seen": seen,
    }


def examine_task(work: Mapping[str, Any]) -> bytes:
    """Examine the file that a payload names; the result is ``FileReading.encoded``."""
    if work["one_of_many"]:
        prepare_for_many()
    path, file = Path(work["path"]), work["file"]
    if work["seen"] and not _is_same(path, *work["seen"]):
        detail = {"detail": "not-shared"}
        found = [Finding("unreadable", file, parameters=detail)]
        return FileReading(file, findings=found, rejected="unreadable").encoded
    spec = _spec(work["settings"])
    asked = {name: work[name] for name in ("private", "password")}
    return examine(path, file, spec, **asked).encoded


def _is_same(path: Path, size: int, mtime_ns: int) -> bool:
    """Whether a file is here as another machine sees it."""
    try:
        here = path.lstat()
    except FileNotFoundError:
        return False
    return here.st_size == size and abs(here.st_mtime_ns - mtime_ns) <= _SAME_TIME


@lru_cache(maxsize=1)
def _spec(settings: str) -> Spec:
    return load_spec(Settings(**json.loads(settings)))
