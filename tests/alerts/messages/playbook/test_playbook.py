"""The playbook: what to do now, by category, level and news."""

from itertools import product
from pathlib import Path

import pytest

from alerts.messages.playbook.playbook import MOST_BYTES, PlaybookError, read_playbook, shipped
from nlp.complaints.rules import CATEGORIES
from records import Carrier, Level
from records.language import Language

LANGUAGES: tuple[Language, ...] = ("zh", "en")
NEWS = ["hot", *(str(one) for one in Carrier if one is not Carrier.PERSON)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_and_level_has_steps(language: Language) -> None:
    """There is something to do for each category of complaint at each level, also for none."""
    for category, level in product((*CATEGORIES, "", "unheard-of"), Level):
        steps = shipped(language).steps_of(category, level, ())
        assert steps
        assert all(len(step) <= 60 for step in steps)


@pytest.mark.parametrize("language", LANGUAGES)
def test_news_come_first(language: Language) -> None:
    """Who joined asks for a step of its own, before those of the level; one of them counts."""
    playbook = shipped(language)
    for carrier in NEWS:
        first, *rest = playbook.steps_of("safety", Level.RED, (carrier, Carrier.LARGE))
        assert first == playbook.new[carrier]
        assert tuple(rest) == playbook.steps_of("safety", Level.RED, ())


def test_both_languages_have_the_same_entries() -> None:
    """Categories, levels, news, ends and checklists are the same in Chinese and English."""
    zh, en = (shipped(language) for language in LANGUAGES)
    assert {name: set(levels) for name, levels in zh.steps.items()} == {
        name: set(levels) for name, levels in en.steps.items()
    }
    assert (set(zh.new), set(zh.after)) == (set(en.new), set(en.after))
    assert {name: len(steps) for name, steps in zh.checklists.items()} == {
        name: len(steps) for name, steps in en.checklists.items()
    }


def test_a_team_s_own_takes_the_place_of_what_it_names(tmp_path: Path) -> None:
    """An own file changes what it names and leaves the rest as it ships; a BOM does not matter."""
    file = tmp_path / "playbook.toml"
    file.write_text(
        '\ufeff[steps.safety]\nred = ["打给张总"]\n[new]\nmedia = "转市场部"\n', "utf-8"
    )
    own, base = read_playbook(file, "zh"), shipped("zh")
    assert own.steps_of("safety", Level.RED, (Carrier.MEDIA,)) == ("转市场部", "打给张总")
    assert own.steps_of("safety", Level.BLUE, ()) == base.steps_of("safety", Level.BLUE, ())
    assert own.steps_of("price", Level.RED, ()) == base.steps_of("price", Level.RED, ())
    assert own.checklist(Level.RED) == base.checklist(Level.RED)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('[steps.safty]\nred = ["x"]\n', "steps.safty"),
        ('[steps.safety]\npurple = ["x"]\n', "purple"),
        ('[steps.safety]\nred = [""]\n', "steps.safety.red.0"),
        ('[new]\nmedia = "' + "长" * 90 + '"\n', "new.media"),
        ("[steps", "playbook.toml"),
        ("#" * (MOST_BYTES + 1), "larger than"),
        (b"\xff\xfe", "playbook.toml"),
    ],
)
def test_a_bad_file_is_refused_by_entry(tmp_path: Path, content: str | bytes, says: str) -> None:
    """An unknown category or level, an empty or a too long step: the error names the entry."""
    file = tmp_path / "playbook.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(PlaybookError, match=says):
        read_playbook(file, "zh")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A path that leads nowhere is in the error."""
    with pytest.raises(PlaybookError, match=r"none\.toml"):
        read_playbook(tmp_path / "none.toml", "en")


def test_braces_in_a_file_are_only_text(tmp_path: Path) -> None:
    """Nothing of a step is evaluated: braces other than the known slot stay as they are."""
    file = tmp_path / "playbook.toml"
    file.write_text('[steps.default]\nblue = ["{first.__class__} {0}"]\n', "utf-8")
    assert read_playbook(file, "zh").steps_of("", Level.BLUE, ()) == ("{first.__class__} {0}",)
