"""Which brands the posts are about under which comments stand."""

from collections import OrderedDict
from typing import Final

KEPT: Final = 50_000
"""Posts whose brands are remembered: some ten megabytes."""


class Threads:
    """Remembers the brands of posts; those that were asked for or named last stay longest."""

    def __init__(self) -> None:
        self._brands: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def add(self, post_key: str, brand: str) -> None:
        """Take in that a post is about a brand."""
        known = self._brands.pop(post_key, ())
        self._brands[post_key] = known if brand in known else (*known, brand)
        if len(self._brands) > KEPT:
            self._brands.popitem(last=False)

    def brands_of(self, post_key: str | None) -> tuple[str, ...]:
        """Return the brands that a post is about, as far as they are remembered."""
        if post_key is None or post_key not in self._brands:
            return ()
        self._brands.move_to_end(post_key)
        return self._brands[post_key]
