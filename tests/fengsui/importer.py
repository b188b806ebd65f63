"""Imports in a process of its own: STATE FILE...; prints the peak memory in MB after each file."""

import resource
import sys
from pathlib import Path

from fengsui.pipeline.import_file import import_file
from fengsui.services import Services
from tests.fengsui.stories import settings


def main() -> None:
    """Import each FILE into STATE."""
    state, *files = map(Path, sys.argv[1:])
    with Services(settings(state)) as services:
        for file in files:
            total = import_file(services, file).collected
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            sys.stdout.write(f"{total.read} {total.kept} {peak}\n")


if __name__ == "__main__":
    main()
