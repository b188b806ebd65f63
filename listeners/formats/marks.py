"""How a format is known: by enough of its own names, and by none of another's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from listeners.formats.format import Format, Head, Match

# What a format is not like at all.
UNLIKE: Final = Match(0, ())
# A needed name weighs more than a usual one, and one that speaks against it more than both.
_NEEDED, _USUAL, _FOREIGN = 2, 1, -4
# Of so many of the needed names, something is close enough to be worth a word.
_CLOSE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Marks:
    """The names by which a format is known.

    Of each group in `needed` one name has to be there, and of the `usual` ones at least `least`.
    `foreign` names are those of a format that looks alike. `table` says whether it is a table (or
    JSON), None where it comes as both.
    """

    needed: tuple[frozenset[str], ...]
    usual: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    least: int = 0
    table: bool | None = True

    def match(self, head: Head) -> Match:
        """Return how much what begins with `head` is like the format, and what it lacks."""
        if self.table is not None and self.table is not head.is_table:
            return UNLIKE
        lacking = [group for group in self.needed if group.isdisjoint(head.columns)]
        usual = len(self.usual & head.columns)
        there = len(self.needed) - len(lacking)
        score = _NEEDED * there + _USUAL * usual + _FOREIGN * len(self.foreign & head.columns)
        lacks = tuple(" / ".join(sorted(group)) for group in lacking)
        if not lacks and usual < self.least:
            lacks = tuple(sorted(self.usual - head.columns))[: self.least]
        if lacks and there < _CLOSE * len(self.needed):
            return UNLIKE
        return Match(score, lacks)


def marks(*needed: str, usual: str = "", foreign: str = "", least: int = 0,
          table: bool | None = True) -> Marks:  # fmt: skip
    """Return marks from names: alternatives in one text are parted by `|`, usual ones by commas."""
    return Marks(
        tuple(frozenset(group.split("|")) for group in needed),
        names_in(usual),
        names_in(foreign),
        least,
        table,
    )


def names_in(listed: str) -> frozenset[str]:
    """Return the names that `listed` holds, parted by commas."""
    return frozenset(filter(None, listed.split(",")))


class Recognition(NamedTuple):
    """The format that something has, or those that it is close to and what it lacks of each."""

    format: Format | None
    close: tuple[tuple[Format, Match], ...] = ()


def recognise_among(
    formats: tuple[Format, ...], head: Head, close: int = _NEEDED * 2
) -> Recognition:
    """Return which of `formats` it is that begins with `head`.

    The one with the most marks takes it; two sources with equally many are a doubt, and none does.
    What has fewer than `close` marks is not worth naming.
    """
    found = [(known, known.match(head)) for known in formats]
    found = sorted((one for one in found if one[1].score > 0), key=lambda one: -one[1].score)
    whole = [one for one in found if not one[1].lacks]
    if whole:
        best, best_match = whole[0]
        rivals = [one for one in whole[1:] if one[1].score == best_match.score]
        if all(known.source == best.source for known, _ in rivals):
            return Recognition(best)
        return Recognition(None, tuple(whole[: 1 + len(rivals)]))
    return Recognition(None, tuple(one for one in found[:1] if one[1].score >= close))


def structural(recognises: Callable[[Head], bool]) -> Callable[[Head], Match]:
    """Return the match of a format that is known by how it is built, which is certain."""
    certain = Match(100, ())
    return lambda head: certain if recognises(head) else UNLIKE
