"""Where an export may lie, a folder or a database, and what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from xlcrm.export.columns import TableData
from xlcrm.export.contents import INFO
from xlcrm.export.folder import FolderForm, form_of, read_folder
from xlcrm.pipeline.options import UsageError
from xlcrm.values import dataclass

if TYPE_CHECKING:
    from xlcrm.export.database import Database

Rows = Sequence[Sequence[Any]]
Read = Callable[[TableData], Rows]

FORMS: tuple[FolderForm, ...] = get_args(FolderForm)
# By what is asked for: the extra that has it, and its libraries.
_LIBRARIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "csv": ("", ()),
    "parquet": ("parquet", ("pyarrow",)),
    "duckdb": ("duckdb", ("duckdb", "pyarrow")),
    "sqlite": ("sql", ("sqlalchemy",)),
    "postgresql": ("sql", ("sqlalchemy", "psycopg")),
}


@dataclass(frozen=True)
class Place:
    """Where an export lies: in a folder, or in a database."""

    folder: Path | None = None
    database: Database | None = None

    def __str__(self) -> str:
        return self.database.place if self.database else str(self.folder and self.folder.absolute())


def place_of(target: str) -> Place:
    """Return what a folder's path or a database's URL names. Raises UsageError where no database
    can be meant, or what is needed for one is not installed."""
    if "://" not in target:
        return Place(folder=Path(target))
    refuse_missing("sqlite" if target.startswith("sqlite") else "postgresql")
    from xlcrm.export.database import Database, DatabaseError

    try:
        return Place(database=Database(target))
    except DatabaseError as error:
        raise told(error) from None


def told(error: Any) -> UsageError:
    """Return what a database's error is to people."""
    return UsageError(f"database-{error.code}", url=error.place, reason=error.reason)


def refuse_missing(form: str) -> None:
    """Raise UsageError where an optional library is missing."""
    extra, libraries = _LIBRARIES[form]
    if any(find_spec(name) is None for name in libraries):
        raise UsageError(f"{extra}-missing")


def info_of(read: Read) -> Mapping[str, Any]:
    """Return what an export says of the run that made it, by name."""
    return dict(map(tuple, read(INFO)))


def reader_of(place: Place) -> Read | None:
    """Return what reads the tables of the export at a place; None where there is none. It raises
    UsageError for a table that can't be read."""
    folder, database = place.folder, place.database
    if folder:
        form = form_of(folder)
        if form is None:
            return None
        refuse_missing(form)
        read_one = partial(read_folder, folder, form)
        return lambda table: _told_unread(place, partial(read_one, table))
    from xlcrm.export.database import DatabaseError

    assert database is not None
    try:
        if not database.has_export():
            return None
    except DatabaseError as error:
        raise told(error) from None

    def read(table: TableData) -> Rows:
        try:
            return database.read(table)
        except DatabaseError as error:
            raise told(error) from None

    return read


def _told_unread(place: Place, read: Callable[[], Rows]) -> Rows:
    try:
        return read()
    except (FileNotFoundError, ValueError) as error:  # a part is missing, or was changed
        raise UsageError("exported-otherwise", path=str(place)) from error
