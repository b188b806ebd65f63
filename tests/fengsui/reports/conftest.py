"""What the tests of reports share: one replayed story."""

import pytest

from tests.fengsui.reports.replayed import Reported, replayed


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Reported:
    """Replay the story once, and write its reports."""
    return replayed(tmp_path_factory.mktemp("reported"))
