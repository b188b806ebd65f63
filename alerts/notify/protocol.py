"""What a channel looks like to the rest, and how it says that it failed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from alerts.messages.message import Message
from records import Receipt
from records.language import Language


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a channel can do besides taking a message.

    `edits`: a sent message can be changed in place. `threads`: later messages answer to the first.
    `finds`: it can be asked whether a message arrived. `pictures`: it shows a message's picture.
    """

    edits: bool = False
    threads: bool = False
    finds: bool = False
    pictures: bool = False


class Notifier(Protocol):
    """A receiver: a terminal, a Slack channel, a webhook."""

    @property
    def name(self) -> str:
        """The receiver's name in the settings and the notification log."""
        ...

    @property
    def language(self) -> Language:
        """The language that its readers read; what is sent to it is composed in that."""
        ...

    @property
    def abilities(self) -> Abilities:
        """What the channel can do."""
        ...

    def send(self, message: Message, key: str, thread: Receipt | None) -> Receipt:
        """Deliver `message`, as an answer in `thread` where there is one.

        `key` is the message's natural key, by which `find` knows it again.

        Raises:
            NotifyError: it was not delivered; `retry` says whether and when to try again.
        """
        ...

    def edit(self, message: Message, key: str, receipt: Receipt) -> Receipt:
        """Put `message` in the place of the one that `receipt` was given for.

        Ask it only of a channel that `edits`. Where the message is gone it is sent anew.

        Raises:
            NotifyError: it was not changed; a channel that cannot edit says so, without `retry`.
        """
        ...

    def find(self, key: str, since: datetime) -> Receipt | None:
        """Return the receipt of the message sent under `key`, None if it did not arrive.

        `since` is the earliest time at which it, or the first message of its thread, can have been
        sent. Asked when a process died between sending and recording. A receiver that cannot be
        asked returns None, and the message is sent again.

        Raises:
            NotifyError: the receiver could not be asked now; nothing is known yet.
        """
        ...


class NotifyError(Exception):
    """A message was not delivered.

    `retry` is False where trying again cannot help. `after` is the pause that the other side asked
    for. The text never holds an address, a token or a message.
    """

    def __init__(self, message: str, *, retry: bool, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry = retry
        self.after = after


def cannot_edit(name: str) -> NotifyError:
    """Return the error of a channel that changes no message in place."""
    return NotifyError(f"{name} cannot change what it has sent", retry=False)
