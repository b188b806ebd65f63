"""The polite client: its pace, its pauses, its circuit, and what each refusal comes to."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listeners.client.breaker import (
    FAILURES,
    HostState,
    failed,
    read_state,
    succeeded,
    take_turn,
    write_state,
)
from listeners.client.client import JITTER, PoliteClient
from listeners.client.limits import Limits
from listeners.client.response import Answer, json_of
from listeners.client.state import LocalState
from listeners.errors import LoginNeeded, Refused, RetryLater
from listeners.protocol import Refusal
from listeners.refusals import ADVICE, HOST_RESTS, PASSING
from listeners.sources.weibo_mobile import read_answer
from tests.listeners.weibo_site import MovedClock

NOW = datetime(2026, 6, 21, 12, tzinfo=UTC)
URL = "https://m.weibo.cn/api?secret=hidden"
MINUTE = timedelta(minutes=1)
GOOD = {"ok": 1, "data": {"cards": []}}
Handler = Callable[[httpx.Request], httpx.Response]


class Asked:
    """A host that gives its answers in turn, the last one for ever, and remembers when."""

    def __init__(self, clock: MovedClock, *answers: httpx.Response | Exception) -> None:
        self.clock = clock
        self.answers = list(answers)
        self.times: list[datetime] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.times.append(self.clock.now)
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def client(host: Asked, memory: LocalState | None = None, seconds: float = 1) -> PoliteClient:
    return PoliteClient(
        memory, every=timedelta(seconds=seconds), clock=host.clock, sleep=host.clock.sleep,
        transport=httpx.MockTransport(host), limits=Limits(greatest_answer=10_000_000),
    )  # fmt: skip


def answer(status: int = 200, body: object = GOOD, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, headers=headers, content=content)


HTML = b"<!DOCTYPE html><html>login</html>"
CAPTCHA = {"ok": 0, "errno": "-1", "url": "https://verify.example"}
LIMIT = {"ok": 0, "msg": "请求频次过高"}
WALL = {"ok": -100, "url": "https://passport.weibo.com/sso"}
PASSPORT = answer(302, b"", Location="https://passport.weibo.com/visitor")
ELSEWHERE = answer(302, b"", Location="https://evil.example/x")
EXPIRED = {"error_code": 21327, "error": "expired_token"}
LATER = answer(429, b"", **{"Retry-After": "600"})

# The answer, the error, its kind, for how long the host is left alone, how often it is asked.
REFUSALS = [
    (answer(432, b""), Refused, Refusal.BLOCKED, timedelta(hours=6), 1),
    (answer(418, b""), Refused, Refusal.BLOCKED, timedelta(hours=6), 1),
    (answer(body=CAPTCHA), Refused, Refusal.CAPTCHA, timedelta(hours=2), 1),
    (answer(body=LIMIT), RetryLater, Refusal.RATE_LIMIT, timedelta(minutes=5), 1),
    (answer(429, b""), RetryLater, Refusal.RATE_LIMIT, timedelta(minutes=5), 1),
    (LATER, RetryLater, Refusal.RATE_LIMIT, timedelta(minutes=10), 1),
    (answer(body=WALL), LoginNeeded, Refusal.LOGIN, None, 1),
    (PASSPORT, LoginNeeded, Refusal.LOGIN, None, 1),
    (answer(403, "请登录".encode()), LoginNeeded, Refusal.LOGIN, None, 1),
    (answer(401, b""), LoginNeeded, Refusal.LOGIN, None, 1),
    (answer(body=EXPIRED), LoginNeeded, Refusal.LOGIN, None, 1),
    (answer(403, b""), Refused, Refusal.FORBIDDEN, None, 1),
    (answer(404, b""), Refused, Refusal.FORBIDDEN, None, 1),
    (ELSEWHERE, Refused, Refusal.ELSEWHERE, None, 1),
    (answer(body=b"x" * 10_000_001), Refused, Refusal.TOO_LARGE, None, 1),
    (answer(500, b""), RetryLater, Refusal.UNWELL, None, 3),
    (answer(503, b""), RetryLater, Refusal.UNWELL, None, 3),
    (answer(body=HTML), RetryLater, Refusal.NOT_JSON, None, 3),
    (answer(body=b'{"ok": 1, "da'), RetryLater, Refusal.TRUNCATED, None, 3),
    (answer(body=b"[1]"), Refused, Refusal.CHANGED, None, 3),
    (httpx.ReadTimeout("?secret=hidden"), RetryLater, Refusal.UNREACHABLE, None, 3),
    (httpx.ConnectError("?secret=hidden"), RetryLater, Refusal.UNREACHABLE, None, 3),
    (httpx.RemoteProtocolError("cut"), RetryLater, Refusal.UNREACHABLE, None, 3),
]  # fmt: skip


@pytest.mark.parametrize(("given", "error", "kind", "rest", "times"), REFUSALS)
def test_refusals(
    given: httpx.Response | Exception,
    error: type[Exception],
    kind: Refusal,
    rest: timedelta | None,
    times: int,
) -> None:
    """Each refusal has its kind, its error, its rest of the host, and its retries in place."""
    host = Asked(MovedClock(NOW), given)
    memory = LocalState()
    with client(host, memory) as web, pytest.raises(error) as caught:
        web.ask(URL, read_answer)
    assert caught.value.refusal is kind  # type: ignore[attr-defined]
    assert "hidden" not in str(caught.value)
    assert len(host.times) == times
    until = read_state(memory.cursor("host.m.weibo.cn")).rest_until
    assert (until and until - host.times[-1]) == rest


def test_empty_is_no_refusal() -> None:
    """A page that says that there is nothing yet is an answer."""
    host = Asked(MovedClock(NOW), answer(body={"ok": 0, "msg": "这里还没有内容"}))
    with client(host) as web:
        assert web.ask(URL, read_answer).ok == 0


@pytest.mark.parametrize("word", ["captcha", "geetest"])
def test_words_are_no_captcha(word: str) -> None:
    """The word captcha on a good page means nothing."""
    host = Asked(MovedClock(NOW), answer(body={**GOOD, "script": word, "url": "https://x"}))
    with client(host) as web:
        assert web.ask(URL, read_answer).ok == 1


def test_every_kind_has_advice() -> None:
    """Every refusal has advice for a person, in both languages."""
    assert set(ADVICE) == set(Refusal)
    assert not PASSING & set(HOST_RESTS)


def test_passing_trouble_is_tried_again() -> None:
    """An answer that breaks off is asked for again, later each time, and then is good."""
    host = Asked(MovedClock(NOW), answer(body=b"{"), answer(503, b""), answer())
    with client(host) as web:
        assert web.ask(URL, read_answer).ok == 1
    first, second = (b - a for a, b in pairwise(host.times))
    assert timedelta(seconds=1) <= first < second


def test_resting_host_is_not_asked() -> None:
    """While a host rests nobody asks it, not even another process for another source."""
    clock, memory = MovedClock(NOW), LocalState()
    host = Asked(clock, answer(432, b""))
    with client(host, memory) as web, pytest.raises(Refused):
        web.ask(URL, read_answer)
    with client(host, memory) as other, pytest.raises(RetryLater) as caught:
        other.ask("https://m.weibo.cn/other", read_answer)
    assert caught.value.refusal is Refusal.RESTING
    assert caught.value.after == timedelta(hours=6)
    assert len(host.times) == 1


def test_pace_is_shared() -> None:
    """Two clients of one memory ask a host together no faster than one may."""
    clock, memory = MovedClock(NOW), LocalState()
    host = Asked(clock, answer())
    with client(host, memory, 2) as one, client(host, memory, 2) as two:
        for web in (one, two, one, two):
            web.ask(URL, read_answer)
    gaps = [b - a for a, b in pairwise(host.times)]
    assert all(timedelta(seconds=2) <= gap <= timedelta(seconds=2 * (1 + JITTER)) for gap in gaps)
    assert len(set(gaps)) > 1


def test_hosts_have_their_own_pace() -> None:
    """What one host is asked costs another no time."""
    clock = MovedClock(NOW)
    host = Asked(clock, answer())
    with client(host, seconds=30) as web:
        web.ask(URL, read_answer)
        web.ask("https://weibo.com/x", read_answer)
    assert host.times == [NOW, NOW]


def test_turn_too_far_off_is_not_waited_for() -> None:
    """Who would wait too long for a turn comes again later, and takes nobody's turn."""
    memory = LocalState()
    memory.set_cursor("host.m.weibo.cn", write_state(HostState(next_at=NOW + 5 * MINUTE)))
    host = Asked(MovedClock(NOW), answer())
    with client(host, memory) as web, pytest.raises(RetryLater) as caught:
        web.ask(URL, read_answer)
    assert caught.value.after == 5 * MINUTE
    assert host.times == []


