"""Setting up a team's shared folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlcrm.pipeline.blanks import CREATED, DEFAULT_NAME, new_workbook
from xlcrm.pipeline.options import SCHEMA_VERSION, Options, UsageError
from xlcrm.spec.loader import load_settings_spec, load_spec
from xlcrm.spec.settings import Settings
from xlcrm.team_folder import HOW_TO_FILES, SETTINGS_FILE
from xlcrm.team_settings.declared import declared_rows
from xlcrm.template_workbook import write_workbook
from xlcrm.values import dataclass
from xlcrm.wording import render

WRITTEN, KEPT = "written", "kept"


@dataclass(frozen=True)
class InitResult:
    """What ``init`` found and made: ``files`` are (name, ``written`` or ``kept``)."""

    folder: Path
    files: Sequence[tuple[str, str]]

    def to_json(self) -> dict[str, Any]:
        """Return the documented JSON document."""
        return {
            "schema_version": SCHEMA_VERSION,
            "folder": str(self.folder.absolute()),
            "files": [{"path": name, "status": status} for name, status in self.files],
        }


def init_folder(folder: Path, options: Options) -> InitResult:
    """Make a team's shared folder: settings, a blank workbook, a how-to. What is there is kept.

    ``options`` are those of the folder's settings, where it has some. Raises UsageError where the
    folder is a file, OSError where it can't be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError("not-a-folder", path=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    makers = {
        SETTINGS_FILE: _write_settings,
        f"{DEFAULT_NAME}.xlsx": _write_blank,
        HOW_TO_FILES[options.language]: _write_how_to,
    }
    files = []
    for name, make in makers.items():
        is_there = os.path.lexists(folder / name)
        if not is_there:
            make(folder / name, options)
        files.append((name, KEPT if is_there else WRITTEN))
    return InitResult(folder, files)


def _write_settings(path: Path, options: Options) -> None:
    """Write what holds without settings, in the language that the team's workbooks have."""
    language = options.language
    declared = load_spec(Settings(parameters={"language": language}))
    spec = load_settings_spec(declared)
    rows = declared_rows(declared, spec, language)
    tables = list(spec.tables.values())
    write_workbook(path, tables, spec, language, created=CREATED, records=rows)


def _write_blank(path: Path, options: Options) -> None:
    new_workbook([], path, options)


def _write_how_to(path: Path, options: Options) -> None:
    text = render(
        "how_to", options.language, settings=SETTINGS_FILE, workbook=f"{DEFAULT_NAME}.xlsx"
    )
    path.write_text(text, encoding="utf-8-sig")  # an old editor would take it for GBK
