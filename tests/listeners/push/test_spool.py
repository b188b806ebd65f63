"""What was taken is on disk with its name before it is answered."""

import os
from pathlib import Path

import pytest

from listeners.push.spool import Spool


def test_power_cut_after_the_answer_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was taken is on disk with its name: its bytes and its folder are synced, in order."""
    synced: list[str] = []
    fsync = os.fsync

    def noting(place: int) -> None:
        path = Path(f"/proc/self/fd/{place}").readlink()
        names = sorted(path.glob("*.waiting")) if path.is_dir() else []
        synced.append(f"{path.name} {len(names)}" if path.is_dir() else path.suffix)
        fsync(place)

    monkeypatch.setattr(os, "fsync", noting)
    Spool(tmp_path / "spool").put(b"one")
    assert synced == [f"{tmp_path.name} 0", ".tmp", "spool 1"]


def test_folder_that_the_pulse_made_survives_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first sign of life makes the folder, and syncs the one above: pushes lie in it."""
    synced: list[str] = []
    fsync = os.fsync

    def noting(place: int) -> None:
        synced.append(Path(f"/proc/self/fd/{place}").readlink().name)
        fsync(place)

    monkeypatch.setattr(os, "fsync", noting)
    Spool(tmp_path / "spool").pulse()
    assert synced == [tmp_path.name]
