"""The pools of the DAGs; `python -m fengsui_airflow.pools` prints them as JSON to be imported."""

import json
import sys
from typing import Final

# Name: slots and what they bound.
POOLS: Final = {
    "crawl_feed": (4, "feeds read at once"),
    "crawl_folder": (2, "watched folders, and what was pushed here, read at once"),
    "crawl_heimao": (2, "complaint sites read at once"),
    "crawl_mail": (2, "mailboxes read at once"),
    "crawl_news": (4, "news feeds and hot lists of others read at once"),
    "crawl_weibo": (4, "sources at Weibo read at once; their pace is shared besides"),
    "plan": (8, "what takes a moment: who is to be read"),
    # Of two posts judged at once neither would be seen to copy the other: exactly one slot.
    "model": (1, "scoring; exactly one slot"),
    "index": (2, "repairing the stores"),
    "slack": (1, "messages to the receivers"),
}


def main() -> None:
    """Print the pools as JSON."""
    pools = {
        name: {"slots": slots, "description": said, "include_deferred": False}
        for name, (slots, said) in POOLS.items()
    }
    sys.stdout.write(json.dumps(pools, indent=2) + "\n")


if __name__ == "__main__":
    main()
