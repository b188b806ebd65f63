"""What the tests of the page share: one crisis a run, and copies of it to be changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.dashboards.web.crisis import Crisis, burn


@pytest.fixture(scope="session")
def burning(tmp_path_factory: pytest.TempPathFactory) -> Crisis:
    """Return a crisis that no test changes."""
    return burn(tmp_path_factory.mktemp("crisis"))


@pytest.fixture
def crisis(burning: Crisis, tmp_path: Path) -> Crisis:
    """Return a crisis of the test's own."""
    return burning.copied(tmp_path)


@pytest.fixture
def client(crisis: Crisis) -> Iterator[TestClient]:
    """Return a browser without a screen at the page of the test's own crisis."""
    with crisis.client() as opened:
        yield opened
