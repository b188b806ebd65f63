"""The models and versions that a text names: iPhone 15 Pro, 85X12, iOS 17.2, 三代, 2023款."""

import re
from typing import Final

_SUFFIX: Final = r"(?:\s?(?:pro|max|plus|ultra|mini|air|lite|se|fe)\+?(?![a-z]))"
# A number with one of these behind it is a measure, not a model.
_UNITS: Final = (
    r"(?:k|w|m|g|t|b|v|a|l|s|h|d|p|x|c|n|hz|ghz|mhz|kg|mg|ml|mm|cm|km|gb|mb|tb|kb|kw|kwh|mah|ma|ah|"
    r"wh|min|ms|fps|ppi|dpi|db|nm|rpm|st|nd|rd|th|am|pm|inch|ft|oz|lb|er|rmb|usd|yuan)"
)
_MEASURE: Final = re.compile(rf"[\d.+-]+{_UNITS}", re.IGNORECASE)
# Codes of letters and digits that everybody says of anything.
_COMMON: Final = re.compile(
    r"(?:top|no|p|q|t|v|vol|day|part|page|round|level|lv|ep|line|f|rs)?\d+|\d+(?:v|vs|on)\d+|[2-7]g\+?|h5|b2[bc]|"
    r"o2o|p2p|mp[34]|usb\d?|a4|3d|cet\d|covid-?19|web3|r18|nba\d*|\d*nba|into1|r1se|n95",
    re.IGNORECASE,
)
_WORD: Final = r"(?<![a-z0-9.#_-])"
_CODE: Final = (
    rf"{_WORD}(?=[a-z0-9+-]{{0,12}}\d)(?=[a-z0-9+-]{{0,12}}[a-z])[a-z0-9][a-z0-9+-]{{1,15}}"
)
_NAMED: Final = rf"{_WORD}[a-z]{{2,10}}\s\d{{1,3}}(?![\d.%])"
_SYSTEM: Final = r"(?:ios|android|安卓|鸿蒙|harmonyos|miui|版本|系统|固件)\s?v?"
_NUMBER: Final = rf"(?:{_SYSTEM}|(?<![a-z0-9.])v)\d{{1,3}}(?:\.\d{{1,5}}){{0,3}}"
_MODEL: Final = re.compile(rf"(?:{_CODE}|{_NAMED}){_SUFFIX}{{0,2}}", re.IGNORECASE)
_VERSION: Final = re.compile(
    rf"{_NUMBER}|(?<!\d)20[0-3]\d ?款|第?[一二三四五六七八九十\d]{{1,2}}代(?![人理表码替价办沟购])",
    re.IGNORECASE,
)
_READ: Final = 2_000  # characters


def versions(text: str) -> tuple[str, ...]:
    """Return the models and versions that `text` names, each once, in order, as it writes them.

    What is equal but for blanks and capitals is one (see `version_key`). Measures (65寸, 10000mAh,
    4K) and codes that everybody uses (5G, H5, TOP10) are none. Any text is taken, in linear time.
    """
    found: dict[str, str] = {}
    read = text[:_READ]
    places = sorted(
        (match.start(), match.group().strip("-+ "))
        for pattern in (_MODEL, _VERSION)
        for match in pattern.finditer(read)
    )
    for _, word in places:
        bare = version_key(word)
        if not (_MEASURE.fullmatch(bare) or _COMMON.fullmatch(bare)):
            found.setdefault(bare, word)
    return tuple(found.values())


def version_key(word: str) -> str:
    """Return what two ways of writing one model have in common."""
    return "".join(word.split()).casefold()
