"""A local site that behaves like Weibo, its hot lists and the complaint desk.

Pages, cursors, every refusal, slow and huge answers, broken and changed JSON, redirects, a clock
that is wrong: drawn from a seed, in a time that the test moves.
"""

import json
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.listeners.faults import Fault, Faults, Stop
from tests.listeners.made_posts import MadePost

MOBILE_PAGE, OFFICIAL_PAGE, HUGE = 10, 50, 5_000_000
Query = dict[str, str]
NOTHING = {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}


SENT: dict[Fault | None, str] = {
    Fault.RATE_LIMIT_WORDS: '{"ok": 0, "msg": "请求过于频繁，频次受限"}',
    Fault.HTML: "<!DOCTYPE html><html><p>系统繁忙</p></html>",
    Fault.CHANGED: '{"ok": 1, "data": {"list": []}, "version": 2}',
}


class MovedClock:
    """A time that stands still until somebody sleeps or moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.now += timedelta(seconds=seconds)


class Site(ThreadingHTTPServer):
    """The site; a context manager. `asked` counts requests by path."""

    daemon_threads = True

    def __init__(
        self,
        posts: Sequence[MadePost],
        clock: Callable[[], datetime],
        faults: Faults,
        *,
        skew: timedelta = timedelta(0),
        slow_seconds: float = 0.4,
        most_pages: int = 50,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.clock = clock
        self.faults = faults
        self.skew = skew
        self.slow_seconds = slow_seconds
        self.most_pages = most_pages
        self.asked: Counter[str] = Counter()
        self.random = random.Random(faults.seed)
        self.complaints: list[dict[str, Any]] = []
        self.hot: list[dict[str, Any]] = []
        self.lock = threading.Lock()
        self._by_keyword: dict[str, list[MadePost]] = defaultdict(list)
        self._by_mid = {post.mid: post for post in posts}
        for post in posts:
            self._by_keyword[post.keyword].append(post)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """The address of the site."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def now(self) -> datetime:
        """The time by the site's own clock, which may be wrong."""
        return self.clock() + self.skew

    def __enter__(self) -> "Site":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: clients hang up on slow answers."""

    def answer(self, path: str, query: Query) -> tuple[str, Any]:
        """Return the name of the door that `path` is, and its JSON."""
        doors: dict[str, tuple[str, Callable[[Query], Any]]] = {
            "/api/container/getIndex": ("mobile", self._search),
            "/statuses/extend": ("mobile", self._long_text),
            "/comments/hotflow": ("mobile", self._hotflow),
            "/api/statuses/repostTimeline": (
                "mobile",
                lambda _: {"ok": 0, "msg": "这里还没有内容"},
            ),
            "/2/search/statuses/limited.json": ("official", self._limited),
            "/2/statuses/mentions.json": ("official", self._limited),
            "/2/statuses/user_timeline.json": ("official", self._limited),
            "/2/comments/to_me.json": ("official", self._to_me),
            "/ajax/side/hotSearch": ("hot", lambda _: {"ok": 1, "data": {"realtime": self.hot}}),
            "/ajax/statuses/hot_band": (
                "hot",
                lambda _: {"ok": 1, "data": {"band_list": self.hot}},
            ),
            "/api/s": ("hot", self._newsnow),
            "/api/company/received_complaints": ("desk", self._desk),
        }
        door, make = doors[path]
        return door, make(query)

    def _listed(self, keyword: str) -> list[MadePost]:
        now = self.clock()
        found = (post for post in reversed(self._by_keyword[keyword]) if post.is_listed(now))
        return list(found)

    def _search(self, query: Query) -> Any:
        keyword = query["containerid"].partition("&q=")[2]
        number = int(query["page"])
        listed = self._listed(keyword)[: MOBILE_PAGE * self.most_pages]
        part = listed[MOBILE_PAGE * (number - 1) : MOBILE_PAGE * number]
        if not part:
            return NOTHING
        cards: list[dict[str, Any]] = [
            {"card_type": self.random.choice((9, "9")), "mblog": post.mblog(self.now, self.random)}
            for post in part
        ]
        if self.random.random() < 0.3:
            cards = [{"card_type": 11, "card_group": [{"card_type": 42}, *cards]}]
        page = number + 1 if len(listed) > MOBILE_PAGE * number else None
        return {"ok": 1, "data": {"cards": cards, "cardlistInfo": {"page": page}}}

    def _long_text(self, query: Query) -> Any:
        return {"ok": 1, "data": {"longTextContent": self._by_mid[query["id"]].text * 3}}

    def _hotflow(self, query: Query) -> Any:
        post = self._by_mid[query["mid"]]
        place = int(query.get("max_id", 0))
        comment = {
            "id": f"{int(post.mid) + 1 + place}",
            "text": f"评论{place}",
            "source": "来自广东",
            "created_at": "刚刚",
            "user": {"id": 5, "screen_name": "路人"},
        }
        return {"ok": 1, "data": {"data": [comment], "max_id": place + 1, "max_id_type": 0}}

    def _limited(self, query: Query) -> Any:
        if "ids" in query:
            wanted = [self._by_mid[one] for one in query["ids"].split("~") if one in self._by_mid]
            listed = [post for post in wanted if post.is_listed(self.clock())]
        else:
            begin, end = int(query.get("starttime", 0)), int(query.get("endtime", 2**40))
            known = self._listed(query["q"]) if "q" in query else self._everything()
            listed = [post for post in known if begin <= post.at.timestamp() <= end]
        number = int(query["page"])
        part = listed[OFFICIAL_PAGE * (number - 1) : OFFICIAL_PAGE * number]
        statuses = [post.mblog(self.now, self.random) for post in part]
        return {"statuses": statuses, "total_number": len(listed)}

    def _everything(self) -> list[MadePost]:
        posts = (post for keyword in self._by_keyword for post in self._listed(keyword))
        return sorted(posts, key=lambda post: post.mid, reverse=True)

    def _to_me(self, query: Query) -> Any:
        comments = [
            {"id": int(post.mid) + 7, "text": "回复", "created_at": "刚刚", "user": {"id": 9},
             "status": post.mblog(self.now, self.random)}
            for post in self._everything()[:20]
        ]  # fmt: skip
        return {"comments": comments if query["page"] == "1" else [], "total_number": len(comments)}

    def _desk(self, query: Query) -> Any:
        number, now = int(query["page"]), self.clock().timestamp()
        listed = [one for one in self.complaints if one["main"]["timestamp"] <= now]
        listed.sort(key=lambda one: -one["main"]["timestamp"])
        part = listed[30 * (number - 1) : 30 * number] if query["type"] == "1" else []
        following = number + 1 if len(listed) > 30 * number else 0
        data = {"complaints": part, "pager": {"current": number, "next": following}}
        return {"result": {"status": {"code": 0, "msg": "success"}, "data": data}}

    def _hot(self, name: str) -> Any:
        return {"ok": 1, "data": {name: self.hot}}

    def _newsnow(self, query: Query) -> Any:
        items = [{"id": one["word"], "title": one["word"], "url": "https://x.example/1"}
                 for one in self.hot]  # fmt: skip
        return {"status": "success", "id": query["id"], "items": items}


class _Handler(BaseHTTPRequestHandler):
    server: Site
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self.server.lock:
            self.server.asked[parts.path] += 1
            again = query.pop("again", "")
            path = parts.path
            try:
                door, body = self.server.answer(path, query)
            except KeyError:
                self._send(404, b"{}")
                return
            stop = self.server.faults.stop(door, self.server.clock())
            fault = None if again else self.server.faults.draw(self.server.clock())
        if stop is not None:
            self._stop(stop)
        else:
            self._faulty(fault, json.dumps(body, ensure_ascii=False).encode())

    def _faulty(self, fault: Fault | None, body: bytes) -> None:
        if fault is Fault.SLOW:
            time.sleep(self.server.slow_seconds)
        if fault in SENT:
            self._send(200, SENT[fault].encode())
        elif fault is Fault.RATE_LIMIT_429:
            self._send(429, b"", {"Retry-After": "90"})
        elif fault is Fault.UNWELL:
            self._send(503, b"")
        elif fault is Fault.TRUNCATED:
            self._send(200, body[: len(body) // 2])
        elif fault is Fault.BROKEN_OFF:
            self._send(200, body[: len(body) // 2], length=len(body))
        elif fault is Fault.REDIRECT:
            self._send(302, b"", {"Location": f"{self.path}&again=1"})
        else:
            huge = b', "promotion": "' + b"x" * HUGE + b'"}'
            self._send(200, body[:-1] + huge if fault is Fault.HUGE else body)

    def _stop(self, stop: Stop) -> None:
        if stop in {Stop.BLOCKED, Stop.TEAPOT}:
            self._send(int(stop), b"")
        elif stop is Stop.LOGIN_WALL:
            self._send(200, b'{"ok": -100, "url": "https://passport.weibo.com/sso/signin"}')
        elif stop is Stop.PASSPORT:
            self._send(302, b"", {"Location": "https://passport.weibo.com/visitor/visitor"})
        elif stop is Stop.FORBIDDEN:
            self._send(403, "请登录".encode())
        else:
            self._send(200, b'{"ok": 0, "errno": "-1", "url": "https://verify.example/captcha"}')

    def _send(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, length: int = -1
    ) -> None:
        self.send_response_only(status)
        self.send_header("Date", format_datetime(self.server.now.astimezone(UTC), usegmt=True))
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(length if length >= 0 else len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True
        if length >= 0:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""
