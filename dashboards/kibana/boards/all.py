"""All dashboards, and everything that stands on them."""

from collections.abc import Sequence

from dashboards.kibana.boards.brand import brand
from dashboards.kibana.boards.collection import collection
from dashboards.kibana.boards.complaints import COMPLAINTS
from dashboards.kibana.boards.crisis import CRISIS
from dashboards.kibana.boards.overview import overview
from dashboards.kibana.dashboard import Dashboard
from dashboards.kibana.naming import Naming
from dashboards.kibana.saved_objects import SavedObject
from dashboards.kibana.views import VIEWS

# As in the settings that nobody has changed (detection.min_coverage).
ENOUGH = 0.8


def dashboards(
    tick_minutes: int, enough: float = ENOUGH, own_accounts: Sequence[str] = ()
) -> tuple[Dashboard, ...]:
    """Return the dashboards, in the order of their links.

    `enough` is the share of a tick that has to be read, or it counts as unknown; `own_accounts` are
    those of the brands themselves.
    """
    of_brand = brand(f"{tick_minutes}m", enough, own_accounts)
    return overview(enough), of_brand, CRISIS, COMPLAINTS, collection(enough)


def saved_objects(
    naming: Naming,
    tick_minutes: int,
    enough: float = ENOUGH,
    own_accounts: Sequence[str] = (),
) -> Sequence[SavedObject]:
    """Return all objects, each after those that it refers to, dashboards aside."""
    made = dashboards(tick_minutes, enough, own_accounts)
    views = [
        SavedObject(naming.view(view), view.attributes(naming.prefix, naming.language))
        for view in VIEWS.values()
    ]
    lenses = {lens.name: lens.saved(naming) for one in made for lens in one.lenses()}
    return [*views, *lenses.values(), *(one.saved(naming) for one in made)]
