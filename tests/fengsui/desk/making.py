"""A desk with a small team over an empty ledger, for the tests of this folder."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from fengsui.desk.desk import Desk
from fengsui.settings.application import Settings
from records import Action, ActionKind, Via, subject_of
from store.ledger.ledger import Ledger
from tests.store.making import NOON, incident

TEAM: Final = [
    {"name": "李雷", "role": "agent", "slack": "U0001"},
    {"name": "韩梅梅", "role": "agent", "slack": "U0002"},
    {"name": "王芳", "role": "lead", "slack": "U0003"},
    {"name": "赵总", "role": "admin"},
    {"name": "路人", "role": "viewer"},
]
KEY: Final = incident().key
SUBJECT: Final = subject_of("incident", KEY)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at.astimezone(UTC)

    def __call__(self) -> datetime:
        """Return what time it is."""
        return self.at


def team_settings(**more: object) -> Settings:
    """Return settings with the team."""
    return Settings.model_validate({"members": TEAM, **more})


def desk_of(ledger: Ledger, **more: object) -> Desk:
    """Return a desk of the team over `ledger`, at noon, with one open incident."""
    ledger.record_detection([incident()], [])
    return Desk(ledger, team_settings(**more), Clock())


class Clicks:
    """Makes actions with keys of their own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._keys: Iterator[int] = iter(range(1, 1_000_000))

    def __call__(
        self, kind: str, actor: str = "李雷", subject: str = SUBJECT, **data: str
    ) -> Action:
        """Return an action as if clicked now."""
        key = str(next(self._keys))
        return self._desk.new(ActionKind(kind), subject, actor, Via.WEB, key, **data)
