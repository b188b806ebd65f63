"""`/fengsui` and its words: status, mine, ack, assign @, silence 2h, resolve, note, help."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from records import ActionKind
from records.time import DAY, HOUR, MINUTE

COMMAND: Final = "/fengsui"
# Characters of a command that are read.
LONGEST: Final = 3000

STATUS: Final = "status"
MINE: Final = "mine"
HELP: Final = "help"
_ACTS: Final[Mapping[str, ActionKind]] = {
    "ack": ActionKind.CLAIM,
    "claim": ActionKind.CLAIM,
    "认领": ActionKind.CLAIM,
    "release": ActionKind.UNCLAIM,
    "放回": ActionKind.UNCLAIM,
    "assign": ActionKind.ASSIGN,
    "指派": ActionKind.ASSIGN,
    "note": ActionKind.NOTE,
    "备注": ActionKind.NOTE,
    "silence": ActionKind.SILENCE,
    "静默": ActionKind.SILENCE,
    "resolve": ActionKind.RESOLVE,
    "解决": ActionKind.RESOLVE,
    "reopen": ActionKind.REOPEN,
    "重开": ActionKind.REOPEN,
    "false-alarm": ActionKind.FALSE_ALARM,
    "误报": ActionKind.FALSE_ALARM,
}
_LOOKS: Final = {"": STATUS, "status": STATUS, "状态": STATUS, "mine": MINE, "我的": MINE}
# Slack writes a person as <@U024BE7LH|name> where the app's command escapes them.
_PERSON: Final = re.compile(r"<@([UW][A-Z0-9]{2,40})(?:\|[^>]{0,100})?>")
_LENGTH: Final = re.compile(r"([0-9]{1,3})(分钟|小时|天|m|h|d)")
_ALSO: Final = frozenset({"also-safety", "含人身安全"})
_UNITS: Final = {"m": MINUTE, "分钟": MINUTE, "h": HOUR, "小时": HOUR, "d": DAY, "天": DAY}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command asks for: to look (`look`), or to act (`kind`) on what `which` means.

    `text` is the rest, `person` a Slack user's id, `length` how long a silence lasts,
    `also` whether it holds where people are harmed, or from orange on, too.
    """

    look: str = ""
    kind: ActionKind | None = None
    which: str = ""
    text: str = ""
    person: str = ""
    length: timedelta | None = None
    also: bool = False


def asked(text: str) -> Asked:
    """Return what was typed after the command; what is not understood asks for help."""
    words = text[:LONGEST].split()
    verb = words[0].lower() if words else ""
    if verb in _LOOKS:
        return Asked(look=_LOOKS[verb])
    kind = _ACTS.get(verb)
    if kind is None:
        return Asked(look=HELP)
    which, rest = (words[1] if len(words) > 1 else ""), words[2:]
    if kind is ActionKind.ASSIGN:
        # Both orders are natural: assign @her 云朵, assign 云朵 @her.
        people = [found[1] for word in words[1:] if (found := _PERSON.fullmatch(word))]
        others = [word for word in words[1:] if not _PERSON.fullmatch(word)]
        return Asked("", kind, " ".join(others[:1]), person=people[0] if people else "")
    if kind is ActionKind.SILENCE:
        lengths = [found for word in words[1:] if (found := _LENGTH.fullmatch(word))]
        others = [word for word in words[1:] if not _LENGTH.fullmatch(word) and word not in _ALSO]
        also = any(word in _ALSO for word in words[1:])
        length = int(lengths[0][1]) * _UNITS[lengths[0][2]] if lengths else None
        return Asked("", kind, " ".join(others[:1]), " ".join(others[1:]), length=length, also=also)
    return Asked("", kind, which, " ".join(rest))
