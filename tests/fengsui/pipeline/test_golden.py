"""Moving and renaming changes nothing that a user has: replays end as they ended before."""

from pathlib import Path

import pytest

from tests.fengsui.pipeline.replays import NAMES, reference_of, replayed, source_of


@pytest.mark.parametrize("name", NAMES)
def test_a_replay_ends_as_its_reference(name: str, tmp_path: Path) -> None:
    """The same input leaves the same rows in both databases and prints the same lines.

    A change that is meant writes the reference anew: `python -m tests.fengsui.pipeline.replays`.
    """
    source = source_of(name)
    if source is not None and not source.is_file():
        pytest.skip(f"no posts to replay: {source.name} is not in ../shared/data")
    ended, reference = replayed(name, tmp_path), reference_of(name)
    assert ended["printed"] == reference["printed"]
    assert ended["tables"] == reference["tables"]
