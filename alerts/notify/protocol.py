"""What a receiver of alerts looks like to the rest, and how it says that it failed."""

from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from alerts.messages.catalogue import Language
from alerts.messages.notice import Notice
from records import Alert, Receipt


class Notifier(Protocol):
    """A receiver: a terminal, a Slack channel, a webhook."""

    @property
    def name(self) -> str:
        """The receiver's name in the settings and the notification log."""
        ...

    def notify(self, alert: Alert, thread: Receipt | None) -> Receipt:
        """Deliver `alert`, as an answer in the incident's thread where one exists.

        Raises:
            NotifyError: it was not delivered; `retry` says whether and when to try again.
        """
        ...

    def find(self, alert: Alert, since: datetime) -> Receipt | None:
        """Return the receipt of `alert` if it arrived at or after `since`, else None.

        Asked when a process died between sending and recording. A receiver that cannot be asked
        returns None, and the message is sent again.
        """
        ...


@runtime_checkable
class Teller(Protocol):
    """A receiver that also takes notices."""

    @property
    def language(self) -> Language:
        """The language that its readers read."""
        ...

    def tell(self, notice: Notice, thread: Receipt | None) -> Receipt:
        """Deliver `notice`, in the thread of a message that it took where there is one.

        Raises:
            NotifyError: it was not delivered; `retry` says whether to try again.
        """
        ...

    def told(self, notice: Notice, since: datetime) -> Receipt | None:
        """Return the receipt of `notice` if it arrived at or after `since`, else None.

        A receiver that cannot be asked returns None.
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
