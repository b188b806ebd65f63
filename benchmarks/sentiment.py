"""The linear sentiment model beside SnowNLP, over the same texts in one run."""

from snownlp import SnowNLP

from benchmarks.measure import Row, paired, show
from benchmarks.texts import posts
from nlp.normalise import normalise
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.voice import voice

TEXTS = 100
REPEATS = 100  # ours is too fast to be timed over as few texts as SnowNLP can read in a minute


def run() -> list[Row]:
    """Measure the ratio of CPU time a text, and our texts a second."""
    given, what = posts(TEXTS * REPEATS)
    many = [voice(normalise(text)) or "。" for text in given]
    texts, model = many[:TEXTS], LinearModel.load()
    model.score(many)  # the first call touches the table for the first time
    SnowNLP("热身").sentiments  # noqa: B018 - the property loads its dictionaries
    pair = paired(lambda: model.score(many), lambda: [SnowNLP(t).sentiments for t in texts])
    return [
        Row(
            part="sentiment",
            ours=model.name,
            alternative="SnowNLP",
            ratio=pair.ratio * len(many) / len(texts),
            detail=f"{len(many) / pair.ours:,.0f} texts/s, {what}",
        )
    ]


if __name__ == "__main__":
    show(run())
