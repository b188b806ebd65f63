"""What a server can do to the ledger that a file cannot: be away, refuse, come back."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from records import Window
from store.errors import StoreError, StoreTooNew, StoreUnreachable
from store.ledger.ledger import Ledger
from tests.servers.postgresql import Postgresql, PostgresqlServer
from tests.servers.processes import free_port
from tests.store.making import MINUTE, NOON, case


@pytest.fixture
def own_server() -> Iterator[PostgresqlServer]:
    """Return a server that the test may kill."""
    with PostgresqlServer() as server:
        yield server


def unreachable(url: str) -> str:
    """Return the error of a ledger that cannot be reached."""
    with pytest.raises(StoreUnreachable) as caught:
        Ledger(url)
    return f"{caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_usual_spellings_of_the_address(postgresql: Postgresql, scheme: str) -> None:
    """Every common beginning of a PostgreSQL URL opens the ledger."""
    url = postgresql.new_database().replace("postgresql", scheme, 1)
    with Ledger(url) as ledger:
        assert set(ledger.totals().values()) == {0}


def test_password_is_never_shown(postgresql: Postgresql) -> None:
    """Neither the ledger's repr nor its place holds the password, wherever the URL holds it."""
    url = postgresql.new_database()
    address, query = url.replace(f":{postgresql.password}@", "@"), postgresql.password
    for given in (url, f"{address}?password={query}"):
        with Ledger(given) as ledger:
            assert postgresql.password not in f"{ledger!r} {ledger.place}"
            assert f"127.0.0.1:{postgresql.port}" in ledger.place


def test_nobody_listens(postgresql: Postgresql) -> None:
    """An address where nobody listens is unreachable, and is named without its password."""
    url = Postgresql(free_port(), postgresql.password).url()
    said = unreachable(url)
    assert "127.0.0.1" in said
    assert postgresql.password not in said


def test_wrong_password_is_not_repeated(postgresql: Postgresql) -> None:
    """A refused password is unreachable, and the error does not hold it."""
    said = unreachable(Postgresql(postgresql.port, "wrong-guess").url())
    assert "password authentication failed" in said
    assert "wrong-guess" not in said


def test_missing_database_is_unreachable(postgresql: Postgresql) -> None:
    """A database that is not there is named in the error."""
    assert "nowhere" in unreachable(postgresql.url("nowhere"))


def test_restarted_server_is_used_again(own_server: PostgresqlServer) -> None:
    """A server killed and started again holds what was written, and an open ledger goes on."""
    with Ledger(own_server.new_database()) as ledger:
        ledger.upsert_cases([case(1)])
        own_server.kill()
        with pytest.raises(StoreUnreachable):
            ledger.cases()
        own_server.start()
        assert ledger.cases() == [case(1)]
        ledger.record_read("weibo", Window(NOON, NOON + MINUTE), ok=True)
        assert ledger.coverage(Window(NOON, NOON + MINUTE), timedelta(minutes=1)) == [1.0]


def test_migration_that_fails_leaves_nothing(postgresql_url: str) -> None:
    """A schema that cannot be made whole is not made in part, and can be made later."""
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE silences (other integer)")
        with pytest.raises(StoreError, match="silences"):
            Ledger(postgresql_url)
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(tables).fetchall() == [("silences",)]
        connection.execute("DROP TABLE silences")
    with Ledger(postgresql_url) as ledger:
        assert set(ledger.totals().values()) == {0}


def test_foreign_schema_is_refused(postgresql_url: str) -> None:
    """A database whose schema this program does not know is left as it is."""
    with Ledger(postgresql_url) as ledger, ledger._writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for _ in range(2):
        with pytest.raises(StoreTooNew, match="9999"):
            Ledger(postgresql_url)
