"""The server of the page: on this machine alone, until Ctrl-C."""

from collections.abc import Callable
from datetime import datetime

import uvicorn

from dashboards.web.app import application, utc_now
from fengsui.settings.application import Settings


def serve_page(
    settings: Settings, host: str, port: int, clock: Callable[[], datetime] = utc_now
) -> None:
    """Serve the page at `host` and `port` until the process is asked to end."""
    config = uvicorn.Config(
        application(settings, clock),
        host=host,
        port=port,
        log_level="warning",
        server_header=False,
        access_log=False,
    )
    uvicorn.Server(config).run()
