"""What a failed call of Slack's Web API means to the sender."""

import re
from datetime import timedelta
from http.client import HTTPException

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from alerts.notify.protocol import NotifyError
from alerts.notify.retry_after import retry_after

# What the call itself raises when no usable answer came: no connection, time out, a broken or
# undecodable body, JSON that is no object.
NO_ANSWER = (
    OSError,
    HTTPException,
    SlackClientError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)

RATE_LIMIT_CODES = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
TEMPORARY_CODES = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
# The message that the thread answers to is gone.
THREAD_CODES = frozenset(
    {"thread_not_found", "message_not_found", "cannot_reply_to_message", "invalid_thread_ts"}
)

HINTS = {
    "account_inactive": "the app was removed from the workspace: install it again",
    "channel_not_found": "no such channel, or a private one that the app was not invited to",
    "invalid_auth": "the token is not valid",
    "invalid_blocks": "Slack did not accept the form of the message",
    "is_archived": "the channel is archived",
    "missing_scope": "the app lacks a scope: it needs chat:write and channels:history",
    "msg_too_long": "Slack found the message too long",
    "not_authed": "no token was sent",
    "not_in_channel": "invite the app to the channel: /invite @name-of-the-app",
    "restricted_action": "the workspace does not let the app post there",
    "token_expired": "the token has expired",
    "token_revoked": "the token was revoked: install the app again",
}

_CODE = re.compile(r"[a-z][a-z0-9_]{1,63}")
_DEFAULT_PAUSE = timedelta(seconds=30)


class SlackFailure(NotifyError):
    """A NotifyError with Slack's own error code, empty where none came."""

    def __init__(
        self, message: str, *, retry: bool, after: timedelta | None = None, code: str = ""
    ) -> None:
        super().__init__(message, retry=retry, after=after)
        self.code = code


def failure_of(error: Exception) -> SlackFailure:
    """Return what `error` means. The text holds Slack's code and a hint, never what was sent."""
    if isinstance(error, SlackApiError) and isinstance(error.response, SlackResponse):
        return _refusal(error.response)
    if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
        return SlackFailure("Slack did not answer in time", retry=True)
    return SlackFailure(f"no usable answer from Slack ({type(error).__name__})", retry=True)


def _refusal(response: SlackResponse) -> SlackFailure:
    status, code = response.status_code, _code_of(response)
    if status == 429 or code in RATE_LIMIT_CODES:
        pause = retry_after(response.headers) or _DEFAULT_PAUSE
        return SlackFailure("Slack asks to wait", retry=True, after=pause, code=code)
    if status >= 500:
        return SlackFailure(f"Slack answered HTTP {status}", retry=True, code=code)
    if code in TEMPORARY_CODES:
        return SlackFailure(f"Slack: {code}", retry=True, code=code)
    if code:
        hint = f" ({HINTS[code]})" if code in HINTS else ""
        return SlackFailure(f"Slack: {code}{hint}", retry=False, code=code)
    if status == 200:
        return SlackFailure("the answer does not come from Slack", retry=True)
    return SlackFailure(f"Slack answered HTTP {status}", retry=False)


def _code_of(response: SlackResponse) -> str:
    data = response.data
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""
