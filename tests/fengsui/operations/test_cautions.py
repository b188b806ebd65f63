"""Rules of the warnings: what is accepted and will not do what was meant."""

from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest

from fengsui.operations.cautions import cautions_of_settings, cautions_of_store
from fengsui.services import Services
from fengsui.settings.application import parse
from tests.fengsui import stories
from tests.fengsui.cli.test_commands import line
from tests.fengsui.commands import Shell

HERE = Path("fengsui.toml")


@pytest.mark.parametrize(
    ("brand", "warned"),
    [
        ('name = "茶"', ["茶"]),
        ('name = "云朵"\naliases = ["云", "朵朵"]', ["云"]),
        ('name = "茶"\nambiguous = ["茶"]\ncontext = ["门店"]', []),
        ('name = "茶"\nambiguous = ["茶"]', ["茶"]),
        ('name = "云朵"', []),
    ],
)
def test_a_name_of_one_sign_is_warned_of(brand: str, warned: list[str]) -> None:
    """A name of one sign is warned of, unless it is ambiguous and has its context."""
    for language in ("en", "zh"):
        settings = parse(f'language = "{language}"\n[[brands]]\n{brand}\n', HERE)
        found = list(cautions_of_settings(settings))
        assert len(found) == len(warned)
        assert all(name in said for name, said in zip(warned, found, strict=True))


def test_the_untouched_sample_is_warned_of() -> None:
    """The example as `init` writes it is warned of; with another brand it is not."""
    text = resources.files("fengsui.settings").joinpath("example.toml").read_text(encoding="utf-8")
    (said,) = cautions_of_settings(parse(text, HERE))
    assert "云朵茶饮" in said
    own = text.replace('name = "云朵茶饮"', 'name = "星野咖啡"')
    assert list(cautions_of_settings(parse(own, HERE))) == []


def test_the_future_is_warned_of(fengsui: Shell) -> None:
    """Posts dated in the future are warned of by `import` at once, and by `check` afterwards."""
    fengsui.settings()
    ahead = (datetime.now(UTC) + timedelta(hours=8)).isoformat()
    file = fengsui.folder / "posts.jsonl"
    file.write_text(line(1, f"{stories.BRAND}真难喝", published_at=ahead), encoding="utf-8")
    assert "in the future" in fengsui("import", file).err
    fengsui("annotate")
    (warned,) = (said for said in fengsui("check").out.splitlines() if said.startswith("!"))
    assert "1 mentions are dated in the future" in warned


def test_what_is_past_is_not(tmp_path: Path) -> None:
    """A store with posts of the past alone gives no warning."""
    with Services(stories.settings(tmp_path / "state")) as services:
        now = datetime.now(UTC)
        assert list(cautions_of_store(services.settings, services.store, now)) == []
