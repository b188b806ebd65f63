"""The linear sentiment model beside SnowNLP, over the same texts in one run."""

import time

from snownlp import SnowNLP

from benchmarks.measure import Row, paired, show
from benchmarks.texts import weibo_texts
from nlp.normalise import normalise
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.voice import voice

TEXTS = 100
REPEATS = 100  # ours is too fast to be timed over as few texts as SnowNLP can read


def run() -> list[Row]:
    """Measure the ratio of CPU time a text, and our texts a second."""
    texts = [voice(normalise(text)) or "。" for text in weibo_texts(TEXTS)]
    many, model = texts * REPEATS, LinearModel.load()
    model.score(many)  # the first call touches the table for the first time
    SnowNLP("热身").sentiments  # noqa: B018 - the property loads its dictionaries
    ratio = paired(lambda: model.score(many), lambda: [SnowNLP(t).sentiments for t in texts])
    began = time.process_time()
    model.score(many)
    speed = len(many) / (time.process_time() - began)
    return [
        Row(
            part="sentiment",
            ours=model.name,
            alternative="SnowNLP",
            ratio=ratio * REPEATS,
            detail=f"{speed:,.0f} texts/s, {sum(map(len, texts)) / TEXTS:.0f} characters each",
        )
    ]


if __name__ == "__main__":
    show(run())
