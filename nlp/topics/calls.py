"""Calls to act against a brand: boycotts, demands to part with somebody or to answer.

They are no customer's complaint and often without a mood, but their authors want others to follow.
"""

import re
from typing import Final

_READ: Final = 300  # characters of a text
_CALLS: Final = re.compile(
    "(?<![不别])抵制(?!诱惑)|拒买|罢买|脱粉|封杀|取关|卸载|(?<!不会)解约|换.{0,4}代言|[也还]配(?:当|做)?代言|"
    "(?:不会|别)再[买用喝吃去进]|出来(?:说话|道歉|回应)|给(?:个|一个)(?:交代|说法)|要个说法|装死|从购物车删"
)


def calls_for_action(text: str) -> bool:
    """Return whether a text calls for a boycott, for parting with somebody, or for an answer."""
    return _CALLS.search(text[:_READ]) is not None
