"""What the codes of Feishu mean to the sender: of custom robots, and of apps.

From its documentation (open.feishu.cn: custom bot guide; im/v1/messages create, reply and patch;
generic error codes) and from robots that others have seen answer; no robot and no app was asked.
"""

from datetime import timedelta

from alerts.notify.meanings import Codes, Meaning

_LATER = timedelta(seconds=30)
_MINUTE = timedelta(minutes=1)
# Apps answer these with a header as well that says how long to wait.
PAUSE_HEADER = "x-ogw-ratelimit-reset"

_FORM = "Feishu did not accept the form of the message"
_AUDIT = "the company's data protection stopped the message"
_TALK = "the group's settings, or the company's, do not let the robot talk there"
_TOO_OFTEN = Meaning("too many messages: Feishu asks to wait", retry=True, after=_MINUTE)
_TOKEN = "Feishu did not take the app's token"  # noqa: S105 - words, no token

ROBOT = Codes(
    "Feishu",
    "code",
    "msg",
    {
        9499: Meaning(_FORM, worded=(("too many", _TOO_OFTEN), ("frequency", _TOO_OFTEN))),
        11232: _TOO_OFTEN,
        11246: Meaning(_FORM),
        11247: Meaning(_FORM),
        19001: Meaning("the robot's address is wrong: copy it again"),
        19002: Meaning(_FORM),
        19003: Meaning(_FORM),
        19005: Meaning("there is no such robot: copy its address again"),
        19006: Meaning("the robot was stopped"),
        19007: Meaning("the robot is not switched on"),
        19021: Meaning(
            "the signature is wrong or out of date: look at secret_env and this machine's clock"
        ),
        19022: Meaning("this machine's IP address is not on the robot's list"),
        19024: Meaning("the message lacks the keyword of the robot: use a signature instead"),
        19036: Meaning("the group was dissolved, or the robot was removed from it"),
        99991400: _TOO_OFTEN,
    },
    PAUSE_HEADER,
)

# The message that is to be edited or answered is gone, or can no longer be changed.
GONE = frozenset({230011, 230019, 230031, 230050, 230054, 230072, 230110, 230111})
# The group knows no threads: the answer quotes the first message.
NO_THREADS = frozenset({230071})
# Ask for a new token, once.
TOKEN_CODES = frozenset({99991661, 99991663, 99991664, 99991668, 99991671})

APP = Codes(
    "Feishu",
    "code",
    "msg",
    {
        10003: Meaning("app_id or the app's secret is missing or not valid"),
        10012: Meaning("there is no such app: look at app_id"),
        10014: Meaning("the app's secret is not valid: look at app_secret_env"),
        10015: Meaning("the app's secret is not valid: look at app_secret_env"),
        230001: Meaning("a parameter is not valid: look at chat_id"),
        230002: Meaning("the robot is not in the group: add the app to it"),
        230006: Meaning("switch on the robot of the app, and publish the app's version"),
        230011: Meaning("the message was recalled"),
        230013: Meaning("the reader is outside the app's range: widen it"),
        230015: Meaning(_FORM),
        230017: Meaning("the picture does not belong to the app"),
        230018: Meaning(_TALK),
        230019: Meaning("the thread is gone"),
        230020: _TOO_OFTEN,
        230022: Meaning("Feishu found unfit words in the message"),
        230025: Meaning("Feishu found the message too long"),
        230027: Meaning("the app lacks a permission: im:message or im:message:send_as_bot"),
        230028: Meaning(_AUDIT),
        230029: Meaning("the reader has left the company"),
        230031: Meaning("the message is older than 14 days"),
        230034: Meaning("chat_id is not valid"),
        230035: Meaning(_TALK),
        230036: Meaning("the company's key was deleted: ask its administrator"),
        230038: Meaning("the reader belongs to another company"),
        230049: Meaning("the message is being sent", retry=True, after=_LATER),
        230050: Meaning("the robot cannot see the message"),
        230053: Meaning("the reader takes no messages of robots"),
        230054: Meaning("the group takes no cards"),
        230055: Meaning(_FORM),
        230071: Meaning("the group knows no threads"),
        230072: Meaning("the message cannot be answered in a thread"),
        230075: Meaning("the group is a secret one, and takes no messages of robots"),
        230099: Meaning("Feishu did not accept the card"),
        230110: Meaning("the message was deleted"),
        230111: Meaning("the message will delete itself"),
        232009: Meaning("the group was dissolved"),
        99991400: _TOO_OFTEN,
        99991401: Meaning("this machine's IP address is not on the app's list"),
        99991403: Meaning("the company has used up its calls of this month"),
        99991661: Meaning(_TOKEN),
        99991663: Meaning(_TOKEN),
        99991664: Meaning(_TOKEN),
        99991668: Meaning(_TOKEN),
        99991671: Meaning(_TOKEN),
        99991672: Meaning("the app lacks a permission: im:message or im:message:send_as_bot"),
    },
    PAUSE_HEADER,
)
