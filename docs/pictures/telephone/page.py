"""Messages in blocks as a page of a telephone."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from noto_cjk_sans_otc import FONT_PATH

from docs.pictures.telephone.mrkdwn import html_of
from records.language import Language

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A message in Slack's blocks, its time in words, and whether it answers in a thread."""

    blocks: Sequence[dict[str, Any]]
    time: str
    is_answer: bool = False


@dataclass(frozen=True, slots=True)
class _Block:
    kind: str
    text: str = ""
    html: str = ""


def page_of(messages: Sequence[Shown], channel: str, language: Language) -> str:
    """Return the page of `messages`, each in its blocks."""
    shown = [
        {"time": one.time, "is_answer": one.is_answer, "blocks": list(_blocks(one.blocks))}
        for one in messages
    ]
    template = _TEMPLATES.get_template("telephone.html.j2")
    font = Path(FONT_PATH).as_uri()
    return template.render(messages=shown, channel=channel, language=language, font=font)


def _blocks(blocks: Sequence[dict[str, Any]]) -> Iterator[_Block]:
    for block in blocks:
        match block["type"]:
            case "header":
                yield _Block("header", text=block["text"]["text"])
            case "context":
                text = "\n".join(element["text"] for element in block["elements"])
                yield _Block("context", html=html_of(text))
            case "image":
                yield _Block("image", text=html.escape(block["image_url"]))
            case "section":
                yield _Block("section", html=html_of(block["text"]["text"]))
            case other:
                raise ValueError(f"a block of type {other} has no form here")
