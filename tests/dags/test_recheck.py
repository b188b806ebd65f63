"""Rules of what the schedule does about posts that their source has deleted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from fengsui.pipeline import steps
from tests.dags.desk import BRAND, Desk, minutes_ago, run_dag
from tests.listeners.faults import Faults
from tests.listeners.made_posts import MadePost, made_posts
from tests.listeners.weibo_site import Site
from tests.store.making import post as stored_post

HOUR = timedelta(hours=1)
SOURCE = """
[[sources]]
kind = "weibo_search"
name = "licensed"
keywords = ["云朵茶饮"]
token_env = "WEIBO_TOKEN"
accept_terms = "微博开放平台开发者协议"
base_url = "{url}"
request_seconds = 0
"""


@pytest.fixture
def made() -> list[MadePost]:
    """Return posts of the last night of which one is not there any more."""
    until = minutes_ago(12 * 60)
    posts = made_posts([BRAND], 5, until - HOUR, until, seed=1)
    posts = [replace(one, deleted_at=None) for one in posts]
    return [replace(posts[0], deleted_at=minutes_ago(60 * 11)), *posts[1:]]


@pytest.fixture
def site(made: list[MadePost]) -> Iterator[Site]:
    """Return a site that knows them."""
    faults = Faults(1, minutes_ago(0), minutes_ago(0))
    with Site(made, lambda: datetime.now(UTC), faults) as site:
        yield site


def test_deleted_post_loses_its_words(
    desk: Desk, site: Site, made: list[MadePost], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A post that its source lacks twice, an hour apart, has no words left; the others stay."""
    monkeypatch.setenv("WEIBO_TOKEN", "a-token")
    desk.configure(SOURCE.format(url=site.url))
    with desk.services() as services:
        kept = [stored_post(int(one.mid), one.at, text=one.text, fetched_at=one.at) for one in made]
        steps.store_items(services, kept)
        steps.annotate(services)
    gone = []
    for ago in (61, 0):
        monkeypatch.setattr("fengsui_airflow.services.now", partial(minutes_ago, ago))
        ran = run_dag("recheck_posts")
        gone.append(ran.values["look_again[-1].return_value"])
    assert gone == [0, 1]
    with desk.services() as services:
        steps.annotate(services)
        posts = {one.id: one for one in services.store.posts([one.key for one in kept])}
    assert [posts[one.mid].deleted for one in made] == [True, False, False, False, False]
    assert not posts[made[0].mid].text
    assert posts[made[1].mid].text


def test_source_that_cannot_be_asked_is_left_to_the_next_hour(
    desk: Desk, made: list[MadePost], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody answers, nothing is taken for deleted and the task does not fail."""
    monkeypatch.setenv("WEIBO_TOKEN", "a-token")
    desk.configure(SOURCE.format(url="http://127.0.0.1:9"))
    with desk.services() as services:
        kept = [stored_post(int(one.mid), one.at, text=one.text, fetched_at=one.at) for one in made]
        steps.store_items(services, kept)
    ran = run_dag("recheck_posts")
    assert ran.state == "success"
    assert ran.values["look_again[-1].return_value"] == 0
