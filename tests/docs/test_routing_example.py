"""The example of the page on routing can be used as it is."""

import re
from pathlib import Path

import pytest

from fengsui.settings.application import Settings, parse

DOCS = Path(__file__).parents[2] / "docs"


def example(page: str) -> Settings:
    text = (DOCS / page).read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    brand = re.search(r'brands = \["(\w+)"\]', block)
    assert brand is not None
    names = ("pr-night", "legal", "boss", "phone-bridge")
    receivers = (f'[[receivers]]\nkind = "terminal"\nname = "{name}"\n' for name in names)
    settings = "".join((block, f'\n[[brands]]\nname = "{brand[1]}"\n', *receivers))
    return parse(settings, Path("fengsui.toml"))


@pytest.mark.parametrize("page", ["routing.md", "routing.zh-CN.md"])
def test_the_example_is_whole(page: str) -> None:
    """Both pages show the same settings, which need nothing but their receivers and brands."""
    made = example(page)
    assert len(made.routes) == 2
    assert len(made.routes[0].routes) == 1
    assert [len(one.steps) for one in made.escalations] == [3]
    assert len(made.quiet_hours) == len(made.watches) == len(made.members) == 2
    assert made.topics[0].query == "奶茶 AND (香精 OR 植脂末) NOT 抽奖"
    assert made.on_call[0].days_off
