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


def test_a_team_s_playbook_is_used(tmp_path: Path) -> None:
    """What the settings name as the playbook gives the steps of every alert."""
    file = tmp_path / "playbook.toml"
    file.write_text(
        '[steps.default]\norange = ["打给张总"]\n[steps.safety]\norange = ["打给张总"]\n', "utf-8"
    )
    chosen = stories.settings(tmp_path / "state").model_copy(update={"playbook": file})
    with Services(chosen, notifiers={}) as services:
        message = ChartedTexts(services).alert(made_alert(), "zh")
    assert "现在做：打给张总" in message.plain()


def test_a_playbook_that_broke_holds_up_no_alert(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that cannot be read any more is logged, and the steps that ship are shown."""
    chosen = stories.settings(tmp_path / "state")
    chosen = chosen.model_copy(update={"playbook": tmp_path / "gone.toml"})
    with Services(chosen, notifiers={}) as services:
        message = ChartedTexts(services).alert(made_alert(), "zh")
    assert "现在做：" in message.plain()
    assert "gone.toml" in caplog.text
