"""`python -m docs.pictures.reports --out docs/reports`: the beginning of the sample's review.

The HTML of `fengsui review` is drawn by Chromium, in both languages, in the font that the PDF has.
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from noto_cjk_sans_otc import FONT_PATH
from rich.console import Console

from docs.pictures.messages import LANGUAGES, draw
from docs.pictures.telephone.stories import sample_alerts
from fengsui.demo import generate
from fengsui.reports.document.html import html_of
from fengsui.reports.review.document import document_of
from fengsui.reports.review.facts import gather
from fengsui.services import Services
from fengsui.settings.application import Settings, load
from records.language import Language

WIDTH: Final = 900
HEIGHT: Final = 1_305
# Far below all that is shown.
BOTTOM: Final = 9_000
_POLICY: Final = "img-src data:"
_FAMILIES: Final = ("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC")


def main(arguments: Sequence[str] | None = None) -> None:
    """Replay the sample and draw its review; exit with 2 where Chromium is missing."""
    parser = argparse.ArgumentParser(prog="python -m docs.pictures.reports", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    parser.add_argument("--cache", type=Path, help="a state folder of the sample to be read again")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.cache or Path(temporary)
        sample_alerts(folder)
        for language in LANGUAGES:
            path = given.out / f"review{'' if language == 'zh' else '.en'}.png"
            draw(with_font(page_of(folder, language)), path, WIDTH, BOTTOM)
            _cut(path)
            sys.stdout.write(f"{path}\n")


def _cut(path: Path) -> None:
    """Keep the beginning of a picture, which has two pixels for each point."""
    # Imported late: only this command needs it.
    from PIL import Image  # noqa: PLC0415

    with Image.open(path) as picture:
        beginning = picture.crop((0, 0, picture.width, 2 * HEIGHT))
    beginning.save(path, optimize=True)


def page_of(folder: Path, language: Language) -> str:
    """Return the review of the worst incident of the sample that was replayed in `folder`."""
    sample = generate(folder / "sample")
    settings = Settings(state=folder / "store", brands=load(sample.settings).brands)
    with Services(settings, console=Console(file=io.StringIO())) as services:
        worst = max(services.ledger.incidents(), key=lambda one: (one.peak_level, one.peak))
        return html_of(document_of(services, gather(services, worst), language))


def with_font(page: str) -> str:
    """Return the page in the font of the package: the machine may have none for Chinese."""
    source = f"src:url('{Path(FONT_PATH).as_uri()}')"
    faces = "".join(f'@font-face{{font-family:"{name}";{source}}}' for name in _FAMILIES)
    allowed = page.replace(_POLICY, f"{_POLICY}; font-src file:", 1)
    return allowed.replace("<style>", f"<style>{faces}", 1)


if __name__ == "__main__":
    main()
