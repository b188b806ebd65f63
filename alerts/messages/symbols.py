"""The colours of levels as signs that every telephone shows."""

from collections.abc import Mapping
from typing import Final

from records import Level

EMOJI: Final[Mapping[Level, str]] = {
    Level.BLUE: "🔵",
    Level.YELLOW: "🟡",
    Level.ORANGE: "🟠",
    Level.RED: "🔴",
}
RECOVERED_EMOJI: Final = "✅"
