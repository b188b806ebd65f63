"""The template of a listener is one: it reads, keeps the contract, and survives any answer."""

import importlib.util
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.client.response import Answer, json_of
from listeners.context import ReadContext
from listeners.errors import ListenerError
from listeners.formats.format import Reading
from listeners.protocol import CoverageMarker, Listener
from listeners.sources import heimao, hot_lists, rss, wechat_pay, weibo_mobile, weibo_official
from records import Post, Rejected, Window
from tests.listeners.contract import WINDOW, ListenerContract
from tests.listeners.formats.test_fuzz import ODD, assert_sound
from tests.listeners.samples import FETCHED_AT, complaint, desk_answer, mblog, search_answer
from tests.listeners.sources.test_sources import Stripped

PATH = Path(__file__).parents[2] / "docs" / "listener_template.py"
TOPICS = {"topics": [
    {"id": 1, "text": "排队两小时", "created": "2026-06-21 10:00", "user_id": 7, "replies": "9万"},
    {"text": "no id"},
]}  # fmt: skip


def template() -> Any:
    spec = importlib.util.spec_from_file_location("listener_template", PATH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Listener:
    monkeypatch.setenv("FORUM_TOKEN", "a-token")

    def serve(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer a-token"
        return httpx.Response(200, json=TOPICS)

    source = template().ForumSource(
        kind="forum", name="forum", keywords=("奶茶",), token_env="FORUM_TOKEN",
        accept_terms="the forum's terms of use",
    )  # fmt: skip
    made: Listener = source.listener(ReadContext(transport=httpx.MockTransport(serve)))
    return made


class TestContract(ListenerContract):
    """The template keeps what every listener promises."""

    @pytest.fixture
    def listener(self, listener: Listener) -> Listener:
        return Stripped(listener)


def test_covers_its_part(listener: Listener) -> None:
    """The template reports what it covered, under its keyword, from where it reads back to."""
    span = Window(WINDOW.since - timedelta(minutes=10), WINDOW.until)
    assert list(listener.fetch(WINDOW))[-1] == CoverageMarker("奶茶", span)


HOT = {"ok": 1, "data": {"realtime": [{"word": "词", "num": 1, "realpos": 1, "rank": 0}]}}
NOW_LIST = {"status": "success", "items": [{"id": "1", "title": "题", "url": "https://x"}]}
OPENED = {"complaint_id": "1", "action": "a", "event": "e", "created": "2026-06-21T10:00:00+08:00"}


def hot(answer: Answer) -> list[Any]:
    reading = Reading(answer.url, answer.fetched_at, answer.fetched_at)
    found = json_of(answer, hot_lists.decode)
    return list(hot_lists.parse(found, reading, "hotSearch", {}))


def pushed(answer: Answer) -> list[Any]:
    reading = Reading("spool", answer.fetched_at, answer.fetched_at)
    return list(wechat_pay.parse(answer.body, reading))


READERS: dict[str, tuple[Any, Any]] = {
    "official": (lambda one: weibo_official.read_page(one, 50).entries, {"statuses": [mblog()]}),
    "comments": (lambda one: weibo_official.read_page(one, 50).entries,
                 {"comments": [{**mblog(), "status": mblog(id="9")}], "total_number": 1}),
    "mobile": (lambda one: weibo_mobile.read_page(one).entries, search_answer(mblog())),
    "desk": (lambda one: heimao.read_page(one).entries, desk_answer(complaint())),
    "hot": (hot, HOT),
    "newsnow": (hot, NOW_LIST),
    "pay": (pushed, OPENED),
    "template": (lambda one: template().read_page(one).entries, TOPICS),
}  # fmt: skip


@st.composite
def spoiled(draw: st.DrawFn, sound: Any) -> Any:
    """Draw `sound` with some values in it, at any depth, replaced by something else."""

    def spoil(value: Any) -> Any:
        if draw(st.integers(0, 7)) == 0:
            return draw(ODD)
        if isinstance(value, dict):
            return {key: spoil(inner) for key, inner in value.items()}
        return [spoil(inner) for inner in value] if isinstance(value, list) else value

    return spoil(sound)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_answer(name: str, data: st.DataObject) -> None:
    """Whatever an interface answers comes to posts, rejected items or an error of ours."""
    reader, sound = READERS[name]
    body = json.dumps(data.draw(spoiled(sound))).encode()
    try:
        found = list(reader(Answer("https://x.example/?key=hidden", body, FETCHED_AT)))
    except ListenerError as error:
        found = []
        assert "hidden" not in str(error)  # noqa: PT017  the rule is about the message
    for entry in found:
        assert isinstance(entry, Post | Rejected)
        if isinstance(entry, Post):
            assert_sound(entry)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"<rss><channel><item>", b"<feed><entry>"]))
def test_any_feed(payload: bytes, start: bytes) -> None:
    """Any bytes are a feed's entries or an error of ours."""
    reading = Reading("https://x.example/", FETCHED_AT, FETCHED_AT)
    try:
        found = list(rss.parse(start + payload, reading, "news"))
    except ListenerError:
        found = []
    assert all(isinstance(entry, Post | Rejected) for entry in found)
