"""Rules of credentials: from Airflow's connections where they exist, and never in a log."""

import json
import logging
import os

import pytest

from fengsui_airflow.connections import AmbiguousConnection, connected, source_connection
from tests.alerts.notify.slack_server import TOKEN, SlackServer
from tests.dags.desk import Desk, minutes_ago, post, run_dag
from tests.dags.feeds import Feed, feed_source

SECRET = "s3cret-of-the-feed"


def connection(monkeypatch: pytest.MonkeyPatch, name: str, **fields: object) -> None:
    monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(fields))


def test_slack_connection_gives_token_and_server(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The token and the server of the Slack connection are used; the token is in no log."""
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    with SlackServer(epoch=minutes_ago(0).timestamp()) as other:
        connection(
            monkeypatch,
            "fengsui_slack",
            conn_type="slack",
            password=TOKEN,
            extra={"base_url": other.url},
        )
        with caplog.at_level(logging.DEBUG):
            assert run_dag("daily_brief").state == "success"
        assert len(other.messages) == 1
    assert desk.slack.messages == []
    assert TOKEN not in caplog.text
    assert "SLACK_BOT_TOKEN" not in os.environ


def test_without_a_connection_the_environment_counts(desk: Desk) -> None:
    """Where Airflow has no Slack connection, the variable that the settings name is used."""
    assert run_dag("daily_brief").state == "success"
    assert len(desk.slack.messages) == 1


def test_a_server_in_the_clear_gets_no_token(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A base_url that is neither https nor this machine is refused before the token is sent."""
    connection(
        monkeypatch,
        "fengsui_slack",
        conn_type="slack",
        password=TOKEN,
        extra={"base_url": "http://slack.example/api/"},
    )
    with pytest.raises(ValueError, match="only https"), connected(desk.settings):
        pass


def test_source_connection_gives_its_token(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A source's token comes from its connection, goes to the source, and into no log."""
    connection(monkeypatch, "fengsui_source_heimao", conn_type="http", password=SECRET)
    with Feed("well") as feed:
        desk.configure(feed_source("heimao", feed.url, 'token_env = "HEIMAO_TOKEN"'))
        with caplog.at_level(logging.DEBUG):
            assert run_dag("collect_posts").states("fetch_feed") == ["success"]
        assert feed.tokens == [f"Bearer {SECRET}"]
    assert SECRET not in caplog.text
    assert "HEIMAO_TOKEN" not in os.environ


def test_two_sources_never_share_a_connection(desk: Desk) -> None:
    """Names that lead to the same connection are refused: a token goes to its own source only."""
    token = 'token_env = "SOME_TOKEN"'
    url = "https://feed.example/x"
    desk.configure(feed_source("he mao", url, token) + feed_source("HE_MAO", url, token))
    assert source_connection("he mao") == "fengsui_source_he_mao"
    with pytest.raises(AmbiguousConnection), connected(desk.settings):
        pass


def test_ledger_connection_gives_its_address(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PostgreSQL connection stands in the variable that the settings name, while it is needed."""
    connection(
        monkeypatch,
        "fengsui_ledger",
        conn_type="postgres",
        host="127.0.0.1",
        port=5432,
        login="fengsui",
        password="p@ss",
        schema="ledger",
    )
    desk.configure(more='ledger_url_env = "LEDGER_URL"')
    with connected(desk.settings):
        assert os.environ["LEDGER_URL"] == "postgresql://fengsui:p%40ss@127.0.0.1:5432/ledger"
    assert "LEDGER_URL" not in os.environ


def test_elasticsearch_connection_gives_address_and_credentials(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Address, user and password come from the connection; a key of the environment gives way."""
    monkeypatch.setenv("ELASTICSEARCH_API_KEY", "of-the-environment")
    connection(
        monkeypatch,
        "fengsui_elasticsearch",
        conn_type="elasticsearch",
        host="search.example",
        port=9243,
        schema="https",
        login="fengsui",
        password=SECRET,
    )
    desk.configure(more='store = "elasticsearch"')
    with connected(desk.settings) as known:
        assert known.elasticsearch.urls == ("https://search.example:9243",)
        assert os.environ["ELASTICSEARCH_USERNAME"] == "fengsui"
        assert os.environ["ELASTICSEARCH_PASSWORD"] == SECRET
        assert os.environ.get("ELASTICSEARCH_API_KEY") in {None, ""}
    assert os.environ["ELASTICSEARCH_API_KEY"] == "of-the-environment"


def test_what_stood_in_the_environment_stands_there_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection's secret replaces the environment's for the time of a task, and no longer."""
    connection(monkeypatch, "fengsui_slack", conn_type="slack", password="another-token")
    with connected(desk.settings):
        assert os.environ["SLACK_BOT_TOKEN"] == "another-token"
    assert os.environ["SLACK_BOT_TOKEN"] == TOKEN


def test_posts_of_a_source_with_a_connection_are_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder wants no credential: none is looked for."""
    connection(monkeypatch, "fengsui_source_inbox", conn_type="http", password=SECRET)
    desk.drop("posts.jsonl", [post(1, minutes_ago(1))])
    with connected(desk.settings):
        assert SECRET not in os.environ.values()
