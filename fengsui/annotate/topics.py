"""Topics of the settings, watched like brands: which of them a text is about."""

from collections.abc import Mapping, Sequence

from nlp.brands.matcher import BrandMatch
from nlp.text.normalise import Text
from store.query import Tokenize, fits, parse


class Topics:
    """Searches by name, in the language of `store.query`; `tokenize` is that of the stores."""

    def __init__(self, searches: Mapping[str, str], tokenize: Tokenize) -> None:
        """Read the searches.

        Raises:
            QueryError: one cannot be understood.
        """
        self._tokenize = tokenize
        self._queries = {name: parse(text, tokenize) for name, text in searches.items()}

    @property
    def names(self) -> Sequence[str]:
        """The names, in the order of the settings."""
        return list(self._queries)

    def matches(self, text: Text) -> list[BrandMatch]:
        """Return the topics that a text is about: those whose searches find it in a store.

        A topic has no name in the text, and so no place there.
        """
        if not self._queries:
            return []
        tokens = self._tokenize(text.display)
        return [
            BrandMatch(name, quoted=False, spans=())
            for name, query in self._queries.items()
            if fits(query, tokens)
        ]
