"""What the tests of the ledger share: an empty one in each database that it runs on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.ledger.ledger import Ledger
from tests.servers.databases import postgresql, postgresql_url

__all__ = ["postgresql", "postgresql_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a ledger that is not there yet."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path / 'ledger.sqlite3'}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """Return an empty ledger."""
    with Ledger(url) as ledger:
        yield ledger
