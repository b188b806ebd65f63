"""The connection to Slack: by Socket Mode it is ours to open, so that no address is public."""

import threading
from collections.abc import Callable
from typing import Final

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from alerts.notify.secret_env import secret_of
from fengsui.desk.desk import Desk
from fengsui.desk.slack.app import SlackDesk
from fengsui.desk.slack.seen import TIMEOUT, SlackAway, code_of, quiet_logger
from fengsui.services import Services
from fengsui.settings.slack import SlackAppSettings
from records import Case

WAKE: Final = 1.0
# The library connects anew by itself; what takes longer is an incident.
PATIENCE: Final = 60.0


def app_of(desk: Desk, settings: SlackAppSettings, cases: Callable[[], list[Case]]) -> App:
    """Return the app with all that people can do; `cases` returns those that a home may show.

    Raises:
        NotifyError: a token that it needs is missing.
    """
    quiet = quiet_logger()
    client = WebClient(
        token=secret_of(settings.token_env).get_secret_value(),
        base_url=settings.base_url,
        timeout=TIMEOUT,
        logger=quiet,
    )
    by_http = settings.mode == "http"
    app = App(
        client=client,
        signing_secret=secret_of(settings.signing_secret_env).get_secret_value() if by_http else "",
        # `fengsui check` verifies the token; here it would tie the start to the network.
        token_verification_enabled=False,
        request_verification_enabled=by_http,
        logger=quiet,
    )

    SlackDesk(desk, desk.settings.language, cases).register(app)
    return app


def listen(
    services: Services,
    stop: threading.Event,
    worked: Callable[[], None],
    desk: Desk | None = None,
) -> None:
    """Serve clicks and commands by Socket Mode until the stop.

    Raises:
        SlackAway: the connection cannot be opened.
        NotifyError: a token is missing.
    """
    settings = services.settings.slack
    app = app_of(desk or Desk(services.ledger, services.settings), settings, services.ledger.cases)
    token = secret_of(settings.app_token_env).get_secret_value()
    web = WebClient(base_url=settings.base_url, timeout=TIMEOUT, logger=app.logger)
    handler = SocketModeHandler(app, token, logger=app.logger, web_client=web)
    try:
        _connect(handler)
        away = 0.0
        while not stop.wait(WAKE):
            if handler.client.is_connected():
                away = 0.0
                worked()
            elif (away := away + WAKE) >= PATIENCE:
                raise SlackAway("disconnected")
    finally:
        handler.close()  # type: ignore[no-untyped-call]  # Bolt's


def _connect(handler: SocketModeHandler) -> None:
    try:
        handler.connect()  # type: ignore[no-untyped-call]  # Bolt's
    except Exception as error:  # noqa: BLE001 - the library raises what its sockets raise
        code = code_of(error)
    else:
        return
    # Raised out here, so that the cause, which holds what was sent, does not travel along.
    raise SlackAway(code)
