"""The ledger's database: opened, brought up to date, read and written in transactions."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Executable,
    Table,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from store.encoding import encode
from store.errors import StoreError, StoreTooNew, StoreUnreachable, kind_of
from store.ledger.schema import HEAD
from store.pragmas import create_private, prepare

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

# Values of one statement stay under SQLite's limit of 32,766 with any number of columns here.
_CHUNK = 500
_VERSION = text("SELECT version_num FROM alembic_version")
# The number of the lock in PostgreSQL that stands for it; nothing else there may use it.
_ONE_WRITER = 7_262_815_034


class LedgerDatabase:
    """A database by its SQLAlchemy URL; every use of it turns errors into StoreErrors."""

    def __init__(self, url: str, *, patience: timedelta = timedelta(seconds=30)) -> None:
        self._engine = _engine(url, patience)
        # Where it is, for errors and logs: without the password, and without the query, which can
        # hold another.
        self.place = self._engine.url.set(query={}).render_as_string(hide_password=True)
        # One writer at a time, and its lock is taken at the beginning: what a transaction has read
        # holds until it writes, and SQLite never refuses the lock halfway.
        self._writer = self._engine.execution_options(writes=True)
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.place!r})"

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._errors(), self._engine.connect() as connection:
            yield connection  # a transaction begins with the first statement; nothing to commit

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._errors(), self._writer.begin() as connection:
            # A newer program may have changed the schema since this one opened it.
            if connection.scalar(_VERSION) != HEAD:
                raise StoreTooNew(f"{self.place} has a newer schema: upgrade fengsui")
            yield connection

    def empty_log(self) -> None:
        """Write the log of a file back into it, and empty it: what was deleted stood there."""
        if self._engine.dialect.name != "sqlite":
            return  # PostgreSQL's servers keep their own logs and vacuum by themselves
        with self._errors(), self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is not None:
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def _rows(self, statement: Executable, **values: object) -> Sequence[Any]:
        with self._reading() as connection:
            return connection.execute(statement, values).all()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise kind_of(error.orig or error)(f"{self.place}: {error.orig}") from error
        except sqlite3.Error as error:  # what preparing a new connection raises comes as it is
            raise kind_of(error)(f"{self.place}: {error}") from error
        except SQLAlchemyError as error:
            raise StoreError(f"{self.place}: {error}") from error

    def _migrate(self) -> None:
        with self._errors(), self._engine.connect() as connection:
            if _version(connection) == HEAD:
                return
        # Alembic takes 0.3 s to import and is needed once in the life of a schema.
        from store.ledger.migration import upgrade  # noqa: PLC0415  # see above

        with self._errors(), self._writer.begin() as connection:
            upgrade(connection, self.place)


def upsert(
    connection: Connection, table: Table, rows: Iterable[Mapping[str, object]], *, replace: bool
) -> list[str]:
    """Insert rows by primary key and return the first key column of those that were written.

    Where the key is there already the row replaces it, or is left out with `replace=False`.
    """
    statement = _upsert(connection.dialect.name, table, replace=replace)
    written: list[str] = []
    remaining = iter(rows)
    while chunk := list(islice(remaining, _CHUNK)):
        written += connection.scalars(statement, chunk).all()
    return written


@cache  # to make a statement takes longer than to execute it
def _upsert(dialect: str, table: Table, *, replace: bool) -> Executable:
    insert = _DIALECTS[dialect].insert(table)
    keys = list(table.primary_key)
    if replace:
        others = [column.name for column in table.columns if not column.primary_key]
        insert = insert.on_conflict_do_update(
            index_elements=keys, set_={name: insert.excluded[name] for name in others}
        )
    else:
        insert = insert.on_conflict_do_nothing(index_elements=keys)
    return insert.returning(keys[0])


def body_of(record: object) -> str:
    """Return the JSON of a record.

    Raises:
        UnicodeEncodeError: see `cleaned`.
    """
    return encode(record).decode()


def _engine(url: str, patience: timedelta) -> Engine:
    try:
        parsed = _with_driver(make_url(url))
        dialect = _DIALECTS.get(parsed.get_backend_name())
        engine = create_engine(parsed, **(dialect.options if dialect else {}))
    except (ArgumentError, ImportError, TypeError, ValueError) as error:
        # The URL may hold a password: it is not repeated.
        raise StoreUnreachable(f"the ledger's URL cannot be used: {type(error).__name__}") from None
    if dialect is None:
        raise StoreUnreachable(f"a ledger is SQLite or PostgreSQL, not {engine.dialect.name}")
    file = parsed.database or ":memory:"
    if dialect.prepare is _prepare_sqlite and not file.startswith(":"):
        # Where it cannot be made, connecting says why.
        with suppress(OSError):
            create_private(Path(file))
    event.listen(engine, "connect", lambda connection, _: dialect.prepare(connection, patience))
    event.listen(engine, "begin", dialect.begin)
    return engine


def _with_driver(url: URL) -> URL:
    """Return `url` with the driver that is installed with us, where it names none."""
    return url.set(drivername="postgresql+psycopg") if url.drivername in _POSTGRESQL else url


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")


def _prepare_sqlite(connection: sqlite3.Connection, patience: timedelta) -> None:
    prepare(connection, patience)
    # What is deleted here are people's words: the file is small, and overwriting costs little.
    connection.execute("PRAGMA secure_delete = ON")


def _prepare_postgresql(connection: Any, patience: timedelta) -> None:
    """Give every later transaction of the connection its limit for waiting on a lock."""
    wait = patience // timedelta(milliseconds=1)
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {wait}")
    connection.commit()


def _begin_postgresql(connection: Connection) -> None:
    if _writes(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_WRITER})")


def _insert_sqlite(table: Table) -> "sqlite.Insert":
    from sqlalchemy.dialects.sqlite import insert  # noqa: PLC0415  as for PostgreSQL

    return insert(table)


def _insert_postgresql(table: Table) -> "postgresql.Insert":
    # A fifth of what importing SQLAlchemy costs, for the few ledgers that are there.
    from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415  see above

    return insert(table)


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("writes"))


class _Dialect(NamedTuple):
    """What the two databases have each in its own way."""

    prepare: Callable[[Any, timedelta], None]
    begin: Callable[[Connection], None]
    insert: "Callable[[Table], sqlite.Insert | postgresql.Insert]"
    options: Mapping[str, Any]


_DIALECTS: Mapping[str, _Dialect] = {
    "sqlite": _Dialect(_prepare_sqlite, _begin_sqlite, _insert_sqlite, {}),
    "postgresql": _Dialect(
        _prepare_postgresql,
        _begin_postgresql,
        _insert_postgresql,
        # A connection that a restart of the server has cut is replaced before it is used.
        {"pool_pre_ping": True, "connect_args": {"connect_timeout": 10}},
    ),
}
_POSTGRESQL = frozenset({"postgresql", "postgres"})


def _version(connection: Connection) -> str | None:
    """Return the version of the schema, None where there is none yet."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    version: str | None = connection.scalar(_VERSION)
    return version
