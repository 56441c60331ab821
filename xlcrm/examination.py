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
from xlcrm.records import FileReading
from xlcrm.spec.loader import load_spec
from xlcrm.spec.model import Spec
from xlcrm.spec.settings import Settings
from xlcrm.validation.ended import check_ended
from xlcrm.validation.references import check_duplicates
from xlcrm.validation.rows import check_records

TASK = "xlcrm.examination:examine_task"


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
) -> dict[str, Any]:
    """Return what a child process needs to examine a file, with what ``examine`` is asked for."""
    given = json.dumps(settings.to_state())
    return {
        "path": str(path),
        "file": file,
        "settings": given,
        "private": private,
        "password": password,
        "one_of_many": one_of_many,
    }


def examine_task(work: Mapping[str, Any]) -> bytes:
    """Examine the file that a payload names; the result is ``FileReading.encoded``."""
    if work["one_of_many"]:
        prepare_for_many()
    spec = _spec(work["settings"])
    asked = {name: work[name] for name in ("private", "password")}
    return examine(Path(work["path"]), work["file"], spec, **asked).encoded


@lru_cache(maxsize=1)
def _spec(settings: str) -> Spec:
    return load_spec(Settings(**json.loads(settings)))
