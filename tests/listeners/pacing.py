"""A process that asks a host: LEDGER URL TIMES SECONDS."""

import sys
from datetime import timedelta
from pathlib import Path

from listeners.web.answers import Answer
from listeners.web.client import Web
from store.ledger import Ledger


def main() -> None:
    """Ask URL so many TIMES, as one of several processes that share the LEDGER."""
    ledger, url, times, seconds = sys.argv[1:5]
    with Ledger(f"sqlite:///{Path(ledger)}") as memory:
        web = Web(memory, every=timedelta(seconds=float(seconds)))
        with web:
            for _ in range(int(times)):
                web.ask(url, _nothing)


def _nothing(answer: Answer) -> tuple[Answer, list[object]]:
    return answer, []


if __name__ == "__main__":
    main()
