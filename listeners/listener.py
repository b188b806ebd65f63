"""What a source of posts looks like to the rest, and how it says that it could not be read."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Protocol

from records import Post, Rejected, Window


class Listener(Protocol):
    """A source. Implementations stream: memory does not grow with what they read."""

    @property
    def name(self) -> str:
        """The name of the source in the settings, the cursor and the coverage record."""
        ...

    def fetch(self, window: Window) -> Iterator[Post | Rejected]:
        """Yield what was published in `window`, unreadable items as Rejected, in no set order.

        Raises:
            RetryLater: the source asks to come back later, or is not reachable.
            LoginNeeded: the source wants a login that is missing or has ended.
            Refused: the source will not answer this; trying again changes nothing.
        """
        ...


class ListenerError(Exception):
    """A source could not be read. Subclasses say what the caller should do."""


class RetryLater(ListenerError):
    """Come back after `after`; the cursor stays where it is."""

    def __init__(self, message: str, after: timedelta) -> None:
        super().__init__(message)
        self.after = after


class LoginNeeded(ListenerError):
    """A person has to log in again before anything more can be read."""


class Refused(ListenerError):
    """The source refuses; stop, and tell a person why."""
