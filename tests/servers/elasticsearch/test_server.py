"""The test servers of Elasticsearch do what the tests that use them build on."""

import ssl
from dataclasses import replace

import pytest

from tests.servers.elasticsearch.server import ElasticsearchServer
from tests.servers.fixtures import Elasticsearch, require_elasticsearch
from tests.servers.processes import NotReady


def test_shared_server_answers(elasticsearch_9: Elasticsearch) -> None:
    """The run's server is an Elasticsearch 9 that takes documents and finds them."""
    status, about = elasticsearch_9.call("GET", "/")
    assert status == 200
    assert about["version"]["number"].startswith("9.")


def test_own_prefix_is_cleared(elasticsearch_9: Elasticsearch, elasticsearch_prefix: str) -> None:
    """Clearing a prefix takes its indices and templates and leaves others."""
    other = f"{elasticsearch_prefix}0-others"
    template = {"index_patterns": [f"{elasticsearch_prefix}-*"], "template": {}}
    path = f"/_index_template/{elasticsearch_prefix}-posts"
    assert elasticsearch_9.call("PUT", path, template)[0] == 200
    assert elasticsearch_9.call("PUT", f"/{elasticsearch_prefix}-posts-2026.01")[0] == 200
    assert elasticsearch_9.call("PUT", f"/{other}")[0] == 200

    elasticsearch_9.clear(elasticsearch_prefix)

    assert elasticsearch_9.call("GET", path)[0] == 404
    assert elasticsearch_9.call("GET", f"/{elasticsearch_prefix}-posts-2026.01")[0] == 404
    assert elasticsearch_9.call("DELETE", f"/{other}")[0] == 200


def test_eight_answers(elasticsearch_8_url: str) -> None:
    """The run's older server is an Elasticsearch 8."""
    status, state = Elasticsearch(elasticsearch_8_url).call("GET", "/_nodes/_local")
    assert status == 200
    assert {node["version"] for node in state["nodes"].values()} == {"8.19.21"}


def test_killed_server_keeps_documents() -> None:
    """What a killed server acknowledged is there when it starts again, at its port.

    After its block neither a process nor a folder of it is left, and it was ended in order.
    """
    require_elasticsearch()
    with ElasticsearchServer() as server:
        client, url, log = Elasticsearch(server.url), server.url, server.log
        for number in range(5):
            assert client.call("PUT", f"/kept/_doc/{number}", {"number": number})[0] == 201
        server.kill()
        assert server.processes == []
        with pytest.raises(ConnectionRefusedError):
            client.call("GET", "/")

        server.start()

        assert server.url == url
        found = [client.call("GET", f"/kept/_doc/{number}")[1]["_source"] for number in range(5)]
        assert found == [{"number": number} for number in range(5)]
        assert len(server.processes) == 2
        server.stop()
        assert log.read_text(encoding="utf-8").rstrip().endswith("closed")
    assert server.processes == []
    assert not log.parent.exists()


def test_security_asks_for_a_password(elasticsearch_secured: Elasticsearch) -> None:
    """Without credentials the secured server says 401; without its authority nobody trusts it."""
    assert elasticsearch_secured.url.startswith("https://")
    stranger = replace(elasticsearch_secured, password="")
    assert stranger.call("GET", "/")[0] == 401
    with pytest.raises(ssl.SSLCertVerificationError):
        replace(elasticsearch_secured, ca=None).call("GET", "/")
    status, known = elasticsearch_secured.call("GET", "/_security/_authenticate")
    assert (status, known["roles"]) == (200, ["superuser"])


def test_failed_start_shows_the_log() -> None:
    """A server that does not come up says why, with the end of its log, and leaves no process."""
    require_elasticsearch("8")
    server = ElasticsearchServer(version="8", settings={"no.such.setting": "1"})
    with pytest.raises(NotReady, match=r"unknown setting \[no\.such\.setting\]"), server:
        pass
    assert server.processes == []
