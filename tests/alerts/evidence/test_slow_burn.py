"""A week of complaints against the fortnight before it: what grows slowly, and what does not."""

from datetime import UTC, datetime

import numpy as np
import pytest

from alerts.detection.probability import Floats
from alerts.detection.settings import DetectionSettings
from alerts.evidence.slow_burn import DAYS, SPAN, WEEK, is_large, slow_burn
from records import Level

AT = datetime(2026, 3, 20, tzinfo=UTC)
SETTINGS = DetectionSettings()
READ = np.ones(DAYS)


def burn(usual: float, of_days: int) -> Floats:
    """Return days with `usual` complaints, the last `of_days` with two more each."""
    days = np.full(DAYS, usual)
    days[DAYS - of_days :] += 2 * (np.arange(of_days) + 1)
    return days


def test_two_more_each_day_is_found_within_a_week() -> None:
    """What no hour shows, the week does, and it says so as blue with its counts."""
    found = slow_burn("云朵", AT, burn(1, 6), READ, SETTINGS)
    assert found is not None
    assert found.level is Level.BLUE
    (evidence,) = found.evidence
    assert (evidence.kind, evidence.horizon, evidence.observed) == ("complaints", SPAN, 49)
    assert evidence.expected == pytest.approx(7, abs=0.2)


@pytest.mark.parametrize("usual", [0.0, 1.0, 30.0])
def test_the_same_every_day_is_quiet(usual: float) -> None:
    """However many complaints a brand has each day, as many are nothing new."""
    assert slow_burn("云朵", AT, burn(usual, 0), READ, SETTINGS) is None


def test_what_is_over_burns_no_more() -> None:
    """A bad day five days ago is no burn: the newest days have no more than the fortnight."""
    days = burn(1, 0)
    days[-5] = 80
    assert slow_burn("云朵", AT, days, READ, SETTINGS) is None


def test_days_that_scatter_take_more() -> None:
    """Of a brand whose days differ ten-fold a week has to be greater than of an even one."""
    even, wild = burn(10, 0), burn(10, 0)
    wild[:-WEEK:2], wild[1:-WEEK:2] = 1, 19
    even[-WEEK:] = wild[-WEEK:] = 15
    assert slow_burn("云朵", AT, even, READ, SETTINGS) is not None
    assert slow_burn("云朵", AT, wild, READ, SETTINGS) is None


def test_what_was_not_read_is_no_past() -> None:
    """Days without a reading do not count as calm: with too few others nothing is found."""
    unread = READ.copy()
    unread[: DAYS - WEEK - 5] = 0.0
    assert slow_burn("云朵", AT, burn(1, 6), unread, SETTINGS) is None


def test_an_unread_week_is_a_lower_bound() -> None:
    """What was read of a week in part is enough where that alone is unusual."""
    partly = READ.copy()
    partly[-WEEK:] = 0.3
    assert slow_burn("云朵", AT, burn(1, 6), partly, SETTINGS) is not None


def test_a_small_burn_is_for_the_brief() -> None:
    """A few complaints more in a week are worth a line, and no alert."""
    small, large = (slow_burn("云朵", AT, burn(0.0, of_days), READ, SETTINGS) for of_days in (2, 4))
    assert small is not None
    assert large is not None
    assert not is_large(small, SETTINGS)
    assert is_large(large, SETTINGS)


def test_the_setting_counts() -> None:
    """Who wants fewer false alarms reads of less."""
    days = burn(3, 0)
    days[-WEEK:] = 6
    rare = DetectionSettings(false_alarms_per_week=0.001)
    assert slow_burn("云朵", AT, days, READ, SETTINGS) is not None
    assert slow_burn("云朵", AT, days, READ, rare) is None
