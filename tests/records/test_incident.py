"""Rules of incidents that are about ourselves; those about brands: tests/fengsui/incidents."""

import json
from datetime import UTC, datetime

from records import Incident, IncidentKind, Level
from store.encoding import encode

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def test_operational_incident_is_stored_as_ever() -> None:
    """The source or step stands in the field `brand`, as in every database that exists."""
    made = Incident.operational(IncidentKind.COVERAGE, "inbox", "login", AT, Level.ORANGE)
    assert made.is_operational
    assert made.subject == "inbox"
    stored = json.loads(encode(made))
    at = "2026-03-01T12:30:00Z"
    assert stored == {
        "key": "coverage:inbox@20260301T1230Z",
        "brand": "inbox",
        "level": 3,
        "status": "open",
        "opened_at": at,
        "updated_at": at,
        "signal_at": at,
        "level_at": at,
        "peak_level": 3,
        "peak": 0.0,
        "peak_at": at,
        "evidence": [
            {
                "kind": "login",
                "observed": 1.0,
                "expected": 0.0,
                "horizon": "PT60S",
                "p_value": 0.0,
                "parts": [],
                "dispersion": None,
            }
        ],
        "history": [{"at": at, "level": 3}],
        "recovered_at": None,
        "low_baseline": False,
        "kind": "coverage",
        "p_value": 1.0,
        "reasons": [],
        "forecast": None,
        "terms": [],
        "links": [],
        "wave": 1,
        "past_peak": 0.0,
        "past_level": None,
        "stories": [],
        "title": "",
        "title_post": "",
        "reported": [],
        "reported_at": None,
        "reported_rate": 0.0,
        "reported_level": None,
        "promised_at": None,
        "calm_since": None,
    }
