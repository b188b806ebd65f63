"""Fixtures: the PostgreSQL server that a whole test run shares, and a database a test.

A conftest that wants them imports them by name.
"""

import pytest

from tests.servers.keeper import kept_address
from tests.servers.postgresql import Postgresql


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Postgresql:
    """Return the run's PostgreSQL server, the same one in all workers of pytest-xdist."""
    port, password = kept_address("postgresql", tmp_path_factory).split()
    return Postgresql(int(port), password)


@pytest.fixture
def postgresql_url(postgresql: Postgresql) -> str:
    """Return the address of an empty database."""
    return postgresql.new_database()
