"""The sample on disk: recorded answers of two sources, and the settings of the two brands."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from fengsui.demo.complaints import complaints
from fengsui.demo.dirt import spoil_lists, spoil_searches
from fengsui.demo.heimao import lists
from fengsui.demo.narrator import PostWriter
from fengsui.demo.polls import Answer, searches
from fengsui.demo.story import UNTIL, story
from records.time import BEIJING


@dataclass(frozen=True, slots=True)
class SampleFiles:
    """Where the sample lies: recorded answers as JSON Lines, and the settings of its brands."""

    weibo: Path
    complaints: Path
    settings: Path


def generate(folder: Path, seed: int = 7) -> SampleFiles:
    """Write the sample into `folder`, which is made if it is not there; files are written over.

    The same seed writes the same bytes. Nothing in it is anybody's: brands, people and words are
    made up.
    """
    random = Random(seed)  # noqa: S311 - a story that has to come out the same, not a secret
    narrator = PostWriter(random)
    posts, filed = story(narrator), complaints(narrator)
    files = SampleFiles(
        weibo=folder / "weibo.jsonl",
        complaints=folder / "complaints.jsonl",
        settings=folder / "fengsui.toml",
    )
    folder.mkdir(parents=True, exist_ok=True)
    _write(files.weibo, spoil_searches(searches(posts, random)))
    _write(files.complaints, spoil_lists(lists(filed, UNTIL, random)))
    files.settings.write_bytes(resources.files(__package__).joinpath("brands.toml").read_bytes())
    return files


def _write(path: Path, answers: Iterable[Answer]) -> None:
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        file.writelines(encode(_line(answer)) + b"\n" for answer in answers)


def _line(answer: Answer) -> dict[str, Any]:
    return {
        "fetched_at": answer.fetched_at.astimezone(BEIJING).isoformat(timespec="seconds"),
        "url": answer.url,
        "status": answer.status,
        "body": answer.body,
    }
