"""Compare near-duplicates with datasketch: the sketches, and the search in them."""

import random
from datetime import UTC, datetime, timedelta

from datasketch import MinHash, MinHashLSH

from benchmarks.measure import Row, paired, show
from benchmarks.texts import posts
from nlp.dedup.index import DuplicateIndex, signatures

_AT = datetime(2026, 3, 15, tzinfo=UTC)
_THRESHOLD = 0.5
_COMPARED = 500


def run() -> list[Row]:
    """Sign and search the same posts with both, at the same threshold and number of minima."""
    texts, what = posts(_COMPARED)
    many, _ = posts(_COMPARED * 10)
    signing = paired(lambda: signatures(many), lambda: list(map(_minhash, texts)))
    searching = paired(lambda: _search(many), lambda: _datasketch(texts))
    return [
        Row(
            "sketches",
            "NumPy MinHash 32 + bitmap",
            "datasketch, 32 minima",
            signing.ratio * 10,
            f"{what}, {signing.ours / len(many) * 1e6:.1f} µs a post",
        ),
        Row(
            "near-duplicates",
            "sketches and index",
            "datasketch, LSH 16 x 2",
            searching.ratio * 10,
            f"{what}, {searching.ours / len(many) * 1e6:.1f} µs a post; {_quality(many)}",
        ),
    ]


def _search(texts: list[str]) -> list[str | None]:
    index = DuplicateIndex(timedelta(days=2), _THRESHOLD)
    return [
        index.add(str(number), "brand", str(number), _AT, signature)
        for number, signature in enumerate(signatures(texts))
    ]


def _minhash(text: str) -> MinHash:
    sketch = MinHash(num_perm=32)
    for at in range(len(text) - 2):
        sketch.update(text[at : at + 3].encode())
    return sketch


def _datasketch(texts: list[str]) -> list[list[str]]:
    index = MinHashLSH(threshold=_THRESHOLD, num_perm=32, params=(16, 2))
    found = []
    for number, text in enumerate(texts):
        sketch = _minhash(text)
        found.append(index.query(sketch))
        index.insert(str(number), sketch)
    return found


def _quality(texts: list[str]) -> str:
    """Return the recall of copies with 5% of their characters edited."""
    draw = random.Random(5)
    originals = [text for text in dict.fromkeys(texts) if sum(map(str.isalnum, text)) >= 25][:2000]
    copies = ["".join(_edited(character, draw) for character in text) for text in originals]
    found = _search(originals + copies)[len(originals) :]
    recall = sum(original is not None for original in found) / len(copies)
    return f"recall {recall:.3f} at 5% edits"


def _edited(character: str, draw: random.Random) -> str:
    if draw.random() >= 0.05:
        return character
    return draw.choice(["", "改", character + "加"])


if __name__ == "__main__":
    show(run())
