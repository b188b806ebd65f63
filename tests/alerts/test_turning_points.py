"""The moments at which a story turned, oldest first, and not too many."""

from dataclasses import replace
from datetime import timedelta

from alerts.turning_points import MOST, turning_points_of
from records import Carrier, Level, LevelChange, Voice
from tests.alerts.made import HOUR, MINUTE, OPENED, made_incident


def voice(number: int, carrier: Carrier, after: timedelta) -> Voice:
    return Voice(carrier, f"账号{number}", OPENED + after, f"weibo:{number}")


def test_it_is_told_from_the_first_post_to_the_end() -> None:
    """First post, accounts, rises, the peak once it is over, the own statement, the end."""
    first = voice(0, Carrier.LARGE, -44 * MINUTE)
    large = voice(1, Carrier.LARGE, 2 * HOUR)
    said = voice(2, Carrier.OWN, 12 * HOUR)
    history = (LevelChange(OPENED, Level.BLUE), LevelChange(OPENED + HOUR, Level.RED),
               LevelChange(OPENED + 5 * HOUR, Level.ORANGE))  # fmt: skip
    incident = replace(
        made_incident(), history=history, updated_at=OPENED + 13 * HOUR,
        recovered_at=OPENED + 13 * HOUR,
    )  # fmt: skip
    points = turning_points_of(incident, first, (said, large, first))
    assert [(point.kind, point.post_key, point.level) for point in points] == [
        ("first", "weibo:0", None),
        ("raised", "", Level.BLUE),
        ("peak", "", None),
        ("raised", "", Level.RED),
        ("hot", "weibo:1", None),
        ("own", "weibo:2", None),
        ("recovered", "", None),
    ]


def test_a_peak_is_told_once_it_is_over() -> None:
    """While the count may go on rising there is no peak."""
    incident = made_incident()
    assert incident.updated_at - incident.peak_at < HOUR
    assert "peak" not in {point.kind for point in turning_points_of(incident, None, ())}
    later = replace(incident, updated_at=incident.peak_at + HOUR)
    assert "peak" in {point.kind for point in turning_points_of(later, None, ())}


def test_there_are_few_of_them() -> None:
    """However many voices and waves: of each kind some, and the rises in between go first."""
    voices = [voice(n, kind, n * MINUTE) for kind in Carrier for n in range(20)]
    history = tuple(
        LevelChange(OPENED + n * HOUR, Level.RED if n % 2 else Level.BLUE) for n in range(40)
    )
    incident = replace(made_incident(), history=history, recovered_at=OPENED + 50 * HOUR)
    points = turning_points_of(incident, voice(99, Carrier.PERSON, -HOUR), voices)
    assert len(points) == MOST
    assert points[0].kind == "first"
    assert points[-1].kind == "recovered"
    assert "person" not in {point.kind for point in points}
