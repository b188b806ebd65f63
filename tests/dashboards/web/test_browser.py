"""The page in headless Chromium: what people see, on a telephone, in the dark, by keyboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest

from tests.dashboards.web.crisis import Crisis
from tests.dashboards.web.served import served
from tests.fengsui.stories import BRAND

CHROMIUM: Final = Path("/usr/bin/chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed")

PAGES: Final = (
    *("/", "/incidents", "/incidents/{key}", "/brands", "/brands/{brand}", "/search"),
    *("/search?q=虫", "/sources", "/login", "/nowhere"),
)
SERIOUS: Final = {"serious", "critical"}


@pytest.fixture(scope="module")
def address(burning: Crisis) -> Iterator[str]:
    with served(burning) as there:
        yield there


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    """Return a telephone's page that keeps what its console says in `said`."""
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("dialog", lambda dialog: page.said.append(f"dialog: {dialog.message}"))
    yield page
    context.close()


def at(path: str, crisis: Crisis) -> str:
    return path.format(key=quote(crisis.key), brand=quote(BRAND))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_telephone_shows_every_page_whole(
    path: str, theme: str, tab: Any, address: str, burning: Crisis
) -> None:
    """Nothing scrolls sideways, nothing is refused by the policy, axe finds nothing serious."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  # it wants playwright

    tab.emulate_media(color_scheme=theme)
    tab.goto(address + at(path, burning), wait_until="networkidle")
    wide = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    expected = ["404"] if path == "/nowhere" else []
    assert len(tab.said) == len(expected), tab.said
    found = Axe().run(tab).response["violations"]
    assert [one["id"] for one in found if one["impact"] in SERIOUS] == []


def test_hostile_posts_stay_text(tab: Any, address: str, burning: Crisis) -> None:
    """A post full of markup is read as text, runs nothing and loads nothing."""
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(address + at("/incidents/{key}", burning), wait_until="networkidle")
    assert "<script>alert(1)</script>" in tab.inner_text("body")
    assert tab.locator("img[src='x']").count() == 0
    assert tab.said == []
    assert all(one.startswith(address) for one in asked), asked


def test_claim_by_keyboard(chromium: Any, crisis: Crisis) -> None:
    """An incident is claimed without a mouse, and the page says so."""
    with served(crisis) as there:
        page = chromium.new_page()
        page.goto(there + at("/incidents/{key}", crisis))
        page.get_by_role("button", name="认领", exact=True).focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/incidents/**")
        page.get_by_text("已完成").wait_for()
        assert page.get_by_text("处理中").first.is_visible()
        page.close()


def test_language_is_switched(tab: Any, address: str, burning: Crisis) -> None:
    """One click shows the same page in the other language."""
    tab.goto(address + at("/incidents/{key}", burning))
    tab.get_by_role("link", name="EN").click()
    tab.get_by_text("Who carries it").wait_for()
    assert "/incidents/" in tab.url


def test_works_without_script(chromium: Any, address: str, burning: Crisis) -> None:
    """With script switched off every page shows what it has, charts too."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + at("/incidents/{key}", burning), wait_until="networkidle")
    assert page.get_by_text("为什么是").first.is_visible()
    box = page.locator("img.chart").bounding_box()
    assert box is not None
    assert box["width"] > 600
    context.close()
