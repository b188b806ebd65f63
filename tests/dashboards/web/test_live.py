"""Open pages learn what changed."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from dashboards.web.fixed import KEPT, VERSION
from dashboards.web.pages import live
from dashboards.web.pages.live import News
from dashboards.web.readers import Readers
from dashboards.web.site import Site
from fengsui.desk.desk import Desk
from records import ActionKind, Via, subject_of
from store.ledger.ledger import Ledger
from tests.dashboards.web.crisis import Crisis
from tests.dashboards.web.served import served

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


def note(crisis: Crisis, click: str) -> None:
    """Let somebody else write a note."""
    with Ledger(f"sqlite:///{crisis.state / 'ledger.sqlite3'}") as ledger:
        desk = Desk(ledger, crisis.settings(), lambda: crisis.at)
        subject = subject_of("incident", crisis.key)
        action = desk.new(
            ActionKind.NOTE, subject, "命令行:x", Via.CLI, click, text=f"新消息{click}"
        )
        assert desk.act(action).is_done


def site_over(crisis: Crisis, readers: Readers) -> Site:
    with TestClient(crisis.app()) as client:
        made: Site = client.app.state.site  # type: ignore[attr-defined]  # Starlette's
    return Site(made.settings, readers, made.clock, made.wall, made.tokens, made.sessions)


def test_listeners_learn_of_an_action(crisis: Crisis) -> None:
    """Who listens gets an event once somebody acted; looking ends with the last listener."""

    async def heard() -> list[str]:
        readers = Readers(crisis.settings(), 1)
        news = News(looks_each=0.02)
        site = site_over(crisis, readers)
        events = news.listen(site)
        found = [await anext(events)]
        await asyncio.sleep(0.5)
        await asyncio.to_thread(note, crisis, "1")
        found.append(await asyncio.wait_for(anext(events), 60))
        await events.aclose()  # type: ignore[attr-defined]  # it is a generator
        assert news._looking is None
        readers.close()
        return found

    first, second = asyncio.run(heard())
    assert first.startswith("retry:")
    assert second.startswith("data: ")


def test_no_more_than_so_many_listen(crisis: Crisis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listeners are bounded."""
    monkeypatch.setattr(live, "MOST_LISTENERS", 0)
    with crisis.client() as client:
        assert client.get("/live").status_code == 503


def test_files_are_kept_by_their_version(client: TestClient) -> None:
    """What a page names is kept for a year; the same file without its version is asked for anew."""
    assert client.get(f"/static/live.js?v={VERSION}").headers["cache-control"] == KEPT
    assert client.get("/static/live.js").headers["cache-control"] == "no-cache"
    assert f"/static/style.css?v={VERSION}" in client.get("/").text


@pytest.fixture
def page() -> Iterator[Any]:
    from tests.dashboards.web.test_browser import CHROMIUM  # noqa: PLC0415  # both skip alike

    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def test_open_page_shows_what_others_do(page: Any, crisis: Crisis) -> None:
    """What somebody else writes appears without a reload; a form that is being filled stays."""
    with served(crisis) as there:
        page.goto(f"{there}/incidents/{quote(crisis.key)}")
        page.evaluate("window.stayed = true")
        page.wait_for_timeout(2_500)
        note(crisis, "2")
        page.get_by_text("新消息2").wait_for(timeout=60_000)
        assert page.evaluate("window.stayed") is True
        page.get_by_text("备注", exact=True).first.click()
        page.get_by_role("textbox", name="备注").fill("还没写完")
        note(crisis, "3")
        page.wait_for_timeout(6_000)
        assert page.get_by_role("textbox", name="备注").input_value() == "还没写完"
