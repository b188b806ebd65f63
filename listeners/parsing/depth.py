"""How deep JSON of strangers goes, found before it is decoded."""

import re
from itertools import accumulate
from typing import Final

# No source nests deeper than a dozen.
GREATEST_DEPTH: Final = 100
# A string that ends is dropped; of one that does not, its quote stays, and a backslash at the end.
# Nothing here is tried twice: the cost is linear, whatever stands in it.
_STRINGS: Final = re.compile(
    rb'"(?:[^"\\]++|\\.)*+"|(")(?:[^"\\]++|\\.)*+(\\?)|[^"\[\]{}]++', re.DOTALL
)
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


class TooDeep(ValueError):
    """The text nests deeper than any source does."""


class DepthScan:
    """Follows how deep a text goes, chunk by chunk."""

    def __init__(self) -> None:
        self._depth = 0
        self._open = b""

    def take(self, chunk: bytes) -> None:
        """Take in the next chunk.

        Raises:
            TooDeep: the text goes deeper than GREATEST_DEPTH.
        """
        left = _STRINGS.sub(rb"\1\2", self._open + chunk)
        quote = left.find(b'"')
        left, self._open = (left, b"") if quote < 0 else (left[:quote], left[quote:])
        if left:
            depths = list(accumulate(map(_STEPS.__getitem__, left), initial=self._depth))
            self._depth = depths[-1]
            if max(depths) > GREATEST_DEPTH:
                raise TooDeep(f"nested deeper than {GREATEST_DEPTH}")


def check_depth(text: bytes) -> None:
    """Make sure that a whole text is not nested too deeply.

    Raises:
        TooDeep: it is.
    """
    if text.count(b"[") + text.count(b"{") > GREATEST_DEPTH:
        DepthScan().take(text)
