"""Alerts that a receiver missed."""

from dataclasses import replace
from datetime import timedelta

from records import Alert, Change, Level
from tests.alerts.made import HOUR, OPENED, made_alert, made_incident


def made_missed(count: int) -> list[Alert]:
    """Return an opening for each of `count` brands, of every level, and the end of the first."""
    alerts = [
        made_alert(
            incident=made_incident(
                Level(1 + n % 4), brand=f"品牌{n:04}", opened_at=OPENED + timedelta(minutes=n % 60)
            )
        )
        for n in range(count)
    ]
    over = replace(alerts[0].incident, recovered_at=OPENED + 2 * HOUR)
    return [*alerts, made_alert(Change.RECOVERED, incident=over, at=OPENED + 2 * HOUR)]
