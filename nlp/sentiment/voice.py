"""Which part of a text sentiment is read from."""

from nlp.text.normalise import Text


def voice(text: Text) -> str:
    """Return the author's own words, emoticons among them; all words where none are their own."""
    return text.own or text.display
