"""Evidence has the chart of its incident where the channel shows pictures."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.messages.message import Message
from fengsui.pipeline import texts
from fengsui.pipeline.texts import ChartedTexts
from fengsui.services import Services
from tests.alerts.made import made_alert
from tests.fengsui import stories

PNG = b"\x89PNG"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(stories.settings(tmp_path / "state"), notifiers={}) as opened:
        yield opened


def test_the_chart_is_drawn_in_the_thread_that_sends(services: Services) -> None:
    """Another thread than the store's draws it, and words stand for it."""
    made: list[Message] = []

    def draw() -> None:
        made.append(ChartedTexts(services).evidence(made_alert(), "zh", pictures=True))

    thread = threading.Thread(target=draw)
    thread.start()
    thread.join()
    (message,) = made
    assert message.picture is not None
    assert message.picture.png.startswith(PNG)
    assert "云朵茶饮" in message.picture.words


def test_a_channel_without_pictures_gets_none(services: Services) -> None:
    """Nothing is drawn for a channel that shows nothing."""
    assert ChartedTexts(services).evidence(made_alert(), "zh", pictures=False).picture is None


def test_a_chart_that_fails_loses_no_evidence(
    services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the chart cannot be drawn, the evidence goes without it, and that is logged."""

    def broken(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(texts, "timeline_of", broken)
    assert ChartedTexts(services).evidence(made_alert(), "zh", pictures=True).picture is None
    assert "no chart could be drawn" in caplog.text
