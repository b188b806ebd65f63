"""How sources refuse, told apart by what the caller should do.

A refusal in a recorded answer and one from a live feed are the same words.
"""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from listeners.fields import shortened
from listeners.listener import ListenerError, LoginNeeded, Refused, RetryLater

SOON: Final = timedelta(minutes=1)
WHILE_LIMITED: Final = timedelta(minutes=5)
LOGIN_WALL: Final = -100
NOTHING_FOUND: Final = "这里还没有内容"
LOGIN_HOSTS: Final = ("passport.", "login.")
# Numbers of the official interface; they moved between its versions, so its words count too.
RATE_LIMIT_CODES: Final = frozenset({"10022", "10023", "10024"})
TOKEN_CODES: Final = frozenset({"21314", "21315", "21316", "21317", "21327", "21332"})


class WeiboVerdict(msgspec.Struct, gc=False):
    """The parts of a Weibo answer that say whether it is one."""

    ok: Any = None
    msg: Any = None
    url: Any = None
    data: Any = None
    error: Any = None
    error_code: Any = None


def check_status(status: int, location: str = "", text: str = "", after: timedelta = SOON) -> None:
    """Raise what an HTTP status other than 2xx asks of the caller; `after` is a pause asked for.

    `location` is where a redirect leads, `text` the beginning of the body.

    Raises:
        RetryLater: 408, 425, 429 and 5xx.
        LoginNeeded: 401, 403 that speaks of a login, and a redirect to a login page.
        Refused: everything else, above all 418 and 432, by which Weibo blocks.
    """
    if 200 <= status < 300:
        return
    if status in {418, 432}:
        raise Refused(f"blocked (HTTP {status})")
    if status == 429:
        raise RetryLater("rate limit (HTTP 429)", max(after, SOON))
    if status in {408, 425} or 500 <= status < 600:
        raise RetryLater(f"the source is unwell (HTTP {status})", after)
    if status == 401 or (status == 403 and ("请登录" in text or "login" in text.lower())):
        raise LoginNeeded(f"login needed (HTTP {status})")
    if 300 <= status < 400 and leads_to_login(location):
        raise LoginNeeded(f"login wall (HTTP {status})")
    raise Refused(f"refused (HTTP {status})")


def leads_to_login(location: str) -> bool:
    """Return whether the address `location` is that of a login page."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    return host.startswith(LOGIN_HOSTS) or parts.path.startswith(("/signin", "/login", "/passport"))


def check_weibo(verdict: WeiboVerdict) -> None:
    """Raise what a Weibo answer with status 200 asks of the caller where it holds no posts.

    Raises:
        LoginNeeded: the login wall (`ok` -100), or an expired token.
        RetryLater: a rate limit.
        Refused: a captcha, or an error of the interface.
    """
    if verdict.error_code is not None:
        raise _official(verdict)
    said = verdict.msg if isinstance(verdict.msg, str) else ""
    if verdict.ok in (LOGIN_WALL, str(LOGIN_WALL)) or "请登录" in said:
        raise LoginNeeded(f"login wall (ok:{LOGIN_WALL})")
    if "频次" in said or "频繁" in said:
        raise RetryLater("rate limit (频次)", WHILE_LIMITED)
    if verdict.data is None and verdict.url is not None:
        raise Refused("captcha")
    if verdict.ok in (0, "0") and NOTHING_FOUND not in said:
        raise Refused(f"refused (ok:0 {shortened(said)})")


def _official(verdict: WeiboVerdict) -> ListenerError:
    code, said = shortened(verdict.error_code), shortened(verdict.error, 200).lower()
    if code in RATE_LIMIT_CODES or "limit" in said or "频" in said:
        return RetryLater(f"rate limit (error {code})", WHILE_LIMITED)
    if code in TOKEN_CODES or "token" in said:
        return LoginNeeded(f"login needed (error {code})")
    return Refused(f"refused (error {code})")
