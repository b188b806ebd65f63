"""The JSON that a webhook receives: version 1. Fields may be added, none changes its meaning."""

import math
from datetime import UTC, datetime
from typing import Any

from alerts.messages.catalogue import CATALOGUES
from alerts.messages.format import masked_name, one_line, safe_link
from alerts.messages.message import Message
from records import Alert, Citation, Evidence, Forecast, Incident, Level, Link, StoryForecast, Theme

VERSION = 1
TEXT_LIMIT = 400


def payload_of(message: Message, key: str, thread: str) -> dict[str, Any]:
    """Return the message as JSON values; `thread` is the key of the first of its thread here.

    What was made of an alert holds the alert's data too. Times are ISO 8601 in UTC. Author names
    are masked.
    """
    alert = message.alert
    return {
        "version": VERSION,
        "type": "notice" if alert is None else "alert",
        "key": key,
        "thread": thread,
        **({} if alert is None else {**_alert(alert), "page": page_of(message)}),
        "message": {
            "language": message.language,
            "title": message.title,
            "text": message.plain(),
        },
    }


def page_of(message: Message) -> str | None:
    """Return the address of the incident's page, None where there is none."""
    label = CATALOGUES[message.language]["open.incident"]
    links = (link for line in message.screen for link in line.links)
    return next((link.url for link in links if link.label == label), None)


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "change": str(alert.change),
        "at": _time(alert.at),
        "previous_level": _level(alert.previous),
        "incident": _incident(alert.incident),
        "counts": {
            "volume": alert.volume,
            "organic": alert.organic,
            "negative": alert.negative,
            "usual_negative": _finite(alert.usual),
            "complaints": alert.complaints,
            "authors": alert.authors,
            "reach": alert.reach,
            "reach_known": alert.reach_known,
            "coverage": _finite(alert.coverage),
            "open_cases": alert.open_cases,
        },
        "keywords": _counted(alert.keywords),
        "demands": _counted(alert.demands),
        "categories": _counted(alert.categories),
        "accounts": [{"kind": str(kind), "posts": count} for kind, count in alert.accounts],
        "themes": [_theme(theme) for theme in alert.themes],
        "story": _theme(alert.story) if alert.story else None,
        "citations": [_citation(citation) for citation in alert.citations],
    }


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "key": incident.key,
        "kind": str(incident.kind),
        "brand": one_line(incident.subject, TEXT_LIMIT),
        "level": _level(incident.level),
        "status": str(incident.status),
        "opened_at": _time(incident.opened_at),
        "updated_at": _time(incident.updated_at),
        "recovered_at": _time(incident.recovered_at) if incident.recovered_at else None,
        "peak_level": _level(incident.peak_level),
        "peak_per_hour": _finite(incident.peak),
        "peak_at": _time(incident.peak_at),
        "low_baseline": incident.low_baseline,
        "evidence": [_evidence(evidence) for evidence in incident.evidence],
        "p_value": _finite(incident.p_value),
        "reasons": [
            {"kind": reason.kind, "value": _finite(reason.value), "names": [*reason.names]}
            for reason in incident.reasons
        ],
        "terms": [one_line(term, TEXT_LIMIT) for term in incident.terms],
        "wave": incident.wave,
        "links": [_link(link) for link in incident.links],
        "forecast": _story(incident.forecast),
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "incident": one_line(link.incident, TEXT_LIMIT),
        "brand": one_line(link.brand, TEXT_LIMIT),
        "level": _level(link.level),
        "terms": [one_line(term, TEXT_LIMIT) for term in link.terms],
        "posts": link.posts,
    }


def _story(story: StoryForecast | None) -> dict[str, Any] | None:
    """Return what is expected of the fastest posts; only older stories have more."""
    if story is None:
        return None
    return {
        "at": _time(story.at),
        "level": story.level,
        "negative_per_hour": _expected(story.complaints) if story.complaints else None,
        "posts": [
            {
                "post_key": one_line(post.post_key, TEXT_LIMIT),
                "reposts": post.reposts,
                "reposts_last_hour": _finite(post.velocity),
                "reposts_per_hour": _expected(post.forecast),
            }
            for post in story.posts
        ],
    }


def _expected(forecast: Forecast) -> dict[str, Any]:
    return {
        "probability": None if forecast.probability is None else _finite(forecast.probability),
        "threshold": _finite(forecast.threshold),
        "horizon_seconds": forecast.horizon.total_seconds(),
        "peak": _finite(forecast.expected),
        "peak_low": _finite(forecast.low),
        "peak_high": _finite(forecast.high),
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "kind": one_line(evidence.kind, TEXT_LIMIT),
        "observed": _finite(evidence.observed),
        "expected": _finite(evidence.expected),
        "horizon_seconds": evidence.horizon.total_seconds(),
        "p_value": _finite(evidence.p_value),
        "parts": [
            {
                "name": one_line(part.name, TEXT_LIMIT),
                "observed": _finite(part.observed),
                "expected": _finite(part.expected),
            }
            for part in evidence.parts
        ],
    }


def _theme(theme: Theme) -> dict[str, Any]:
    return {
        "title": one_line(theme.title, TEXT_LIMIT),
        "posts": theme.posts,
        "of": theme.of,
        "authors": theme.authors,
        "post_key": one_line(theme.post_key, TEXT_LIMIT),
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "role": one_line(citation.role, TEXT_LIMIT),
        "post_key": one_line(citation.post_key, TEXT_LIMIT),
        "url": safe_link(citation.url),
        "author": masked_name(citation.author_name),
        "account": str(citation.account),
        "followers": citation.followers,
        "reposts": citation.reposts,
        "published_at": _time(citation.published_at),
        "text": one_line(citation.text, TEXT_LIMIT),
    }


def _counted(pairs: tuple[tuple[str, int], ...]) -> list[dict[str, Any]]:
    return [{"word": one_line(word, TEXT_LIMIT), "posts": count} for word, count in pairs]


def _finite(value: float) -> float | None:
    # JSON knows neither infinity nor "not a number".
    return value if math.isfinite(value) else None


def _level(level: Level | None) -> str | None:
    return level.name.lower() if level is not None else None


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
