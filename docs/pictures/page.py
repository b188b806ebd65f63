"""`python -m docs.pictures.page --out docs/page`: the page with the sample crisis, in Chromium.

Fonts are those of the package that the pictures have, and the machine's for Latin letters.
"""

import argparse
import io
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from noto_cjk_sans_otc import FONT_PATH

from dashboards.web.sample import Sample, prepared
from fengsui.services import Services
from records.language import Language

CHROMIUM: Final = "/usr/bin/chromium"
FONTS: Final = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><dir>{fonts}</dir><cachedir>{cache}</cachedir>
<match target="pattern"><edit name="family" mode="prepend_first" binding="strong">
<string>DejaVu Sans</string><string>Noto Sans CJK SC</string></edit></match></fontconfig>
"""


class Shot(NamedTuple):
    """A picture: its file, the page, how wide and how high at most, the theme and the language."""

    name: str
    path: str
    width: int
    height: int
    theme: str = "light"
    language: Language = "zh"


def shots(key: str, brand: str) -> Iterator[Shot]:
    """Yield the pictures that the documents show."""
    incident = f"/incidents/{quote(key)}"
    yield Shot("overview", "/", 390, 620)
    yield Shot("overview.wide", "/", 1280, 420)
    yield Shot("incident", incident, 390, 1500)
    yield Shot("incident.en", incident, 390, 1500, language="en")
    yield Shot("incident.dark", incident, 390, 1500, theme="dark")
    yield Shot("incident.wide", incident, 1280, 1420)
    yield Shot("brand.wide", f"/brands/{quote(brand)}", 1280, 900)
    yield Shot("search.wide", f"/search?q={quote('虫 OR 退款')}", 1280, 760)


def main(arguments: Sequence[str] | None = None) -> None:
    """Replay the sample and draw the page; exit with 2 where Chromium is missing."""
    parser = argparse.ArgumentParser(prog="python -m docs.pictures.page", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    parser.add_argument("--cache", type=Path, default=Path(".cache/page"), help="of the sample")
    given = parser.parse_args(arguments)
    if not Path(CHROMIUM).exists():
        sys.stderr.write("chromium is not installed\n")
        sys.exit(2)
    given.out.mkdir(parents=True, exist_ok=True)
    sample = prepared(given.cache)
    with Services(sample.settings) as services:
        [incident] = services.ledger.open_incidents()
    with _served(sample) as address, _browser() as browser:
        for shot in shots(incident.key, incident.brand):
            _draw(browser, address, shot, given.out / f"{shot.name}.png")
            sys.stdout.write(f"{given.out / shot.name}.png\n")


def _draw(browser: Any, address: str, shot: Shot, path: Path) -> None:
    # Imported late: only this command needs it.
    from PIL import Image  # noqa: PLC0415

    scale = 2 if shot.width < 500 else 1
    size = {"width": shot.width, "height": shot.height}
    context = browser.new_context(viewport=size, color_scheme=shot.theme, device_scale_factor=scale)
    page = context.new_page()
    page.goto(f"{address}/language/{shot.language}?back={quote(shot.path, safe='')}")
    page.locator("img.chart").evaluate_all("all => Promise.all(all.map(one => one.decode()))")
    picture = page.screenshot()
    context.close()
    with Image.open(io.BytesIO(picture)) as drawn:
        whole = drawn.convert("RGB")
        # Every colour of a level stays what it is.
        whole.quantize(256, method=Image.Quantize.MAXCOVERAGE).save(path, optimize=True)


@contextmanager
def _served(sample: Sample) -> Iterator[str]:
    from dashboards.web.serving import page_served  # noqa: PLC0415  # with uvicorn

    with page_served(sample.settings, port=8429, clock=sample.clock) as address:
        yield address


@contextmanager
def _browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # only for drawing

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        fonts = Path(folder, "fonts.conf")
        fonts.write_text(FONTS.format(fonts=Path(FONT_PATH).parent, cache=folder), encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--hide-scrollbars"],
            env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
        )
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
