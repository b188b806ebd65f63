"""What the codes of WeCom's group robots mean to the sender.

From its documentation (developer.work.weixin.qq.com: 消息推送配置说明, 全局错误码) and from robots
that others have seen answer; no robot was asked.
"""

from datetime import timedelta

from alerts.notify.meanings import Codes, Meaning

_MINUTE = timedelta(minutes=1)
_FORM = "WeCom did not accept the form of the message"
_GONE = "the robot's address is wrong, or the robot was removed: copy its address again"

CODES = Codes(
    "WeCom",
    "errcode",
    "errmsg",
    {
        -1: Meaning("the system is busy", retry=True, after=timedelta(seconds=30)),
        6000: Meaning("several calls at once", retry=True),
        40001: Meaning("the robot's key is not valid: copy its address again"),
        40008: Meaning("WeCom did not accept the type of the message"),
        40009: Meaning("WeCom found the picture too large"),
        40033: Meaning(_FORM),
        40035: Meaning("a parameter is not valid: copy the robot's address again"),
        40058: Meaning("WeCom did not accept a parameter, or found the message too long"),
        40063: Meaning("a parameter is missing"),
        41001: Meaning("the robot's address has no key"),
        43004: Meaning("the robot's owner does not belong to the company any more"),
        44004: Meaning("WeCom found the message empty"),
        45002: Meaning("WeCom found the message too long"),
        45008: Meaning(_FORM),
        45009: Meaning("more than 20 messages in a minute", retry=True, after=_MINUTE),
        45033: Meaning("too many calls at once", retry=True, after=timedelta(seconds=10)),
        47001: Meaning(_FORM),
        48002: Meaning("the robot may not use this call"),
        93000: Meaning(_GONE),
        93004: Meaning("the robot is stopped: switch it on in the group's settings"),
        93008: Meaning("the robot is not in the group any more: add it, copy its address again"),
        93017: Meaning(_GONE),
    },
)
