"""The licensed search and the complaint desk are listeners like all others."""

import json
from typing import Any

import httpx
import pytest

from listeners.context import ReadContext
from listeners.protocol import Listener
from listeners.settings import listener_of
from listeners.sources.weibo_official import (
    WeiboSearchSource,
)
from tests.listeners.contract import ListenerContract
from tests.listeners.samples import complaint, desk_answer, mblog
from tests.listeners.sources.test_sources import Stripped, desk, licensed


class TestSearchContract(ListenerContract):
    """The licensed search keeps what every listener promises."""

    @pytest.fixture
    def listener(self) -> Listener:
        body = {"statuses": [mblog(), {"text": "no id"}], "total_number": 2}

        def serve(_: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=json.dumps(body).encode())

        site: Any = type("At", (), {"url": "https://api.example"})
        source = replace_keywords(licensed(site))
        return Stripped(listener_of(source, ReadContext(transport=httpx.MockTransport(serve))))


class TestDeskContract(ListenerContract):
    """The complaint desk keeps what every listener promises."""

    @pytest.fixture
    def listener(self) -> Listener:
        body = desk_answer(complaint(), complaint(sn=None))

        def serve(_: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=json.dumps(body).encode())

        site: Any = type("At", (), {"url": "https://desk.example"})
        source = desk(site).model_copy(update={"lists": ("1",)})
        return Stripped(listener_of(source, ReadContext(transport=httpx.MockTransport(serve))))


def replace_keywords(source: WeiboSearchSource) -> WeiboSearchSource:
    return source.model_copy(update={"keywords": ("云朵茶饮",)})
