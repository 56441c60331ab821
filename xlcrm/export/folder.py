"""A folder of tables that takes its place whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Literal

from xlcrm.export.columns import TableData
from xlcrm.export.contents import INFO
from xlcrm.scratch import part_of, remove_abandoned_once

FolderForm = Literal["parquet", "csv"]


def write_folder(target: Path, tables: Iterable[TableData], form: FolderForm) -> None:
    """Write tables to a folder, in the place of the export that is there.

    Raises FileExistsError where something else is there, OSError where it can't be written or, on
    Windows, somebody has a file of it open: then what was there stays.
    """
    writer = _form(form)
    with _replacing(target) as part:
        for table in tables:
            writer.write_table(part, table)


def form_of(folder: Path) -> FolderForm | None:
    """Return in which form an export lies in a folder; None where none does."""
    _recover(folder)
    if (folder / INFO.name).is_dir():
        return "parquet"
    return "csv" if (folder / f"{INFO.name}.csv").is_file() else None


def refuse_taken(folder: Path) -> None:
    """Raise FileExistsError where anything but an export is in a place."""
    taken = folder.is_dir() and any(folder.iterdir()) and form_of(folder) is None
    if taken or (os.path.lexists(folder) and not folder.is_dir()):
        raise FileExistsError(str(folder))


def read_folder(folder: Path, form: FolderForm, table: TableData) -> list[tuple[object, ...]]:
    """Return a table's rows. Raises OSError or ValueError where they can't be read."""
    return list(_form(form).read_table(folder, table))


def _form(form: FolderForm) -> ModuleType:
    return import_module(f"xlcrm.export.{form}_form")  # late: its library may not be there


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A new folder that takes the place of ``target`` when the block ends without an error."""
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned_once(target.parent)
    _recover(target)
    refuse_taken(target)
    part = part_of(target)
    part.mkdir()
    try:
        yield part
        _sync(part)
        before = _before(target)
        if target.exists():
            target.replace(before)
        try:
            part.replace(target)
        except OSError:
            _recover(target)
            raise
        shutil.rmtree(before, ignore_errors=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _before(target: Path) -> Path:
    return target.with_name(f".{target.name}.before")


def _recover(target: Path) -> None:
    """Put back what a killed run had moved away, or remove it where the new one is in its place."""
    before = _before(target.absolute())
    if not before.is_dir():
        return
    if target.exists():
        shutil.rmtree(before, ignore_errors=True)
    else:
        before.replace(target.absolute())


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
