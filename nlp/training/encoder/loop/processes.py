"""A training run of several processes of one thread each, on the processors of one machine."""

import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, distributed, multiprocessing
from torch.nn.parallel import DistributedDataParallel
from transformers import PreTrainedTokenizerBase

from nlp.training.encoder.corpus import Labelled
from nlp.training.encoder.loop.batch import Batch
from nlp.training.encoder.loop.batches import batches
from nlp.training.encoder.loop.losses import Loss
from nlp.training.encoder.loop.plan import Plan
from nlp.training.encoder.loop.run import Learner, train
from nlp.training.encoder.network import RECORD, Encoder

_CHECKPOINT: Final = "checkpoint.pt"


def run(
    encoder: Encoder,
    tokenizer: PreTrainedTokenizerBase,
    examples: Sequence[Labelled],
    make_loss: Callable[[], Loss],
    plan: Plan,
    out: Path,
    processes: int = 1,
) -> None:
    """Train `encoder` on the train part of `examples`, and save it in `out`.

    A checkpoint in `out` is taken up where it was left. `make_loss` is called in each process.
    """
    out.mkdir(parents=True, exist_ok=True)
    texts = [example for example in examples if example.split == "train"]
    with tempfile.TemporaryDirectory() as meeting:
        rendezvous = f"file://{meeting}/rendezvous"
        arguments = (processes, encoder, tokenizer, texts, make_loss, plan, out, rendezvous)
        if processes == 1:
            _work(0, *arguments)
        else:
            multiprocessing.spawn(_work, arguments, nprocs=processes)


def _work(  # noqa: PLR0913, PLR0917
    rank: int,
    processes: int,
    encoder: Encoder,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[Labelled],
    make_loss: Callable[[], Loss],
    plan: Plan,
    out: Path,
    meeting: str,
) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    torch.manual_seed(plan.seed + rank)
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=processes)
    try:
        model, loss_of = DistributedDataParallel(encoder), make_loss()

        def lessons(done: int) -> Iterator[Batch]:
            own, size = texts[rank::processes], plan.batch // processes
            return _endless(own, tokenizer, size, f"{plan.seed} {rank}", done)

        def loss(batch: Batch) -> Tensor:
            return loss_of(model(batch.ids, batch.mask), batch)

        learner = Learner.of(encoder, plan)
        learner.resume(out / _CHECKPOINT)
        train(learner, lessons, loss, plan, out / _CHECKPOINT if rank == 0 else None)
        if rank == 0:
            encoder.save(out, tokenizer)
            (out / RECORD).write_text(_record(plan, learner, len(texts)) + "\n", encoding="utf-8")
    finally:
        distributed.destroy_process_group()


def _endless(
    own: Sequence[Labelled], tokenizer: PreTrainedTokenizerBase, size: int, seed: str, done: int
) -> Iterator[Batch]:
    """Yield a process's share of each epoch, one epoch after the other, from step `done` on."""
    a_round = -(-len(own) // size)
    epoch, skip = divmod(done, a_round)
    while True:
        yield from islice(batches(own, tokenizer, size, f"{seed} {epoch}"), skip, None)
        epoch, skip = epoch + 1, 0


def _record(plan: Plan, learner: Learner, texts: int) -> str:
    read = learner.step * plan.batch
    return (
        f"{learner.step:,} steps of {plan.batch} texts: {read / texts:.2f} epochs over {texts:,} "
        f"distinct texts; AdamW at {plan.rate:g}, {plan.fall:g} of it a layer downwards, heads at "
        f"{plan.head_rate:g}, falling over the last {plan.cooldown:.0%}; seed {plan.seed}."
    )
