"""The server of the page: in a process of its own, or in a thread of the continuous run."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import uvicorn

from dashboards.web.app import LOOPBACK, application, utc_now
from fengsui.cli.additions import CommandError
from fengsui.cli.language import tell
from fengsui.settings.application import Settings

HOST: Final = "127.0.0.1"
PORT: Final = 8420
# How long the server may take to end: pages that listen for news are cut off.
GRACE_SECONDS: Final = 3.0
_ANYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104  # refused below without logins


def serve_page(
    settings: Settings,
    host: str = HOST,
    port: int = PORT,
    clock: Callable[[], datetime] = utc_now,
    begins: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve the page at `host` and `port` until the process is asked to end.

    `begins` is called with its address.

    Raises:
        CommandError: others could reach it, and no member has a login; or the port is taken.
    """
    server = _server(settings, host, port, clock)
    with _listening(host, port) as place:
        begins(address_of(host, port))
        server.run([place])


@contextmanager
def page_served(
    settings: Settings,
    host: str = HOST,
    port: int = PORT,
    clock: Callable[[], datetime] = utc_now,
) -> Iterator[str]:
    """Serve the page in a thread until the block ends; its address is given.

    Raises:
        CommandError: as `serve_page`.
    """
    server = _server(settings, host, port, clock)
    with _listening(host, port) as place:
        thread = threading.Thread(target=server.run, args=([place],), name="page", daemon=True)
        thread.start()
        try:
            yield address_of(host, port)
        finally:
            server.should_exit = True
            thread.join(2 * GRACE_SECONDS)


def _listening(host: str, port: int) -> socket.socket:
    """Return the socket that the server listens at."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError:
        raise CommandError(tell("serve.taken", host=host, port=port)) from None


def address_of(host: str, port: int) -> str:
    """Return what a browser gets."""
    shown = HOST if host in _ANYWHERE else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def hosts_of(settings: Settings, host: str) -> Sequence[str]:
    """Return the names by which requests may ask for the page.

    Where it listens everywhere and the settings name no address, any name will do: the session
    of a login goes to no other name than the one that it was made for.
    """
    public = urlsplit(settings.page.url or "").hostname
    if host in _ANYWHERE and public is None:
        return ("*",)
    return (*LOOPBACK, *((public,) if public else ()), *(() if host in _ANYWHERE else (host,)))


def _server(
    settings: Settings, host: str, port: int, clock: Callable[[], datetime]
) -> uvicorn.Server:
    has_logins = any(one.login is not None for one in settings.members)
    if not _is_loopback(host) and not has_logins:
        raise CommandError(tell("serve.no_logins", host=host))
    app = application(settings, clock, hosts=hosts_of(settings, host), warms=True)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        log_config=None,
        server_header=False,
        access_log=False,
        timeout_graceful_shutdown=round(GRACE_SECONDS),
    )
    return uvicorn.Server(config)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
