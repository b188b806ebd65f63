"""Labels set by hand, and the real posts they belong to, where those lie next to the checkout."""

import csv
import hashlib
import lzma
from collections.abc import Iterator
from pathlib import Path

import pytest

LABELS = Path(__file__).parent / "labels"
DATA = Path(__file__).parents[3] / "shared/data"


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a label file."""
    with (LABELS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def real_rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a real file; skip the test where it is not at hand."""
    path = DATA / f"{name}.xz"
    if not path.exists():
        pytest.skip(f"no real posts to judge: {path.name} is not in ../shared/data")
    with lzma.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def is_held_out(text: str) -> bool:
    """Whether a labelled text or id belongs to the half that nothing is tuned on."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return int(digest[0], 16) % 2 == 1
