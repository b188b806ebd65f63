"""Compare every part with its alternative: `python -m benchmarks [part ...]`."""

import importlib
import sys

from benchmarks.measure import show

PARTS = (
    "nlp.segmentation",
    "nlp.keywords",
    "nlp.matching",
    "nlp.duplicates",
    "nlp.sentiment",
    "parsing",
    "polling",
    "store",
    "elasticsearch",
    "detection.speed",
    "chain",
    "startup",
)


def main() -> None:
    """Measure the parts that the arguments name, or all."""
    chosen = sys.argv[1:] or list(PARTS)
    unknown = sorted(set(chosen) - set(PARTS))
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    show([row for part in chosen for row in importlib.import_module(f"benchmarks.{part}").run()])


if __name__ == "__main__":
    main()
