"""Compare the sentiment models with SnowNLP and a BERT-base in PyTorch, over the same texts.

BERT-base needs the extra `torch` (`make install-train`, then `.venv-train/bin/python -m
benchmarks sentiment`); its weights are of chance, since only its time counts. One core for all.
"""

import resource
import time
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.measure import Row, one_core, paired, show
from benchmarks.texts import posts
from nlp.sentiment.cascade import CascadeModel
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.model import SentimentModel
from nlp.sentiment.transformer import TransformerModel
from nlp.sentiment.voice import voice
from nlp.text.normalise import normalise

MANY = 2_500  # the linear stage is too fast to be timed over as few texts as the others read
SOME = 400
FEW = 40
ROUNDS = 3

Reader = Callable[[Sequence[str]], object]


@one_core()
def run() -> list[Row]:
    """Measure the ratios of CPU time a text, and texts a second."""
    given, what = posts((ROUNDS + 1) * MANY)
    texts = [voice(normalise(text)) or "。" for text in given]
    began = time.perf_counter()
    transformer = TransformerModel.load()
    loading = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cascade = CascadeModel.load()
    snownlp, bert = _snownlp(), _bert()
    rows = []
    for model, count in ((LinearModel.load(), MANY), (cascade, MANY), (transformer, SOME)):
        for name, other in (("SnowNLP", snownlp), ("BERT-base in torch", bert)):
            if other is not None:
                rows.append(_row(_Fresh(model, texts, count), name, other, what))
    detail = f"loaded in {loading:.2f} s, {memory:.0f} MiB resident"
    return [row._replace(detail=f"{row.detail}; {detail}") for row in rows]


class _Fresh:
    """A model that is given other texts at each call: what it has read it remembers."""

    def __init__(self, model: SentimentModel, texts: Sequence[str], count: int) -> None:
        # Read anew for each alternative, so that nothing is known from the one before.
        self.model = reloaded(model)
        self.count = count
        self.few = texts[:FEW]
        self._parts = (texts[at : at + count] for at in range(0, len(texts), count))

    def __call__(self) -> None:
        self.model.score(next(self._parts))


def reloaded(model: SentimentModel) -> SentimentModel:
    """Return a model that remembers nothing, for a cascade and a transformer."""
    return type(model).load() if isinstance(model, CascadeModel | TransformerModel) else model


def _row(fresh: _Fresh, name: str, other: Reader, what: str) -> Row:
    pair = paired(fresh, partial(other, fresh.few), rounds=ROUNDS)
    return Row(
        part="sentiment",
        ours=fresh.model.name,
        alternative=name,
        ratio=pair.ratio * fresh.count / len(fresh.few),
        detail=f"{fresh.count / pair.ours:,.0f} texts/s, {what}",
    )


def _snownlp() -> Reader | None:
    try:
        from snownlp import SnowNLP  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    return lambda texts: [SnowNLP(text).sentiments for text in texts]


def _bert() -> Reader | None:
    try:
        import torch  # noqa: PLC0415 - an extra
        from transformers import (  # noqa: PLC0415
            BertConfig,
            BertForSequenceClassification,
        )
    except ImportError:
        return None
    torch.set_num_threads(1)
    model = BertForSequenceClassification(BertConfig(vocab_size=21_128))
    model.eval()  # type: ignore[no-untyped-call, unused-ignore]

    def read(texts: Sequence[str]) -> None:
        with torch.inference_mode():
            for text in texts:  # a character is about a token
                model(torch.ones((1, min(len(text) + 2, 128)), dtype=torch.int64))

    return read


if __name__ == "__main__":
    show(run())
