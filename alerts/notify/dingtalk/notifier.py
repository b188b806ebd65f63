"""Messages in a DingTalk group, through its custom robot."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable

import httpx

from alerts.notify.calls import Json
from alerts.notify.dingtalk.errors import CODES
from alerts.notify.dingtalk.renderer import bodies_of
from alerts.notify.dingtalk.settings import DingTalkReceiver
from alerts.notify.quota import Quota
from alerts.notify.robot import GroupRobot, Service, Turns

# DingTalk takes 20 a minute. Its minute is not ours.
A_MINUTE = 18


def dingtalk(
    settings: DingTalkReceiver,
    *,
    turns: Turns | None = None,
    transport: httpx.BaseTransport | None = None,
    now: Callable[[], float] = time.time,
) -> GroupRobot:
    """Return the notifier of a DingTalk group."""
    service = Service(CODES, bodies_of, signed)
    return GroupRobot(settings, service, turns or Quota(A_MINUTE), transport=transport, now=now)


def signed(address: httpx.URL, body: Json, secret: str, now: float) -> tuple[httpx.URL, Json]:
    """Return the address with the time in milliseconds and the HMAC-SHA256 of time and secret."""
    at = str(int(now * 1000))
    digest = hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256).digest()
    sign = base64.b64encode(digest).decode()
    return address.copy_merge_params({"timestamp": at, "sign": sign}), body
