"""Tables in a database, SQLite or PostgreSQL: brought up to date in one transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url

from xlcrm.export.columns import TableData, json_text
from xlcrm.export.contents import FIELDS, INFO
from xlcrm.export.record_table import KEY

_LOCK = 0x786C63726D  # a number of ours: no two exports into a database at once
_SECONDS = 30  # to wait for a database that somebody else is writing to
_AT_ONCE = 5_000  # rows
_HIDDEN = "***"
_SECRET = re.compile("pass|pwd|secret|token", re.IGNORECASE)
_TYPES: Mapping[str, Any] = {
    "text": sa.Text(),
    "json": sa.Text(),
    "list": sa.Text(),
    "integer": sa.BigInteger(),
    "number": sa.Double(),
    "boolean": sa.Boolean(),
    "date": sa.Date(),
    "datetime": sa.DateTime(),
}
_AS_TEXT = ("json", "list")
_DIALECTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class DatabaseError(Exception):
    """A database can't be used: ``code`` is url, driver, taken or failed, ``place`` its URL without
    any password, ``reason`` what it said, without it too."""

    def __init__(self, code: str, place: str, reason: str = "") -> None:
        super().__init__(code, place, reason)
        self.code, self.place, self.reason = code, place, reason


class Database:
    """A database at a URL. Raises DatabaseError where that is none of ours."""

    def __init__(self, url: str) -> None:
        try:
            made = make_url(re.sub("^postgres(ql)?:", "postgresql+psycopg:", url))
            kind = made.get_backend_name()
        except (sa.exc.ArgumentError, ValueError):
            raise DatabaseError("url", _scheme(url)) from None  # what it says may have the password
        if kind not in _DIALECTS:
            raise DatabaseError("url", _scheme(url))
        self._url, self._insert = made, _DIALECTS[kind]
        self.kind = kind

    @property
    def place(self) -> str:
        """The URL, but for what is secret in it."""
        secret = {key: _HIDDEN for key in self._url.query if _SECRET.search(key)}
        return self._url.update_query_dict(secret).render_as_string(hide_password=True)

    @property
    def file(self) -> Path | None:
        """The file in which it lies; None where it is a server's, or in memory."""
        name = self._url.database
        return Path(name) if self.kind == "sqlite" and name and name != ":memory:" else None

    def write(self, tables: Iterable[TableData], known: Sequence[TableData]) -> int:
        """Let tables in the database equal these, one at a time; ``known`` are all of them without
        rows. Return how many records are not there any more. Raises DatabaseError; then all is as
        it was."""
        removed = 0
        if self.file:
            self.file.absolute().parent.mkdir(parents=True, exist_ok=True)
        with self._connected("IMMEDIATE") as connection:
            _lock(connection)
            self._refuse_taken(connection, known)
            _fit(connection, known)
            for table in tables:
                gone = self._sync(connection, table)
                removed += gone if table.key == (KEY,) else 0
        return removed

    def read(self, table: TableData) -> list[tuple[Any, ...]]:
        """Return a table's rows. Raises DatabaseError where they can't be read."""
        made = _made(table)
        loads = [column.kind in _AS_TEXT for column in table.columns]
        with self._connected() as connection:
            rows = connection.execute(sa.select(made).order_by(*made.primary_key)).all()
        return [
            tuple(
                json.loads(cell) if load and cell is not None else cell
                for load, cell in zip(loads, row, strict=True)
            )
            for row in rows
        ]

    def has_export(self) -> bool:
        """Whether an export is there. Raises DatabaseError where that can't be told."""
        if self.file and not self.file.is_file():
            return False  # to look would make it
        with self._connected() as connection:
            return sa.inspect(connection).has_table(INFO.name)

    @contextmanager
    def _connected(self, begin: str = "DEFERRED") -> Iterator[Connection]:
        """A transaction, which ends with the block; what failed is told without any password.
        ``begin`` is how SQLite is to begin it."""
        engine: Engine | None = None
        try:
            engine = _engine(self._url, begin)
            with engine.begin() as connection:
                yield connection
        except ImportError as error:
            raise DatabaseError("driver", self.place, self._told(error)) from None
        except sa.exc.SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise DatabaseError("failed", self.place, self._told(cause)) from None
        finally:
            if engine is not None:
                engine.dispose()

    def _told(self, error: BaseException) -> str:
        """Return what an error says, on one line, without what is secret in the URL."""
        text = " ".join(str(error).split())
        secrets = [str(self._url.password or "")]
        secrets += [str(v) for key, v in self._url.query.items() if _SECRET.search(key)]
        for secret in filter(None, secrets):
            for form in (secret, quote(secret, safe=""), quote_plus(secret)):
                text = text.replace(form, _HIDDEN)
        return text

    def _refuse_taken(self, connection: Connection, tables: Iterable[TableData]) -> None:
        """Raise DatabaseError where somebody else's tables are called like ours."""
        there = set(sa.inspect(connection).get_table_names())
        taken = sorted(there.intersection(table.name for table in tables))
        if taken and INFO.name not in there:
            raise DatabaseError("taken", self.place, ", ".join(taken))

    def _sync(self, connection: Connection, table: TableData) -> int:
        """Let a table have these rows and no others; return how many went. Rows that are as they
        were are not written."""
        made = _made(table)
        keys = [made.c[name] for name in table.key]
        at = [table.at(name) for name in table.key]
        wanted = {tuple(row[n] for n in at) for row in table.rows}
        known = (tuple(row) for row in connection.execute(sa.select(*keys)))
        gone = [key for key in known if key not in wanted]
        if gone:
            same = (column == sa.bindparam(f"k{n}") for n, column in enumerate(keys))
            delete = sa.delete(made).where(*same)
            connection.execute(
                delete, [{f"k{n}": cell for n, cell in enumerate(key)} for key in gone]
            )
        insert = self._insert(made)
        others = [each for each in made.c if each.name not in table.key]
        differs = [each.is_distinct_from(insert.excluded[each.name]) for each in others]
        news = {each.name: insert.excluded[each.name] for each in others}
        upsert = insert.on_conflict_do_update(
            index_elements=keys, set_=news, where=sa.or_(*differs)
        )
        for start in range(0, len(table.rows), _AT_ONCE):
            rows = table.rows[start : start + _AT_ONCE]
            connection.execute(upsert, [_bound(table, row) for row in rows])
        return len(gone)


