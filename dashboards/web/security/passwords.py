"""Passwords: checked slowly, a few at a time, and ever more slowly after failures."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# So many failures in so long, of one name or from one address, before the next has to wait.
FAILURES: Final = 5
WINDOW_SECONDS: Final = 900.0
KEPT: Final = 10_000
LONGEST: Final = 1_000

_HASHER: Final = PasswordHasher()
# What a name without a login is checked against: an answer takes as long as for one that has.
_NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$CKnwi2Y4AtwnPy36fAahMQ$"
    "Mws3Uxz9wD0ZrSohAWYqdhAaT9irphF+vhi/n253aBY"
)


def hash_of(password: str) -> str:
    """Return what settings keep of a password."""
    return _HASHER.hash(password)


def is_right(password: str, login: str | None) -> bool:
    """Say whether `password` is the one of `login`; it takes a while, also where there is none."""
    try:
        _HASHER.verify(login or _NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return login is not None and len(password) <= LONGEST


class Attempts:
    """The failures of the last while, by name and by address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: OrderedDict[Hashable, list[float]] = OrderedDict()

    def must_wait(self, *who: Hashable) -> bool:
        """Say whether any of `who` has failed too often lately."""
        return any(len(self._lately(one)) >= FAILURES for one in who)

    def fail(self, *who: Hashable) -> None:
        """Note a failure."""
        for one in who:
            self._failed[one] = [*self._lately(one), self._clock()]
            self._failed.move_to_end(one)
        while len(self._failed) > KEPT:
            self._failed.popitem(last=False)

    def succeed(self, *who: Hashable) -> None:
        """Forget the failures of those who were let in."""
        for one in who:
            self._failed.pop(one, None)

    def _lately(self, one: Hashable) -> list[float]:
        since = self._clock() - WINDOW_SECONDS
        return [at for at in self._failed.get(one, ()) if at > since]
