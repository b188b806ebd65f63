"""A process that asks a host: LEDGER URL TIMES SECONDS."""

import sys
import time
from datetime import timedelta
from pathlib import Path

from listeners.client.client import PoliteClient
from listeners.client.response import Answer
from store.ledger.ledger import Ledger


def main() -> None:
    """Ask URL so many TIMES, as one of several that share the LEDGER; print when it began."""
    ledger, url, times, seconds = sys.argv[1:5]
    with Ledger(f"sqlite:///{Path(ledger)}") as memory:
        web = PoliteClient(memory, every=timedelta(seconds=float(seconds)))
        with web:
            print(time.time(), flush=True)  # noqa: T201 - for the test that waits
            for _ in range(int(times)):
                web.ask(url, _nothing)


def _nothing(answer: Answer) -> tuple[Answer, list[object]]:
    return answer, []


if __name__ == "__main__":
    main()
