"""Which receivers get the messages of an incident: a tree of routes.

Every route that takes an incident sends it, in order, unless one before it stops there. Where
routes below a route take it, those send it in its place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from alerts.settings import ChildRoute, RouteSettings, every_route
from records import Alert, Incident, IncidentKind, Level

# Between the name of a source and the key of a post in it.
_OF_SOURCE: Final = ":"


@dataclass(frozen=True, slots=True)
class Facts:
    """What routes ask of an incident; `level` is the highest that it ever had.

    `words` are those of the story, as one text.
    """

    brand: str
    level: Level
    kind: IncidentKind = IncidentKind.BRAND
    sources: frozenset[str] = frozenset()
    words: str = ""
    categories: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Routed:
    """A route that takes an incident: the places in the settings that lead to it, and what it does.

    What a route below leaves open it has from the routes above it.
    """

    path: tuple[int, ...]
    route: ChildRoute
    receivers: tuple[str, ...]
    escalation: str

    @property
    def name(self) -> str:
        """The name, else the numbers that lead to it, from 1."""
        return self.route.name or ".".join(str(one + 1) for one in self.path)


def facts_of_incident(incident: Incident) -> Facts:
    """Return what is known of an incident without an alert: its brand, level and words."""
    words = (incident.title, *incident.terms)
    level = incident.peak_level
    return Facts(incident.brand, level, incident.kind, words="\n".join(words).casefold())


def facts_of(alert: Alert, regions: Sequence[str] = ()) -> Facts:
    """Return what routes ask of an alert; `regions` are where its posts say they come from."""
    keys = [
        *(one.post_key for one in alert.citations),
        *(one.post_key for one in alert.themes),
    ]
    sources = frozenset(key.partition(_OF_SOURCE)[0] for key in keys if _OF_SOURCE in key)
    found = facts_of_incident(alert.incident)
    situation = alert.situation
    category = (situation.category,) if situation and situation.category else ()
    words = [
        found.words,
        situation.title if situation else "",
        *(one.title for one in alert.themes),
        *(word for word, _ in alert.keywords),
    ]
    return replace(
        found,
        sources=sources,
        words="\n".join(words).casefold(),
        categories=frozenset((*category, *(name for name, _ in alert.categories))),
        regions=frozenset(regions),
    )


def routed(facts: Facts, routes: Sequence[RouteSettings]) -> tuple[Routed, ...]:
    """Return the routes that take an incident, in order.

    An operational incident concerns every brand. It goes by routes that ask for more of a story
    only where no other one takes it: nobody else would know.
    """
    found = tuple(_taken(facts, routes, ()))
    if found or facts.kind is IncidentKind.BRAND:
        return found
    return tuple(_taken(facts, routes, (), by_level=True))


def _taken(
    facts: Facts,
    routes: Sequence[ChildRoute],
    path: tuple[int, ...],
    above: Routed | None = None,
    *,
    by_level: bool = False,
) -> Iterator[Routed]:
    for place, route in enumerate(routes):
        if facts.level < route.min_level or not (by_level or _fits(facts, route)):
            continue
        one = Routed(
            (*path, place),
            route,
            route.receivers or (above.receivers if above else ()),
            route.escalation or (above.escalation if above else ""),
        )
        yield from tuple(_taken(facts, route.routes, one.path, one, by_level=by_level)) or (one,)
        if not route.goes_on:
            return


def _fits(facts: Facts, route: ChildRoute) -> bool:
    if facts.kind is not IncidentKind.BRAND:
        is_source = facts.kind is IncidentKind.COVERAGE and facts.brand in route.sources
        return is_source or not route.asks_for_story
    return (
        (not route.brands or facts.brand in route.brands)
        and (not route.sources or not facts.sources.isdisjoint(route.sources))
        and (not route.categories or not facts.categories.isdisjoint(route.categories))
        and (not route.topics or any(word.casefold() in facts.words for word in route.topics))
        and (not route.regions or _lies_in(facts.regions, route.regions))
    )


def _lies_in(regions: frozenset[str], asked: Sequence[str]) -> bool:
    """Say whether a region begins with one that is asked for: 上海 takes 上海 浦东新区."""
    return any(region.startswith(one) for region in regions for one in asked)


def route_names(routes: Sequence[ChildRoute], path: tuple[int, ...] = ()) -> Iterator[str]:
    """Yield the names of the routes and of all that lie below them, as `Routed.name` has them."""
    for place, route in enumerate(routes):
        here = (*path, place)
        yield Routed(here, route, (), "").name
        yield from route_names(route.routes, here)


def ask_for_story(routes: Sequence[RouteSettings]) -> bool:
    """Say whether any route asks for more than a brand and a level."""
    return any(route.asks_for_story for route in every_route(routes))


def names_of(found: Sequence[Routed]) -> tuple[str, ...]:
    """Return the receivers of routes in their order, each once."""
    return tuple(dict.fromkeys(name for one in found for name in one.receivers))


def receivers_of(incident: Incident, routes: Sequence[RouteSettings]) -> tuple[str, ...]:
    """Return the receivers of every route that takes `incident`, in order, each once.

    The highest level that the incident ever had decides, so that who was notified at its worst
    also learns that it is over.
    """
    return names_of(routed(facts_of_incident(incident), routes))
