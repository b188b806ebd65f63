"""Rules of the band around the baseline."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alerts.detection.bands import baseline_bands
from alerts.detection.series import Series
from alerts.detection.settings import DetectionSettings

START = datetime(2026, 1, 5, tzinfo=UTC)
STEP = timedelta(minutes=5)
SETTINGS = DetectionSettings()
DAY = 288


def series(days: int, seed: int = 3, **changes: float) -> Series:
    """Return quiet counts: three mentions a tick, a fifth of them negative."""
    rng = np.random.default_rng(seed)
    volume = rng.poisson(3.0, days * DAY).astype(np.float64)
    negative = rng.binomial(volume.astype(int), 0.2).astype(np.float64)
    counts = {"volume": volume, "negative": negative, "authors": volume}
    return Series(
        "云朵茶饮", START, STEP, counts, np.full(days * DAY, changes.get("coverage", 1.0))
    )


def test_quiet_counts_lie_in_the_band() -> None:
    """The expected count is near the mean, and about one tick in a thousand lies above the edge."""
    quiet = series(14)
    bands = baseline_bands(quiet, START + timedelta(days=7), SETTINGS)
    assert bands.channels == ("volume", "negative")
    assert bands.start == START + timedelta(days=7)
    assert bands.mean.shape == bands.upper.shape == (2, 7 * DAY)
    assert abs(float(bands.mean[0].mean()) - 3.0) < 0.2
    assert abs(float(bands.mean[1].mean()) - 0.6) < 0.1
    assert (quiet.counts["volume"][7 * DAY :] > bands.upper[0]).mean() < 0.003


def test_nothing_later_changes_a_band() -> None:
    """A burst moves no band before its own hour is over."""
    quiet, burst = series(9), series(9)
    burst.counts["volume"][8 * DAY + 30 :] += 500.0
    since = START + timedelta(days=7)
    until = DAY + 24
    before, after = (baseline_bands(one, since, SETTINGS) for one in (quiet, burst))
    assert np.array_equal(before.mean[:, :until], after.mean[:, :until])
    assert np.array_equal(before.upper[:, :until], after.upper[:, :until])
    assert not np.array_equal(before.mean, after.mean)


def test_the_same_counts_give_the_same_bands_in_parts() -> None:
    """Bands of the last days are the same from a series that begins later, but early enough."""
    whole = series(140)
    skipped = 40 * DAY
    part = Series(
        whole.brand,
        START + skipped * STEP,
        STEP,
        {name: values[skipped:] for name, values in whole.counts.items()},
        whole.coverage[skipped:],
    )
    since = START + timedelta(days=139)
    one, other = baseline_bands(whole, since, SETTINGS), baseline_bands(part, since, SETTINGS)
    assert np.array_equal(one.mean, other.mean)
    assert np.array_equal(one.upper, other.upper)


@pytest.mark.parametrize(("coverage", "known"), [(1.0, True), (0.5, False)])
def test_no_band_while_little_is_known(coverage: float, known: bool) -> None:
    """On the first day, and where too little was read, there is no band."""
    bands = baseline_bands(series(3, coverage=coverage), START, SETTINGS)
    assert np.isnan(bands.mean[:, : DAY - 12]).all()
    assert np.isfinite(bands.upper[:, -1]).all() == known
