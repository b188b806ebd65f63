"""Sentiment towards a brand: rules of language over the score of the whole text."""

from typing import Final

from nlp.stance.judgement import towards
from nlp.stance.reading import Reading, read
from nlp.stance.verdict import Stance

__all__ = ["RULES", "Reading", "Stance", "read", "towards"]

RULES: Final = "stance-3"
"""Name of the rules as they are: it changes whenever a rule or a word of theirs does."""
