"""Drafts of answers to single customers: a template a category, facts filled in, and a checklist.

A draft promises nothing that nobody has decided, and names no cause that nobody has verified. It
counts as sent only after a lead has approved it and a person has posted it.
"""

import tomllib
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, TypeAdapter

from alerts.messages.format import one_line
from fengsui.desk.words import clock_text
from fengsui.wording.words import say
from records import Case
from records.language import Language

NAME = 30
_FALLBACK = "other"


class Template(BaseModel):
    """The words of an answer, and what to see to before it is sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    checklist: tuple[str, ...]


@cache
def templates(language: Language) -> dict[str, Template]:
    """Return the template of each category of complaints."""
    file = resources.files("fengsui.desk.cases").joinpath(f"answers.{language}.toml")
    read = tomllib.loads(file.read_text(encoding="utf-8"))
    return TypeAdapter(dict[str, Template]).validate_python(read)


def template_of(case: Case, language: Language) -> Template:
    """Return the template of a case's category."""
    known = templates(language)
    return known.get(case.category, known[_FALLBACK])


def draft_of(case: Case, language: Language) -> str:
    """Return an answer to the customer of a case: the template with its facts."""
    brand = one_line(case.brand, NAME)
    said = template_of(case, language).text.format(brand=brand, due=clock_text(case.due_at))
    if not case.demands:
        return said
    joiner = say(language, "answer.joiner")
    demands = joiner.join(one_line(one, NAME) for one in case.demands)
    return said + say(language, "answer.demands", demands=demands)