def _scheme(url: str) -> str:
    scheme, separator, _ = url.partition("://")
    return scheme + separator + "…"


def _engine(url: URL, begin: str) -> Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url)
    engine = sa.create_engine(url, connect_args={"timeout": _SECONDS})

    # The driver begins transactions late, and none for tables: they are begun here.
    @sa.event.listens_for(engine, "connect")
    def _plain(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {begin}")

    return engine


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def _made(table: TableData) -> sa.Table:
    columns = (
        sa.Column(c.name, _TYPES[c.kind], primary_key=c.name in table.key, autoincrement=False)
        for c in table.columns
    )
    return sa.Table(table.name, sa.MetaData(), *columns)


def _bound(table: TableData, row: Sequence[Any]) -> dict[str, Any]:
    return {
        column.name: json_text(cell) if column.kind in _AS_TEXT and cell is not None else cell
        for column, cell in zip(table.columns, row, strict=True)
    }


def _fit(connection: Connection, tables: Sequence[TableData]) -> None:
    """Make the tables that are missing, and let the others have today's columns; a column that no
    export made stays as it is."""
    there = set(sa.inspect(connection).get_table_names())
    ours = _made(FIELDS)
    named = sa.select(ours.c.table_name, ours.c.column_name, ours.c.kind)
    known: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(named) if ours.name in there else ():
        known.setdefault(table, {})[column] = kind
    names = connection.dialect.identifier_preparer
    for each in tables:
        made = _made(each)
        if each.name not in there:
            made.create(connection)
            continue
        found = {column["name"] for column in sa.inspect(connection).get_columns(each.name)}
        before, now = known.get(each.name, {}), {c.name: c.kind for c in each.columns}
        gone = {name for name, kind in before.items() if now.get(name) != kind} & found
        table = names.format_table(made)
        for name in sorted(gone):
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN {names.quote(name)}")
        for name in (name for name in now if name not in found - gone):
            column = sa.schema.CreateColumn(made.c[name]).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
