"""The terminal shows what Slack would, and text has no power over it."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from alerts.notify.protocol import NotifyError
from alerts.notify.terminal import TerminalNotifier
from records import Level
from tests.alerts.made import BRAND, made_alert, made_incident, made_story
from tests.alerts.notify.contract import BRIEF, BURST, NotifierContract, made_brief, send_alert


def _console(screen: io.TextIOBase, *, colour: bool = False) -> Console:
    system = "truecolor" if colour else None
    return Console(file=screen, width=100, force_terminal=colour, color_system=system)  # type: ignore[arg-type]


class TestContract(NotifierContract):
    @pytest.fixture
    def screen(self) -> io.StringIO:
        return io.StringIO()

    @pytest.fixture
    def notifier(self, screen: io.StringIO) -> TerminalNotifier:
        return TerminalNotifier("terminal", _console(screen))

    @pytest.fixture
    def delivered(self, screen: io.StringIO) -> Callable[[], list[str]]:
        return lambda: [panel for panel in screen.getvalue().split("╭")[1:] if panel]

    @pytest.fixture
    def broken(self) -> TerminalNotifier:
        screen = io.StringIO()
        screen.close()
        return TerminalNotifier("terminal", _console(screen))


def _shown(
    level: Level = Level.ORANGE,
    *,
    colour: bool = False,
    text: str = "杯底有异物",
    brand: str = BRAND,
) -> str:
    screen = io.StringIO()
    alert = made_alert(incident=made_incident(level, brand=brand))
    alert = replace(alert, themes=(replace(alert.themes[0], title=text),))
    send_alert(TerminalNotifier("terminal", _console(screen, colour=colour)), alert)
    return screen.getvalue()


def test_the_panel_has_title_facts_and_links() -> None:
    """A panel shows level, numbers next to their baseline, the posts and their links."""
    shown = _shown()
    for part in ("🟠 橙 · 云朵茶饮", "147 条负面，平时 3 条", "王**", "https://weibo.com/1/abc"):
        assert part in shown


@pytest.mark.parametrize(
    ("level", "code"), [(Level.BLUE, "34"), (Level.YELLOW, "33"), (Level.RED, "31")]
)
def test_the_frame_has_the_level_s_colour(level: Level, code: str) -> None:
    """The frame's colour is the level's."""
    assert f"\x1b[{code}m╭" in _shown(level, colour=True)


def test_a_recovery_is_green() -> None:
    """A recovery has a green frame."""
    screen = io.StringIO()
    notifier = TerminalNotifier("terminal", _console(screen, colour=True))
    send_alert(notifier, made_story()[-1])
    assert "\x1b[32m╭" in screen.getvalue()


def test_text_has_no_power_over_the_terminal() -> None:
    """Every escape sequence on the screen is one of ours; markup in text is shown as it is."""
    shown = _shown(colour=True, text=BURST + "[bold]x[/bold] :warning:")
    assert set(re.findall(r"\x1b.", shown)) == {"\x1b["}
    assert set(re.sub(r"\x1b\[[0-9;]*m", "", shown)) & set("\x1b\x07\u202e\u2066\x00") == set()
    assert "[red]x[/red]" in _shown(text="[red]x[/red]")
    assert "[red]x[/red]" in _shown(brand="[red]x[/red]")
    assert "⚠" not in _shown(text=":warning:")


def test_an_encoding_without_chinese_is_told() -> None:
    """A terminal that cannot show Chinese is an error with the remedy."""
    screen = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    with pytest.raises(NotifyError, match="PYTHONUTF8"):
        send_alert(TerminalNotifier("terminal", _console(screen)), made_alert())
    screen.detach()


def test_it_speaks_english_too() -> None:
    """The language of the receiver is the language of its messages."""
    screen = io.StringIO()
    send_alert(TerminalNotifier("terminal", _console(screen), "en"), made_alert())
    assert "ORANGE" in screen.getvalue()


def test_listed_lines_stand_below_their_heading() -> None:
    """A brief has no colour of a level, each line on its own, and no markup in it."""
    screen = io.StringIO()
    terminal = TerminalNotifier("terminal", _console(screen, colour=True))
    terminal.send(made_brief(text="[red]x[/red]"), BRIEF, None)
    assert screen.getvalue().count("[red]x[/red]") == 6
    assert "\x1b[3" not in screen.getvalue()
