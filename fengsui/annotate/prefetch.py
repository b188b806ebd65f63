"""Texts scored in the background before they are asked for: a replay knows what comes next."""

import logging
import os
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, NamedTuple, Self, TypeVar

from fengsui.annotate.batches import batches
from nlp.complaints.rules import DOUBTFUL, screen
from nlp.sentiment.model import ComplaintReader, Score, SentimentModel

T = TypeVar("T")
log = logging.getLogger(__name__)

# Texts whose scores are kept: some ten megabytes.
KEPT: Final = 20_000
# How many items are looked at together, and how many such lots ahead.
LOT: Final = 16
LOTS: Final = 256


class _Place(NamedTuple):
    """Where a text's score will be found."""

    scores: Future[list[Score]]
    at: int


class Prefetch:
    """A model whose scores are the same, but mostly there already: see `expect`.

    The gain is the time in which a model lets other threads work, as onnxruntime does. Where
    there is a single processor nothing is done ahead.
    """

    def __init__(self, model: SentimentModel) -> None:
        self.name = model.name
        self._model = model
        # A place becomes the score when it was asked for: a future takes two kilobytes.
        self._places: OrderedDict[str, _Place | Score] = OrderedDict()
        self._threads = len(os.sched_getaffinity(0)) - 1
        self._pool = ThreadPoolExecutor(max(1, self._threads), thread_name_prefix="score")

    def expect(self, texts: Iterable[str]) -> None:
        """Begin to score those of `texts` that are not known yet."""
        new = [text for text in dict.fromkeys(texts) if text not in self._places]
        if not new or self._threads < 1:
            return
        scores = self._pool.submit(self._read, new)
        for at, text in enumerate(new):
            self._places[text] = _Place(scores, at)
        while len(self._places) > KEPT:
            _, place = self._places.popitem(last=False)
            if isinstance(place, _Place):
                place.scores.cancel()

    def _read(self, texts: Sequence[str]) -> list[Score]:
        """Score texts, and let the model score those that may complain: it remembers them."""
        scores = self._model.score(texts)
        if isinstance(self._model, ComplaintReader):
            self._model.complaint_odds(
                [
                    one.own
                    for text, score in zip(texts, scores, strict=True)
                    if (one := screen(text, score.negative, is_complaint=False, least=DOUBTFUL[0]))
                    and one.is_doubtful
                ]
            )
        return scores

    def complaint_odds(self, texts: Sequence[str]) -> list[float] | None:
        """Return what the model says of complaints; None where it cannot say."""
        model = self._model
        return model.complaint_odds(texts) if isinstance(model, ComplaintReader) else None

    def score(self, texts: Sequence[str]) -> list[Score]:
        """Return one score a text, in order."""
        distinct = dict.fromkeys(texts)
        scores = {text: score for text in distinct if (score := self._found(text)) is not None}
        missing = [text for text in distinct if text not in scores]
        if missing:
            scores |= zip(missing, self._model.score(missing), strict=True)
        return [scores[text] for text in texts]

    def _found(self, text: str) -> Score | None:
        """Return what was scored ahead; nothing where that has not begun, or went wrong."""
        place = self._places.get(text)
        if not isinstance(place, _Place):
            return place
        if place.scores.cancel():
            return None
        try:
            score = self._places[text] = place.scores.result()[place.at]
        except Exception:
            log.debug("not scored ahead", exc_info=True)
            return None  # asked again, the model says what is wrong where it can be handled
        return score

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=True)


def looking_ahead(items: Iterable[T], announce: Callable[[Sequence[T]], None]) -> Iterator[T]:
    """Yield `items`, each after it and some hundreds of those that follow were announced."""
    waiting: deque[list[T]] = deque()
    for lot in batches(items, LOT):
        announce(lot)
        waiting.append(lot)
        if len(waiting) > LOTS:
            yield from waiting.popleft()
    for lot in waiting:
        yield from lot
