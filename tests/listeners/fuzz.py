"""Coverage-guided fuzzing of the parsers: `make fuzz SECONDS=600`, with atheris.

An input is a file of its own, or (by its first byte) a payload of one of the formats. Whatever it
is, the parsers give posts and reasons, or refuse it by an error that they name; anything else ends
the run, and the input that did it lies in the folder.
"""

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["listeners"]):
    from listeners.formats import FORMATS
    from listeners.formats.read import UnknownFormat, read_file
from records import Post, Rejected
from tests.listeners.formats.test_fuzz import HEADERS, SOUND, assert_parses, assert_sound
from tests.listeners.samples import FETCHED_AT

WHOLE_FILE = 0


def main() -> None:
    """Fuzz for so many seconds, in a folder that keeps what was found to lead somewhere new."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--folder", type=Path, default=Path(".cache/fuzz"))
    chosen = parser.parse_args()
    corpus = chosen.folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    place = chosen.folder / "input"
    limits = [f"-max_total_time={chosen.seconds}", "-max_len=8192", "-timeout=10"]
    atheris.Setup(
        [sys.argv[0], *limits, f"-artifact_prefix={chosen.folder}/", str(corpus)],
        lambda data: try_out(data, place),
    )
    atheris.Fuzz()


def seeds() -> Iterator[bytes]:
    """Yield sound payloads as their formats, and as files."""
    for payload in SOUND:
        line = json.dumps(payload, ensure_ascii=False).encode()
        yield bytes([WHOLE_FILE]) + line
        for number in range(len(FORMATS)):
            yield bytes([number + 1]) + line
    for header in HEADERS.values():
        text = io.StringIO()
        row = [name if "时间" in name else "1" for name in header]
        csv.writer(text).writerows([header, row, ["2026-06-21 21:19"] * len(header)])
        yield bytes([WHOLE_FILE]) + text.getvalue().encode()


def try_out(data: bytes, place: Path) -> None:
    """Try one input.

    Raises:
        Exception: a parser failed otherwise than it may.
    """
    kind = data[0] % (len(FORMATS) + 1) if data else WHOLE_FILE
    if kind == WHOLE_FILE:
        as_file(data[1:], place)
    else:
        assert_parses(data[1:], FORMATS[kind - 1])


def as_file(content: bytes, place: Path) -> None:
    """Read a file with this content."""
    place.write_bytes(content)
    try:
        found = list(read_file(place, fetched_at=FETCHED_AT))
    except UnknownFormat:
        return
    for each in found:
        assert isinstance(each, Post | Rejected)
        if isinstance(each, Post):
            assert_sound(each)


if __name__ == "__main__":
    main()
