"""Compare the SQLite store with obsei's: `python -m benchmarks.obsei INTERPRETER [POSTS]`.

INTERPRETER is a Python that has obsei 1.1 (PyPI), in a virtual environment of its own: it is
no dependency of ours. Both sides get records that are made already, and CPU time counts. Ours also
takes mentions, rolls their counts up and indexes their words; obsei keeps records alone.
"""

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import msgspec

from benchmarks.measure import Row, show
from benchmarks.store import BATCH, cpu_seconds, made, write_ours

POSTS = 3_000
ROUNDS = 3

_THEIRS = """
import json, sys, time
from datetime import datetime
from obsei.core.record import Record, SourceRef
from obsei.store.duckdb_store import Store

def record(post):
    source = SourceRef(type=post["source"], native_id=post["id"], url=post["url"])
    at, fetched = (datetime.fromisoformat(post[name]) for name in ("published_at", "fetched_at"))
    return Record(source=source, text=post["text"], created_at=at, fetched_at=fetched)

with open(sys.argv[1], encoding="utf-8") as lines:
    records = [record(json.loads(line)) for line in lines]
with Store(sys.argv[2], allow_unencrypted=True, install_extensions=False) as store:
    start = time.process_time()
    for first in range(0, len(records), int(sys.argv[3])):
        store.upsert(records[first : first + int(sys.argv[3])])
    print(time.process_time() - start)
"""


def theirs(interpreter: str, lines: Path, database: Path) -> float:
    """Return the CPU seconds in which obsei upserts the posts of `lines`."""
    command = [interpreter, "-c", _THEIRS, str(lines), str(database), str(BATCH)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def run(interpreter: str, posts: int = POSTS) -> Row:
    """Measure both in turn; the ratio is the median of the rounds."""
    pairs = list(made(posts))
    rounds = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = folder / "posts.jsonl"
        lines.write_bytes(b"".join(msgspec.json.encode(post) + b"\n" for post, _ in pairs))
        for turn in range(ROUNDS):
            database = folder / f"{turn}.sqlite3"
            own = cpu_seconds(partial(write_ours, database, pairs))
            other = theirs(interpreter, lines, folder / f"{turn}.duckdb")
            rounds.append((other / own, own, other))
    ratio, own, other = sorted(rounds)[ROUNDS // 2]
    return Row(
        part="store: upsert, counts and search included",
        ours=f"SqliteMentionStore, batches of {BATCH}",
        alternative="obsei's store, records alone",
        ratio=ratio,
        detail=f"{posts / own:,.0f} against {posts / other:,.0f} posts/s",
    )


if __name__ == "__main__":
    show([run(sys.argv[1], *map(int, sys.argv[2:3]))])
