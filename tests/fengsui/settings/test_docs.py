"""The settings that the docs show are settings."""

import re
import tomllib
from pathlib import Path

import pytest

from fengsui.settings.application import Settings

DOCS = Path(__file__).parents[3] / "docs"
PAGES = sorted(path.name for path in DOCS.glob("*.md"))
BLOCK = re.compile(r"^```toml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
KINDS = {"feed", "newsnow", "folder"}


@pytest.mark.parametrize(
    "page", ["sources.md", "sources.zh-CN.md", "formats.md", "formats.zh-CN.md"]
)
def test_examples_can_be_used(page: str) -> None:
    """Each block of settings in the docs of sources and formats is valid as it stands."""
    blocks = BLOCK.findall((DOCS / page).read_text("utf-8"))
    assert blocks
    found = [Settings.model_validate(tomllib.loads(block)) for block in blocks]
    kinds = {source.kind for one in found for source in one.sources}
    assert kinds >= (KINDS if page.startswith("sources") else set())
    assert page.startswith("sources") or [one for one in found if one.profiles]


@pytest.mark.parametrize("page", [one for one in PAGES if not one.endswith("zh-CN.md")])
def test_both_languages_show_the_same_settings(page: str) -> None:
    """A page and its translation show the same kinds of sources."""
    other = DOCS / f"{page.removesuffix('.md')}.zh-CN.md"
    if not other.exists():
        return
    kinds = [
        sorted(re.findall(r'^kind = "(\w+)"', (DOCS / one).read_text("utf-8"), re.MULTILINE))
        for one in (page, other.name)
    ]
    assert kinds[0] == kinds[1]
