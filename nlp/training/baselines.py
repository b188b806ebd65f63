"""Baselines that the models are compared with, in the same run."""

from collections.abc import Callable, Sequence

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

Polarity = Callable[[str], str]


def tfidf(texts: Sequence[str], labels: Sequence[str]) -> Pipeline:
    """Fit TF-IDF over character 1-3-grams and a logistic regression: the usual strong baseline."""
    pipeline = make_pipeline(
        TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True),
        LogisticRegression(C=4.0, max_iter=200),
    )
    pipeline.fit(texts, labels)
    return pipeline


def snownlp() -> Polarity | None:
    """Return SnowNLP's judgement of a text, None where it is not installed (extra `bench`)."""
    try:
        from snownlp import SnowNLP  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        return None
    return lambda text: "positive" if SnowNLP(text).sentiments >= 0.5 else "negative"


def cnsenti() -> Polarity | None:
    """Return cnsenti's judgement of a text, None where it is not installed (extra `bench`).

    It counts words of a lexicon; a draw is taken for positive.
    """
    try:
        from cnsenti import Sentiment  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        return None
    counter = Sentiment()

    def polarity(text: str) -> str:
        counts = counter.sentiment_count(text)
        return "negative" if counts["neg"] > counts["pos"] else "positive"

    return polarity
