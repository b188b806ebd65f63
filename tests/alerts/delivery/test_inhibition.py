"""An industry's story mutes its parts, and loses nobody who is hit worse."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.delivery.inhibition import head_of, is_muted
from records import Change, Incident, IncidentStatus, Level, Link, Situation
from tests.alerts.made import OPENED, made_alert, made_incident

MINUTE = timedelta(minutes=1)


def story(*brands: str, level: Level = Level.ORANGE) -> list[Incident]:
    """Return incidents that opened one after the other, each linked to the one before it."""
    made: list[Incident] = []
    for number, brand in enumerate(brands):
        incident = made_incident(level, brand=brand, opened_at=OPENED + number * MINUTE)
        if made:
            incident = replace(incident, links=(Link(made[-1].key, made[-1].brand, level),))
        made.append(incident)
    return made


def test_the_first_speaks_for_all() -> None:
    """Of so many linked brands the one that opened first is the whole, all others are parts."""
    found = story("a", "b", "c")
    assert [head_of(one, found, 3) for one in found] == [None, found[0], found[0]]


def test_too_few_brands_are_no_industry() -> None:
    """Below the number of the settings, and with 0, each speaks for itself."""
    found = story("a", "b", "c")
    assert [head_of(one, found, 4) for one in found] == [None] * 3
    assert [head_of(one, found, 0) for one in found] == [None] * 3


def test_when_the_first_is_over_the_next_speaks() -> None:
    """A whole that has recovered mutes nothing any more."""
    a, b, c, d = story("a", "b", "c", "d")
    over = replace(a, status=IncidentStatus.RECOVERED)
    assert head_of(c, [over, b, c, d], 3) == b
    assert head_of(c, [over, b, c], 3) is None


@pytest.mark.parametrize(
    ("level", "change", "harm", "knows", "muted"),
    [
        (Level.ORANGE, Change.OPENED, 0, False, True),
        (Level.RED, Change.RAISED, 0, False, False),
        (Level.YELLOW, Change.OPENED, 1, False, False),
        (Level.YELLOW, Change.RECOVERED, 0, True, False),
        (Level.YELLOW, Change.RECOVERED, 0, False, True),
        (Level.YELLOW, Change.PROGRESS, 0, True, True),
    ],
)
def test_what_is_muted(level: Level, change: Change, harm: int, knows: bool, muted: bool) -> None:
    """Muted is what is no worse than the whole, hurt nobody, and ends nothing that people know."""
    alert = replace(
        made_alert(change, incident=made_incident(level)), situation=Situation("x", harm=harm)
    )
    assert is_muted(alert, made_incident(Level.ORANGE, brand="a"), knows=knows) is muted


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12), st.integers(2, 5))
def test_each_story_has_one_head(pairs: Sequence[tuple[int, int]], least: int) -> None:
    """However brands are linked: linked incidents agree on who speaks, and somebody does."""
    plain = [
        made_incident(brand=f"b{number}", opened_at=OPENED + number * MINUTE) for number in range(7)
    ]
    linked = [
        replace(
            one,
            links=tuple(
                Link(plain[b].key, plain[b].brand, Level.BLUE) for a, b in pairs if a == number
            ),
        )
        for number, one in enumerate(plain)
    ]
    heads = {one.key: head_of(one, linked, least) for one in linked}
    for head in heads.values():
        assert head is None or heads[head.key] is None
    for a, b in pairs:
        one, other = (heads[plain[n].key] or linked[n] for n in (a, b))
        if heads[plain[a].key] or heads[plain[b].key]:
            assert one.key == other.key
