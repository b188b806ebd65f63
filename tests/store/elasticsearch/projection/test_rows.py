"""What Kibana shows of an incident's levels."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from records import Incident, IncidentKind, Level, LevelChange
from store.elasticsearch.projection.rows import incident_documents

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def incident(ended: datetime, *changes: tuple[Level, datetime]) -> Incident:
    made = Incident.operational(IncidentKind.COVERAGE, "posts", "unread", NOON, Level.YELLOW)
    history = tuple(LevelChange(level=level, at=at) for level, at in changes)
    return replace(made, kind=IncidentKind.BRAND, history=history, opened_at=NOON, updated_at=ended)


def levels(of: Incident) -> list[tuple[str, str]]:
    documents = [one for one in incident_documents(of, ()) if one.kind.name == "levels"]
    assert len({one.id for one in documents}) == len(documents)
    return [(one.source["level"], one.source["at"][11:16]) for one in documents]


def test_level_is_shown_as_long_as_it_lasts() -> None:
    """A level stands at its change and each half hour until the next one, or the end."""
    changes = (Level.YELLOW, NOON + timedelta(minutes=7)), (Level.RED, NOON + HOUR)
    assert levels(incident(NOON + 2 * HOUR, *changes)) == [
        ("yellow", "12:07"),
        ("yellow", "12:30"),
        ("red", "13:00"),
        ("red", "13:30"),
    ]


def test_what_went_on_for_months_is_not_thousands_of_documents() -> None:
    """However long an incident lasts, its levels are some hundred documents."""
    assert 200 < len(levels(incident(NOON + 4000 * HOUR, (Level.BLUE, NOON)))) <= 500
