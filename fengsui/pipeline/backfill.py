"""Past posts into the store next to the live runs, ending with the counts of one run over all.

Which of two copies is the original depends on the order of judging, and live runs judge whatever
came. So once the posts are there, the range, and the time after it for which its posts can be the
originals of copies, is judged again from its beginning, in order of publication. Detection is not
run: nobody is notified of the past.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fengsui.ingest.poll import means_of, source_of
from fengsui.ingest.source_state import reached, set_reached
from fengsui.pipeline import steps
from fengsui.pipeline.steps import Annotated, Collected
from fengsui.services import Services
from listeners.settings import listener_of
from records import Window
from store.ledger.state import BACKFILL, BackfillProgress


def collect_range(services: Services, name: str, window: Window) -> Collected:
    """Read `window` from the source `name`, and note that it was read.

    Where the live runs have come to a time within the window, or never began, they go on from its
    end: what is read here they need not read again.

    Raises:
        UnknownSource: the settings have no such source.
        ListenerError: it could not be read to the end; what came is kept.
    """
    collected = steps.collect(
        services,
        listener_of(source_of(services, name), replace(means_of(services), resume=False)),
        window,
    )
    last = reached(services, name)
    if last is None or window.since <= last < window.until:
        set_reached(services, name, window.until)
    return collected


def judged_range(services: Services, window: Window, now: datetime) -> Window:
    """Return the span that a backfill of `window` judges again."""
    until = min(window.until + services.settings.annotation.memory, max(now, window.until))
    return Window(window.since, until)


def judge_next(services: Services, run: str, slices: Sequence[Window]) -> Annotated:
    """Judge the first slice of `slices` that the run `run` has not judged yet.

    Called once a slice, in whatever order and however often a call fails, it judges all of them in
    their order. The caller holds all other scoring off meanwhile.

    Raises:
        ModelError: the model cannot judge; the posts go on waiting.
    """
    progress = BACKFILL.get(services.ledger) or BackfillProgress(run)
    done = progress.done if progress.run == run else 0
    if done >= len(slices):
        return Annotated()
    annotated = steps.reannotate(services, slices[done])
    BACKFILL.set(services.ledger, BackfillProgress(run, done + 1))
    return annotated
