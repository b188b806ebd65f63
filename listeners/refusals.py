"""How sources refuse, sorted by what the caller should do.

A refusal in a recorded answer and one from a live feed are the same words.
"""

from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from listeners.errors import ListenerError, LoginNeeded, Refused, RetryLater
from listeners.parsing.fields import shortened
from listeners.protocol import Refusal

SOON: Final = timedelta(minutes=1)
WHILE_LIMITED: Final = timedelta(minutes=5)
# For so long the whole host is left alone, by every process. A refusal that is not here concerns
# one account or one address, not the host.
HOST_RESTS: Final = MappingProxyType(
    {
        Refusal.BLOCKED: timedelta(hours=6),
        Refusal.CAPTCHA: timedelta(hours=2),
        Refusal.RATE_LIMIT: WHILE_LIMITED,
    }
)
# What passes by itself, mostly at once: it is tried again in place, and opens the circuit only when
# it goes on.
PASSING: Final = frozenset(
    {
        Refusal.UNWELL,
        Refusal.UNREACHABLE,
        Refusal.NOT_JSON,
        Refusal.TRUNCATED,
        Refusal.CHANGED,
    }
)
# What a person should do about each, in both languages.
ADVICE: Final = MappingProxyType(
    {
        Refusal.BLOCKED: (
            "blocked: leave it alone for hours; poll less often or use the licensed API",
            "被封锁：数小时内不再访问；降低频率，或改用授权接口",
        ),
        Refusal.RATE_LIMIT: (
            "rate limit: it comes back by itself; raise request_seconds or poll_seconds",
            "频次受限：会自行恢复；调大 request_seconds 或 poll_seconds",
        ),
        Refusal.LOGIN: (
            "the login has ended: log in again and renew the variable that the settings name",
            "登录已失效：重新登录，并更新设置中指名的环境变量",
        ),
        Refusal.CAPTCHA: (
            "a captcha: open the site as yourself and solve it by hand; nothing here solves it",
            "出现验证码：本人打开网站手动完成；本程序不会破解",
        ),
        Refusal.FORBIDDEN: (
            "refused: check the address and your right to read it",
            "拒绝访问：核对地址与授权",
        ),
        Refusal.ELSEWHERE: (
            "it leads to another host: check the address",
            "跳转到其他主机：核对地址",
        ),
        Refusal.TOO_LARGE: ("its answer is too large: check the address", "应答过大：核对地址"),
        Refusal.UNWELL: ("the source is unwell: nothing to do", "对方故障：无需处理"),
        Refusal.UNREACHABLE: (
            "not reachable: check the address, the network and the proxy",
            "无法连接：检查地址、网络与代理",
        ),
        Refusal.NOT_JSON: (
            "a page in place of data: if it lasts, open the address in a browser",
            "返回网页而非数据：若持续，用浏览器打开该地址查看",
        ),
        Refusal.TRUNCATED: ("answers break off: nothing to do", "应答中断：无需处理"),
        Refusal.CHANGED: (
            "the answer has another shape: the source has changed, upgrade fengsui",
            "应答格式有变：来源已改版，请升级 fengsui",
        ),
        Refusal.RESTING: ("the host rests after a refusal: wait", "该主机因被拒绝而暂停：等待"),
        Refusal.PAGE_LIMIT: (
            "more posts than the source lists: narrow the keyword or poll more often",
            "帖子多于来源可列出的页数：细化关键词，或提高轮询频率",
        ),
        Refusal.OUT_OF_TIME: (
            "more keywords than a read has time for: take fewer, or lower request_seconds",
            "关键词过多，一次轮询读不完：减少关键词，或调小 request_seconds",
        ),
        Refusal.NOT_KEPT: (
            "the source keeps no past: what stood there while nobody read is unknown",
            "来源不保留历史：无人读取期间的内容未知",
        ),
    }
)
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
        raise Refused(f"blocked (HTTP {status})", Refusal.BLOCKED)
    if status == 429:
        raise RetryLater("rate limit (HTTP 429)", max(after, SOON), Refusal.RATE_LIMIT)
    if status in {408, 425} or 500 <= status < 600:
        raise RetryLater(f"the source is unwell (HTTP {status})", after)
    if status == 401 or (status == 403 and ("请登录" in text or "login" in text.lower())):
        raise LoginNeeded(f"login needed (HTTP {status})")
    if 300 <= status < 400 and leads_to_login(location):
        raise LoginNeeded(f"login wall (HTTP {status})")
    if 300 <= status < 400 and location:
        raise Refused(f"leads elsewhere (HTTP {status})", Refusal.ELSEWHERE)
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
        raise RetryLater("rate limit (频次)", WHILE_LIMITED, Refusal.RATE_LIMIT)
    if verdict.data is None and verdict.url is not None:
        raise Refused("captcha", Refusal.CAPTCHA)
    if verdict.ok in (0, "0") and NOTHING_FOUND not in said:
        raise Refused(f"refused (ok:0 {shortened(said)})")


def _official(verdict: WeiboVerdict) -> ListenerError:
    code, said = shortened(verdict.error_code), shortened(verdict.error, 200).lower()
    if code in RATE_LIMIT_CODES or "limit" in said or "频" in said:
        return RetryLater(f"rate limit (error {code})", WHILE_LIMITED, Refusal.RATE_LIMIT)
    if code in TOKEN_CODES or "token" in said:
        return LoginNeeded(f"login needed (error {code})")
    return Refused(f"refused (error {code})")
