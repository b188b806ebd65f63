"""The languages that people read, and what the levels are called and coloured in all of them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from records.incident import Level

Language: TypeAlias = Literal["zh", "en"]

LEVEL_NAMES: Final[Mapping[Language, Mapping[Level, str]]] = MappingProxyType(
    {
        "zh": {Level.BLUE: "蓝", Level.YELLOW: "黄", Level.ORANGE: "橙", Level.RED: "红"},
        "en": {level: level.name.lower() for level in Level},
    }
)
# The four colours of Chinese emergency practice, and the end of an incident.
LEVEL_COLOURS: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.BLUE: "#3e7cb8",
        Level.YELLOW: "#e0ac00",
        Level.ORANGE: "#ef7d22",
        Level.RED: "#cf2e3c",
    }
)
RECOVERED_COLOUR: Final = "#2f9e63"
# The same by the names that terminals have for colours.
TERMINAL_COLOURS: Final[Mapping[Level, str]] = MappingProxyType(
    {
        Level.BLUE: "blue",
        Level.YELLOW: "yellow",
        Level.ORANGE: "dark_orange",
        Level.RED: "red",
    }
)
