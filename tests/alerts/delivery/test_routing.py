"""Routes: who is notified, and what the settings of receivers and routes allow."""

import io
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError
from rich.console import Console

from alerts.delivery.routing import receivers_of
from alerts.settings import (
    ReceiverSettings,
    RouteSettings,
    SlackReceiver,
    TerminalReceiver,
    WebhookReceiver,
    notifier_of,
)
from records import Level
from tests.alerts.made import BRAND, made_incident


def _route(*receivers: str, **fields: Any) -> RouteSettings:
    return RouteSettings(receivers=receivers, **fields)


def test_a_route_without_brands_takes_every_brand() -> None:
    """No brands and no least level let every incident through."""
    assert receivers_of(made_incident(Level.BLUE), [_route("a")]) == ("a",)


def test_brands_and_levels_both_have_to_fit() -> None:
    """A route applies where the brand is named and the level is high enough."""
    routes = [
        _route("brand", brands=(BRAND,)),
        _route("other", brands=("山野咖啡",)),
        _route("red", min_level="red"),
        _route("orange", min_level="orange"),
    ]
    assert receivers_of(made_incident(Level.ORANGE), routes) == ("brand", "orange")


def test_each_receiver_is_told_once_in_order() -> None:
    """Receivers keep the order of the routes, and none is named twice."""
    routes = [_route("b", "a"), _route("a", "c", "b")]
    assert receivers_of(made_incident(), routes) == ("b", "a", "c")


def test_who_heard_the_worst_hears_the_end() -> None:
    """The highest level that the incident had decides, also when it has fallen."""
    fallen = replace(made_incident(Level.BLUE), peak_level=Level.RED)
    assert receivers_of(fallen, [_route("red", min_level="red")]) == ("red",)


def test_no_route_no_receiver() -> None:
    """Without a fitting route nobody is notified."""
    assert receivers_of(made_incident(Level.BLUE), [_route("red", min_level="red")]) == ()


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("blue", Level.BLUE),
        ("Yellow", Level.YELLOW),
        ("橙", Level.ORANGE),
        ("红色", Level.RED),
        (Level.RED, Level.RED),
    ],
)
def test_levels_have_names_in_both_languages(name: str | Level, level: Level) -> None:
    """A level is named in English or in Chinese, and is written back in English."""
    route = _route("a", min_level=name)
    assert route.min_level is level
    assert route.model_dump()["min_level"] == level.name.lower()


@pytest.mark.parametrize(
    "fields", [{"min_level": "purple"}, {"min_level": 7}, {"receivers": ()}, {"brand": "x"}]
)
def test_a_wrong_route_is_refused(fields: dict[str, Any]) -> None:
    """Unknown levels, no receivers and unknown fields are refused."""
    with pytest.raises(ValidationError):
        RouteSettings.model_validate({"receivers": ["a"], **fields})


@pytest.mark.parametrize(
    "settings",
    [
        TerminalReceiver(name="t"),
        SlackReceiver(name="s", channel="C0TESTS"),
        WebhookReceiver(name="w", url_env="NOT_SET_ANYWHERE"),
    ],
)
def test_each_kind_has_its_notifier(settings: ReceiverSettings) -> None:
    """Every kind of settings makes a notifier of its name; no secret is needed for that."""
    assert notifier_of(settings, Console(file=io.StringIO())).name == settings.name
