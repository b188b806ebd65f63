"""Messages on a terminal, as a reader of the channel would see them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict
from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from alerts.messages.message import Line, Message, Quote, Section
from alerts.notify.protocol import Abilities, NotifyError, cannot_edit
from records import Receipt
from records.language import TERMINAL_COLOURS, Language

RECOVERED_COLOUR = "green"


class TerminalReceiver(BaseModel):
    """A receiver that prints."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["terminal"] = "terminal"
    name: str
    language: Language = "zh"


class TerminalNotifier:
    """Prints each message in a panel of its level's colour; the thread is the screen."""

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

    @property
    def abilities(self) -> Abilities:
        """None: what is printed stays as it is."""
        return Abilities()

    def send(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
        """Print `message`.

        Raises:
            NotifyError: the terminal is gone, or cannot show Chinese.
        """
        self._print(panel_of(message))
        return Receipt(self._name, key, thread.thread if thread else key)

    def _print(self, panel: Panel) -> None:
        try:
            self._console.print(panel)
        except UnicodeEncodeError:
            hint = "the terminal's encoding has no Chinese: set PYTHONUTF8=1"
            raise NotifyError(hint, retry=False) from None
        except (OSError, ValueError):
            # Writing to a closed file is a ValueError.
            raise NotifyError("the terminal is closed", retry=False) from None

    def edit(self, message: Message, key: str, receipt: Receipt) -> Receipt:  # noqa: ARG002 - the protocol's
        """Raise a NotifyError: what is printed stays as it is."""
        raise cannot_edit(self.name)

    def find(self, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002 - the protocol's
        """Return None: a terminal cannot be asked what it showed."""
        return None

    def check(self) -> str:
        """Return where it prints."""
        return "prints here"


def panel_of(message: Message) -> Panel:
    """Return the message as a panel; its text is plain, so that no markup in it has a meaning."""
    colour = _colour_of(message)
    parts = [
        Text(message.title, style=f"bold {colour}".rstrip()),
        *(part for line in message.screen for part in _line(line)),
        *(Text(line) for line in message.summary),
        *(part for section in message.sections for part in _section(message, section)),
        *(_quote(message, quote) for quote in message.quotes),
        *(part for section in message.closing for part in _section(message, section)),
    ]
    return Panel(Group(*parts), border_style=colour or "none", expand=True)


def _colour_of(message: Message) -> str:
    """Return the name of the colour of the message's level, nothing where it has none."""
    if message.recovered:
        return RECOVERED_COLOUR
    return TERMINAL_COLOURS[message.level] if message.level is not None else ""


def _line(line: Line) -> Iterator[Text]:
    yield Text(line.text)
    for anchor in line.links:
        yield Text(f"  {anchor.url}", style="dim underline")


def _section(message: Message, section: Section) -> Iterator[Text]:
    heading = Text(message.heading_of(section), style="bold")
    if section.listed:
        yield heading
        yield from map(Text, section.lines)
    else:
        yield heading.append(" · ".join(section.lines), style="not bold")


def _quote(message: Message, quote: Quote) -> Text:
    text = Text(quote.about + message.colon, style="dim").append(f"「{quote.text}」", "not dim")
    if quote.url:
        text.append(f"\n  {quote.url}", style="not dim underline")
    return text
