"""`python -m docs.pictures.messages --out docs/alerts`: the sample's alerts on a telephone.

The messages are drawn from the blocks that Slack is sent, by Chromium, 390 pixels wide. It is not
Slack that draws here: fonts and spacing are otherwise there.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from alerts.messages.compose import compose, present
from alerts.messages.evidence_message import evidence
from alerts.messages.message import Message
from alerts.notify.slack.blocks import payload_of
from docs.pictures.telephone.page import Shown, page_of
from docs.pictures.telephone.stories import sample_alerts
from records import Alert, Change, Level
from records.language import Language
from records.time import BEIJING

WIDTH: Final = 390
HEIGHT: Final = 2_400
CHANNELS: Final[Mapping[Language, str]] = {"zh": "公关值班", "en": "pr-night"}
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")


def main(arguments: Sequence[str] | None = None) -> None:
    """Replay the sample and draw its alerts; exit with 2 where Chromium is missing."""
    parser = argparse.ArgumentParser(prog="python -m docs.pictures.messages", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the pictures")
    parser.add_argument("--cache", type=Path, help="a state folder of the sample to be read again")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        alerts = sample_alerts(given.cache or Path(folder))
        for language in LANGUAGES:
            for name, shown in scenes(alerts, language).items():
                path = given.out / f"{name}{'' if language == 'zh' else '.en'}.png"
                draw(page_of(shown, CHANNELS[language], language), path)
                sys.stdout.write(f"{path}\n")


def scenes(alerts: Sequence[Alert], language: Language) -> dict[str, list[Shown]]:
    """Return what each picture shows: the opening, the raise to red, the thread, the end."""
    opening = next(one for one in alerts if one.change is Change.OPENED)
    red = next(
        one for one in alerts if one.change is Change.RAISED and one.incident.level is Level.RED
    )
    end = next((one for one in alerts if one.change is Change.RECOVERED), alerts[-1])
    until = [one for one in alerts if one.at <= red.at]
    thread = [_shown(present(red, language), opening.at)]
    thread += [_shown(evidence(opening, language), opening.at, is_answer=True)]
    thread += [_shown(compose(one, language), one.at, is_answer=True) for one in until[1:]]
    return {
        "opened": [_shown(compose(opening, language), opening.at)],
        "red": [_shown(compose(red, language), red.at)],
        "end": [_shown(compose(end, language), end.at)],
        "thread": thread,
    }


def _shown(message: Message, at: datetime, *, is_answer: bool = False) -> Shown:
    payload: dict[str, Any] = payload_of(message)
    return Shown(payload["blocks"], f"{at.astimezone(BEIJING):%m-%d %H:%M}", is_answer)


def draw(page: str, path: Path, width: int = WIDTH, height: int = 3 * HEIGHT) -> None:
    """Draw a page into the PNG `path`, twice as many pixels as the page has points.

    What is lower than `height` is cut off.

    Raises:
        SystemExit: Chromium is missing or draws nothing.
    """
    # Imported late: only this command needs it.
    from PIL import Image, ImageChops  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.png")
        source.write_text(page, encoding="utf-8")
        command = [
            *("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--force-device-scale-factor=2", f"--window-size={width},{height}"),
            *(f"--user-data-dir={folder}/profile", f"--screenshot={target}", source.as_uri()),
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=180)  # noqa: S603
        except FileNotFoundError:
            sys.exit("chromium is not installed")
        with Image.open(target) as picture:
            whole = picture.convert("RGB")
            empty = Image.new("RGB", whole.size, "#ffffff")
            box = ImageChops.difference(whole, empty).getbbox()
            lowest = box[3] if box else whole.height
            whole.crop((0, 0, whole.width, lowest + 24)).quantize(128).save(path, optimize=True)


if __name__ == "__main__":
    main()
