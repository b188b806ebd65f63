"""Messages in a WeCom group, through its robot."""

import httpx

from alerts.notify.quota import Quota
from alerts.notify.robot import GroupRobot, Service, Turns
from alerts.notify.wecom.errors import CODES
from alerts.notify.wecom.renderer import bodies_of
from alerts.notify.wecom.settings import WeComReceiver

# WeCom takes 20 a minute. Its minute is not ours.
A_MINUTE = 18


def wecom(
    settings: WeComReceiver,
    *,
    turns: Turns | None = None,
    transport: httpx.BaseTransport | None = None,
) -> GroupRobot:
    """Return the notifier of a WeCom group."""
    service = Service(CODES, bodies_of, pictures=True)
    return GroupRobot(settings, service, turns or Quota(A_MINUTE), transport=transport)
