"""The sentiment models beside SnowNLP and a BERT-base in PyTorch, over the same texts in one run.

BERT-base needs the extra `torch` (`make install-train`, then `.venv-train/bin/python -m
benchmarks sentiment`); its weights are of chance, since only its time counts. One thread each.
"""

import resource
import time
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.measure import Row, paired, show
from benchmarks.texts import posts
from nlp.normalise import normalise
from nlp.sentiment.cascade import CascadeModel
from nlp.sentiment.linear import LinearModel
from nlp.sentiment.model import SentimentModel
from nlp.sentiment.transformer import TransformerModel
from nlp.sentiment.voice import voice

MANY = 10_000  # the linear stage is too fast to be timed over as few texts as the others read
SOME = 400
FEW = 40

Reader = Callable[[Sequence[str]], object]


def run() -> list[Row]:
    """Measure the ratios of CPU time a text, and texts a second."""
    given, what = posts(MANY)
    texts = [voice(normalise(text)) or "。" for text in given]
    began = time.perf_counter()
    transformer = TransformerModel.load()
    loading = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cascade = CascadeModel.load()
    snownlp, bert = _snownlp(), _bert()
    rows = []
    for model, count in ((LinearModel.load(), MANY), (cascade, SOME * 5), (transformer, SOME)):
        for name, other in (("SnowNLP", snownlp), ("BERT-base in torch", bert)):
            if other is not None:
                rows.append(_row(model, texts[:count], name, other, what))
    detail = f"loaded in {loading:.2f} s, {memory:.0f} MiB resident"
    return [row._replace(detail=f"{row.detail}; {detail}") for row in rows]


def _row(model: SentimentModel, texts: Sequence[str], name: str, other: Reader, what: str) -> Row:
    few = texts[:FEW]
    pair = paired(partial(model.score, texts), partial(other, few), rounds=3)
    return Row(
        part="sentiment",
        ours=model.name,
        alternative=name,
        ratio=pair.ratio * len(texts) / len(few),
        detail=f"{len(texts) / pair.ours:,.0f} texts/s, {what}",
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
