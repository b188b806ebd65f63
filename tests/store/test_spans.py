"""Spans of time against a second-by-second count."""

from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from store.coverage import shares
from store.spans import Span, joined, retracted


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Draw a span of a few units."""
    since = draw(st.integers(-10, 40))
    return Span(since, since + draw(st.integers(0, 15)), draw(st.booleans()))


def units(found: list[Span], *, ok: bool) -> set[int]:
    """Return the units that spans cover."""
    return {unit for span in found if span.ok is ok for unit in range(span.since, span.until)}


def taken(reads: list[Span]) -> list[Span]:
    """Return what is left after joining one after the other."""
    found: list[Span] = []
    for read in reads:
        found = joined(found, read)
    return found


@given(st.lists(spans(), max_size=12))
def test_joined_keeps_what_was_read(reads: list[Span]) -> None:
    """A unit is read if any read of it succeeded, failed if all of them failed, and never both."""
    found = taken(reads)
    read = units(reads, ok=True)
    assert units(found, ok=True) == read
    assert units(found, ok=False) == units(reads, ok=False) - read
    assert sum(span.until - span.since for span in found) == len(units(found, ok=True)) + len(
        units(found, ok=False)
    )


@given(st.lists(spans(), max_size=12), spans())
def test_retracted_is_read_no_more(reads: list[Span], missed: Span) -> None:
    """Of what was read all but the retracted units stays read; what had failed is untouched."""
    found = retracted(taken(reads), missed)
    assert units(found, ok=True) == units(reads, ok=True) - set(range(missed.since, missed.until))
    assert units(found, ok=False) == units(taken(reads), ok=False)


@given(st.lists(spans(), max_size=10), st.randoms(use_true_random=False))
def test_joined_in_any_order(reads: list[Span], random: Random) -> None:
    """The order of reads, and repeating one, change nothing."""
    shuffled = [*reads, *reads[:2]]
    random.shuffle(shuffled)
    assert taken(shuffled) == taken(reads)


@given(st.lists(spans(), max_size=12))
def test_touching_spans_are_one(reads: list[Span]) -> None:
    """No two spans of one kind touch: the table stays as small as it can be."""
    found = taken(reads)
    for before, after in pairwise(found):
        assert before.until < after.since or before.ok is not after.ok


@given(st.lists(spans(), max_size=12), st.integers(1, 7), st.integers(1, 6))
def test_shares_equal_a_count_of_units(reads: list[Span], step: int, ticks: int) -> None:
    """Each tick's share is the units read over the units planned, added up over the sources."""
    edges = np.arange(0, ticks * step + 1, step, dtype=np.int64)
    expected = []
    for start in range(0, ticks * step, step):
        tick = range(start, start + step)
        read = sum(unit in tick for span in reads if span.ok for unit in range(*span[:2]))
        planned = sum(unit in tick for span in reads for unit in range(*span[:2]))
        expected.append(read / planned if planned else 0.0)
    np.testing.assert_allclose(shares(reads, edges), expected)
