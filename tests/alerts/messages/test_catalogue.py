"""Catalogues: every language has the same words with the same slots, and the wheel holds them."""

import string
import tomllib
from pathlib import Path

import pytest

from alerts.messages.catalogue import CATALOGUES, LANGUAGES, Catalogues, load_catalogues
from fengsui.operations.send_test.send import WORDS as TEST_WORDS
from fengsui.reports.catalogue import WORDS
from nlp.complaints.rules import CATEGORIES
from records.language import Language

ROOT = Path(__file__).parents[3]


def _slots(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize(
    "catalogues", [CATALOGUES, WORDS, TEST_WORDS], ids=["messages", "reports", "tests"]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_words(catalogues: Catalogues, language: Language) -> None:
    """Each catalogue has the keys of the Chinese one, and each entry the same slots."""
    first, other = catalogues["zh"], catalogues[language]
    assert set(first) == set(other)
    assert {key: _slots(first[key]) for key in first} == {key: _slots(other[key]) for key in other}
    assert all(text.strip() or key.endswith("joiner") for key, text in other.items())


def test_a_catalogue_cannot_be_changed() -> None:
    """Words are read once and stay as they are."""
    words = load_catalogues("alerts.messages")["zh"]
    with pytest.raises(TypeError):
        words["open"] = ""  # type: ignore[index]


@pytest.mark.parametrize("folder", ["alerts/messages", "fengsui/reports"])
def test_catalogues_are_in_the_wheel(folder: str) -> None:
    """The wheel takes the whole package that a catalogue stands in, and leaves out no TOML."""
    hatch = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert set(hatch) == {"targets"}
    assert set(hatch["targets"]["wheel"]) == {"packages", "exclude"}
    assert not any(pattern.endswith("toml") for pattern in hatch["targets"]["wheel"]["exclude"])
    assert folder.split("/", maxsplit=1)[0] in hatch["targets"]["wheel"]["packages"]
    assert {path.name for path in (ROOT / folder).glob("*.toml")} == {
        f"{language}.toml" for language in LANGUAGES
    }


def test_categories_are_called_as_everywhere() -> None:
    """What a category is called in an alert is what the case list calls it."""
    for language in LANGUAGES:
        words = CATALOGUES[language]
        called = {name: words[f"category.{name}"] for name in CATEGORIES}
        assert called == {name: getattr(said, language) for name, said in CATEGORIES.items()}