def test_circuit() -> None:
    """After five failures in a row the host rests, then one is let through, and success closes."""
    error = RetryLater("down", timedelta(0), Refusal.UNWELL)
    state = HostState()
    for _ in range(FAILURES):
        assert state.rest_until is None
        state = failed(state, NOW, error)
    assert state.rest_until == NOW + MINUTE
    later = NOW + 2 * MINUTE
    state, turn = take_turn(state, later, timedelta(0), MINUTE)
    assert turn.why is None
    _, second = take_turn(state, later, timedelta(0), MINUTE)
    assert second.why is not None
    worse = failed(state, later, error)
    assert worse.rest_until == later + 2 * MINUTE
    assert succeeded(state) == HostState(next_at=state.next_at)


@given(st.integers(0, 60))
def test_rest_is_bounded(failures: int) -> None:
    """However often a host fails, it is tried again within half an hour."""
    state = HostState(failures=failures)
    after = failed(state, NOW, RetryLater("down", timedelta(0), Refusal.UNREACHABLE))
    assert after.rest_until is None or after.rest_until <= NOW + 30 * MINUTE


def test_rest_of_a_wrong_clock_is_no_rest() -> None:
    """A rest longer than any that is given was written by a wrong clock, and lets everybody in."""
    state = HostState(rest_until=NOW + timedelta(days=400), why=Refusal.BLOCKED)
    _, turn = take_turn(state, NOW, timedelta(0), MINUTE)
    assert turn.why is None


