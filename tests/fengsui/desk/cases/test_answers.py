"""Drafts of answers: every category has one in both languages, with its facts and no promise."""

import pytest

from alerts.messages.catalogue import LANGUAGES
from fengsui.desk.cases.answers import draft_of, template_of, templates
from nlp.complaints.rules import CATEGORIES
from records.language import Language
from tests.store.making import BRAND, case


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_has_a_template(language: Language) -> None:
    """Each category has words and a checklist; one that is not known gets those of `other`."""
    assert templates(language).keys() == CATEGORIES.keys()
    assert all(one.checklist for one in templates(language).values())
    strange = case(category="食品安全")
    assert template_of(strange, language) == templates(language)["other"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", CATEGORIES)
def test_a_draft_has_its_facts(language: Language, category: str) -> None:
    """The brand, the time of the answer and the demands stand in it."""
    made = case(category=category)
    said = draft_of(made, language)
    assert BRAND in said
    assert "03-02 04:00" in said or f"{made.due_at:%m-%d}" in said
    assert "退款" in said


def test_names_are_one_line() -> None:
    """What comes from posts and settings cannot break the draft into lines."""
    assert "\n" not in draft_of(case(demands=("退\n款",), brand="云朵\n茶饮"), "zh")
