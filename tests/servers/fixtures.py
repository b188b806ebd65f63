"""Fixtures: the Elasticsearch servers that a whole test run shares, started when first asked for.

A conftest that wants them imports them by name. FENGSUI_TEST_ELASTICSEARCH names a server that is
there already (9, without security).
"""

import base64
import http.client
import itertools
import json
import os
import shutil
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.servers.elasticsearch.files import DISTRIBUTIONS, place
from tests.servers.elasticsearch.java import NEEDED, java_home
from tests.servers.elasticsearch.server import USER
from tests.servers.keeper import kept_address
from tests.servers.processes import missing

GIVEN = "FENGSUI_TEST_ELASTICSEARCH"
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Elasticsearch:
    """A server that runs: where it is, its superuser's password, its authority's certificate."""

    url: str
    password: str = ""
    ca: Path | None = None

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send one request as the superuser; return status and answer."""
        place = urlsplit(self.url)
        assert place.hostname is not None
        connection = (
            http.client.HTTPSConnection(
                place.hostname,
                place.port,
                timeout=60,
                context=ssl.create_default_context(cafile=self.ca),
            )
            if place.scheme == "https"
            else http.client.HTTPConnection(place.hostname, place.port, timeout=60)
        )
        headers = {"Content-Type": "application/json"}
        if self.password:
            token = base64.b64encode(f"{USER}:{self.password}".encode()).decode("ascii")
            headers["Authorization"] = f"Basic {token}"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(said) if said else None

    def clear(self, prefix: str) -> None:
        """Delete the indices, templates and aliases whose names begin with `prefix-`."""
        indices = self.call("GET", f"/{prefix}-*?expand_wildcards=all&filter_path=*.aliases")[1]
        for index in indices or ():
            self.call("DELETE", f"/{index}")
        for kind in ("_index_template", "_component_template"):
            self.call("DELETE", f"/{kind}/{prefix}-*")


@pytest.fixture(scope="session")
def elasticsearch_9(tmp_path_factory: pytest.TempPathFactory) -> Elasticsearch:
    """Return the run's Elasticsearch 9, the same one in all workers of pytest-xdist."""
    if url := os.environ.get(GIVEN):
        return Elasticsearch(url.rstrip("/"))
    return _shared("elasticsearch", "9", tmp_path_factory)


@pytest.fixture(scope="session")
def elasticsearch_url(elasticsearch_9: Elasticsearch) -> str:
    """Return the address of the run's Elasticsearch 9."""
    return elasticsearch_9.url


@pytest.fixture(scope="session")
def elasticsearch_8_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of the run's Elasticsearch 8, which has few modules."""
    return _shared("elasticsearch-8", "8", tmp_path_factory).url


@pytest.fixture(scope="session")
def elasticsearch_secured(tmp_path_factory: pytest.TempPathFactory) -> Elasticsearch:
    """Return the run's Elasticsearch 9 with TLS that asks for a password."""
    return _shared("elasticsearch-secured", "9", tmp_path_factory)


@pytest.fixture
def elasticsearch_prefix(elasticsearch_9: Elasticsearch) -> Iterator[str]:
    """Return a prefix that no other test has; all that begins with it is deleted afterwards."""
    prefix = unique_prefix()
    yield prefix
    elasticsearch_9.clear(prefix)


def unique_prefix() -> str:
    """Return a prefix of index names that no other test of the run has."""
    return f"fengsui-t{os.getpid()}x{next(_numbers)}"


def require_elasticsearch(version: str = "9") -> None:
    """Skip the test, or fail it under FENGSUI_NO_SKIP=1, where no server can be started."""
    if java_home() is None:
        what = f"Java {NEEDED} or newer, on which Elasticsearch runs,"
        missing(what, "openjdk-21-jre-headless maven (or set ES_JAVA_HOME)")
    if not place(DISTRIBUTIONS[version]).exists() and shutil.which("mvn") is None:
        missing("Maven, which fetches Elasticsearch,", "maven")


def _shared(name: str, version: str, factory: pytest.TempPathFactory) -> Elasticsearch:
    require_elasticsearch(version)
    url, password, ca = kept_address(name, factory).split()
    return Elasticsearch(url, "" if password == "-" else password, None if ca == "-" else Path(ca))
