"""Whether the rules of who is notified when name what there is."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from alerts.settings import every_route
from fengsui.settings.faults import Fault, Place

if TYPE_CHECKING:
    from fengsui.settings.application import Settings


def policy_faults(
    settings: "Settings", receivers: Collection[str], brands: Collection[str]
) -> Iterator[Fault]:
    """Yield a fault for every name that routes, quiet hours, steps or rotas use in vain."""
    policies = [one.name for one in settings.escalations]
    for index, root in enumerate(settings.routes):
        for route in every_route([root]):
            place: Place = ("routes", index)
            yield from _unknown(
                (*place, "receivers"), "settings.no_receiver", route.receivers, receivers
            )
            yield from _unknown((*place, "brands"), "settings.no_brand", route.brands, brands)
            if route.categories:
                # The rules load what they weigh by: only where a name has to be looked up.
                from nlp.complaints.rules import CATEGORIES  # noqa: PLC0415  see above

                known = list(CATEGORIES)
                where = (*place, "categories")
                yield from _unknown(where, "settings.no_category", route.categories, known)
            named = [route.escalation] if route.escalation else []
            yield from _unknown((*place, "escalation"), "settings.no_escalation", named, policies)
    for index, quiet in enumerate(settings.quiet_hours):
        place = ("quiet_hours", index, "receivers")
        yield from _unknown(place, "settings.no_receiver", quiet.receivers, receivers)
    for index, watch in enumerate(settings.watches):
        place = ("watches", index, "brands")
        yield from _unknown(place, "settings.no_brand", watch.brands, brands)
    for index, rota in enumerate(settings.on_call):
        yield from _unknown(("on_call", index, "brands"), "settings.no_brand", rota.brands, brands)
    yield from _of_steps(settings, receivers)


def _of_steps(settings: "Settings", receivers: Collection[str]) -> Iterator[Fault]:
    rotas = [one.name for one in settings.on_call]
    for index, policy in enumerate(settings.escalations):
        place: Place = ("escalations", index, "steps")
        for step in policy.steps:
            yield from _unknown(place, "settings.no_receiver", step.receivers, receivers)
            named = [step.on_call] if step.on_call else []
            yield from _unknown(place, "settings.no_rota", named, rotas)


def _unknown(
    place: Place, key: str, named: Collection[str], known: Collection[str]
) -> Iterator[Fault]:
    for name in sorted(set(named) - set(known)):
        yield Fault(place, key, {"name": name, "known": "、".join(sorted(known)) or "-"})
