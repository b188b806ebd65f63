"""Rules of what the ledger remembers, typed: the texts in databases that exist stay as they are."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fengsui.ingest.source_state import SourceState
from listeners.client.state import LocalState
from records.state import STANDING
from store.ledger import state
from store.ledger.state import (
    BackfillProgress,
    DetectedTo,
    NoticeState,
    ProjectionProgress,
    Promotion,
    Remembered,
)

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("family", "parts", "value", "key", "text"),
    [
        (state.COLLECTED_TO, ("inbox",), AT, "collect.inbox", "2026-03-01T12:30:00+00:00"),
        (state.LOOKED, ("inbox",), AT, "looked.inbox", "2026-03-01T12:30:00+00:00"),
        (state.WATCHED, (), AT, "watched", "2026-03-01T12:30:00+00:00"),
        (state.VERIFIED, (), AT, "verified", "2026-03-01T12:30:00+00:00"),
        (state.MISSING, ("inbox",), ["weibo:1"], "missing.inbox", '["weibo:1"]'),
        (state.DETECTED, (), DetectedTo(AT, 7), "detect", "2026-03-01T12:30:00+00:00 7"),
        (state.BACKFILL, (), BackfillProgress("r", 2), "backfill", '{"run":"r","done":2}'),
        (
            state.PROJECTED,
            (),
            ProjectionProgress(AT, 3, brands=("云朵",)),
            "project",
            '{"at":"2026-03-01T12:30:00Z","revision":3,"brands":["云朵"]}',
        ),
        (
            state.NOTICES,
            ("brief", "pr"),
            NoticeState("a b", is_sent=True),
            "notice.brief.pr",
            "sent a b",
        ),
        (
            state.NOTICES,
            ("brief", "pr"),
            NoticeState("k", is_sent=False),
            "notice.brief.pr",
            "sending k",
        ),
        (state.CLEANED_ON, (), "2026-03-01", "daily", "2026-03-01"),
        (
            state.PROMOTED,
            (),
            Promotion("cascade", "/models/a", AT),
            "model",
            '{"instead_of":"cascade","folder":"/models/a","at":"2026-03-01T12:30:00Z"}',
        ),
    ],
)
def test_values_are_kept_as_ever(
    family: Remembered[Any], parts: tuple[str, ...], value: object, key: str, text: str
) -> None:
    """Every value comes back as it was set, under the key and as the text of older databases."""
    memory = LocalState()
    assert family.get(memory, *parts) is None
    family.set(memory, value, *parts)
    assert memory.cursor(key) == text
    assert family.get(memory, *parts) == value


def test_a_standing_of_older_times_is_read() -> None:
    """What other modules type goes the same way; what an older version left out has its default."""
    standing = state.json_of(STANDING, SourceState)
    memory = LocalState()
    memory.set_cursor("standing.inbox", '{"failures":2}')
    assert standing.get(memory, "inbox") == SourceState(failures=2)
