"""A headless Chromium of Debian's package, logged in to an Airflow of the test's own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.servers.processes import missing

CHROMIUM = Path("/usr/bin/chromium")
PACKAGES = "chromium fonts-noto-cjk"
# Nothing but the page itself may be asked for.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def demand_chromium() -> None:
    """Skip the test where there is no Chromium, or no font for Chinese."""
    if not CHROMIUM.exists() or not list(Path("/usr/share/fonts").rglob("NotoSansCJK*")):
        missing("Chromium with a Chinese font", PACKAGES)


@contextmanager
def browser_at(url: str) -> Iterator[tuple[Page, list[str]]]:
    """Yield a page of a browser at `url`, and the addresses elsewhere that it asks for."""
    elsewhere: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            page = browser.new_page(viewport={"width": 1360, "height": 860}, locale="zh-CN")
            page.on("request", lambda request: _note(request.url, url, elsewhere))
            page.goto(url)
            yield page, elsewhere
        finally:
            browser.close()


def _note(asked: str, url: str, elsewhere: list[str]) -> None:
    if not asked.startswith((url, "data:", "blob:")):
        elsewhere.append(asked)


def log_in(page: Page, user: str, password: str) -> None:
    """Fill in Airflow's login page."""
    page.get_by_label("username").fill(user)
    page.get_by_label("password").fill(password)
    page.locator("button[type=submit]").click()
    page.wait_for_url(lambda url: "/auth/login" not in url)


def keep(picture: Path, folder: str | None) -> None:
    """Copy a screenshot into `folder`, where one is named."""
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, Path(folder, picture.name))
