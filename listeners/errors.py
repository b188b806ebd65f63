"""What a source that could not be read asks of the caller.

ListenerError
 ├─ RetryLater     come back later; the cursor stays
 ├─ LoginNeeded    a person has to log in again
 └─ Refused        stop, and tell a person why
"""

from datetime import timedelta

from listeners.protocol import Refusal


class ListenerError(Exception):
    """A source could not be read. Subclasses say what the caller should do."""

    def __init__(self, message: str, refusal: Refusal) -> None:
        super().__init__(message)
        self.refusal = refusal


class RetryLater(ListenerError):
    """Come back after `after`; the cursor stays where it is."""

    def __init__(self, message: str, after: timedelta, refusal: Refusal = Refusal.UNWELL) -> None:
        super().__init__(message, refusal)
        self.after = after


class LoginNeeded(ListenerError):
    """A person has to log in again before anything more can be read."""

    def __init__(self, message: str, refusal: Refusal = Refusal.LOGIN) -> None:
        super().__init__(message, refusal)


class Refused(ListenerError):
    """The source refuses; stop, and tell a person why."""

    def __init__(self, message: str, refusal: Refusal = Refusal.FORBIDDEN) -> None:
        super().__init__(message, refusal)
