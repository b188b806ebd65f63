"""Which incident a person means by what was typed: a key, its beginning, or a brand."""

from collections.abc import Sequence

from nlp.brands.matcher import BrandSettings
from nlp.text.normalise import fold
from records import Incident, IncidentStatus


def meant(
    incidents: Sequence[Incident], typed: str, brands: Sequence[BrandSettings] = ()
) -> list[Incident]:
    """Return the incidents that `typed` may mean: one where it is clear, none where none fits.

    A whole key, else a brand or one of its other names (its open incident, else its latest), else
    the beginning of a key, else any part of one.
    """
    if exact := [one for one in incidents if one.key == typed]:
        return exact
    wanted = typed.strip()
    if not wanted:
        return []
    folded = fold(wanted)
    names = {one.name for one in brands if folded in {fold(name) for name in one.names}}
    if of_brand := [one for one in incidents if one.brand in {*names, wanted}]:
        return [max(of_brand, key=lambda one: (one.status is IncidentStatus.OPEN, one.opened_at))]
    begun = [one for one in incidents if one.key.startswith(wanted)]
    return begun or [one for one in incidents if wanted in one.key]