def test_clock_set_back_does_not_wait_for_ever() -> None:
    """A turn that was booked by a clock of the future is forgotten."""
    state = HostState(next_at=NOW + timedelta(days=400))
    assert take_turn(state, NOW, timedelta(seconds=1), MINUTE)[1].at == NOW


def test_turns_are_taken_once() -> None:
    """Threads that take turns at once get different ones."""
    clock, memory = MovedClock(NOW), LocalState()
    taken: list[float] = []
    lock = threading.Lock()

    def ask() -> None:
        def sleep(seconds: float) -> None:
            with lock:
                taken.append(seconds)

        web = PoliteClient(memory, every=timedelta(seconds=3), clock=clock, sleep=sleep,
                  transport=httpx.MockTransport(lambda _: answer()))  # fmt: skip
        with web:
            web.ask(URL, read_answer)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 5
    ordered = [0.0, *sorted(taken)]
    assert all(b - a >= 3 for a, b in pairwise(ordered))


def test_conditional() -> None:
    """What was remembered is asked for only if it changed; what was not written down is not."""
    host = Asked(MovedClock(NOW), answer(200, GOOD, ETag='"a"', **{"Last-Modified": "yesterday"}))
    with client(host) as web:
        first = web.ask(URL, lambda one: one, conditional=True)
        web.ask(URL, lambda one: one, conditional=True)
        assert "if-none-match" not in host.requests[-1].headers
        first.remember()
        host.answers = [httpx.Response(304)]
        again = web.ask(URL, lambda one: one, conditional=True)
    assert host.requests[-1].headers["if-none-match"] == '"a"'
    assert host.requests[-1].headers["if-modified-since"] == "yesterday"
    assert (again.unchanged, again.body) == (True, b"")


@pytest.mark.parametrize(
    ("date", "skew"),
    [
        ("Sun, 21 Jun 2026 12:01:30 GMT", timedelta(seconds=90)),
        ("Sun, 21 Jun 2026 11:58:00 GMT", timedelta(minutes=-2)),
        ("Sun, 21 Jun 2026 12:00:01 GMT", timedelta(0)),
        ("Sun, 21 Jun 2020 12:00:00 GMT", timedelta(0)), ("nonsense", timedelta(0)),
    ],
)  # fmt: skip
def test_skew(date: str, skew: timedelta) -> None:
    """An answer is of the server's own time, unless that clock is plainly wrong."""
    host = Asked(MovedClock(NOW), answer(Date=date))
    with client(host) as web:
        found = web.ask(URL, lambda one: one)
    assert (found.skew, found.fetched_at) == (skew, NOW + skew)


def test_large_answer_is_read() -> None:
    """An answer of five megabytes is one."""
    host = Asked(MovedClock(NOW), answer(body={**GOOD, "promotion": "x" * 5_000_000}))
    with client(host) as web:
        assert web.ask(URL, read_answer).ok == 1


@given(st.binary(max_size=300))
def test_any_body(body: bytes) -> None:
    """Any bytes are JSON or an error that says what they are."""
    found: Refusal | None = None
    try:
        json_of(Answer(URL, body, NOW), msgspec.json.Decoder(dict[str, int]).decode)
    except (RetryLater, Refused) as error:
        found = error.refusal
    assert found in {None, Refusal.NOT_JSON, Refusal.TRUNCATED, Refusal.CHANGED}


def test_no_query_is_ever_logged(caplog: pytest.LogCaptureFixture) -> None:
    """No address is logged with its query, which holds tokens, at whatever level the root is."""
    caplog.set_level("DEBUG")
    with client(Asked(MovedClock(NOW), answer())) as web:
        web.ask(URL, read_answer, params={"access_token": "s3cret-token"})
    assert "s3cret-token" not in caplog.text
