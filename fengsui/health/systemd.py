"""What a service tells systemd over its socket: that it is ready, that it lives, that it ends.

https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import logging
import os
import socket
from collections.abc import Mapping
from typing import Final

log = logging.getLogger(__name__)

READY: Final = "READY=1"
ALIVE: Final = "WATCHDOG=1"
STOPPING: Final = "STOPPING=1"


def tell_systemd(state: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Send `state` to the socket that systemd named; return whether there is one that took it."""
    path = environment.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return False
    # A name that begins with @ is abstract: it stands in no folder.
    address = f"\0{path[1:]}" if path.startswith("@") else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
            to.settimeout(1.0)
            to.sendto(state.encode(), address)
    except OSError as error:
        log.warning("systemd was not reached: %s", error)
        return False
    return True
