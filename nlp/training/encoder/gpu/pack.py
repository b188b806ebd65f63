"""All texts as token ids in one file, so that the machine with the GPU needs no tokenizer.

python -m nlp.training.encoder.gpu.pack --examples .cache/training/examples.jsonl.gz \
    --unlabelled .cache/training/unlabelled.jsonl.gz --base FOLDER --out .cache/training/pack
"""

import argparse
import logging
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from tokenizers import Tokenizer

from nlp.sentiment.tasks import CLASSES, TASKS
from nlp.training.encoder.corpus import read
from nlp.training.encoder.gpu.pieces import EMOTICONS, PARTS, Labels, Pieces
from nlp.training.encoder.loop.batch import UNKNOWN
from nlp.training.encoder.network import MAX_TOKENS
from nlp.training.encoder.unlabelled import read_unlabelled

_log = logging.getLogger(__name__)
_PIECES: Final = 20_000  # texts that are tokenized at a time


def _tokenized(texts: Sequence[str], base: Path, longest: int) -> Pieces:
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.enable_truncation(longest)
    tokenizer.no_padding()
    tokens: list[int] = []
    starts = [0]
    for begin in range(0, len(texts), _PIECES):
        for encoding in tokenizer.encode_batch_fast(list(texts[begin : begin + _PIECES])):
            tokens.extend(encoding.ids)
            starts.append(len(tokens))
    return Pieces(np.array(tokens, dtype=np.uint16), np.array(starts))


def pack(examples: Path, unlabelled: Path, base: Path, out: Path) -> None:
    """Write the folder: train and dev parts of `examples`, and all of `unlabelled`.

    Raises:
        OSError: a file is missing or damaged.
        ValueError: the base's tokenizer knows no <mask>.
    """
    out.mkdir(parents=True, exist_ok=True)
    kept = [example for example in read(examples) if example.split in PARTS]
    texts: dict[str, int] = {}
    views = [
        [texts.setdefault(text, len(texts)) for text in (e.words, e.spoken, e.whole)] for e in kept
    ]
    names = sorted({example.corpus for example in kept})
    places = {task: {name: at for at, name in enumerate(CLASSES[task])} for task in TASKS}
    Labels(
        part=np.array([PARTS.index(e.split) for e in kept], dtype=np.uint8),
        corpus=np.array([names.index(e.corpus) for e in kept], dtype=np.uint8),
        names=tuple(names),
        views=np.array(views, dtype=np.int32),
        answers=np.array(
            [[places[task].get(getattr(e, task), UNKNOWN) for task in TASKS] for e in kept],
            dtype=np.int8,
        ),
        polar=np.array([e.polar for e in kept]),
        weights=np.array([min(e.weight, 2.0) for e in kept], dtype=np.float32),
    ).save(out)
    _tokenized(list(texts), base, MAX_TOKENS).save(out, "labelled")
    free = read_unlabelled(unlabelled)
    counts = Counter(name for text in free for name in set(text.emoticons))
    known = {name: at for at, (name, _) in enumerate(counts.most_common(EMOTICONS))}
    seen = [next((known[n] for n in text.emoticons if n in known), UNKNOWN) for text in free]
    mask = Tokenizer.from_file(str(base / "tokenizer.json")).token_to_id("<mask>")
    if mask is None:
        raise ValueError(f"the tokenizer of {base} knows no <mask>")
    np.savez(out / "emoticons.npz", emoticons=np.array(seen, dtype=np.int16), mask=mask)
    _tokenized([text.words for text in free], base, MAX_TOKENS).save(out, "unlabelled")
    _log.info("%d labelled, %d other texts; emoticons %s", len(kept), len(free), list(known)[:20])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=Path, required=True, help="what prepare wrote")
    parser.add_argument("--unlabelled", type=Path, required=True, help="what unlabelled wrote")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    pack(options.examples, options.unlabelled, options.base, options.out)


if __name__ == "__main__":
    main()
