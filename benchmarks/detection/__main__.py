"""Measure detection: `python -m benchmarks.detection [part ...] [--data ../shared/data]`.

Without a part it measures all of them, about 40 minutes on two cores. `end_to_end` is the first
figure; `held_out` is the same on what nothing was tuned on. `--write FILE` puts the
tables into a file, and the plots into the same folder.
"""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from benchmarks.detection import (
    end_to_end,
    hot_lists,
    nab,
    news,
    outbreaks,
    quiet,
    reposts,
    slow_burns,
    speed,
)
from benchmarks.detection.tables import Table

PARTS: Final[Mapping[str, Callable[[Path, Path], list[Table]]]] = {
    "end_to_end": lambda data, _: end_to_end.tables(data),
    "held_out": lambda data, _: [
        *end_to_end.tables(data, tuned=False),
        *slow_burns.tables(data, tuned=False),
    ],
    "slow_burns": lambda data, _: slow_burns.tables(data),
    "news": lambda data, _: news.tables(data),
    "nab": lambda data, _: nab.tables(data),
    "hot_lists": lambda data, _: hot_lists.tables(data),
    "reposts": lambda data, _: reposts.tables(data),
    "outbreaks": outbreaks.tables,
    "quiet": lambda data, _: quiet.tables(data),
    "speed": lambda *_: speed.tables(),
}


def main() -> None:
    """Measure the parts that the arguments name, print their tables, and write them if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    # argparse holds the default of `*`, an empty list, against the choices as well.
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="part")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--write", type=Path, help="a file for the tables; plots lie beside it")
    given = parser.parse_args()
    plots = given.write.parent if given.write else Path(".cache")
    plots.mkdir(parents=True, exist_ok=True)
    texts = []
    for part in given.parts or PARTS:
        for table in PARTS[part](given.data, plots):
            texts.append(table.markdown())
            print(texts[-1], flush=True)
    if given.write:
        head = "# Detection: results\n\nMade by `python -m benchmarks.detection --write`."
        given.write.write_text("\n\n".join([head, *texts]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
