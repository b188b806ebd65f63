"""A clearly marked test message through each receiver, and what came of it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.console import Console

from alerts.messages.catalogue import load_catalogues
from alerts.messages.format import one_line
from alerts.messages.message import Anchor, Line, Message, Section
from alerts.notify.protocol import Abilities, NotifyError
from alerts.settings import notifier_of
from fengsui.settings.application import Settings
from records.language import Language
from records.time import BEIJING

WORDS: Final = load_catalogues("fengsui.operations.send_test")
LINK: Final = "https://weibo.com/"
NAME_LIMIT: Final = 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the test message at a receiver, in words of the settings' language."""

    receiver: str
    ok: bool
    said: str


class UnknownReceiver(ValueError):
    """The settings have no receiver of a name."""


def send_tests(
    settings: Settings, names: Collection[str], at: datetime, console: Console
) -> Iterator[Outcome]:
    """Send a test message through the receivers of these names, or all, and yield what came of it.

    Nothing of it is kept: neither the notification log nor a thread knows it.

    Raises:
        UnknownReceiver: the settings have no receiver of a name.
    """
    known = [receiver.name for receiver in settings.receivers]
    if strange := sorted(set(names) - set(known)):
        raise UnknownReceiver(f"no receiver is named {strange[0]!r}; there are {', '.join(known)}")
    for receiver in settings.receivers:
        if names and receiver.name not in names:
            continue
        notifier = notifier_of(receiver, console)
        message = message_for(receiver.name, notifier.abilities, receiver.language, at)
        key = f"test/{receiver.name}/{at:%Y%m%dT%H%M%SZ}"
        words = WORDS[settings.language]
        try:
            notifier.send(message, key, None)
        except NotifyError as error:
            word = words["failed.later" if error.retry else "failed"]
            yield Outcome(receiver.name, ok=False, said=word.format(why=error))
        else:
            can = "、" if settings.language == "zh" else ", "
            listed = can.join(abilities_in(words, notifier.abilities))
            yield Outcome(receiver.name, ok=True, said=words["sent"].format(can=listed))


def message_for(name: str, abilities: Abilities, language: Language, at: datetime) -> Message:
    """Return the test message: that it is one, from whom, with a link, and what the channel can."""
    words = WORDS[language]
    shown = one_line(name, NAME_LIMIT)
    time = f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
    return Message(
        language=language,
        title=words["title"],
        screen=(
            Line(words["no_alert"]),
            Line(words["from"].format(name=shown, time=time)),
            Line(words["link"], (Anchor(words["link.label"], LINK),)),
        ),
        closing=(Section(words["can"], tuple(abilities_in(words, abilities))),),
    )


def abilities_in(words: Mapping[str, str], abilities: Abilities) -> Iterator[str]:
    """Yield in words what a channel can do besides taking a message."""
    can = [name for name in ("edits", "threads", "finds", "pictures") if getattr(abilities, name)]
    yield from (words[f"can.{name}"] for name in can or ("nothing",))
