"""Every page, by HTTP."""

import re
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from dashboards.web.headers import POLICY
from fengsui.settings.application import Settings
from tests.dashboards.web.crisis import IMAGE, MARKUP, Crisis
from tests.fengsui.stories import BRAND

LARGEST = 100_000
PATHS = (
    *("/", "/incidents", "/incidents/{key}", "/brands", "/brands/{brand}", "/search"),
    *("/search?q=虫", "/sources", "/incidents/nobody@20260101T0000Z", "/nowhere"),
)


def at(path: str, crisis: Crisis) -> str:
    return path.format(key=quote(crisis.key), brand=quote(BRAND))


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_safe_and_small(path: str, client: TestClient, crisis: Crisis) -> None:
    """Each page has the headers, no script of its own, nothing hostile that is markup."""
    answer = client.get(at(path, crisis))
    assert answer.status_code == (
        404 if "no" in path.partition("/incidents/")[2][:2] or path == "/nowhere" else 200
    )
    assert answer.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    html = answer.text
    assert len(html.encode()) < LARGEST
    assert MARKUP not in html
    assert "<img src=x" not in html
    assert "javascript:" not in html
    assert "\u202e" not in html
    assert " style=" not in html
    assert not re.search(r"\son[a-z]+=", html.replace("onerror=alert(2)&gt;", ""))
    for link in re.findall(r"<a [^>]*href=\"https?:[^>]*>", html):
        assert 'rel="noopener noreferrer nofollow"' in link
    assert "http" not in " ".join(re.findall(r'(?:src|srcset|action)="([^"]*)"', html))


def test_overview_shows_the_brand_that_burns(client: TestClient, crisis: Crisis) -> None:
    """The first page names the brand, its level, what happened, and links to the incident."""
    html = client.get("/").text
    assert f"/incidents/{quote(crisis.key, safe='@')}" in html
    assert BRAND in html
    assert "未认领" in html
    assert "近 1 小时" in html
    assert 'class="badge' in html


def test_incident_says_what_why_and_who(client: TestClient, crisis: Crisis) -> None:
    """An incident's page has its numbers, its level's reasons, its chart, carriers and posts."""
    html = client.get(at("/incidents/{key}", crisis)).text
    for words in ("累计负面", "为什么是", "谁在传", "告警记录", "最新负面与投诉", "现在做什么"):
        assert words in html
    assert "&lt;script&gt;alert(1)" in html
    assert "/chart/incident.svg?key=" in html
    assert "fengsui explain" in html


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_charts_are_drawn_here(theme: str, size: str, client: TestClient, crisis: Crisis) -> None:
    """A chart is an SVG without script and without anything from elsewhere."""
    for path in ("/chart/incident.svg?key={key}", "/chart/brand.svg?days=7&brand={brand}"):
        answer = client.get(f"{at(path, crisis)}&theme={theme}&size={size}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.text.startswith("<svg")
        assert "<script" not in answer.text
        assert "<rect" in answer.text or "<path" in answer.text


@pytest.mark.parametrize(
    "path",
    ["/chart/incident.svg?key=x", "/chart/brand.svg?brand=x", "/chart/brand.svg?size=huge&brand="],
)
def test_charts_of_nothing_are_not_there(path: str, client: TestClient) -> None:
    """What is no incident, no brand or no size has no chart."""
    assert client.get(path).status_code == 404


def test_language_is_switched_and_kept(client: TestClient, crisis: Crisis) -> None:
    """The switch leads back to the page in the other language, and holds for the next page."""
    path = at("/incidents/{key}", crisis)
    answer = client.get(f"/language/en?back={quote(path)}")
    assert answer.url.path.startswith("/incidents/")
    assert "Why it is" in answer.text
    assert "What they say" in answer.text
    assert '<html lang="en">' in client.get("/").text
    assert client.get("/language/xx").status_code == 404


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example", "x"])
def test_switch_leads_nowhere_else(back: str, client: TestClient) -> None:
    """No address outside leads a reader away."""
    answer = client.get(f"/language/en?back={quote(back)}", follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_other_names_are_not_answered(client: TestClient) -> None:
    """A name that another site leads to this machine gets no page."""
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_without_brands_words_say_what_to_do(crisis: Crisis) -> None:
    """With nothing set up the pages say how to begin."""
    with crisis.client(brands=()) as client:
        assert "[[brands]]" in client.get("/").text
        assert "[[sources]]" in client.get("/sources").text


def test_blind_is_not_calm(crisis: Crisis) -> None:
    """Where no source was read in the last hour the page says that it cannot see."""
    later = Crisis(crisis.state, crisis.at.replace(year=2027), crisis.key)
    with later.client() as client:
        html = client.get("/").text
    assert "没有读到任何来源" in html


def test_store_that_is_away_has_a_page(crisis: Crisis) -> None:
    """A store that cannot be opened is a 503 in words, without a traceback."""
    (crisis.state / "mentions.sqlite3").write_bytes(b"no database" * 100)
    with crisis.client() as client:
        answer = client.get("/")
    assert answer.status_code == 503
    assert "现在读不到数据" in answer.text


def test_image_in_a_region_is_text(client: TestClient, crisis: Crisis) -> None:
    """Hostile names of places are shown as the text that they are."""
    html = client.get(at("/incidents/{key}", crisis)).text
    assert IMAGE not in html


def test_settings_of_the_page_are_checked() -> None:
    """Only an http(s) address without a user can be the page's."""
    assert Settings.model_validate({"page": {"url": "https://alerts.example/f"}}).page.url
    for url in ("javascript:x", "https://user@host", "ftp://host", "https://host/<b>"):
        with pytest.raises(ValueError, match="url"):
            Settings.model_validate({"page": {"url": url}})
