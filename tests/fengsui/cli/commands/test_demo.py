"""`make run`: the sample crisis through the whole pipeline, as a newcomer sees it."""

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from alerts.messages.compose import compose
from alerts.messages.format import cells
from alerts.messages.screen import TELEPHONE
from fengsui.demo.complaints import TEA
from fengsui.demo.crisis import FIRST_COMPLAINT
from fengsui.demo.people import BIG_ACCOUNT, MEDIA, OFFICIAL_TEA, Person
from fengsui.services import Services
from fengsui.settings.application import load
from records import OWN, Alert, Change, IncidentStatus, Level, Window
from records.time import HOUR, MINUTE
from tests.fengsui.commands import Shell

CACHE = Path("cache")
# Messages in the worst 24 hours, and those of them that are no progress of an hour.
MOST = 17
MOST_NEWS = 14
SILENT = timedelta(minutes=75)
NAMED = timedelta(minutes=5)


@pytest.mark.timeout(900)
def test_the_sample_crisis_is_detected_early_and_alone(fengsui: Shell) -> None:
    """One incident rises to 红 within hours of the first complaint, and recovers.

    It opens within the hour, hours before the peak; the false start and the kind campaign of the
    other brand stay silent; what was read adds up. Few messages tell it: red is never silent for
    long, who carries it is named at once, and nothing ends while more is reported than usual.
    """
    shown = fengsui("demo", "--cache", CACHE)
    assert shown.code == 0
    assert (CACHE / "incident.png").stat().st_size > 10_000
    with Services(load(CACHE / "fengsui.toml"), notifiers={}) as services:
        (incident,) = services.ledger.incidents()
        totals = services.store.totals()
        alerts = [one.alert for one in services.ledger.notifications() if one.alert is not None]
        _are_few(alerts)
        _are_never_silent_in_red(alerts)
        for person in (BIG_ACCOUNT, MEDIA, OFFICIAL_TEA):
            _is_named(services, alerts, person)
        _end_in_calm(services, alerts)
        _fit_a_telephone(alerts)
        _rest_on_posts(services, alerts)
    assert incident.brand == TEA.name
    assert incident.status is IncidentStatus.RECOVERED
    firsts = {change.level: change.at for change in reversed(incident.history)}
    assert sorted(firsts) == sorted(firsts, key=lambda level: firsts[level])
    assert incident.opened_at - FIRST_COMPLAINT <= timedelta(hours=1)
    assert firsts[Level.RED] - FIRST_COMPLAINT <= timedelta(hours=4)
    assert incident.peak_at - incident.opened_at >= timedelta(hours=4)
    read, kept, duplicate = (_number(name, shown.out) for name in ("读取", "保留", "重复"))
    assert kept == totals["posts"]
    assert read == kept + duplicate + _number("隔离", shown.out)
    assert "https://m.weibo.cn/" in shown.out
    assert "现在做：" in shown.out
    assert "（安全健康）" in shown.out


def _number(name: str, text: str) -> int:
    """Return the number next to `name` in the summary."""
    found = re.search(rf"{name} *│ *([\d,]+)", text)
    assert found is not None
    return int(found[1].replace(",", ""))


def _are_few(alerts: list[Alert]) -> None:
    """Check that no day has more messages than can be read."""
    for first in alerts:
        day = [one for one in alerts if first.at <= one.at < first.at + 24 * HOUR]
        news = [one for one in day if one.change is not Change.PROGRESS]
        assert len(day) <= MOST
        assert len(news) <= MOST_NEWS


def _are_never_silent_in_red(alerts: list[Alert]) -> None:
    """Check that a message in red is followed by another one within 75 minutes."""
    for one, following in pairwise(alerts):
        if one.incident.level is Level.RED:
            assert following.at - one.at <= SILENT, one.key


def _is_named(services: Services, alerts: list[Alert], person: Person) -> None:
    """Check that the first message after a post was read with 1,000 reposts names it at once."""
    crisis = Window(FIRST_COMPLAINT, FIRST_COMPLAINT + 24 * HOUR)
    every = [
        one.post
        for kind in ("", OWN)
        for one in services.store.cited(TEA.name, crisis, discount=kind)
    ]
    (first, *_) = [one for one in every if one.followers == person.followers]
    crossed = min(
        one.at for one in services.store.history(first.key) if (one.reposts or 0) >= 1_000
    )
    named = min(one.at for one in alerts if first.key in one.incident.reported)
    assert named - crossed <= NAMED


def _end_in_calm(services: Services, alerts: list[Alert]) -> None:
    """Check that what is over is near the baseline of that hour of the day."""
    ends = [one for one in alerts if one.change is Change.RECOVERED]
    assert ends
    for end in ends:
        services.detector_cache.update({}, end.at)
        usual = services.detector_cache.baseline(TEA.name, end.at, end.incident.opened_at)
        assert usual is not None
        hour = services.store.points(TEA.name, Window(end.at - HOUR, end.at), MINUTE)
        assert sum(point.negative for point in hour) <= 2 * usual


def _fit_a_telephone(alerts: list[Alert]) -> None:
    """Check that each first screen is eight lines and 330 characters, and 95% fifteen rows."""
    rows = []
    for alert in alerts:
        message = compose(alert)
        texts = (message.title, *(line.text for line in message.screen))
        assert len(texts) <= 8
        assert sum(map(len, texts)) <= 330
        rows.append(sum(-(-cells(text) // TELEPHONE) for text in texts))
    assert sorted(rows)[int(0.95 * (len(rows) - 1))] <= 15


def _rest_on_posts(services: Services, alerts: list[Alert]) -> None:
    """Check that every title, voice, turning point and quote names a post that the store has."""
    for alert in alerts:
        found = alert.situation
        assert found is not None
        voices = (*found.carriers, *found.joined, *([found.first] if found.first else ()))
        named = {
            *(voice.post_key for voice in voices),
            *(citation.post_key for citation in alert.citations),
            *(point.post_key for point in found.turning_points),
            found.title_post,
        } - {""}
        assert named
        assert {post.key for post in services.store.posts(sorted(named))} == named
