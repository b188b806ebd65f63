"""The count that the next level takes, by the dispersion that the evidence carries."""

from dataclasses import replace
from datetime import timedelta

from alerts.detection.settings import DetectionSettings
from alerts.evidence.combine import hourly_count
from records import Evidence, Level
from store.encoding import decoder, encode

SETTINGS = DetectionSettings()
NEGATIVE = Evidence("negative", 30.0, 6.0, timedelta(hours=1), 1e-9, dispersion=0.3)
SHARE = Evidence("negative_share", 0.9, 0.2, timedelta(hours=1), 1e-12)


def test_what_scatters_more_takes_more() -> None:
    """The count is that of the negative binomial of the evidence, whatever its p-value is."""
    counts = [
        hourly_count(Level.YELLOW, (SHARE, replace(NEGATIVE, dispersion=dispersion)), 0.0, SETTINGS)
        for dispersion in (0.05, 0.3, 2.0)
    ]
    assert counts == sorted(set(counts))
    rarer = replace(NEGATIVE, p_value=1e-30)
    assert hourly_count(Level.YELLOW, (rarer,), 0.0, SETTINGS) == counts[1]


def test_evidence_from_before_is_read() -> None:
    """Of evidence that was kept without a dispersion a usual one is taken."""
    known = encode(NEGATIVE)
    body = known.replace(b',"dispersion":0.3', b"")
    old = decoder(Evidence)(body)
    assert body != known
    assert old == replace(NEGATIVE, dispersion=None)
    assert decoder(Evidence)(known) == NEGATIVE
    assert hourly_count(Level.RED, (old,), 0.0, SETTINGS) == hourly_count(
        Level.RED, (NEGATIVE,), 0.0, SETTINGS
    )
