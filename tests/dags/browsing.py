"""A headless Chromium of the machine, logged in to an Airflow of the test's own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from noto_cjk_sans_otc import FONT_PATH
from playwright.sync_api import Page, sync_playwright

from tests.servers.processes import missing

CHROMIUM = "chromium"
# The machine's own fonts, and the one for Chinese that the pictures are drawn in.
FONTS = f"""\
<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{FONT_PATH.parent}</dir>
</fontconfig>
"""
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
    """Skip the test where there is no Chromium."""
    if shutil.which(CHROMIUM) is None:
        missing("Chromium", "chromium")


@contextmanager
def browser_at(url: str) -> Iterator[tuple[Page, list[str]]]:
    """Yield a page of a browser at `url`, and the addresses elsewhere that it asks for."""
    elsewhere: list[str] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        fonts = Path(folder, "fonts.conf")
        fonts.write_text(FONTS, encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=shutil.which(CHROMIUM),
            args=list(FLAGS),
            env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
        )
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
