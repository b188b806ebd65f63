"""What could not be read, tried again: after an upgrade, or once its file was put right."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fengsui.pipeline.import_file import import_file
from fengsui.services import Services
from records import Rejected


@dataclass(frozen=True, slots=True)
class Retried:
    """What came of it: posts that are new, items that are no longer or still refused."""

    files: int
    kept: int
    released: int
    held: int
    gone: tuple[str, ...]


def retry(services: Services, chosen: Iterable[Rejected]) -> Retried:
    """Read the files again that `chosen` came from, and let go what can be read now.

    What came from elsewhere than a file that is still there stays as it is.
    """
    by_origin: dict[str, list[Rejected]] = {}
    for one in chosen:
        by_origin.setdefault(one.origin, []).append(one)
    profiles = tuple(profile.format() for profile in services.settings.profiles)
    files = kept = released = held = 0
    gone = []
    for origin, before in by_origin.items():
        if not Path(origin).is_file():
            gone.append(origin)
            held += len(before)
            continue
        # What is still refused comes back by the reading itself, with the reason of today.
        services.ledger.release(before)
        files, kept = (
            files + 1,
            kept + import_file(services, Path(origin), profiles=profiles).collected.kept,
        )
        again = {one.position for one in services.ledger.quarantined() if one.origin == origin}
        still = sum(one.position in again for one in before)
        released, held = released + len(before) - still, held + still
    return Retried(files, kept, released, held, tuple(gone))
