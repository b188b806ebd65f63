"""Whether the app can work: its tokens are there, and Slack takes them."""

import logging
from typing import Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from alerts.messages.format import one_line
from alerts.notify.secret_env import secret_of
from fengsui.settings.slack import SlackAppSettings

TIMEOUT: Final = 10
NAME: Final = 50


class SlackAway(Exception):
    """Slack cannot be reached, or refuses the app; the text holds no secret."""


def quiet_logger() -> logging.Logger:
    """Return a logger apart from all handlers: slack_sdk logs bodies, which hold people's words."""
    return logging.Logger("slack_bolt", level=logging.CRITICAL)


def code_of(error: Exception) -> str:
    """Return the name of what went wrong, in Slack's words where it has any."""
    if isinstance(error, SlackApiError):
        return one_line(str(error.response.get("error", "")), NAME)
    return type(error).__name__


def app_seen(settings: SlackAppSettings) -> str:
    """Return whose app it is, after Slack has taken its tokens; nobody sees anything of it.

    Raises:
        SlackAway: Slack cannot be reached, or refuses a token.
        NotifyError: a variable is missing.
    """
    client = WebClient(
        token=secret_of(settings.token_env).get_secret_value(),
        base_url=settings.base_url,
        timeout=TIMEOUT,
        logger=quiet_logger(),
    )
    by_socket = settings.mode == "socket"
    other = secret_of(settings.app_token_env if by_socket else settings.signing_secret_env)
    try:
        answer = client.auth_test()
        if by_socket:
            client.apps_connections_open(app_token=other.get_secret_value())
    except Exception as error:  # noqa: BLE001 - the library raises what its sockets raise
        code = code_of(error)
    else:
        user, team = (one_line(str(answer.get(key, "?")), NAME) for key in ("user", "team"))
        return f"{user} @ {team}, {settings.mode}"
    raise SlackAway(code)
