"""Messages in a Feishu group, through its custom robot."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import timedelta

import httpx

from alerts.notify.calls import Json
from alerts.notify.feishu.errors import ROBOT
from alerts.notify.feishu.renderer import bodies_of
from alerts.notify.feishu.settings import FeishuReceiver
from alerts.notify.pacing import Pacer
from alerts.notify.robot import GroupRobot, Service, Turns

# Feishu takes 100 a minute and 5 a second.
INTERVAL = timedelta(seconds=0.6)


def feishu_robot(
    settings: FeishuReceiver,
    *,
    turns: Turns | None = None,
    transport: httpx.BaseTransport | None = None,
    now: Callable[[], float] = time.time,
) -> GroupRobot:
    """Return the notifier of a Feishu group with a custom robot."""
    service = Service(ROBOT, bodies_of, signed)
    return GroupRobot(settings, service, turns or Pacer(INTERVAL), transport=transport, now=now)


def signed(address: httpx.URL, body: Json, secret: str, now: float) -> tuple[httpx.URL, Json]:
    """Return the body with the time in seconds and the HMAC-SHA256 of nothing.

    Time and secret are the key of it.
    """
    at = str(int(now))
    digest = hmac.new(f"{at}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return address, {"timestamp": at, "sign": base64.b64encode(digest).decode(), **body}
