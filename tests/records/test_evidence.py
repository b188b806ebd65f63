"""Evidence as it is stored."""

from dataclasses import replace
from datetime import timedelta

from records import Evidence
from store.encoding import decoder, encode

NEGATIVE = Evidence("negative", 30.0, 6.0, timedelta(hours=1), 1e-9, dispersion=0.3)


def test_evidence_from_before_is_read() -> None:
    """Evidence that was kept without a dispersion has none."""
    known = encode(NEGATIVE)
    body = known.replace(b',"dispersion":0.3', b"")
    old = decoder(Evidence)(body)
    assert body != known
    assert old == replace(NEGATIVE, dispersion=None)
    assert decoder(Evidence)(known) == NEGATIVE
