"""What the tests of sources share."""

import pytest


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "a-token")
    monkeypatch.setenv("SESSION", "SUB=a-session")
