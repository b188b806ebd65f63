"""What could not be read, summed up for people: file, row and reason, each kind once."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from fengsui.services import Services
from fengsui.wording.reasons import reason_text
from fengsui.wording.words import say
from records import Rejected
from records.language import Language

log = logging.getLogger(__name__)

# So many kinds are named at once; the others are counted.
SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class RejectedKind:
    """The rows of one file that were rejected for one reason; the first stands for them."""

    first: Rejected
    count: int

    def line(self, language: Language) -> str:
        """Return file, row and reason in one line."""
        first = self.first
        return say(
            language,
            "quarantine.line" if self.count == 1 else "quarantine.alike",
            file=first.origin,
            row=first.position,
            reason=reason_text(language, first.reason),
            count=self.count,
        )


class RejectedKinds:
    """Counts what is rejected, by file and kind of reason, with flat memory."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], RejectedKind] = {}

    def add(self, rejected: Iterable[Rejected]) -> None:
        """Count some more."""
        for one in rejected:
            key = (one.origin, one.reason.partition(":")[0])
            before = self._found.get(key)
            first = one if before is None else min(before.first, one, key=_position)
            self._found[key] = RejectedKind(first, before.count + 1 if before else 1)

    def all(self) -> Sequence[RejectedKind]:
        """Return the kinds, the most frequent first."""
        return sorted(self._found.values(), key=lambda kind: -kind.count)

    def lines(self, language: Language, shown: int = SHOWN) -> Iterator[str]:
        """Yield a line each for the most frequent kinds, and one for the others."""
        kinds = self.all()
        for kind in kinds[:shown]:
            yield kind.line(language)
        if len(kinds) > shown:
            yield say(language, "quarantine.more", count=len(kinds) - shown)


def _position(rejected: Rejected) -> int:
    return rejected.position


def report_new(services: Services, rejected: Sequence[Rejected]) -> None:
    """Log what a source sent that cannot be read and was not in quarantine before."""
    if not rejected:
        return
    known = services.ledger.in_quarantine(rejected)
    kinds = RejectedKinds()
    kinds.add(one for one in rejected if one not in known)
    for line in kinds.lines(services.settings.language):
        log.warning("%s", line)
