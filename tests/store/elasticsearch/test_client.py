"""How a client is let in, and that no credential is ever seen."""

import http.server
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from store.elasticsearch.client import Server, connect
from store.elasticsearch.indices.lifecycle import Indices
from store.elasticsearch.settings import Credentials, ElasticsearchSettings
from store.elasticsearch.store import ElasticsearchMentionStore
from store.errors import StoreCorrupt, StoreError, StoreUnreachable
from tests.servers.elasticsearch.server import USER
from tests.servers.fixtures import Elasticsearch, elasticsearch_secured, unique_prefix
from tests.servers.processes import free_port
from tests.store.making import post

__all__ = ["elasticsearch_secured"]

SECRET = "hush-hush"


@pytest.fixture
def secured(
    elasticsearch_secured: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ElasticsearchSettings]:
    """Return settings of the secured server, its user and password in the environment."""
    monkeypatch.setenv("ELASTICSEARCH_USERNAME", USER)
    monkeypatch.setenv("ELASTICSEARCH_PASSWORD", elasticsearch_secured.password)
    settings = ElasticsearchSettings(
        urls=(elasticsearch_secured.url,),
        prefix=unique_prefix(),
        ca_certs=elasticsearch_secured.ca,
        replicas=0,
        patience_seconds=2,
    )
    yield settings
    elasticsearch_secured.clear(settings.prefix)


def test_user_and_key_over_tls(
    secured: ElasticsearchSettings,
    elasticsearch_secured: Elasticsearch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A store opens over TLS with a user's password, and with an API key in its place."""
    with ElasticsearchMentionStore(secured) as store:
        assert store.upsert_posts([post(1)]).kept == 1
    made = elasticsearch_secured.call("POST", "/_security/api_key", {"name": "test"})[1]
    monkeypatch.delenv("ELASTICSEARCH_USERNAME")
    monkeypatch.delenv("ELASTICSEARCH_PASSWORD")
    monkeypatch.setenv("ELASTICSEARCH_API_KEY", made["encoded"])
    with ElasticsearchMentionStore(secured) as store:
        assert store.totals()["posts"] == 1


def test_refused_credential_stays_unseen(
    secured: ElasticsearchSettings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A wrong password is an error that says so; neither it nor any log or repr holds it."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("ELASTICSEARCH_PASSWORD", SECRET)
    with pytest.raises(StoreUnreachable, match="refused") as told:
        ElasticsearchMentionStore(secured)
    credentials = Credentials.read(secured)
    with closing(connect(secured)) as client:
        shown = [str(told.value), repr(told.value.__cause__), caplog.text, repr(secured)]
        shown += [repr(credentials), credentials.model_dump_json(), repr(client)]
    assert all(SECRET not in text for text in shown)


def test_certificate_of_a_stranger_is_refused(secured: ElasticsearchSettings) -> None:
    """A server whose certificate the CA did not sign is not spoken to, and nobody waits for it."""
    without = secured.model_copy(update={"ca_certs": None})
    with pytest.raises(StoreUnreachable, match="certificate is not trusted; check ca_certs"):
        ElasticsearchMentionStore(without)


def test_missing_ca_file_is_named(tmp_path: Path) -> None:
    """A file of the authority that is not there is an error before anything is sent."""
    settings = ElasticsearchSettings(
        urls=("https://127.0.0.1:9",), ca_certs=tmp_path / "no.pem", patience_seconds=0.1
    )
    with pytest.raises(StoreError):
        ElasticsearchMentionStore(settings)


@pytest.mark.parametrize(
    ("environment", "settings", "said"),
    [
        ({"ELASTICSEARCH_PASSWORD": SECRET}, {}, "go together"),
        (
            {"ELASTICSEARCH_API_KEY": SECRET},
            {"urls": ("http://elastic.example:9200",)},
            "https:// only",
        ),
    ],
)
def test_half_or_open_credentials_are_refused(
    environment: dict[str, str], settings: dict[str, Any], said: str
) -> None:
    """A password without a user, and a key over an open network, are refused before they leave."""
    with pytest.raises(ValueError, match=said) as told:
        Credentials.read(ElasticsearchSettings(**settings), environment)
    assert SECRET not in str(told.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"urls": ()},
        {"urls": ("elastic:9200",)},
        {"urls": (f"https://user:{SECRET}@elastic.example",)},
        {"prefix": "Fengsui"},
        {"prefix": "a*"},
        {"ca_certs": "ca.pem"},
        {"shards": 0},
        {"api_key_env": "not a name"},
    ],
    ids=str,
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    """Settings that cannot work are refused, and what they hold is not repeated."""
    with pytest.raises(ValidationError) as told:
        ElasticsearchSettings(**wrong)
    assert SECRET not in str(told.value)


def test_nobody_there_is_unreachable() -> None:
    """A port where nobody listens is an error with the address and what to do."""
    settings = ElasticsearchSettings(
        urls=(f"http://127.0.0.1:{free_port()}",), patience_seconds=0.1
    )
    with pytest.raises(StoreUnreachable, match=r"127\.0\.0\.1:\d+: cannot be reached; check"):
        ElasticsearchMentionStore(settings)


def test_silent_server_is_given_up() -> None:
    """A server that takes the connection and says nothing is given up in time."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = ElasticsearchSettings(
            urls=(f"http://127.0.0.1:{silent.getsockname()[1]}",),
            request_timeout_seconds=0.1,
            patience_seconds=0.1,
        )
        server = Server.of(settings)
        with pytest.raises(StoreUnreachable, match="no answer in time"):
            Indices(settings, server).versions()
        server.close()


def test_another_product_is_corrupt() -> None:
    """What answers like another product is named so."""

    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{other.server_address[1]}"
        with pytest.raises(StoreCorrupt, match="no Elasticsearch"):
            ElasticsearchMentionStore(ElasticsearchSettings(urls=(url,), patience_seconds=0.1))
        other.shutdown()
        thread.join()
