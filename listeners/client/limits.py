"""Who asks, how long a host may keep silent, and how much it may answer."""

from typing import Final, NamedTuple

AGENT: Final = "fengsui/0.1 (brand monitoring; one reader, honours Retry-After)"
CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 30.0
# A server that sends a byte now and then would otherwise hold the chain for ever.
WHOLE_SECONDS: Final = 120.0
GREATEST_ANSWER: Final = 64 * 1024 * 1024


class Limits(NamedTuple):
    """How long a host may keep silent, and how many bytes it may answer."""

    timeout_seconds: float = READ_SECONDS
    greatest_answer: int = GREATEST_ANSWER
