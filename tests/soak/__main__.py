"""Soak `fengsui run`: python -m tests.soak [--minutes 60] [--rate 100] [--folder DIR] [--seed 1].

Ends with code 1 where anything was lost, doubled beyond its bound, or has no cause.
"""

import argparse
import logging
import sys
import tempfile
from pathlib import Path

from tests.soak.accounts import shown
from tests.soak.run import Plan, Soak


def main() -> None:
    """Run one soak and print its accounts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model", default="linear")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    plan = Plan(60 * asked.minutes, asked.rate, seed=asked.seed, model=asked.model)
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="soak-"))
    found = Soak(plan, folder).run()
    sys.stdout.write(f"{folder}\n{shown(found)}\n")
    sys.exit(1 if found.wrong else 0)


if __name__ == "__main__":
    main()
