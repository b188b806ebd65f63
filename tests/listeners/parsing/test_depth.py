"""How deep a text of JSON goes, found in linear time, and halves of characters in it."""

import io
import json
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listeners.parsing.depth import GREATEST_DEPTH, DepthScan, TooDeep, check_depth
from listeners.parsing.json_arrays import BrokenArray, members
from listeners.parsing.repair import decode_repaired
from tests.listeners.growth import GREATEST, growth

TEXTS = st.text(alphabet='[]{}"\\a', max_size=30)


def take_all(scan: DepthScan, chunks: list[bytes]) -> None:
    for chunk in chunks:
        scan.take(chunk)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=5), st.integers(0, GREATEST_DEPTH * 2), st.integers(1, 9))
def test_brackets_in_strings_do_not_count(texts: list[str], depth: int, size: int) -> None:
    """Only brackets outside of strings nest, wherever a chunk ends."""
    inner = json.dumps([*texts, *("[" * 9 for _ in range(20))])
    whole = ("[" * depth + inner + "]" * depth).encode()
    scan = DepthScan()
    chunks = [whole[at : at + size] for at in range(0, len(whole), size)]
    if depth + 1 > GREATEST_DEPTH:
        with pytest.raises(TooDeep):
            check_depth(whole)
        with pytest.raises(TooDeep):
            take_all(scan, chunks)
    else:
        check_depth(whole)
        take_all(scan, chunks)


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "nested": lambda n: b"[" * n,
    "nested objects": lambda n: b'{"a":' * n,
    "open strings": lambda n: b'["' + b'\\"' * n,
    "backslashes": lambda n: b'["' + b"\\" * n,
    "many": lambda n: b"[" + b"[]," * n,
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_arrays_cost_linear_time(make: Callable[[int], bytes]) -> None:
    """64 kB of brackets cost seconds before; now the cost is in proportion."""

    def work(size: int) -> None:
        try:
            for _ in members(io.BytesIO(make(size))):
                pass
        except BrokenArray:
            return

    assert growth(work, 16_000) < GREATEST


def test_half_an_emoji_is_repaired() -> None:
    """A text with half of a pair is read with U+FFFD in its place, and the whole pair stays."""
    text = rb'["\ud83d\ude00", "\ud83d", "\ude00"]'
    assert decode_repaired(msgspec.json.decode, text) == ["😀", "\ufffd", "\ufffd"]
