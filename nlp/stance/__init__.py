"""Sentiment towards a brand: rules of language over the score of the whole text."""

from nlp.stance.judgement import towards
from nlp.stance.reading import Reading, read
from nlp.stance.verdict import Stance

__all__ = ["Reading", "Stance", "read", "towards"]
