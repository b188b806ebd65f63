"""The pause that an HTTP answer asks for."""

from collections.abc import Mapping
from datetime import timedelta

LONGEST = timedelta(hours=1)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Return the pause of a Retry-After header in seconds, at most an hour; None without one.

    The header's other form, a date, is left to the sender's own back-off: it would trust the other
    side's clock.
    """
    value = next((v for name, v in headers.items() if name.lower() == "retry-after"), "").strip()
    if not value.isascii() or not value.isdigit():
        return None
    return min(timedelta(seconds=int(value[:9])), LONGEST)
