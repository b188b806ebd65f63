"""What the codes of DingTalk's custom robots mean to the sender.

From its documentation (open.dingtalk.com: custom robots, global error codes) and from robots that
others have seen answer; no robot was asked. Several codes say the same thing: older and newer.
"""

from datetime import timedelta

from alerts.notify.meanings import Codes, Meaning

_GONE = "the robot's token is not known: copy the robot's address again"
# More than 20 messages in a minute, and the robot is silent for ten.
_TOO_FAST = Meaning("more than 20 messages in a minute", retry=True, after=timedelta(minutes=10))
_LATER = timedelta(seconds=30)

CODES = Codes(
    "DingTalk",
    "errcode",
    "errmsg",
    {
        -1: Meaning("the system is busy", retry=True, after=_LATER),
        88: Meaning("DingTalk refused the call: copy the robot's address again"),
        40035: Meaning("a parameter is missing: the address has no access_token"),
        43004: Meaning("the content type was not accepted"),
        130101: _TOO_FAST,
        130102: _TOO_FAST,
        300001: Meaning(_GONE),
        300005: Meaning(_GONE),
        310000: Meaning(
            "a safety setting of the robot refused the message: keyword, signature or IP list",
            worded=(
                ("keyword", Meaning("the message lacks the robot's keyword: use a signature")),
                ("timestamp", Meaning("the signature is out of date: set this machine's clock")),
                ("sign", Meaning("the signature is wrong: secret_env names its key")),
                ("whitelist", Meaning("this machine's IP address is not on the robot's list")),
            ),
        ),
        400013: Meaning("the group was dissolved, or the robot is stopped"),
        400101: Meaning(_GONE),
        400102: Meaning("the robot is stopped: switch it on in the group's settings"),
        400105: Meaning("DingTalk did not accept the type of the message"),
        400106: Meaning("there is no such robot: copy the robot's address again"),
        410100: _TOO_FAST,
        430101: Meaning("DingTalk found an unsafe link in the message"),
        430102: Meaning("DingTalk found unfit words in the message"),
        430103: Meaning("DingTalk found an unfit picture in the message"),
        430104: Meaning("DingTalk found unfit content in the message"),
        460101: Meaning("DingTalk found the message too long"),
    },
)
