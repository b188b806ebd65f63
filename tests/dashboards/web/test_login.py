"""Who may come in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from dashboards.web import serving
from dashboards.web.security.passwords import FAILURES, Attempts, hash_of
from dashboards.web.security.sessions import COOKIE, SECONDS
from dashboards.web.security.tokens import FILE, KeyUnusable, Tokens, tokens_of
from fengsui.cli.additions import CommandError
from fengsui.settings.application import Settings
from tests.dashboards.web.crisis import Crisis
from tests.dashboards.web.forms import hidden

PASSWORD = "好长的一句口令 42"
LOGIN = hash_of(PASSWORD)
EVERYWHERE = "0.0.0.0"  # noqa: S104  # nothing is opened there
TEAM = [{"name": "王芳", "role": "lead", "login": LOGIN}, {"name": "路人", "role": "viewer"}]


class Wall:
    """The clock of the browser's side."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 20, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def locked(crisis: Crisis, wall: Wall) -> Iterator[TestClient]:
    with TestClient(crisis.app(wall=wall, members=TEAM)) as client:
        yield client


def enter(client: TestClient, password: str = PASSWORD, name: str = "王芳") -> int:
    fields = hidden(client.get("/login?back=/sources").text, "/login")
    return client.post(
        "/login", data={**fields, "name": name, "password": password}
    ).status_code  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/search?q=虫", "/sources", "/chart/brand.svg?brand=x"])
def test_without_a_session_there_is_only_the_login(path: str, locked: TestClient) -> None:
    """Every page leads to the login, which leads back to it."""
    answer = locked.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?back=%2F")
    assert locked.post("/act", data={}).status_code == 401
    assert locked.get("/static/style.css").status_code == 200


def test_right_password_opens_and_leaving_closes(locked: TestClient) -> None:
    """A member comes in by name and password, acts under that name, and leaves."""
    assert enter(locked) == 200
    assert "王芳" in locked.get("/").text
    cookie = next(one for one in locked.cookies.jar if one.name == COOKIE)
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "lax"
    fields = hidden(locked.get("/").text, "/logout")
    locked.post("/logout", data=fields)
    assert locked.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(("name", "password"), [("王芳", "x"), ("路人", ""), ("nobody", PASSWORD)])
def test_wrong_ones_stay_out(name: str, password: str, locked: TestClient) -> None:
    """A wrong password, a member without login and a stranger get the same answer."""
    assert enter(locked, password, name) == 403
    assert locked.get("/", follow_redirects=False).status_code == 303


def test_many_failures_have_to_wait(locked: TestClient) -> None:
    """After some failures even the right password waits."""
    for _ in range(FAILURES):
        assert enter(locked, "wrong") == 403
    assert enter(locked) == 429


def test_failures_are_forgotten_in_time() -> None:
    """What failed long ago no longer counts, and success forgets."""
    now = [0.0]
    attempts = Attempts(lambda: now[0])
    for _ in range(FAILURES):
        attempts.fail("a")
    assert attempts.must_wait("a", "b")
    assert not attempts.must_wait("b")
    now[0] = 901.0
    assert not attempts.must_wait("a")


def test_session_ends_by_itself(locked: TestClient, wall: Wall) -> None:
    """A session that nobody uses ends; one in use goes on."""
    enter(locked)
    for _ in range(3):
        wall.at += timedelta(seconds=SECONDS - 60)
        assert locked.get("/", follow_redirects=False).status_code == 200
    wall.at += timedelta(seconds=SECONDS + 60)
    assert locked.get("/", follow_redirects=False).status_code == 303


def test_new_password_ends_old_sessions(locked: TestClient, crisis: Crisis, wall: Wall) -> None:
    """Who came in with the old password is out once there is a new one."""
    enter(locked)
    text = locked.cookies[COOKIE]
    team = [{**TEAM[0], "login": hash_of("another")}]
    with TestClient(crisis.app(wall=wall, members=team), cookies={COOKIE: text}) as other:
        assert other.get("/", follow_redirects=False).status_code == 303


def test_session_of_another_key_is_none(locked: TestClient, wall: Wall) -> None:
    """Only this page's key makes sessions."""
    forged = Tokens(b"A" * 43 + b"=").made(
        "session", {"member": "王芳", "since": 0, "of": ""}, int(wall().timestamp())
    )
    locked.cookies.set(COOKIE, forged)
    assert locked.get("/", follow_redirects=False).status_code == 303


def test_key_is_for_its_owner_alone(crisis: Crisis) -> None:
    """The key stands in a file of its owner's; a broken one is named."""
    tokens_of(crisis.state)
    path = crisis.state / FILE
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"broken")
    with pytest.raises(KeyUnusable, match=r"page\.key"):
        tokens_of(crisis.state)


@pytest.mark.parametrize("host", [EVERYWHERE, "192.0.2.7", "::", "page.example"])
def test_others_may_come_only_with_logins(host: str, crisis: Crisis) -> None:
    """Where others reach the page it does not begin without logins."""
    with pytest.raises(CommandError, match="login"):
        serving.serve_page(crisis.settings(), host, 1)


def test_hosts_are_those_of_the_settings(crisis: Crisis) -> None:
    """The page answers to its public name and to this machine's."""
    named = crisis.settings(page={"url": "https://alerts.example/"})
    assert "alerts.example" in serving.hosts_of(named, EVERYWHERE)
    assert "*" not in serving.hosts_of(named, EVERYWHERE)
    assert serving.hosts_of(crisis.settings(), "127.0.0.1").count("127.0.0.1") == 2


def test_hash_is_in_no_repr() -> None:
    """What settings keep of a password does not get into a log by accident."""
    assert LOGIN not in repr(Settings.model_validate({"members": TEAM}))


def test_shared_link_shows_one_incident_and_ends(
    locked: TestClient, crisis: Crisis, wall: Wall
) -> None:
    """A link shows its incident without login, nothing else, and only for its days."""
    enter(locked)
    path = f"/incidents/{quote(crisis.key)}"
    fields = hidden(locked.get(path).text, "/share")
    html = locked.post("/share", data=fields).text
    address = html.partition('<textarea rows="4" readonly>')[2].partition("<")[0]
    link = address.removeprefix("http://testserver")
    with TestClient(crisis.app(wall=wall, members=TEAM)) as stranger:
        shown = stranger.get(link)
        assert shown.status_code == 200
        assert "只读分享" in shown.text
        assert "<form" not in shown.text
        assert "/incidents/" not in shown.text
        assert stranger.get(f"{link}/chart.svg").status_code == 200
        assert stranger.get(path, follow_redirects=False).status_code == 303
        assert stranger.get(f"{link}x").status_code == 404
        wall.at += timedelta(days=4)
        assert stranger.get(link).status_code == 404
