"""Alerts on a terminal, as a reader of the channel would see them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict
from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from alerts.messages.catalogue import Language
from alerts.messages.compose import compose
from alerts.messages.message import Message, Quote, Section
from alerts.messages.notice import Notice
from alerts.notify.protocol import NotifyError
from records import Alert, Level, Receipt

COLOURS = {
    Level.BLUE: "blue",
    Level.YELLOW: "yellow",
    Level.ORANGE: "dark_orange",
    Level.RED: "red",
}
RECOVERED_COLOUR = "green"


class TerminalReceiver(BaseModel):
    """A receiver that prints."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["terminal"] = "terminal"
    name: str
    language: Language = "zh"


class TerminalNotifier:
    """Prints each alert in a panel of its level's colour; the thread is the screen."""

    def __init__(self, name: str, console: Console, language: Language = "zh") -> None:
        self._name = name
        self._console = console
        self._language = language

    @property
    def name(self) -> str:
        """The receiver's name."""
        return self._name

    @property
    def language(self) -> Language:
        """The language that its readers read."""
        return self._language

    def notify(self, alert: Alert, thread: Receipt | None) -> Receipt:
        """Print `alert`.

        Raises:
            NotifyError: the terminal is gone, or cannot show Chinese.
        """
        self._print(panel_of(compose(alert, self._language)))
        return Receipt(self._name, alert.key, thread.thread if thread else alert.key)

    def tell(self, notice: Notice, thread: Receipt | None) -> Receipt:
        """Print `notice`.

        Raises:
            NotifyError: see `notify`.
        """
        self._print(panel_of_notice(notice))
        return Receipt(self._name, notice.key, thread.thread if thread else notice.key)

    def told(self, notice: Notice, since: datetime) -> Receipt | None:  # noqa: ARG002 - the protocol's
        """Return None: a terminal cannot be asked what it showed."""
        return None

    def _print(self, panel: Panel) -> None:
        try:
            self._console.print(panel)
        except UnicodeEncodeError:
            hint = "the terminal's encoding has no Chinese: set PYTHONUTF8=1"
            raise NotifyError(hint, retry=False) from None
        except (OSError, ValueError):
            # Writing to a closed file is a ValueError.
            raise NotifyError("the terminal is closed", retry=False) from None

    def find(self, alert: Alert, since: datetime) -> Receipt | None:  # noqa: ARG002 - the protocol's
        """Return None: a terminal cannot be asked what it showed."""
        return None

    def check(self) -> str:
        """Return where it prints."""
        return "prints here"


def panel_of(message: Message) -> Panel:
    """Return the message as a panel; its text is plain, so that no markup in it has a meaning."""
    colour = RECOVERED_COLOUR if message.recovered else COLOURS[message.level]
    parts = [
        *(Text(line) for line in message.summary),
        *(_section(message, section) for section in message.leading),
        *(_quote(message, quote) for quote in message.quotes),
        *(_section(message, section) for section in message.closing),
    ]
    title = Text(message.title, style=f"bold {colour}")
    return Panel(Group(title, *parts), border_style=colour, expand=True)


def panel_of_notice(notice: Notice) -> Panel:
    """Return the notice as a panel; its text is plain."""
    parts = [Text(notice.title, style="bold")]
    for paragraph in notice.paragraphs:
        parts += [Text(paragraph.heading, style="bold"), *map(Text, paragraph.lines)]
    return Panel(Group(*parts), expand=True)


def _section(message: Message, section: Section) -> Text:
    heading = Text(message.heading_of(section), style="bold")
    return heading.append(" · ".join(section.lines), style="not bold")


def _quote(message: Message, quote: Quote) -> Text:
    text = Text(quote.about + message.colon, style="dim").append(f"「{quote.text}」", "not dim")
    if quote.url:
        text.append(f"\n  {quote.url}", style="not dim underline")
    return text
