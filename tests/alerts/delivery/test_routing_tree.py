"""Routes below routes: what a tree sends where, and what stops it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.delivery.routing import Facts, facts_of, names_of, routed
from alerts.settings import ChildRoute, RouteSettings
from records import IncidentKind, Level
from tests.alerts.made import BRAND, made_alert

FACTS = Facts(
    BRAND,
    Level.ORANGE,
    sources=frozenset({"weibo"}),
    words="杯底有异物 食药监",
    categories=frozenset({"safety"}),
    regions=frozenset({"上海 浦东新区"}),
)


def route(*receivers: str, **fields: Any) -> RouteSettings:
    return RouteSettings.model_validate({"receivers": receivers, **fields})


@pytest.mark.parametrize(
    ("fields", "taken"),
    [
        ({"sources": ["weibo", "heimao"]}, True),
        ({"sources": ["heimao"]}, False),
        ({"topics": ["食药监"]}, True),
        ({"topics": ["涨价"]}, False),
        ({"categories": ["safety", "service"]}, True),
        ({"categories": ["service"]}, False),
        ({"regions": ["上海"]}, True),
        ({"regions": ["北京"]}, False),
        ({"topics": ["食药监"], "regions": ["北京"]}, False),
        ({"min_level": "red"}, False),
    ],
)
def test_everything_that_a_route_asks_for_has_to_hold(fields: dict[str, Any], taken: bool) -> None:
    """A route takes an incident where each thing that it asks for holds."""
    assert bool(routed(FACTS, [route("a", **fields)])) is taken


def test_a_route_below_sends_in_place_of_the_one_above() -> None:
    """Where a route below takes the incident it alone sends, with the receivers it names or has."""
    tree = route(
        "pr",
        escalation="standard",
        routes=[
            {"name": "legal", "topics": ["食药监"], "receivers": ["legal"]},
            {"categories": ["safety"], "escalation": "safety"},
            {"regions": ["北京"], "receivers": ["north"]},
        ],
    )
    found = routed(FACTS, [tree, route("boss")])
    assert [(one.name, one.receivers, one.escalation) for one in found] == [
        ("legal", ("legal",), "standard"),
        ("1.2", ("pr",), "safety"),
        ("2", ("boss",), ""),
    ]


def test_a_route_without_continue_stops_those_after_it() -> None:
    """Without continue the routes after it are not asked, those of other branches are."""
    tree = route("pr", routes=[{"receivers": ["a"], "continue": False}, {"receivers": ["b"]}])
    assert names_of(routed(FACTS, [tree, route("c")])) == ("a", "c")
    stops = route("a", **{"continue": False})
    assert names_of(routed(FACTS, [stops, route("c")])) == ("a",)


def test_a_stop_that_does_not_fit_stops_nothing() -> None:
    """A route that does not take the incident lets those after it take it."""
    stops = route("a", topics=["涨价"], **{"continue": False})
    assert names_of(routed(FACTS, [stops, route("c")])) == ("c",)


def test_an_operational_incident_goes_where_no_story_is_asked_for() -> None:
    """One about us goes by routes that ask for no story, a source's also by those for the source.

    Where only routes that ask for a story are left, it goes by them: it must not be lost.
    """
    ours = Facts("weibo", Level.YELLOW, IncidentKind.COVERAGE)
    plain, story = route("ops", brands=[BRAND]), route("legal", topics=["食药监"])
    source = route("data", sources=["weibo"])
    assert names_of(routed(ours, [plain, story, source])) == ("ops", "data")
    assert names_of(routed(ours, [story])) == ("legal",)


def test_facts_are_those_of_the_story() -> None:
    """Sources, words and categories of an alert are what its routes are asked with."""
    facts = facts_of(made_alert(), ["上海"])
    assert facts.sources == {"weibo"}
    assert "异物" in facts.words
    assert facts.categories == {"safety", "service"}
    assert facts.regions == {"上海"}


LEAF = st.fixed_dictionaries(
    {},
    optional={
        "receivers": st.lists(st.sampled_from("abc"), max_size=2),
        "topics": st.lists(st.sampled_from(["食药监", "涨价"]), max_size=1),
        "min_level": st.sampled_from(["blue", "orange", "red"]),
        "continue": st.booleans(),
    },
)
TREE = st.recursive(
    LEAF,
    lambda below: st.tuples(LEAF, st.lists(below, max_size=3)).map(
        lambda pair: {**pair[0], "routes": pair[1]}
    ),
    max_leaves=8,
)


def _alone(one: ChildRoute) -> ChildRoute:
    return one.model_copy(update={"goes_on": True, "routes": tuple(map(_alone, one.routes))})


@settings(deadline=None)
@given(st.lists(TREE, min_size=1, max_size=4))
def test_who_takes_an_incident_without_stops_loses_no_branch(trees: list[dict[str, Any]]) -> None:
    """A stop only ever takes receivers away, and an incident that any root takes is sent."""
    roots = [RouteSettings.model_validate({**one, "receivers": ["root"]}) for one in trees]
    going_on = [RouteSettings.model_validate(_alone(one).model_dump()) for one in roots]
    stopped, whole = routed(FACTS, roots), routed(FACTS, going_on)
    assert {one.path for one in stopped} <= {one.path for one in whole}
    assert bool(stopped) is bool(whole)
    assert all(one.receivers for one in whole)


@settings(deadline=None)
@given(st.lists(TREE, max_size=4))
def test_a_tree_reads_as_it_was_written(trees: list[dict[str, Any]]) -> None:
    """Settings that are written out and read again route alike."""
    roots = [RouteSettings.model_validate({**one, "receivers": ["root"]}) for one in trees]
    again = [RouteSettings.model_validate(one.model_dump(by_alias=True)) for one in roots]
    assert routed(FACTS, again) == routed(FACTS, roots)
