"""How much of each tick was read: the time that spans cover between edges."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from store.spans import Read, Span

_NEVER = -(2**63)


def edges_of(since: int, until: int, width: int) -> npt.NDArray[np.int64]:
    """Return the edges of the ticks from `since` on; the last is not before `until`."""
    return np.arange(since, until + width, width, dtype=np.int64)


def shares(spans: Sequence[Span], edges: npt.NDArray[np.int64]) -> list[float]:
    """Return, for each tick between two of `edges`, the time read over the time planned.

    Spans may overlap (several sources): their times add up. A tick without a plan gives 0.
    """
    read = _seconds([span for span in spans if span.ok], edges)
    planned = read + _seconds([span for span in spans if not span.ok], edges)
    share: list[float] = np.divide(
        read, planned, out=np.zeros(len(read)), where=planned > 0
    ).tolist()
    return share


def reads(
    spans: Sequence[Span], edges: npt.NDArray[np.int64], before: int | None = None
) -> list[Read]:
    """Return how each tick between two of `edges` was read by one source, where one was planned.

    `before` is the end of the last success before the spans.
    """
    good = [span for span in spans if span.ok]
    read = _seconds(good, edges)
    planned = read + _seconds([span for span in spans if not span.ok], edges)
    places = np.flatnonzero(planned > 0)
    ends = edges[places + 1]
    wanted = np.minimum(_latest(spans, ends, 0), ends)
    reached = np.minimum(_latest(good, ends, _NEVER if before is None else before), ends)
    return [
        Read(place, float(read[place] / planned[place]), None if last == _NEVER else end - last)
        for place, end, last in zip(places.tolist(), wanted.tolist(), reached.tolist(), strict=True)
    ]


def _latest(
    spans: Sequence[Span], times: npt.NDArray[np.int64], before: int
) -> npt.NDArray[np.int64]:
    """Return, for each time, the latest end of the spans that began before it, else `before`."""
    ordered = sorted(spans)
    begins = np.array([span.since for span in ordered], dtype=np.int64)
    ends = np.array([before, *(span.until for span in ordered)], dtype=np.int64)
    latest: npt.NDArray[np.int64] = np.maximum.accumulate(ends)[np.searchsorted(begins, times)]
    return latest


def _seconds(spans: Sequence[Span], edges: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the time that `spans` cover between each edge and the next, shape (edges - 1,)."""
    bounds = np.array([(span.since, span.until) for span in spans], dtype=np.int64).reshape(-1, 2)
    # Counted from the first edge, so that the sums below stay far from the end of 64 bits.
    starts, ends = np.sort(np.clip(bounds, edges[0], edges[-1]) - edges[0], axis=0).T
    covered = _passed(starts, edges - edges[0]) - _passed(ends, edges - edges[0])
    return np.diff(covered).astype(np.float64)


def _passed(marks: npt.NDArray[np.int64], edges: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return, for each edge, the time since every sorted mark that it has passed, added up."""
    before = np.searchsorted(marks, edges)
    total = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(marks)])
    passed: npt.NDArray[np.int64] = before * edges - total[before]
    return passed
