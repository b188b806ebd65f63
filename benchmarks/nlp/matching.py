"""Compare brand matching with one regular expression of all aliases."""

import random
import re
from collections import Counter

from benchmarks.measure import Row, paired, show
from benchmarks.texts import posts
from nlp.brands.matcher import BrandMatcher, BrandSettings
from nlp.text.normalise import Text

_ALIASES = 10  # of a brand


def run() -> list[Row]:
    """Match the same texts against 1,000 and 20,000 aliases."""
    return [_measure(1_000, 1_000), _measure(20_000, 200)]


def _measure(count: int, compared: int) -> Row:
    """Compare on `compared` texts; ours reads each ten times, for the clock's sake.

    `re` ignores case, but neither knows traditional characters nor where a word ends.
    """
    texts, what = posts(compared)
    aliases = _aliases(count, posts(5_000)[0])
    brands = [
        BrandSettings(name=aliases[first], aliases=tuple(aliases[first + 1 : first + _ALIASES]))
        for first in range(0, count, _ALIASES)
    ]
    matcher = BrandMatcher(brands)
    longest_first = sorted(aliases, key=len, reverse=True)
    expression = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
    read = [Text(text, "") for text in texts]
    pair = paired(
        lambda: [matcher.match(text) for _ in range(10) for text in read],
        lambda: [list(expression.finditer(text)) for text in texts],
    )
    each = pair.ours / len(texts) / 10 * 1e6
    return Row(
        f"matching, {count:,} aliases",
        "Aho-Corasick with rules",
        "re",
        pair.ratio * 10,
        f"{what}, {each:.1f} µs a post",
    )


def _aliases(count: int, texts: list[str]) -> list[str]:
    """Return distinct names of three to five characters that are common in `texts`, from a seed."""
    draw = random.Random(20)
    seen = Counter(character for text in texts for character in text if character > "\u2e80")
    characters = [character for character, _ in seen.most_common(500)]
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join(draw.choices(characters, k=draw.randint(3, 5)))] = None
    return list(names)


if __name__ == "__main__":
    show(run())
