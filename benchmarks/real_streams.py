"""Real streams from a data folder, rewritten as JSON Lines that every command can read.

    python -m benchmarks.real_streams checked ../shared/data .cache/checked.jsonl

The 2020 CHECKED stream (comments and reposts of 1,127 posts) has its own columns; here each row
becomes a line of our own form, a comment or repost of its post. Nothing of it is kept in the
project.
"""

import csv
import lzma
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

KINDS = {"c": "comment", "r": "repost"}


def checked(data: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of the CHECKED stream in our own form, in their order."""
    with lzma.open(data / "checked_stream_to_2020-04.csv.xz", "rt", encoding="utf-8") as stream:
        for number, row in enumerate(csv.DictReader(stream)):
            yield {
                "source": "weibo",
                "id": f"checked-{number}",
                "kind": KINDS[row["kind"]],
                "author": row["user_no"],
                "text": row["text"],
                "published_at": datetime.fromisoformat(row["time"]).isoformat(),
                "parent": f"weibo:checked-post-{row['post_no']}",
            }


def write(rows: Iterator[dict[str, Any]], path: Path) -> int:
    """Write rows as JSON Lines and return how many there were."""
    encode = msgspec.json.Encoder().encode
    count = 0
    with path.open("wb") as out:
        for row in rows:
            out.write(encode(row) + b"\n")
            count += 1
    return count


def main() -> None:
    """Write the stream that the first argument names."""
    name, data, out = sys.argv[1:4]
    if name != "checked":
        sys.exit(f"unknown stream {name!r}: checked is known")
    print(write(checked(Path(data)), Path(out)), "rows")


if __name__ == "__main__":
    main()
